#include "harness/replay/trace_file.h"

#include <fmt/format.h>

#include <charconv>
#include <map>

namespace seedwire::replay {

namespace {

using Fields = std::vector<std::string_view>;

Fields split(std::string_view text, char separator) {
    Fields fields;
    while (true) {
        const std::size_t at = text.find(separator);
        fields.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return fields;
        text.remove_prefix(at + 1);
    }
}

/// Columns that must be there, in the order of Column.
constexpr std::array<std::string_view, 12> kColumns = {"t_send_ms", "t_recv_ms", "dir", "flow",
                                                       "flags",     "seq",       "len", "ack",
                                                       "win",       "sack",      "ecn", "decision"};
enum Column {
    Send,
    Receive,
    Direction,
    Flow,
    Flags,
    Seq,
    Length,
    Ack,
    Window,
    Sack,
    Ecn,
    Decision
};

bool read_number(std::string_view text, std::uint64_t& value) {
    if (text.empty()) return true;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

/// Milliseconds with at most six digits behind the point, without rounding.
bool read_time(std::string_view text, Time& time) {
    const std::size_t point = text.find('.');
    std::uint64_t whole = 0, fraction = 0;
    std::string digits{point == std::string_view::npos ? "" : text.substr(point + 1)};
    digits.resize(6, '0');
    if (!read_number(text.substr(0, point), whole) || !read_number(digits, fraction)) return false;
    time = Time::zero() + Duration::ms(static_cast<std::int64_t>(whole)) +
           Duration::ns(static_cast<std::int64_t>(fraction));
    return true;
}

bool read_flags(std::string_view letters, std::uint16_t& flags) {
    static const std::map<char, std::uint16_t> kLetters = {
        {'S', wire::flag::kSyn}, {'F', wire::flag::kFin}, {'R', wire::flag::kRst},
        {'P', wire::flag::kPsh}, {'.', wire::flag::kAck}, {'E', wire::flag::kEce},
        {'W', wire::flag::kCwr}, {'A', wire::flag::kAe},  {'U', wire::flag::kUrg}};
    for (const char letter : letters) {
        const auto found = kLetters.find(letter);
        if (found == kLetters.end()) return false;
        flags = static_cast<std::uint16_t>(flags | found->second);
    }
    return true;
}

bool read_sack(std::string_view text, SeenPacket& packet) {
    if (text.empty()) return true;
    for (const std::string_view block : split(text, ' ')) {
        const std::size_t dash = block.find('-');
        if (dash == std::string_view::npos || packet.sacks == packet.sack.size()) return false;
        SackRange& range = packet.sack[packet.sacks++];
        if (!read_number(block.substr(0, dash), range.left) ||
            !read_number(block.substr(dash + 1), range.right))
            return false;
    }
    return true;
}

bool read_packet(const Fields& row, const std::array<std::size_t, kColumns.size()>& place,
                 SeenPacket& packet) {
    const auto field = [&](Column column) { return row[place[column]]; };
    std::uint64_t flow = 0, length = 0, ecn = 0;
    if (!read_time(field(Send), packet.at)) return false;
    if (!field(Receive).empty() && !read_time(field(Receive), packet.arrival)) return false;
    if (field(Direction) != "a2b" && field(Direction) != "b2a") return false;
    packet.direction = field(Direction) == "a2b" ? 0 : 1;
    if (!read_number(field(Flow), flow) || !read_flags(field(Flags), packet.flags) ||
        !read_number(field(Seq), packet.seq) || !read_number(field(Length), length) ||
        !read_number(field(Ack), packet.ack) || !read_number(field(Window), packet.window) ||
        !read_sack(field(Sack), packet) || !read_number(field(Ecn), ecn))
        return false;
    packet.flow = static_cast<std::uint32_t>(flow);
    packet.length = static_cast<std::uint32_t>(length);
    packet.dropped_by_rule = field(Decision).find("drop_rule") != std::string_view::npos;
    packet.dropped_by_queue = field(Decision).find("drop_queue") != std::string_view::npos;
    packet.marked_ce = ecn == 3;
    return true;
}

}  // namespace

std::string read_trace(std::string_view text, SeenPackets& packets) {
    std::size_t number = 0;
    std::array<std::size_t, kColumns.size()> place{};
    std::size_t columns = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) continue;
        const Fields row = split(line, ',');
        if (columns == 0) {
            columns = row.size();
            for (std::size_t i = 0; i < kColumns.size(); ++i) {
                std::size_t at = 0;
                while (at < columns && row[at] != kColumns[i]) ++at;
                if (at == columns) return fmt::format("there is no column {}", kColumns[i]);
                place[i] = at;
            }
            continue;
        }
        if (row.size() != columns)
            return fmt::format("line {} has {} fields, not {}", number, row.size(), columns);
        if (row[place[Decision]].find("dupcopy") != std::string_view::npos) continue;
        SeenPacket packet;
        if (!read_packet(row, place, packet)) return fmt::format("line {}: {}", number, line);
        packets.push_back(packet);
    }
    return packets.empty() ? "there is no packet in it" : "";
}

}  // namespace seedwire::replay
