#include "harness/observe/ladder_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/observe/ladder_rows.h"
#include "harness/observe/text_columns.h"
#include "harness/observe/tls_words.h"
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

/// The text in lines, the first of at most `first` columns, the others of `rest`; three at most.
std::vector<std::string> wrap(std::string_view text, std::size_t first, std::size_t rest) {
    constexpr std::size_t kMostLines = 3;
    std::vector<std::string> lines;
    while (true) {
        const std::size_t room = lines.empty() ? first : rest;
        std::size_t end = text.size();
        if (columns(text) > room) {
            if (lines.size() + 1 == kMostLines) break;
            end = text.rfind(' ', room);
            // "seq 0" is one word.
            const auto splits_pair = [&] {
                return end + 1 < text.size() && text[end + 1] >= '0' && text[end + 1] <= '9';
            };
            while (end != std::string_view::npos && end > 0 && splits_pair())
                end = text.rfind(' ', end - 1);
            // A remark in brackets stays whole if it can.
            const std::size_t remark = text.rfind(" (", room);
            if (remark != std::string_view::npos && remark > 0 &&
                columns(text.substr(remark + 1)) <= rest)
                end = remark;
            if (end == std::string_view::npos || end == 0) break;
        }
        lines.emplace_back(text.substr(0, end));
        if (end == text.size()) return lines;
        text.remove_prefix(end + 1);
    }
    lines.push_back(cut_to(std::string{text}, lines.empty() ? first : rest));
    return lines;
}

class Drawing {
public:
    Drawing(const Ladder& ladder, const SegmentNames& names, const LadderStyle& style)
        : ladder_{ladder},
          names_{names},
          style_{style},
          glyphs_{style.unicode ? kUnicode : kAscii},
          rows_{arrange(ladder, names, style.most_packets)},
          client_state_{rows_.client_state},
          server_state_{rows_.server_state} {
        const std::size_t fixed = kTimeWidth + 2 * kStateWidth + 3;
        lane_ = std::max(kLeastLane, style.width - std::min(style.width, fixed));
    }

    std::string head(const LadderTitle& title) const {
        std::string text =
            line("ms", title.client, " ", std::string(lane_, ' '), " ", title.server);
        if (!client_state_.empty() || !server_state_.empty())
            text += line("", client_state_, glyphs_.rail, std::string(lane_, ' '), glyphs_.rail,
                         server_state_);
        return text;
    }
    std::vector<std::string> rows() {
        std::vector<std::string> texts;
        for (const LadderRow& row : rows_.rows) texts.push_back(line_of(row));
        return texts;
    }
    std::string foot() const {
        if (rows_.drawn >= ladder_.total_packets || ladder_.from != Time::zero() ||
            ladder_.to != Time::never())
            return {};
        return fmt::format("({} of {} packets are drawn; --ladder {} draws them all)\n",
                           rows_.drawn, ladder_.total_packets, ladder_.total_packets);
    }

private:
    static constexpr std::size_t kTimeWidth = 12, kStateWidth = 13, kLeastLane = 36;
    static constexpr std::size_t kLeastText = 20;  ///< of a segment, beside its fate

    std::string line(std::string_view time, std::string_view left, std::string_view left_rail,
                     std::string_view lane, std::string_view right_rail,
                     std::string_view right) const;
    std::string line_of(const LadderRow& row);
    std::vector<std::string> lanes_of(const LadderRow& row) const;
    std::vector<std::string> leaving(const LadderRow& row) const;
    std::vector<std::string> records_in(const LadderPacket& packet) const;
    std::string arriving(const LadderRow& row) const;
    std::string arrival_label(const LadderPacket& packet) const;
    std::string mirrored(bool from_client, std::string_view left, std::string_view middle,
                         std::string_view right) const;
    std::string band(const std::string& change, std::string& current) const;

    const Ladder& ladder_;
    const SegmentNames& names_;
    const LadderStyle& style_;
    const Glyphs& glyphs_;
    std::size_t lane_ = 0;
    LadderRows rows_;
    std::string client_state_, server_state_;  ///< before the first row, then of the row just drawn
};

