// Where the fields of a segment stand in a packet and its extension.
#pragma once

#include "models/wire/packet_pool.h"
#include "models/wire/segment.h"

namespace seedwire::wire {

inline void put_header_fields(const Segment& segment, Packet& packet) {
    packet.protocol = Protocol::Tcp;
    packet.seq = segment.seq;
    packet.ack = segment.ack;
    packet.window = segment.window;
    packet.flags = segment.flags;
    packet.ts_value = segment.ts_value;
    packet.ts_echo = segment.ts_echo;
    packet.bits = static_cast<std::uint8_t>(packet.bits & ~packet_bit::kTimestamps);
    if (segment.has_timestamps) packet.bits |= packet_bit::kTimestamps;
}

/// What only few segments carry lies beside the packet.
inline bool needs_extension(const Segment& segment) {
    return segment.has(flag::kSyn) || segment.sack.count > 0 || segment.urgent_pointer != 0 ||
           segment.accurate_ecn.is_present();
}

inline void put_extension_fields(const Segment& segment, Extension& extension) {
    if (segment.has(flag::kSyn)) extension.syn = segment.syn;
    extension.sack = segment.sack;
    extension.accurate_ecn = segment.accurate_ecn;
    extension.urgent_pointer = segment.urgent_pointer;
}

}  // namespace seedwire::wire
