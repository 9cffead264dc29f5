// One packet of a connection in words: flags, relative numbers, options, why it was sent, its fate.
#pragma once

#include <string>

#include "harness/observe/ladder.h"
#include "harness/observe/packet_words.h"

namespace seedwire::observe {

/// "SYN seq 0 win 64240 mss 1460 sackOK TS wscale 10", "DATA 100 B seq 1 ack 1".
std::string segment_text(const LadderPacket& packet, const SegmentNames& names);
/// Why it was sent, where that is not obvious: "retransmission: RTO 1 s"; else empty.
std::string cause_text(const LadderPacket& packet);
/// "lost: faults[0] on line.up", "marked CE", "delayed"; else empty.
std::string fate_text(const LadderPacket& packet, const SegmentNames& names);

}  // namespace seedwire::observe
