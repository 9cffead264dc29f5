#include "harness/observe/segment_text.h"

#include <fmt/format.h>

#include "sim/base/quantity.h"

namespace seedwire::observe {

using namespace wire::flag;
using wire::Cause;
using wire::Packet;
using wire::Protocol;

namespace {

std::string icmp_word(const Packet& p) {
    switch (p.source_port >> 8) {
        case 0: return "echo reply";
        case 3: return (p.source_port & 0xff) == 4 ? "fragmentation needed" : "unreachable";
        case 8: return "echo request";
        case 11: return "time exceeded";
        default: return "ICMP";
    }
}

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

std::string sack_text(const LadderPacket& entry, wire::SeqNum initial) {
    if (!entry.extension || entry.extension->sack.count == 0) return {};
    std::string text = " SACK";
    for (std::uint8_t i = 0; i < entry.extension->sack.count; ++i) {
        const wire::SackBlock& block = entry.extension->sack.block[i];
        text += fmt::format(" {}-{}", static_cast<std::uint32_t>(block.left - initial),
                            static_cast<std::uint32_t>(block.right - initial));
    }
    return text;
}

}  // namespace

std::string segment_word(const Packet& p) {
    if (p.protocol == Protocol::Udp) return "DATAGRAM";
    if (p.protocol == Protocol::Icmp) return icmp_word(p);
    std::string word;
    const auto add = [&word](std::string_view part) {
        if (!word.empty()) word += '+';
        word += part;
    };
    if ((p.flags & kSyn) != 0) add("SYN");
    if ((p.flags & kRst) != 0) add("RST");
    if ((p.flags & kFin) != 0) add("FIN");
    if (p.payload_length > 0 && word.empty()) return "DATA";
    if ((p.flags & kAck) != 0) add("ACK");
    if (p.payload_length > 0) add("DATA");
    return word.empty() ? "(no flags)" : word;
}

std::string segment_text(const LadderPacket& entry, const SegmentNames& names) {
    const Packet& p = entry.packet;
    if (p.protocol == Protocol::Udp)
        return fmt::format("DATAGRAM {} {} B", p.payload_offset + 1, p.payload_length);
    if (p.protocol == Protocol::Icmp) return fmt::format("{} {} B", segment_word(p), p.payload_length);
    const trace::Connection& c = (*names.connections)[p.flow];
    const bool forward = entry.from_client();
    const wire::SeqNum own = forward ? c.client_initial : c.server_initial;
    const wire::SeqNum other = forward ? c.server_initial : c.client_initial;
    std::string text = segment_word(p);
    if (p.payload_length > 0) text += fmt::format(" {} B", p.payload_length);
    const bool is_bare_ack = p.payload_length == 0 && (p.flags & (kSyn | kFin | kRst)) == 0;
    if (!is_bare_ack) text += fmt::format(" seq {}", static_cast<std::uint32_t>(p.seq - own));
    if ((p.flags & kAck) != 0) text += fmt::format(" ack {}", static_cast<std::uint32_t>(p.ack - other));
    if ((p.flags & kSyn) != 0) text += fmt::format(" win {}", p.window);
    if (p.window == 0 && (p.flags & kRst) == 0) text += " win 0";
    if (p.payload_length > 0 && (p.flags & kPsh) != 0) text += " PSH";
    if ((p.flags & kEce) != 0) text += " ECE";
    if ((p.flags & kCwr) != 0) text += " CWR";
    return text + options_text(entry) + sack_text(entry, other);
}

std::string cause_text(const LadderPacket& entry) {
    const Cause cause = entry.packet.cause;
    switch (cause) {
        case Cause::None:
        case Cause::Open:
        case Cause::PassiveOpen:
        case Cause::HandshakeAck:
        case Cause::Close:
        case Cause::NewData:
        case Cause::QuickAck:
        case Cause::SecondSegmentAck:
        case Cause::FinAck:
        case Cause::Datagram:
        case Cause::EchoRequest:
        case Cause::EchoReply:
        case Cause::IcmpError:
        case Cause::ReadAck: return {};
        case Cause::SynTimeout:
        case Cause::SynAckTimeout:
        case Cause::RetransmissionTimeout: {
            if (entry.previous_transmission == Time::never()) break;
            // Rounded to whole milliseconds: it is there to be recognised, not to be computed with.
            const std::int64_t waited =
                ((entry.sent - entry.previous_transmission).ns() + 500'000) / 1'000'000;
            return fmt::format("retransmission: RTO {}", to_string(Duration::ms(waited)));
        }
        case Cause::SynRepeated: return "the SYN came again";
        default: break;
    }
    return std::string{wire::describe(cause)};
}

std::string fate_text(const LadderPacket& entry, const SegmentNames& names) {
    std::string text;
    if (entry.lost != trace::DropReason::None) {
        text = "lost: ";
        text += entry.fault != trace::kNoFault && entry.lost == trace::DropReason::Fault
                    ? fmt::format("faults[{}]", entry.fault)
                    : std::string{trace::to_string(entry.lost)};
        if (entry.lost_direction != trace::kNone)
            text += fmt::format(" on {}.{}", names.network->link_name(entry.lost_direction / 2),
                                entry.lost_direction % 2 == 0 ? "up" : "down");
        return text;
    }
    if (entry.packet.has(wire::packet_bit::kCopy)) text = "a copy";
    if (entry.delayed) text += text.empty() ? "delayed" : ", delayed";
    if (entry.delayed && entry.fault != trace::kNoFault) text += fmt::format(" by faults[{}]", entry.fault);
    if (entry.marked_ce) text += text.empty() ? "marked CE" : ", marked CE";
    return text;
}

std::string milliseconds_text(Time at) {
    const std::int64_t us = (at.ns() + 500) / 1000;
    return fmt::format("{}.{:03}", us / 1000, us % 1000);
}

}  // namespace seedwire::observe
