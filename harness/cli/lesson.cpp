// The reasons are those of RFC 9293 §3.3.2 (the states) and §3.10.7 (arriving segments).
#include "harness/cli/lesson.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace seedwire::cli {

using tcp::State;

namespace {

constexpr std::array<std::string_view, 10> kOrder{
    "handshake",         "close",       "lost-syn",   "lost-final-ack", "reset",
    "simultaneous-open", "slow-reader", "two-routes", "tcp-and-udp",    "ten-flows"};

std::size_t place_of(std::string_view name) {
    return static_cast<std::size_t>(std::find(kOrder.begin(), kOrder.end(), name) - kOrder.begin());
}

/// The lines at the beginning that are comments, without `# `.
std::string opening_comment(std::string_view text) {
    std::string comment;
    while (text.starts_with('#')) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(1, end - 1);
        if (line.starts_with(' ')) line.remove_prefix(1);
        comment += std::string{line} + '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return comment;
}

struct Transition {
    State from, to;
    std::string_view why;
};
constexpr std::array kTransitions{
    Transition{State::Closed, State::Listen,
               "A program called listen(): from now on the port waits for a SYN."},
    Transition{State::Closed, State::SynSent,
               "A program called connect(): the SYN is out, and its answer is waited for."},
    Transition{State::Closed, State::SynReceived,
               "A SYN came to a listening port: a connection is made for it, SYN+ACK is sent, and "
               "its acknowledgement is waited for."},
    Transition{State::Listen, State::SynReceived,
               "A SYN came: it is answered with SYN+ACK, and the acknowledgement of that is waited "
               "for."},
    Transition{State::SynSent, State::SynReceived,
               "A SYN came where a SYN+ACK was expected: the other side opens at the same time. "
               "Its SYN is answered; the own one is not acknowledged yet."},
    Transition{State::SynSent, State::Established,
               "The SYN+ACK acknowledges the own SYN and brings the other's: this side knows all "
               "it must, and may send."},
    Transition{State::SynReceived, State::Established,
               "The own SYN is acknowledged now: the handshake is complete on this side, too."},
    Transition{State::SynReceived, State::CloseWait,
               "The FIN came together with what completes the handshake."},
    Transition{State::Established, State::FinWait1,
               "The program has closed: FIN is sent, and its acknowledgement is waited for."},
    Transition{State::Established, State::CloseWait,
               "A FIN came: the other side will send nothing more. This side still may, until its "
               "program closes, too."},
    Transition{State::FinWait1, State::FinWait2,
               "The own FIN is acknowledged; the other side has not closed yet."},
    Transition{
        State::FinWait1, State::Closing,
        "A FIN came before the own one was acknowledged: both sides close at the same time."},
    Transition{State::FinWait1, State::TimeWait,
               "One segment brought the acknowledgement of the own FIN and the other's FIN. The "
               "side that closed first waits a minute: its last ACK may be lost."},
    Transition{State::FinWait2, State::TimeWait,
               "The other's FIN came: all is said. The side that closed first waits a minute: its "
               "last ACK may be lost."},
    Transition{State::Closing, State::TimeWait, "The own FIN is acknowledged: all is said."},
    Transition{State::CloseWait, State::LastAck,
               "The program has closed as well: FIN is sent, and only its acknowledgement is "
               "missing."},
    Transition{State::LastAck, State::Closed,
               "The acknowledgement of the own FIN came: the connection is forgotten at once."},
    Transition{State::TimeWait, State::Closed,
               "The minute is over: no old segment can be under way any more."},
    Transition{State::SynSent, State::Closed,
               "The connection was refused (RST), or nobody ever answered."},
};

std::string why_of(State from, State to) {
    for (const Transition& t : kTransitions)
        if (t.from == from && t.to == to) return std::string{t.why};
    if (to == State::Closed)
        return "The connection ended at once: a reset was sent or received, or this side gave up.";
    return "";
}

std::optional<State> state_named(std::string_view name) {
    for (int i = 0; i < tcp::kStateCount; ++i)
        if (tcp::to_string(static_cast<State>(i)) == name) return static_cast<State>(i);
    return std::nullopt;
}

/// The right state and three others: those that can follow the present one come first.
std::vector<State> choices_of(State from, State right) {
    constexpr std::size_t kChoices = 4;
    std::vector<State> chosen{right};
    const auto add = [&](State state) {
        if (chosen.size() < kChoices &&
            std::find(chosen.begin(), chosen.end(), state) == chosen.end())
            chosen.push_back(state);
    };
    for (const Transition& t : kTransitions)
        if (t.from == from) add(t.to);
    // Then what comes later in the life of a connection, and what came before.
    for (int i = 1; i < tcp::kStateCount; ++i) {
        const auto next = static_cast<State>((static_cast<int>(right) + i) % tcp::kStateCount);
        if (next != from) add(next);
    }
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

std::string situation(const observe::LadderRow& row, bool client, const std::string& state,
                      const observe::SegmentNames& names) {
    using Kind = observe::LadderRow::Kind;
    const char* side = client ? "client" : "server";
    if (row.packet == nullptr || row.kind == Kind::State || row.client_side != client)
        return fmt::format("Something happens at the {}, which is in {}.", side, state);
    std::string segment = observe::segment_text(*row.packet, names);
    segment.resize(std::min(segment.find(" win "), segment.size()));  // options do not matter here
    if (row.kind == Kind::Leave)
        return fmt::format("The {}, in {}, sends {}.", side, state, segment);
    return fmt::format("{} arrives at the {}, which is in {}.", segment, side, state);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return std::toupper(static_cast<unsigned char>(x)) ==
               std::toupper(static_cast<unsigned char>(y));
    });
}

}  // namespace

std::vector<Lesson> lessons() {
    std::vector<Lesson> list;
    for (const TourFile& file : tour_files()) {
        Lesson lesson{file.name, file.text, {}, opening_comment(file.text)};
        lesson.title = lesson.explanation.substr(0, lesson.explanation.find('\n'));
        list.push_back(std::move(lesson));
    }
    std::stable_sort(list.begin(), list.end(), [](const Lesson& a, const Lesson& b) {
        return place_of(a.name) < place_of(b.name);
    });
    return list;
}

std::optional<Question> question(const observe::LadderRow& row, bool client,
                                 const std::string& state, const observe::SegmentNames& names) {
    const std::string& next = client ? row.client_state : row.server_state;
    const std::optional<State> from = state_named(state.empty() ? "CLOSED" : state);
    const std::optional<State> to = state_named(next);
    if (!from || !to || *from == *to) return std::nullopt;
    const std::string before{tcp::to_string(*from)};
    Question q;
    q.text = situation(row, client, before, names) + " Which state is next?";
    for (const State choice : choices_of(*from, *to)) {
        if (choice == *to) q.right = q.choices.size();
        q.choices.emplace_back(tcp::to_string(choice));
    }
    q.why = why_of(*from, *to);
    return q;
}

std::optional<std::size_t> understand(const Question& question, std::string_view answer) {
    while (answer.ends_with(' ') || answer.ends_with('\r')) answer.remove_suffix(1);
    while (answer.starts_with(' ')) answer.remove_prefix(1);
    for (std::size_t i = 0; i < question.choices.size(); ++i)
        if (answer == std::to_string(i + 1) || equal_ignoring_case(answer, question.choices[i]))
            return i;
    return std::nullopt;
}

}  // namespace seedwire::cli