/// Seen from the client's side; for packets of the server the pieces come in the other order.
std::string Drawing::mirrored(bool from_client, std::string_view left, std::string_view middle,
                              std::string_view right) const {
    const std::size_t taken = columns(left) + columns(middle) + columns(right);
    const std::string space(lane_ > taken ? lane_ - taken : 0, ' ');
    return from_client ? fmt::format("{}{}{}{}", left, middle, right, space)
                       : fmt::format("{}{}{}{}", space, right, middle, left);
}

/// What TLS says in a segment, a line for each run of records under the same keys: a record stands
/// in the segment in which it begins, and in the one in which it ends if that is another.
std::vector<std::string> Drawing::records_in(const LadderPacket& packet) const {
    const wire::Packet& p = packet.packet;
    std::vector<std::string> lines;
    const auto& records = ladder_.records[packet.from_client() ? 0 : 1];
    if (p.payload_length == 0 || records.empty()) return lines;
    const trace::Connection& c = (*names_.connections)[p.flow];
    const wire::SeqNum initial = packet.from_client() ? c.client_initial : c.server_initial;
    const std::uint64_t begin = static_cast<std::uint32_t>(p.seq - initial) - 1;
    const std::uint64_t end = begin + p.payload_length;
    std::uint8_t epoch = UINT8_MAX;
    for (const trace::TlsRecord& record : records) {
        const bool begins = record.begin >= begin && record.begin < end;
        const bool ends = record.end > begin && record.end <= end;
        if (!begins && !ends) continue;
        const std::string text =
            (begins ? "" : "rest of ") + tls_record_text(record) + (ends ? "" : " ..");
        if (record.epoch == epoch) {
            lines.back() += ", " + text;
        } else {
            const auto name = tls::name_of(static_cast<tls::Epoch>(record.epoch));
            lines.push_back(fmt::format("TLS {}: {}", name, text));
        }
        epoch = record.epoch;
    }
    return lines;
}

std::vector<std::string> Drawing::leaving(const LadderRow& row) const {
    const LadderPacket& p = *row.packet;
    const bool right = p.from_client();
    std::string body = segment_text(p, names_);
    if (const std::string cause = cause_text(p); !cause.empty())
        body += fmt::format(" ({})", cause);
    const std::string fate = fate_text(p, names_);
    const bool arrives = p.arrived != Time::never();
    std::string tail;  // behind the line, seen from the sender
    std::size_t end = lane_;
    if (!arrives) {
        const std::string why =
            cut_to(fate.empty() ? "under way at the end" : fate, lane_ - kLeastText);
        const char* mark = fate.empty() ? glyphs_.fading : glyphs_.lost;
        tail = fmt::format(" {} {} ", mark, why);
        end -= columns(tail);
    } else {
        if (!fate.empty() && !p.loss) body += fmt::format(" [{}]", fate);
        end -= columns(arrival_label(p)) + 1;
        if (row.joined)
            tail = right ? glyphs_.down_right : glyphs_.down_left;
        else
            tail = repeat(glyphs_.fading, 2);
    }
    constexpr std::size_t kLead = 2, kSpaces = 2, kLeastLine = 1;
    const std::string number = fmt::format("#{} ", p.number);
    const std::size_t used = kLead + kSpaces + columns(number);
    std::vector<std::string> parts =
        wrap(body, end - std::min(end, used + kLeastLine), end - std::min(end, used));
    std::vector<std::string> lanes;
    for (const std::string& records : records_in(p)) {
        const std::size_t room = end - std::min(end, used);
        for (std::string& line : wrap(records, room, room)) parts.push_back(std::move(line));
    }
    const std::size_t taken = used + columns(parts[0]);
    const std::string shaft = repeat(glyphs_.line, end > taken ? end - taken : 1);
    const std::string text = fmt::format(" {}{} ", number, parts[0]);
    lanes.push_back(
        mirrored(right, repeat(glyphs_.line, kLead), right ? text + shaft : shaft + text, tail));
    // What did not fit stands below, beside the stem of the arrow.
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const std::string indent(right ? kLead + 1 + columns(number) : kLead + 1, ' ');
        const std::size_t filled = columns(indent) + columns(parts[i]);
        const std::string space(end > filled ? end - filled : 0, ' ');
        lanes.push_back(mirrored(right, indent, right ? parts[i] + space : space + parts[i],
                                 row.joined ? glyphs_.rail : ""));
    }
    return lanes;
}

