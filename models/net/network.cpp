// The way of packets out of nodes: routes, sizes, errors. RFC 792, RFC 1122 §3.2.2, RFC 1191 §4.
#include "models/net/network.h"

#include "models/net/network_parts.h"
#include "sim/base/assert.h"
#include "sim/base/stable_hash.h"

namespace seedwire::net {

using trace::DropReason;

/// Turns a route into one direction.
std::uint32_t Network::choose(std::uint32_t route, std::uint32_t at, const wire::Packet& packet) {
    Routing& routing = *parts_->routing;
    if ((route & Routing::kSetBit) == 0 || route == Routing::kNone) [[likely]]
        return route;
    if (parts_->options.equal_cost == EqualCost::PerPacket) return routing.next_in_turn(route);
    return routing.member(route,
                          static_cast<std::uint32_t>(flow_hash(at, packet) % routing.count(route)));
}

/// Of names and ports, never of addresses, which depend on what else is in the scenario. The node
/// that decides takes part, lest all routers on a way decide alike and leave links unused.
std::uint64_t Network::flow_hash(std::uint32_t at, const wire::Packet& packet) const {
    const auto key = [this](std::uint32_t node) {
        return node < parts_->nodes.size() ? parts_->nodes[node].key : 0;
    };
    std::uint64_t hash =
        combine_hash(key(at), key(parts_->node_by_address.find(packet.source.value)));
    hash = combine_hash(hash, key(packet.destination_node));
    std::uint64_t last = static_cast<std::uint64_t>(packet.protocol);
    if (packet.protocol != wire::Protocol::Icmp)
        last |= std::uint64_t{packet.source_port} << 32 | std::uint64_t{packet.destination_port}
                                                              << 16;
    return combine_hash(hash, last);
}

void Network::send(Time now, std::uint32_t from, wire::PacketRef ref) {
    Parts& parts = *parts_;
    Parts::NodeState& node = parts.nodes[from];
    wire::Packet& packet = packets_[ref];
    packet.id = ++node.packets_sent;
    ++parts.totals.sent;
    if (packet.source.value == 0) packet.source = node.address;
    if (packet.destination_node == UINT32_MAX) {
        if (packet.destination != node.last_destination) [[unlikely]] {
            node.last_destination = packet.destination;
            node.last_destination_node = parts.node_by_address.find(packet.destination.value);
        }
        packet.destination_node = node.last_destination_node;
    }
    // There is no loopback: a packet to oneself has no link to travel on.
    const std::uint32_t route = packet.destination_node == from
                                    ? Routing::kNone
                                    : parts.routing->find(from, packet.destination_node);
    if ((route & Routing::kSetBit) == 0) [[likely]] {
        LinkDirection& link = parts.directions[route];
        if (packet.ip_length() <= link.mtu()) [[likely]]
            return link.transmit(now, ref);
    }
    send_specially(now, from, ref, route);
}

/// Where the route is none or a choice, or the packet too long. Apart, so that the way of most
/// packets needs few registers.
[[gnu::noinline]] void Network::send_specially(Time now, std::uint32_t from, wire::PacketRef ref,
                                               std::uint32_t route) {
    const wire::Packet& packet = packets_[ref];
    const std::uint32_t direction = choose(route, from, packet);
    if (direction == Routing::kNone) return end_inside(now, from, ref, DropReason::NoRoute);
    LinkDirection& link = parts_->directions[direction];
    if (packet.ip_length() > link.mtu()) return end_inside(now, from, ref, DropReason::TooBig);
    link.transmit(now, ref);
}

void Network::forward(Time now, std::uint32_t at, wire::PacketRef ref) {
    Parts& parts = *parts_;
    const wire::Packet& packet = packets_[ref];
    const std::uint32_t route = parts.routing->find(at, packet.destination_node);
    if ((route & Routing::kSetBit) == 0) [[likely]] {
        LinkDirection& link = parts.directions[route];
        if (packet.ip_length() <= link.mtu()) [[likely]]
            return link.transmit(now, ref);
    }
    forward_specially(now, at, ref, route);
}

[[gnu::noinline]] void Network::forward_specially(Time now, std::uint32_t at, wire::PacketRef ref,
                                                  std::uint32_t route) {
    const std::uint32_t direction = choose(route, at, packets_[ref]);
    // Copied: sending an error may move the pool's packets.
    const wire::Packet packet = packets_[ref];
    if (direction == Routing::kNone) {
        send_icmp_error(now, at, packet, icmp::kUnreachable, icmp::kNetUnreachable, 0);
        return end_inside(now, at, ref, DropReason::NoRoute);
    }
    LinkDirection& link = parts_->directions[direction];
    if (packet.ip_length() > link.mtu()) {
        const auto mtu = static_cast<std::uint16_t>(link.mtu());
        send_icmp_error(now, at, packet, icmp::kUnreachable, icmp::kFragmentationNeeded, mtu);
        return end_inside(now, at, ref, DropReason::TooBig);
    }
    link.transmit(now, ref);
}

void Network::drop(Time now, std::uint32_t node, wire::PacketRef ref, DropReason reason) {
    // It was counted when it was handed over; now it has another end.
    if (packets_[ref].destination_node == node) --parts_->totals.received;
    end_inside(now, node, ref, reason);
}

void Network::end_inside(Time now, std::uint32_t node, wire::PacketRef ref, DropReason reason) {
    ++parts_->totals.dropped[static_cast<std::size_t>(reason)];
    ++parts_->nodes[node].dropped[static_cast<std::size_t>(reason)];
    if (parts_->recorder.wants_packets()) {
        trace::NodeDrop record;
        record.at = now;
        record.node = node;
        record.packet = &packets_[ref];
        record.drop = reason;
        parts_->recorder.record(record);
    }
    packets_.release(ref);
}

void Network::send_icmp_error(Time now, std::uint32_t from, const wire::Packet& packet,
                              std::uint8_t type, std::uint8_t code, std::uint16_t mtu) {
    // RFC 1122 §3.2.2: no error about an error, and none to an address that is nobody's.
    if (packet.protocol == wire::Protocol::Icmp) {
        const std::uint8_t about = icmp::type_of(packet);
        if (about != icmp::kEchoRequest && about != icmp::kEchoReply) return;
    }
    if (packet.source.value == 0) return;
    // Copied first: the packet may live in the pool, which grows below.
    wire::IcmpQuote quote;
    quote.source = packet.source;
    quote.destination = packet.destination;
    quote.source_port = packet.source_port;
    quote.destination_port = packet.destination_port;
    quote.seq = packet.seq;
    quote.protocol = packet.protocol;
    quote.next_hop_mtu = mtu;
    quote.ip_length = static_cast<std::uint16_t>(packet.ip_length());
    quote.ip_id = static_cast<std::uint16_t>(packet.id);
    const wire::PacketRef ref = packets_.allocate();
    packets_.extend(ref).quote = quote;
    wire::Packet& error = packets_[ref];
    error.protocol = wire::Protocol::Icmp;
    error.destination = quote.source;
    error.source_port = icmp::pack(type, code);
    // IP and ICMP header, then the offender's IP header and 8 bytes behind it (RFC 792).
    error.header_bytes = 20 + 8 + 20 + 8;
    error.cause = wire::Cause::IcmpError;
    send(now, from, ref);
}

}  // namespace seedwire::net
