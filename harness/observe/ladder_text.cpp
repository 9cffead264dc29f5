#include "harness/observe/ladder_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "models/tcp/info.h"

namespace seedwire::observe {

namespace {

/// The pieces of which the drawing is made; each is one column wide.
struct Glyphs {
    const char *rail, *leave_right, *leave_left, *head_right, *head_left, *line, *fading;
    const char *down_right, *down_left, *up_right, *up_left;  ///< corners, as seen from the lane
    const char *lost, *dots, *band;
};
constexpr Glyphs kUnicode{"│", "├", "┤", "►", "◄", "─", "┄", "╮", "╭", "╰", "╯", "✗", "⋮", "┊"};
constexpr Glyphs kAscii{"|", "+", "+", ">", "<", "-", ".", ".", ".", "'", "'", "X", ":", ":"};

/// Columns that a text takes on a terminal. All our glyphs are one column wide.
std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
}

std::string repeat(const char* glyph, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) text += glyph;
    return text;
}

std::string cut_to(std::string text, std::size_t width) {
    if (columns(text) <= width) return text;
    while (!text.empty() && columns(text) + 2 > width) {
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80)
            text.pop_back();
        if (!text.empty()) text.pop_back();
    }
    return text + "..";
}

/// A line of the drawing: something arrives or leaves, a state changes, or something is left out.
struct Row {
    enum class Kind { Arrive, Leave, State, Collapsed } kind = Kind::Leave;
    Time at;
    const LadderPacket* packet = nullptr;
    bool client_side = false;
    bool joined = false;  ///< the packet leaves and arrives in neighbouring rows
    std::string client_state, server_state, text;
};

class Drawing {
public:
    Drawing(const Ladder& ladder, const SegmentNames& names, const LadderStyle& style)
        : ladder_{ladder},
          names_{names},
          style_{style},
          glyphs_{style.unicode ? kUnicode : kAscii} {
        const std::size_t fixed = kTimeWidth + 2 * kStateWidth + 3;
        lane_ = std::max(kLeastLane, style.width - std::min(style.width, fixed));
    }

    std::string draw(const LadderTitle& title) {
        choose_packets();
        collect_rows();
        place_states();
        join_rows();
        std::string text =
            line("ms", title.client, " ", std::string(lane_, ' '), " ", title.server);
        if (!client_state_.empty() || !server_state_.empty())
            text += line("", client_state_, glyphs_.rail, std::string(lane_, ' '), glyphs_.rail,
                         server_state_);
        for (const Row& row : rows_) text += line_of(row);
        return text;
    }

private:
    static constexpr std::size_t kTimeWidth = 12, kStateWidth = 13, kLeastLane = 36;

    void choose_packets();
    void collect_rows();
    void place_states();
    void place(const LadderState& change);
    void join_rows();
    void add_gap(std::size_t first, std::size_t last);
    std::string line(std::string_view time, std::string_view left, std::string_view left_rail,
                     std::string_view lane, std::string_view right_rail,
                     std::string_view right) const;
    std::string line_of(const Row& row);
    std::string lane_of(const Row& row) const;
    std::string leaving(const Row& row) const;
    std::string arriving(const Row& row) const;
    std::string arrival_label(const LadderPacket& packet) const;
    std::string mirrored(bool from_client, std::string_view left, std::string_view middle,
                         std::string_view right) const;
    std::string band(const std::string& change, std::string& current) const;
    bool is_plain(const LadderPacket& packet) const;

    const Ladder& ladder_;
    const SegmentNames& names_;
    const LadderStyle& style_;
    const Glyphs& glyphs_;
    std::size_t lane_ = 0;
    std::vector<bool> shown_;
    std::vector<Row> rows_;
    std::string client_state_, server_state_;  ///< before the first row, then of the row just drawn
};