/// "─ #3 ─►", what stands at the end of an arrow, without its corner.
std::string Drawing::arrival_label(const LadderPacket& p) const {
    std::string head = p.from_client() ? glyphs_.head_right : glyphs_.head_left;
    if (p.loss)
        head = fmt::format(" {} {} ", glyphs_.lost, cut_to(fate_text(p, names_), lane_ / 2));
    const char* l = glyphs_.line;
    return p.from_client() ? fmt::format("{} #{} {}{}", l, p.number, l, head)
                           : fmt::format("{}{} #{} {}", head, l, p.number, l);
}

std::string Drawing::arriving(const LadderRow& row) const {
    const LadderPacket& p = *row.packet;
    const bool right = p.from_client();
    std::string corner = right ? glyphs_.up_right : glyphs_.up_left;
    if (!row.joined) corner = glyphs_.fading;
    // Seen from the receiver, whose side is the other one.
    return mirrored(!right, "", arrival_label(p), corner);
}

std::vector<std::string> Drawing::lanes_of(const LadderRow& row) const {
    switch (row.kind) {
        case LadderRow::Kind::State:
            break;
        case LadderRow::Kind::Leave:
            return leaving(row);
        case LadderRow::Kind::Arrive:
            return {arriving(row)};
        case LadderRow::Kind::Collapsed: {
            const std::string text = fmt::format("{} {}", glyphs_.dots, row.text);
            return {mirrored(true, "   ", cut_to(text, lane_ - 3), "")};
        }
    }
    return {std::string(lane_, ' ')};
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

std::string Drawing::line_of(const LadderRow& row) {
    const bool leaves = row.kind == LadderRow::Kind::Leave;
    constexpr const char *kRed = "31", *kYellow = "33", *kFaint = "2";
    const char* paint = nullptr;
    if (row.kind == LadderRow::Kind::Collapsed) paint = kFaint;
    if (leaves && !cause_text(*row.packet).empty()) paint = kYellow;
    if (row.packet != nullptr && row.packet->loss) paint = kRed;
    if (!style_.color) paint = nullptr;
    const char* left_rail = leaves && row.client_side ? glyphs_.leave_right : glyphs_.rail;
    const char* right_rail = leaves && !row.client_side ? glyphs_.leave_left : glyphs_.rail;
    std::string time = milliseconds_text(row.at), text;
    std::string left = band(row.client_state, client_state_);
    std::string right = band(row.server_state, server_state_);
    for (const std::string& lane : lanes_of(row)) {
        text += line(time, left, left_rail,
                     paint == nullptr ? lane : fmt::format("\x1b[{}m{}\x1b[0m", paint, lane),
                     right_rail, right);
        time.clear();
        left = band("", client_state_);
        right = band("", server_state_);
        left_rail = right_rail = glyphs_.rail;
    }
    return text;
}

std::string ends_text(const Ladder& ladder, const LadderTitle& title, const SegmentNames& names) {
    const trace::Connection& c = (*names.connections)[ladder.connection];
    if (c.client.port == 0)
        return fmt::format("{}: {} to {}\n", title.flow, title.client, title.server);
    return fmt::format("{}: {} {}:{} to {} {}:{}\n", title.flow, title.client,
                       wire::to_string(c.client.address), c.client.port, title.server,
                       wire::to_string(c.server.address), c.server.port);
}

}  // namespace

std::string draw(const Ladder& ladder, const LadderTitle& title, const SegmentNames& names,
                 const LadderStyle& style) {
    Drawing drawing{ladder, names, style};
    std::string text = ends_text(ladder, title, names) + drawing.head(title);
    for (const std::string& row : drawing.rows()) text += row;
    return text + drawing.foot();
}

DrawnRows draw_rows(const Ladder& ladder, const LadderTitle& title, const SegmentNames& names,
                    const LadderStyle& style) {
    Drawing drawing{ladder, names, style};
    return {ends_text(ladder, title, names) + drawing.head(title), drawing.rows()};
}

}  // namespace seedwire::observe
