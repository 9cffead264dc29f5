// What travels over links: a plain 64-byte description of an IPv4 packet. RFC 791 §3.1.
#pragma once

#include <cstdint>

#include "models/wire/address.h"
#include "models/wire/segment.h"

namespace seedwire::wire {

enum class Protocol : std::uint8_t { Icmp = 1, Tcp = 6, Udp = 17 };

/// Handle of a packet in a PacketPool.
struct PacketRef {
    std::uint32_t index = UINT32_MAX;
    constexpr explicit operator bool() const { return index != UINT32_MAX; }
    constexpr bool operator==(const PacketRef&) const = default;
};

/// Handle of what few packets have: SYN options, SACK blocks, ICMP contents.
struct ExtensionRef {
    std::uint32_t index = UINT32_MAX;
    constexpr explicit operator bool() const { return index != UINT32_MAX; }
    constexpr bool operator==(const ExtensionRef&) const = default;
};

/// The flow (and which of its connections) a packet belongs to, for observers. Dense; kNoFlow for
/// packets of no flow (ICMP, resets of closed ports).
constexpr std::uint32_t kNoFlow = UINT32_MAX;

namespace packet_bit {
constexpr std::uint8_t kTimestamps = 1,  ///< TCP timestamps option present
    kCorrupted = 2,                      ///< damaged on the way: fails its checksum at the receiver
    kCopy = 4,                           ///< made by a duplication, not by a sender
    kForward = 8;                        ///< from the flow's opener (client) to its server
}

/// One cache line. The TCP fields carry UDP and ICMP too: ports, and for ICMP type and code in
/// `source_port`, identifier and sequence in `seq`.
struct Packet {
    Address source, destination;
    std::uint32_t destination_node = UINT32_MAX;  ///< dense node id, resolved by the sender
    std::uint32_t id = 0;                         ///< counter of the sending host, from 1
    std::uint32_t flow = kNoFlow;                 ///< dense connection id, see kNoFlow
    std::uint16_t source_port = 0, destination_port = 0;
    SeqNum seq, ack;
    std::uint16_t window = 0, flags = 0;
    std::uint32_t ts_value = 0, ts_echo = 0;
    std::uint8_t header_bytes = 0;  ///< IP and transport header with options
    std::uint8_t ttl = 64;
    Ecn ecn = Ecn::NotEct;
    Protocol protocol = Protocol::Tcp;
    ExtensionRef extension;
    std::uint16_t payload_length = 0;
    std::uint8_t bits = 0;  ///< packet_bit
    Cause cause = Cause::None;
    std::uint64_t payload_offset = 0;  ///< in the sender's stream; UDP: the datagram's number

    std::uint32_t ip_length() const { return std::uint32_t{header_bytes} + payload_length; }
    bool has(std::uint8_t bit) const { return (bits & bit) != 0; }
};
static_assert(sizeof(Packet) == 64);

}  // namespace seedwire::wire
