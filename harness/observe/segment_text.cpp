#include "harness/observe/segment_text.h"

#include <fmt/format.h>

namespace seedwire::observe {

using namespace wire::flag;
using wire::Packet;
using wire::Protocol;

namespace {

std::string options_text(const LadderPacket& entry) {
    if (!entry.extension) return {};
    std::string text;
    const wire::SynOptions& syn = entry.extension->syn;
    if ((entry.packet.flags & kSyn) != 0) {
        if (syn.mss != 0) text += fmt::format(" mss {}", syn.mss);
        if (syn.sack_permitted) text += " sackOK";
        if (entry.packet.has(wire::packet_bit::kTimestamps)) text += " TS";
        if (syn.window_scale >= 0) text += fmt::format(" wscale {}", syn.window_scale);
        if (syn.fast_open.length >= 0) text += fmt::format(" fast open {} B", syn.fast_open.length);
    }
    return text;
}

/// Sent to say how much room there is, which is then what a reader wants to know.
bool is_about_window(wire::Cause cause) {
    return cause == wire::Cause::WindowUpdate || cause == wire::Cause::ProbeAnswer;
}

/// The first block tells what came twice: it is acknowledged already, or part of the next one.
/// RFC 2883 §4.
bool reports_duplicate(const wire::SackBlocks& sack, wire::SeqNum ack) {
    const wire::SackBlock& first = sack.block[0];
    if (first.right <= ack) return true;
    const wire::SackBlock& second = sack.block[1];
    return sack.count > 1 && second.left <= first.left && first.right <= second.right;
}

std::string sack_text(const LadderPacket& entry, wire::SeqNum initial) {
    if (!entry.extension || entry.extension->sack.count == 0) return {};
    const wire::SackBlocks& sack = entry.extension->sack;
    const bool duplicate = reports_duplicate(sack, entry.packet.ack);
    std::string text = duplicate ? " DSACK" : " SACK";
    for (std::uint8_t i = 0; i < sack.count; ++i) {
        const wire::SackBlock& block = sack.block[i];
        if (duplicate && i == 1) text += " SACK";
        text += fmt::format(" {}-{}", static_cast<std::uint32_t>(block.left - initial),
                            static_cast<std::uint32_t>(block.right - initial));
    }
    return text;
}

}  // namespace

std::string segment_text(const LadderPacket& entry, const SegmentNames& names) {
    const Packet& p = entry.packet;
    if (p.protocol == Protocol::Udp)
        return fmt::format("DATAGRAM {} {} B", p.payload_offset + 1, p.payload_length);
    if (p.protocol == Protocol::Icmp)
        return fmt::format("{} {} B", segment_word(p), p.payload_length);
    const trace::Connection& c = (*names.connections)[p.flow];
    const bool forward = entry.from_client();
    const wire::SeqNum own = forward ? c.client_initial : c.server_initial;
    const wire::SeqNum other = forward ? c.server_initial : c.client_initial;
    std::string text = segment_word(p);
    if (p.payload_length > 0) text += fmt::format(" {} B", p.payload_length);
    const bool is_bare_ack = p.payload_length == 0 && (p.flags & (kSyn | kFin | kRst)) == 0;
    if (!is_bare_ack) text += fmt::format(" seq {}", static_cast<std::uint32_t>(p.seq - own));
    if ((p.flags & kAck) != 0)
        text += fmt::format(" ack {}", static_cast<std::uint32_t>(p.ack - other));
    if ((p.flags & kSyn) != 0 || closes_window(entry) || is_about_window(p.cause))
        text += fmt::format(" win {}", entry.window);
    if (p.payload_length > 0 && (p.flags & kPsh) != 0) text += " PSH";
    if ((p.flags & kEce) != 0) text += " ECE";
    if ((p.flags & kCwr) != 0) text += " CWR";
    return text + options_text(entry) + sack_text(entry, other);
}

std::string cause_text(const LadderPacket& entry) {
    const bool known = entry.rto > Duration::zero();
    return cause_text(entry.packet.cause, known ? std::optional{entry.rto} : std::nullopt);
}

std::string fate_text(const LadderPacket& entry, const SegmentNames& names) {
    if (entry.loss) return loss_text(entry.loss, names);
    std::string text = entry.packet.has(wire::packet_bit::kCopy) ? "a copy" : "";
    const auto add = [&text](std::string_view word) {
        if (!text.empty()) text += ", ";
        text += word;
    };
    if (entry.delayed) {
        add("delayed");
        if (entry.fault != trace::kNoFault) text += fmt::format(" by faults[{}]", entry.fault);
    }
    if (entry.marked_ce) add("marked CE");
    return text;
}

}  // namespace seedwire::observe