bool Drawing::is_plain(const LadderPacket& p) const {
    using namespace wire::flag;
    return !p.loss && !p.delayed && !p.marked_ce &&
           !(p.packet.protocol == wire::Protocol::Tcp &&
             (p.packet.flags & (kSyn | kFin | kRst)) != 0) &&
           cause_text(p).empty();
}

/// Everything if it fits; else the beginning, the end, and as much of what is not plain as fits.
void Drawing::choose_packets() {
    const auto& packets = ladder_.packets;
    shown_.assign(packets.size(), packets.size() <= style_.most_packets);
    if (packets.size() <= style_.most_packets) return;
    std::size_t budget = style_.most_packets;
    const auto show = [&](std::size_t i) {
        if (i < shown_.size() && !shown_[i] && budget > 0) {
            shown_[i] = true;
            --budget;
        }
    };
    const std::size_t edge = std::min<std::size_t>(style_.most_packets / 5, 10);
    for (std::size_t i = 0; i < edge; ++i) show(i);
    for (std::size_t i = 0; i < edge; ++i) show(packets.size() - 1 - i);
    for (std::size_t i = 0; i < packets.size(); ++i)
        if (!is_plain(packets[i])) show(i);
    for (std::size_t i = 0; i < packets.size() && budget > 0; ++i) show(i);
}

/// One line for packets [first, last) that are not drawn one by one.
void Drawing::add_gap(std::size_t first, std::size_t last) {
    const auto& packets = ladder_.packets;
    std::size_t carrying[2] = {0, 0}, other[2] = {0, 0};
    bool udp = false;
    for (std::size_t i = first; i < last; ++i) {
        const LadderPacket& p = packets[i];
        udp |= p.packet.protocol != wire::Protocol::Tcp;
        ++(p.packet.payload_length > 0 ? carrying : other)[p.from_client() ? 0 : 1];
    }
    const std::uint64_t from = packets[first].number, to = packets[last - 1].number;
    std::string text = fmt::format("#{} to #{}", from, to);
    // Where packets were not even kept there is nothing to count.
    if (to - from + 1 <= last - first) {
        std::string counts;
        const auto add = [&counts](std::size_t count, std::string_view what,
                                   std::string_view whose) {
            if (count > 0)
                counts +=
                    fmt::format("{} {} {} {}", counts.empty() ? ":" : ",", count, what, whose);
        };
        const std::string_view data = udp ? "packets" : "DATA";
        add(carrying[0], data, "from the client");
        add(other[0], "ACK", "from the client");
        add(carrying[1], data, "from the server");
        add(other[1], "ACK", "from the server");
        text += counts;
    }
    Row row;
    row.kind = Row::Kind::Collapsed;
    row.at = packets[first].sent;
    row.text = std::move(text);
    rows_.push_back(row);
}

void Drawing::collect_rows() {
    const auto& packets = ladder_.packets;
    for (std::size_t i = 0; i < packets.size();) {
        if (!shown_[i]) {
            std::size_t end = i;
            while (end < packets.size() && !shown_[end]) ++end;
            add_gap(i, end);
            i = end;
            continue;
        }
        const LadderPacket& p = packets[i++];
        Row leave;
        leave.kind = Row::Kind::Leave;
        leave.at = p.sent;
        leave.packet = &p;
        leave.client_side = p.from_client();
        rows_.push_back(leave);
        if (p.arrived == Time::never()) continue;
        Row arrive = leave;
        arrive.kind = Row::Kind::Arrive;
        arrive.at = p.arrived;
        arrive.client_side = !p.from_client();
        rows_.push_back(arrive);
    }
    // At one instant, what arrives comes before what it makes leave.
    std::stable_sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) {
        if (a.at != b.at) return a.at < b.at;
        return a.kind < b.kind;
    });
}

