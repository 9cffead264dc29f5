#include "harness/observe/ladder_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "models/tcp/info.h"

namespace seedwire::observe {

namespace {

/// The pieces of which the drawing is made.
struct Glyphs {
    const char *rail, *leave_right, *leave_left, *arrive_right, *arrive_left, *line, *corner_right,
        *corner_left, *lost, *dots, *from_right, *from_left;
};
constexpr Glyphs kUnicode{"│", "├", "┤", "▶", "◀", "─", "╮", "╭", "✗", "⋮", "╰", "╯"};
constexpr Glyphs kAscii{"|", "+", "+", ">", "<", "-", ".", ".", "X", ":", "'", "'"};

/// Columns that a text takes on a terminal. All our glyphs are one column wide.
std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string repeat(const char* glyph, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) text += glyph;
    return text;
}

std::string cut_to(std::string text, std::size_t width) {
    if (columns(text) <= width) return text;
    while (!text.empty() && columns(text) + 2 > width) {
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
        if (!text.empty()) text.pop_back();
    }
    return text + "..";
}

/// A line of the drawing: something leaves, something arrives, or something is left out.
struct Row {
    enum class Kind { Arrive, Leave, State, Collapsed } kind = Kind::Leave;
    Time at;
    const LadderPacket* packet = nullptr;
    bool client_side = false;
    std::string client_state, server_state, text;
};

class Drawing {
public:
    Drawing(const Ladder& ladder, const SegmentNames& names, const LadderStyle& style)
        : ladder_{ladder}, names_{names}, style_{style}, glyphs_{style.unicode ? kUnicode : kAscii} {
        const std::size_t fixed = kTimeWidth + 2 * kStateWidth + 4;
        lane_ = style.width > fixed + 30 ? style.width - fixed : 30;
    }

    std::string draw(const LadderTitle& title) {
        choose_packets();
        collect_rows();
        place_states();
        std::string text = fmt::format("{:>{}}  {:<{}}{:>{}}\n", "ms", kTimeWidth - 2, title.client,
                                       kStateWidth + lane_ / 2 + 1, title.server,
                                       kStateWidth + lane_ - lane_ / 2 + 1);
        for (const Row& row : rows_) text += line_of(row);
        return text;
    }

private:
    static constexpr std::size_t kTimeWidth = 12, kStateWidth = 13;

    void choose_packets();
    void collect_rows();
    void place_states();
    void add_gap(std::size_t first, std::size_t last);
    std::string line_of(const Row& row) const;
    std::string lane_of(const Row& row) const;
    std::string leaving(const LadderPacket& packet) const;
    std::string arriving(const LadderPacket& packet) const;
    bool is_plain(const LadderPacket& packet) const;

