// One packet of a connection in words: flags, relative numbers, options, why it was sent, its fate.
#pragma once

#include <string>

#include "harness/observe/ladder.h"

namespace seedwire::observe {

/// What a description must look up.
struct SegmentNames {
    const trace::Connections* connections = nullptr;
    const net::Network* network = nullptr;
};

/// "SYN", "SYN+ACK", "FIN+ACK", "ACK", "DATA", "RST": the word people use for it.
std::string segment_word(const wire::Packet& packet);
/// "SYN seq 0 win 64240 mss 1460 sackOK TS wscale 10", "DATA 100 B seq 1 ack 1".
std::string segment_text(const LadderPacket& packet, const SegmentNames& names);
/// Why it was sent, where that is not obvious: "retransmission: timeout after 1 s"; else empty.
std::string cause_text(const LadderPacket& packet);
/// "lost by faults[0] on line/up", "marked CE", "delayed"; else empty.
std::string fate_text(const LadderPacket& packet, const SegmentNames& names);
/// The time in ms with as many digits as carry information: "0.000 ms", "1 020.048 ms".
std::string milliseconds_text(Time at);

}  // namespace seedwire::observe