/// A change of state stands on the row of the packet that made it, else on a row of its own. What
/// happened before the part that is drawn decides how it begins.
void Drawing::place_states() {
    for (const LadderState& change : ladder_.states) {
        std::string& before = change.client ? client_state_ : server_state_;
        const auto name_of = [](std::uint8_t state) {
            return std::string{tcp::to_string(static_cast<tcp::State>(state))};
        };
        if (before.empty()) before = name_of(change.from);
        if (change.at < ladder_.from)
            before = name_of(change.to);
        else if (change.at <= ladder_.to)
            place(change);
    }
}

void Drawing::place(const LadderState& change) {
    const auto fits = [&](const Row& row) {
        const std::string& slot = change.client ? row.client_state : row.server_state;
        return row.at == change.at && slot.empty() && row.kind != Row::Kind::Collapsed &&
               (row.kind == Row::Kind::State || row.client_side == change.client);
    };
    auto row = std::find_if(rows_.begin(), rows_.end(), fits);
    if (row == rows_.end()) {
        Row own;
        own.kind = Row::Kind::State;
        own.at = change.at;
        const auto after = std::upper_bound(rows_.begin(), rows_.end(), change.at,
                                            [](Time at, const Row& r) { return at < r.at; });
        row = rows_.insert(after, own);
    }
    (change.client ? row->client_state : row->server_state) =
        tcp::to_string(static_cast<tcp::State>(change.to));
}

void Drawing::join_rows() {
    for (std::size_t i = 0; i + 1 < rows_.size(); ++i) {
        Row &leave = rows_[i], &arrive = rows_[i + 1];
        if (leave.kind == Row::Kind::Leave && arrive.kind == Row::Kind::Arrive &&
            leave.packet == arrive.packet)
            leave.joined = arrive.joined = true;
    }
}

/// Seen from the client's side; for packets of the server the pieces come in the other order.
std::string Drawing::mirrored(bool from_client, std::string_view left, std::string_view middle,
                              std::string_view right) const {
    const std::size_t taken = columns(left) + columns(middle) + columns(right);
    const std::string space(lane_ > taken ? lane_ - taken : 0, ' ');
    return from_client ? fmt::format("{}{}{}{}", left, middle, right, space)
                       : fmt::format("{}{}{}{}", space, right, middle, left);
}

std::string Drawing::leaving(const Row& row) const {
    const LadderPacket& p = *row.packet;
    const bool right = p.from_client();
    std::string body = fmt::format("#{} {}", p.number, segment_text(p, names_));
    if (const std::string cause = cause_text(p); !cause.empty())
        body += fmt::format(" ({})", cause);
    const std::string fate = fate_text(p, names_);
    const bool arrives = p.arrived != Time::never();
    std::string tail;  // behind the line, seen from the sender
    std::size_t end = lane_;
    if (!arrives) {
        const std::string why = cut_to(fate.empty() ? "under way at the end" : fate, lane_ / 2);
        const char* mark = fate.empty() ? glyphs_.fading : glyphs_.lost;
        tail = right ? fmt::format(" {} {}", mark, why) : fmt::format("{} {} ", mark, why);
        end -= columns(tail);
    } else {
        if (!fate.empty() && !p.loss) body += fmt::format(" [{}]", fate);
        end -= columns(arrival_label(p));
        if (row.joined)
            tail = right ? glyphs_.down_right : glyphs_.down_left;
        else
            tail = repeat(glyphs_.fading, 2);
    }
    constexpr std::size_t kLead = 2, kSpaces = 2, kLeastLine = 1;
    body = cut_to(body, end - std::min(end, kLead + kSpaces + kLeastLine));
    const std::size_t taken = kLead + kSpaces + columns(body);
    const std::string shaft = repeat(glyphs_.line, end > taken ? end - taken : 1);
    const std::string text = fmt::format(" {} ", body);
    return mirrored(right, repeat(glyphs_.line, kLead), right ? text + shaft : shaft + text, tail);
}

