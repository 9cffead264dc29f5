#include "harness/observe/packet_words.h"

#include <fmt/format.h>

#include "sim/base/quantity.h"

namespace seedwire::observe {

using namespace wire::flag;
using trace::DropReason;
using wire::Cause;
using wire::Packet;
using wire::Protocol;

namespace {

/// A network that cannot take a packet drops it; one that takes it and does not deliver loses it.
bool is_refused(DropReason reason) {
    switch (reason) {
        case DropReason::Queue:
        case DropReason::TimeToLive:
        case DropReason::NoRoute:
        case DropReason::TooBig:
        case DropReason::Unreachable:
            return true;
        default:
            return false;
    }
}

std::string reason_text(const Loss& loss) {
    const std::string fault =
        loss.fault == trace::kNoFault ? std::string{} : fmt::format("faults[{}]", loss.fault);
    switch (loss.reason) {
        case DropReason::Fault:
            return fault.empty() ? "a fault" : fault;
        case DropReason::Corrupted:
            return fault.empty() ? "corrupted" : "corrupted by " + fault;
        case DropReason::Loss:
            return "by chance";
        case DropReason::Cut:
            return "link cut";
        case DropReason::Queue:
            return "queue full";
        case DropReason::TimeToLive:
            return "TTL expired";
        case DropReason::NoRoute:
            return "no route";
        case DropReason::TooBig:
            return "longer than the MTU";
        default:
            return std::string{trace::to_string(loss.reason)};
    }
}

std::string icmp_word(const Packet& p) {
    switch (p.source_port >> 8) {
        case 0:
            return "echo reply";
        case 3:
            return (p.source_port & 0xff) == 4 ? "fragmentation needed" : "unreachable";
        case 8:
            return "echo request";
        case 11:
            return "time exceeded";
        default:
            return "ICMP";
    }
}

}  // namespace

std::string direction_name(const net::Network& network, std::uint32_t direction) {
    return fmt::format("{}.{}", network.link_name(direction / 2),
                       direction % 2 == 0 ? "up" : "down");
}

std::string loss_text(const Loss& loss, const SegmentNames& names) {
    if (!loss) return {};
    std::string text =
        fmt::format("{}: {}", is_refused(loss.reason) ? "dropped" : "lost", reason_text(loss));
    if (loss.direction != trace::kNone)
        text += " on " + direction_name(*names.network, loss.direction);
    else if (loss.node != trace::kNone)
        text += fmt::format(" at {}", names.network->node_name(loss.node));
    return text;
}

std::string cause_text(Cause cause, std::optional<Duration> rto) {
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
        case Cause::ReadAck:
            return {};
        case Cause::SynTimeout:
        case Cause::SynAckTimeout:
        case Cause::RetransmissionTimeout: {
            if (!rto) return "retransmission: RTO";
            // Rounded to whole milliseconds: there to be recognised, not to be computed with.
            const std::int64_t ms = (rto->ns() + 500'000) / 1'000'000;
            return fmt::format("retransmission: RTO {}", to_string(Duration::ms(ms)));
        }
        case Cause::FastRetransmit:
            return "fast retransmission";
        case Cause::RackTimeout:
            return "retransmission: RACK timeout";
        case Cause::LostRetransmission:
            return "retransmission lost: again";
        case Cause::RecoveryRetransmit:
            return "retransmission";
        case Cause::SynRepeated:
            return "the SYN came again";
        default:
            return std::string{wire::describe(cause)};
    }
}

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

std::string milliseconds_text(Time at) {
    const std::int64_t us = (at.ns() + 500) / 1000;
    return fmt::format("{}.{:03}", us / 1000, us % 1000);
}

}  // namespace seedwire::observe
