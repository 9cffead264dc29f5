#include "harness/replay/seen_packet.h"

#include <fmt/format.h>

namespace seedwire::replay {

namespace {

constexpr std::uint16_t kIgnored = wire::flag::kPsh;

std::string flag_words(const SeenPacket& packet) {
    if (packet.has(wire::flag::kRst)) return packet.has(wire::flag::kAck) ? "RST+ACK" : "RST";
    std::string text;
    if (packet.has(wire::flag::kSyn)) text = packet.has(wire::flag::kAck) ? "SYN+ACK" : "SYN";
    if (packet.length > 0)
        text += fmt::format("{}DATA {} B", text.empty() ? "" : "+", packet.length);
    if (packet.has(wire::flag::kFin)) text += text.empty() ? "FIN" : "+FIN";
    if (text.empty()) text = "ACK";
    if (packet.has(wire::flag::kEce)) text += " ECE";
    if (packet.has(wire::flag::kCwr)) text += " CWR";
    if (packet.has(wire::flag::kAe)) text += " AE";
    return text;
}

}  // namespace

std::string words(const SeenPacket& packet) {
    std::string text = flag_words(packet);
    const bool pure_ack =
        packet.length == 0 && !packet.has(wire::flag::kSyn | wire::flag::kFin | wire::flag::kRst);
    text += fmt::format(" seq {}", packet.seq);
    if (packet.has(wire::flag::kAck)) text += fmt::format(" ack {}", packet.ack);
    if (pure_ack || packet.has(wire::flag::kSyn)) text += fmt::format(" win {}", packet.window);
    for (std::uint8_t i = 0; i < packet.sacks; ++i)
        text += fmt::format("{}{}-{}", i == 0 ? " sack " : " ", packet.sack[i].left,
                            packet.sack[i].right);
    if (packet.is_lost()) text += " lost";
    return text;
}

bool is_same(const SeenPacket& a, const SeenPacket& b) {
    return a.direction == b.direction && a.flow == b.flow &&
           (a.flags | kIgnored) == (b.flags | kIgnored) && a.seq == b.seq && a.ack == b.ack &&
           a.length == b.length && a.sacks == b.sacks && a.sack == b.sack;
}

}  // namespace seedwire::replay
