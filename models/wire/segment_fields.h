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

/// All of a segment but what an extension carries.
inline void get_header_fields(const Packet& packet, Segment& segment) {
    segment.seq = packet.seq;
    segment.ack = packet.ack;
    segment.flags = packet.flags;
    segment.window = packet.window;
    segment.payload = {packet.payload_offset, packet.payload_length};
    segment.has_timestamps = packet.has(packet_bit::kTimestamps);
    segment.ts_value = packet.ts_value;
    segment.ts_echo = packet.ts_echo;
    segment.ecn = packet.ecn;
    segment.cause = packet.cause;
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

/// Null: there is none. What means nothing without SYN is left as it is.
inline void get_extension_fields(const Extension* extension, Segment& segment) {
    if (extension != nullptr) {
        segment.syn = extension->syn;
        segment.sack = extension->sack;
        segment.accurate_ecn = extension->accurate_ecn;
        segment.urgent_pointer = extension->urgent_pointer;
    } else {
        segment.sack.count = 0;
        segment.accurate_ecn = {};
        segment.urgent_pointer = 0;
    }
}

}  // namespace seedwire::wire
