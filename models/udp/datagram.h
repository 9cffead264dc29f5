// What UDP carries between an application and the network. RFC 768.
#pragma once

#include <cstdint>

#include "models/wire/address.h"
#include "models/wire/packet.h"

namespace seedwire::udp {

/// One datagram as values. The payload is a range of the sender's numbered datagrams, not bytes.
struct Datagram {
    wire::SocketAddress source, destination;
    std::uint64_t number = 0;  ///< the sender's count, from 0
    std::uint16_t length = 0;  ///< payload bytes
    wire::Ecn ecn = wire::Ecn::NotEct;
};

/// Bytes of the IPv4 and UDP headers.
constexpr std::uint8_t kHeaderBytes = 20 + 8;
/// The longest payload that an IPv4 packet holds.
constexpr std::uint32_t kMaximumPayload = 65535 - kHeaderBytes;

/// Fills in what the datagram says; id, flow, destination node and TTL are the caller's.
inline void to_packet(const Datagram& datagram, wire::Packet& packet) {
    packet.protocol = wire::Protocol::Udp;
    packet.source = datagram.source.address;
    packet.destination = datagram.destination.address;
    packet.source_port = datagram.source.port;
    packet.destination_port = datagram.destination.port;
    packet.header_bytes = kHeaderBytes;
    packet.payload_length = datagram.length;
    packet.payload_offset = datagram.number;
    packet.ecn = datagram.ecn;
    packet.cause = wire::Cause::Datagram;
}

/// The datagram inside a UDP packet.
inline Datagram to_datagram(const wire::Packet& packet) {
    return {{packet.source, packet.source_port},
            {packet.destination, packet.destination_port},
            packet.payload_offset,
            packet.payload_length,
            packet.ecn};
}

}  // namespace seedwire::udp