    const Ladder& ladder_;
    const SegmentNames& names_;
    const LadderStyle& style_;
    const Glyphs& glyphs_;
    std::size_t lane_ = 0;
    std::vector<bool> shown_;
    std::vector<Row> rows_;
};

bool Drawing::is_plain(const LadderPacket& p) const {
    using namespace wire::flag;
    return p.lost == trace::DropReason::None && !p.delayed && !p.marked_ce &&
           !(p.packet.protocol == wire::Protocol::Tcp && (p.packet.flags & (kSyn | kFin | kRst)) != 0) &&
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
    std::size_t data[2] = {0, 0}, other[2] = {0, 0};
    for (std::size_t i = first; i < last; ++i) {
        const LadderPacket& p = ladder_.packets[i];
        ++(p.packet.payload_length > 0 ? data : other)[p.from_client() ? 0 : 1];
    }
    std::string text;
    const auto add = [&text](std::size_t count, const char* what) {
        if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
    };
    add(data[0], "data to the right");
    add(other[0], "ACK to the right");
    add(data[1], "data to the left");
    add(other[1], "ACK to the left");
    const std::uint64_t numbered = ladder_.packets[last - 1].number - ladder_.packets[first].number + 1;
    if (numbered > last - first) text = fmt::format("{} packets", numbered);
    Row row;
    row.kind = Row::Kind::Collapsed;
    row.at = ladder_.packets[first].sent;
    row.text = fmt::format("{} .. {}", text, milliseconds_text(ladder_.packets[last - 1].sent));
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

/// A change of state stands on the row of the packet that made it, else on a row of its own.
void Drawing::place_states() {
    for (const LadderState& change : ladder_.states) {
        const std::string name{tcp::to_string(static_cast<tcp::State>(change.to))};
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
        (change.client ? row->client_state : row->server_state) = name;
    }
}

std::string Drawing::leaving(const LadderPacket& p) const {
    const std::string cause = cause_text(p), fate = fate_text(p, names_);
    std::string text = segment_text(p, names_);
    if (!cause.empty()) text += fmt::format(" ({})", cause);
    const bool lost = p.arrived == Time::never();
    if (lost && fate.empty()) text += " (under way at the end)";
    if (!lost && !fate.empty()) text += fmt::format(" [{}]", fate);
    const std::string number = fmt::format("#{}", p.number);
    std::string tail = lost && !fate.empty() ? fmt::format(" {} {}", glyphs_.lost, fate) : std::string{};
    const std::size_t room = lane_ - columns(number) - columns(tail) - 7;
    text = cut_to(text, room);
    const std::size_t dashes = room - columns(text);
    if (p.from_client()) {
        const std::string end = tail.empty() ? glyphs_.corner_right : tail;
        return fmt::format("{}{} {} {} {}{}", glyphs_.line, glyphs_.line, number, text,
                           repeat(glyphs_.line, dashes + (tail.empty() ? 1 : 2)), end);
    }
    const std::string start = tail.empty() ? std::string{glyphs_.corner_left} : tail.substr(1) + " ";
    return fmt::format("{}{} {} {} {}{}", start, repeat(glyphs_.line, dashes + (tail.empty() ? 1 : 2)), number,
                       text, glyphs_.line, glyphs_.line);
}

std::string Drawing::arriving(const LadderPacket& p) const {
    std::string number = fmt::format("#{}", p.number);
    if (p.lost != trace::DropReason::None) number += fmt::format(" {}", fate_text(p, names_));
    if (p.from_client())
        return fmt::format("{}{} {} {}{}", glyphs_.from_right, glyphs_.line, number, glyphs_.line,
                           glyphs_.arrive_right);
    return fmt::format("{}{} {} {}{}", glyphs_.arrive_left, glyphs_.line, number, glyphs_.line,
                       glyphs_.from_left);
}

std::string Drawing::lane_of(const Row& row) const {
    const auto left = [&](const std::string& text) {
        return text + std::string(lane_ > columns(text) ? lane_ - columns(text) : 0, ' ');
    };
    const auto right = [&](const std::string& text) {
        return std::string(lane_ > columns(text) ? lane_ - columns(text) : 0, ' ') + text;
    };
    switch (row.kind) {
        case Row::Kind::State: return std::string(lane_, ' ');
        case Row::Kind::Collapsed:
            return left(cut_to(fmt::format("   {} {}", glyphs_.dots, row.text), lane_));
        case Row::Kind::Leave:
            return row.client_side ? left(leaving(*row.packet)) : right(leaving(*row.packet));
        case Row::Kind::Arrive:
            return row.client_side ? left(arriving(*row.packet)) : right(arriving(*row.packet));
    }
    return {};
}

std::string Drawing::line_of(const Row& row) const {
    const bool leaves = row.kind == Row::Kind::Leave;
    const bool arrives = row.kind == Row::Kind::Arrive;
    const char* left_rail = leaves && row.client_side ? glyphs_.leave_right : glyphs_.rail;
    const char* right_rail = leaves && !row.client_side ? glyphs_.leave_left : glyphs_.rail;
    std::string lane = lane_of(row);
    const bool bad = row.packet != nullptr && row.packet->lost != trace::DropReason::None;
    const bool again = row.packet != nullptr && leaves && !cause_text(*row.packet).empty();
    const bool painted = style_.color && (bad || again || row.kind == Row::Kind::Collapsed);
    if (painted)
        lane = fmt::format("\x1b[{}m{}\x1b[0m", bad ? "31" : again ? "33" : "2", lane);
    (void)arrives;
    std::string line = fmt::format("{:>{}}  {:<{}}{}{}{} {}", milliseconds_text(row.at), kTimeWidth - 2,
                                   row.client_state, kStateWidth, left_rail, lane, right_rail,
                                   row.server_state);
    while (!line.empty() && line.back() == ' ') line.pop_back();
    return line + '\n';
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
