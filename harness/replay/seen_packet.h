// A packet as somebody saw it enter a link: the same words for recordings and for runs.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/wire/cause.h"
#include "models/wire/segment.h"
#include "sim/base/time.h"

namespace seedwire::replay {

/// A range of relative sequence numbers, right end excluded.
struct SackRange {
    std::uint64_t left = 0, right = 0;
    bool operator==(const SackRange&) const = default;
};

/// Numbers are relative: SYN = 0, the first byte of data = 1.
struct SeenPacket {
    Time at;                       ///< entered the link
    Time arrival = Time::never();  ///< at the other end; never if lost
    std::uint32_t direction = 0;   ///< replays: 0 from A to B, 1 from B to A
    std::uint32_t flow = 0;
    std::uint16_t flags = 0;                ///< wire::flag
    std::uint8_t sacks = 0;                 ///< of `sack`
    wire::Cause cause = wire::Cause::None;  ///< not known of a recording
    std::uint32_t length = 0;               ///< bytes of payload
    std::uint64_t seq = 0, ack = 0;
    std::uint64_t window = 0;  ///< bytes: scaled, but on a SYN as it stands there
    std::array<SackRange, 4> sack{};
    Duration queued;  ///< from entering the link to the end of its serialisation
    bool dropped_by_queue = false, dropped_by_rule = false, marked_ce = false;

    bool has(std::uint16_t flag) const { return (flags & flag) != 0; }
    bool is_lost() const { return arrival.is_never(); }
    std::uint64_t end() const { return seq + length; }
};

/// Every packet but copies made on the way, in the order in which they entered links.
using SeenPackets = std::vector<SeenPacket>;

/// "SYN seq 0 win 64240", "DATA 1448 B seq 1 ack 1 win 64512 sack 2897-4345".
std::string words(const SeenPacket& packet);

/// The same flags (PSH apart), numbers and SACK blocks?
bool is_same(const SeenPacket& a, const SeenPacket& b);

}  // namespace seedwire::replay
