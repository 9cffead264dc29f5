// State x segment for the states that are no endpoint's: LISTEN, TIME-WAIT and CLOSED. The other
// eight stand in tests/models/tcp/state_matrix_test.cpp. RFC 9293 §3.10.7.1, §3.10.7.2, §3.10.7.4.
#include <array>
#include <string>

#include "models/socket/stack.h"
#include "tests/models/socket/segments.h"
#include "tests/models/socket/two_stacks.h"
#include "tests/support/catch.h"

namespace seedwire {
namespace {

constexpr wire::SocketAddress kPeer{TwoStacks::kClient, 40001}, kOwn{TwoStacks::kServer, 80};

enum class Answer { None, Ack, SynAck, Rst };
constexpr const char* kAnswerNames[] = {"nothing", "ACK", "SYN+ACK", "RST"};

/// A server whose port 80 is in the state, seen from a peer whose next sequence number is `next`.
struct Port {
    TwoStacks stacks;
    std::uint32_t next = 1000, una = 1, nxt = 1;

    explicit Port(tcp::State state) {
        if (state == tcp::State::Closed) return;
        const socket::SocketId listener = stacks.listen(80, 5);
        if (state == tcp::State::Listen) return;
        const wire::Segment syn_ack = only_answer(Make{}.window(10000).syn().seq(next - 1));
        nxt = syn_ack.seq.raw() + 1;
        give(Make{}.window(10000).seq(next).ack(nxt));
        const auto socket =
            static_cast<socket::SocketId>(stacks.server.accept(stacks.now, listener).value);
        stacks.server.close(stacks.now, socket);
        give(Make{}.window(10000).seq(next).ack(++nxt));        // of our FIN
        give(Make{}.window(10000).fin().seq(next++).ack(nxt));  // and theirs
        una = nxt;
        REQUIRE(stacks.server.time_wait_count() == 1);
    }
    void give(const wire::Segment& segment) {
        stacks.server.on_segment(stacks.now, {kPeer, kOwn, socket::kNoLabel, 1500}, segment);
        stacks.server.clear_outputs();
    }
    wire::Segment only_answer(const wire::Segment& segment) {
        stacks.server.on_segment(stacks.now, {kPeer, kOwn, socket::kNoLabel, 1500}, segment);
        REQUIRE(stacks.server.segments().size() == 1);
        const wire::Segment answer = stacks.server.segments()[0];
        stacks.server.clear_outputs();
        return answer;
    }
    Answer answer_to(const wire::Segment& segment) {
        stacks.server.on_segment(stacks.now, {kPeer, kOwn, socket::kNoLabel, 1500}, segment);
        if (stacks.server.segments().empty()) return Answer::None;
        CHECK(stacks.server.segments().size() == 1);
        const wire::Segment& answer = stacks.server.segments()[0];
        if (answer.has(wire::flag::kRst)) return Answer::Rst;
        return answer.has(wire::flag::kSyn) ? Answer::SynAck : Answer::Ack;
    }
};

struct Row {
    const char* what;
    Answer listen, time_wait, closed;
};

wire::Segment segment_of(std::size_t row, const Port& p) {
    switch (row) {
        case 0:
            return Make{}.seq(p.next).ack(p.nxt);
        case 1:
            return Make{}.seq(p.next - 1).ack(p.una);
        case 2:
            return Make{}.seq(p.next).ack(p.nxt).data(10);
        case 3:
            return Make{}.seq(p.next - 1).fin().ack(p.nxt);
        case 4:
            return Make{}.syn().seq(p.next + 5);
        case 5:
            return Make{}.syn().seq(p.next - 100);
        case 6:
            return Make{}.syn().seq(p.next + 5).ack(p.nxt);
        case 7:
            return Make{}.rst().seq(p.next);
        case 8:
            return Make{}.rst().seq(p.next + 5);
        case 9:
            return Make{}.rst().seq(p.next).ack(p.nxt);
        case 10:
            return Make{}.syn().fin().seq(p.next + 5);
        default:
            return Make{}.seq(p.next);
    }
}

TEST_CASE("LISTEN, TIME-WAIT and CLOSED answer every kind of segment",
          "[socket][state][rfc9293][LISTEN-14][LISTEN-16]") {
    using enum Answer;
    constexpr std::array<Row, 12> kRows{{
        {"a bare ACK", Rst, None, Rst},
        {"an old bare ACK", Rst, Ack, Rst},
        {"data", Rst, Ack, Rst},
        {"the FIN again", Rst, Ack, Rst},
        {"a newer SYN", SynAck, SynAck, Rst},
        {"an older SYN", SynAck, Ack, Rst},
        {"a SYN+ACK", Rst, Ack, Rst},
        {"a reset", None, None, None},
        {"a reset elsewhere", None, None, None},
        {"a reset with ACK", None, None, None},
        {"SYN and FIN", None, SynAck, Rst},
        {"no flags", None, None, Rst},
    }};
    for (std::size_t k = 0; k < kRows.size(); ++k) {
        const std::array<std::pair<tcp::State, Answer>, 3> cells{
            {{tcp::State::Listen, kRows[k].listen},
             {tcp::State::TimeWait, kRows[k].time_wait},
             {tcp::State::Closed, kRows[k].closed}}};
        for (const auto& [state, expected] : cells) {
            Port port{state};
            INFO(tcp::to_string(state) << " receives " << kRows[k].what);
            const Answer answer = port.answer_to(segment_of(k, port));
            CHECK(std::string{kAnswerNames[static_cast<std::size_t>(answer)]} ==
                  kAnswerNames[static_cast<std::size_t>(expected)]);
        }
    }
}

}  // namespace
}  // namespace seedwire
