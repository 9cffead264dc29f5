// Numbers of the script and numbers of the run. RFC 9293 §3.4.
#include "harness/drill/connection.h"

#include <fmt/format.h>

#include "harness/drill/option_list.h"
#include "models/wire/tcp_options.h"

namespace seedwire::drill {

namespace flag = wire::flag;
using wire::SeqNum;

SentPacket Connection::translate(Time at, const wire::Segment& segment) {
    if (segment.has(flag::kSyn)) local_initial = segment.seq;
    SentPacket packet;
    packet.at = at;
    packet.cause = segment.cause;
    PacketText& text = packet.text;
    text.flags = segment.flags;
    text.length = segment.payload.length;
    // The reset for a segment without ACK has sequence number zero. RFC 9293 §3.10.7.1.
    const bool absolute = segment.has(flag::kRst) && segment.seq.raw() == 0;
    text.sequence = absolute ? 0 : segment.seq.raw() - (local_initial ? local_initial->raw() : 0);
    text.end = text.sequence + text.length;
    // Segments with SYN speak of initial sequence numbers as the script wrote them.
    const std::uint32_t peer_zero = segment.has(flag::kSyn) ? 0 : peer_initial();
    if (segment.has(flag::kAck)) text.ack = segment.ack.raw() - peer_zero;
    text.window = segment.window;
    if (segment.has(flag::kUrg)) text.urgent = segment.urgent_pointer;
    text.ecn = segment.ecn;
    text.options = options_of(segment);
    for (Option& option : text.options)
        for (wire::SackBlock& block : option.blocks)
            block = {SeqNum{block.left.raw() - peer_zero}, SeqNum{block.right.raw() - peer_zero}};
    packet.live_timestamp = segment.ts_value;
    return packet;
}

wire::Segment Connection::inject(const PacketText& packet, Position at) {
    wire::Segment segment;
    OptionList options = packet.options;
    for (Option& option : options) {
        if (option.kind == Option::Kind::Sack) {
            for (wire::SackBlock& block : option.blocks)
                block = {live(block.left.raw()), live(block.right.raw())};
        }
        // Only with ACK an echo means anything. RFC 7323 §3.2.
        const bool echoes = (packet.flags & flag::kAck) != 0 && option.echo != 0;
        if (option.kind == Option::Kind::Timestamps && echoes) {
            const auto echo = timestamps.live(option.echo);
            if (!echo)
                fail(at, fmt::format("TSecr {} was not the TSval of any packet expected so far",
                                     option.echo));
            option.echo = *echo;
        }
    }
    wire::parse_options(to_bytes(options), segment);
    const bool syn = (packet.flags & flag::kSyn) != 0;
    if (syn && !remote_initial) remote_initial = SeqNum{packet.sequence};
    segment.seq = SeqNum{packet.sequence + (syn ? 0 : peer_initial())};
    if (packet.ack) segment.ack = live(*packet.ack - (syn ? script_initial.value_or(0) : 0));
    if ((packet.flags & flag::kAck) == 0) segment.ack = SeqNum{0};
    segment.flags = static_cast<std::uint16_t>(segment.flags | packet.flags);
    segment.window = static_cast<std::uint16_t>(packet.window.value_or(0));
    segment.urgent_pointer = static_cast<std::uint16_t>(packet.urgent.value_or(0));
    const std::uint32_t first =
        segment.seq.raw() + (syn ? 1 : 0) - (remote_initial ? remote_initial->raw() + 1 : 0);
    segment.payload = {first, packet.length};
    segment.ecn = packet.ecn.value_or(wire::Ecn::NotEct);
    segment.cause = wire::Cause::Script;
    return segment;
}

Connection* Connections::find(wire::SocketAddress remote, std::uint16_t local_port) {
    for (const auto& connection : all_)
        if (connection->remote == remote && connection->local_port == local_port)
            return connection.get();
    return nullptr;
}

Connection* Connections::find_named(std::uint16_t remote_port, std::uint16_t local_port) {
    for (const auto& connection : all_) {
        const bool remote = connection->remote.port == remote_port;
        const std::uint16_t local = connection->script_local_port.value_or(connection->local_port);
        if (remote && local == local_port) return connection.get();
    }
    for (const auto& connection : all_) {
        if (connection->remote.port != remote_port || connection->script_local_port) continue;
        connection->script_local_port = local_port;
        return connection.get();
    }
    return nullptr;
}

Connection& Connections::add(wire::SocketAddress remote, std::uint16_t local_port) {
    all_.push_back(std::make_unique<Connection>());
    all_.back()->index = size() - 1;
    all_.back()->remote = remote;
    all_.back()->local_port = local_port;
    return *all_.back();
}

}  // namespace seedwire::drill
