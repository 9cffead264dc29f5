// What a router does with a packet: pass it on one hop older, answer it, or say why not.
#include "models/net/router.h"

#include <utility>

#include "models/net/network.h"

namespace seedwire::net {

void icmp::make_echo_reply(wire::Packet& packet) {
    std::swap(packet.source, packet.destination);
    packet.destination_node = UINT32_MAX;
    packet.source_port = pack(kEchoReply, 0);
    packet.ttl = 64;
    packet.ecn = wire::Ecn::NotEct;
    packet.bits = static_cast<std::uint8_t>(
        packet.has(wire::packet_bit::kForward) ? 0 : wire::packet_bit::kForward);
    packet.cause = wire::Cause::EchoReply;
}

void Router::on_packet(Time now, std::uint32_t, wire::PacketRef ref) {
    wire::Packet& packet = network_.packets()[ref];
    if (packet.destination_node == node_) [[unlikely]]
        return receive(now, ref);
    // RFC 1812 §5.3.1: a packet that would leave with a TTL of zero does not leave.
    if (packet.ttl <= 1) [[unlikely]]
        return expire(now, ref);
    --packet.ttl;
    network_.forward(now, node_, ref);
}

[[gnu::noinline]] void Router::expire(Time now, wire::PacketRef ref) {
    const wire::Packet expired = network_.packets()[ref];
    network_.send_icmp_error(now, node_, expired, icmp::kTimeExceeded, 0, 0);
    network_.drop(now, node_, ref, trace::DropReason::TimeToLive);
}

/// A router is no host: it answers echo requests, takes note of ICMP messages, and runs nothing
/// that could want anything else.
[[gnu::noinline]] void Router::receive(Time now, wire::PacketRef ref) {
    wire::PacketPool& pool = network_.packets();
    if (pool[ref].protocol == wire::Protocol::Icmp) {
        if (icmp::type_of(pool[ref]) == icmp::kEchoRequest) {
            const wire::PacketRef reply = pool.copy(ref);
            icmp::make_echo_reply(pool[reply]);
            network_.send(now, node_, reply);
        }
        return pool.release(ref);
    }
    const wire::Packet unwanted = pool[ref];
    const std::uint8_t code = unwanted.protocol == wire::Protocol::Udp ? icmp::kPortUnreachable
                                                                       : icmp::kProtocolUnreachable;
    network_.send_icmp_error(now, node_, unwanted, icmp::kUnreachable, code, 0);
    network_.drop(now, node_, ref, trace::DropReason::Unreachable);
}

}  // namespace seedwire::net