/// "─ #3 ─►": what stands at the end of an arrow, without its corner.
std::string Drawing::arrival_label(const LadderPacket& p) const {
    std::string head = p.from_client() ? glyphs_.head_right : glyphs_.head_left;
    if (p.loss)
        head = fmt::format(" {} {} ", glyphs_.lost, cut_to(fate_text(p, names_), lane_ / 2));
    const char* l = glyphs_.line;
    return p.from_client() ? fmt::format("{} #{} {}{}", l, p.number, l, head)
                           : fmt::format("{}{} #{} {}", head, l, p.number, l);
}

std::string Drawing::arriving(const Row& row) const {
    const LadderPacket& p = *row.packet;
    const bool right = p.from_client();
    std::string corner = right ? glyphs_.up_right : glyphs_.up_left;
    if (!row.joined) corner = glyphs_.fading;
    // Seen from the receiver, whose side is the other one.
    return mirrored(!right, "", arrival_label(p), corner);
}

std::string Drawing::lane_of(const Row& row) const {
    switch (row.kind) {
        case Row::Kind::State:
            break;
        case Row::Kind::Leave:
            return leaving(row);
        case Row::Kind::Arrive:
            return arriving(row);
        case Row::Kind::Collapsed:
            return mirrored(true, "   ",
                            cut_to(fmt::format("{} {}", glyphs_.dots, row.text), lane_ - 3), "");
    }
    return std::string(lane_, ' ');
}

std::string Drawing::line(std::string_view time, std::string_view left, std::string_view left_rail,
                          std::string_view lane, std::string_view right_rail,
                          std::string_view right) const {
    std::string text =
        fmt::format("{:>{}}  {}{}{}{}{} {}", time, kTimeWidth - 2, left,
                    std::string(kStateWidth - std::min(kStateWidth, columns(left)), ' '), left_rail,
                    lane, right_rail, right);
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text + '\n';
}

/// The band at the side: a new state by its name, one that lasts by a line, none where nothing is.
std::string Drawing::band(const std::string& change, std::string& current) const {
    if (!change.empty()) return current = change;
    const bool is_nothing = current.empty() || current == tcp::to_string(tcp::State::Closed);
    return is_nothing ? "" : glyphs_.band;
}

std::string Drawing::line_of(const Row& row) {
    const bool leaves = row.kind == Row::Kind::Leave;
    const char* left_rail = leaves && row.client_side ? glyphs_.leave_right : glyphs_.rail;
    const char* right_rail = leaves && !row.client_side ? glyphs_.leave_left : glyphs_.rail;
    std::string lane = lane_of(row);
    if (style_.color) {
        constexpr const char *kRed = "31", *kYellow = "33", *kFaint = "2";
        const char* paint = nullptr;
        if (row.kind == Row::Kind::Collapsed) paint = kFaint;
        if (leaves && !cause_text(*row.packet).empty()) paint = kYellow;
        if (row.packet != nullptr && row.packet->loss) paint = kRed;
        if (paint != nullptr) lane = fmt::format("\x1b[{}m{}\x1b[0m", paint, lane);
    }
    const std::string left = band(row.client_state, client_state_);
    return line(milliseconds_text(row.at), left, left_rail, lane, right_rail,
                band(row.server_state, server_state_));
}

}  // namespace

std::string draw(const Ladder& ladder, const LadderTitle& title, const SegmentNames& names,
                 const LadderStyle& style) {
    const trace::Connection& c = (*names.connections)[ladder.connection];
    std::string text;
    if (c.client.port != 0)
        text = fmt::format("{}: {} {}:{} to {} {}:{}\n", title.flow, title.client,
                           wire::to_string(c.client.address), c.client.port, title.server,
                           wire::to_string(c.server.address), c.server.port);
    else
        text = fmt::format("{}: {} to {}\n", title.flow, title.client, title.server);
    return text + Drawing{ladder, names, style}.draw(title);
}

}  // namespace seedwire::observe
