// Two sequences of packets side by side: how far they agree, and where they part.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "harness/replay/seen_packet.h"

namespace seedwire::replay {

/// Where two sequences part: the same place of one direction on both sides. A side may have ended.
struct Difference {
    std::uint32_t direction = 0;
    std::size_t place = 0;                   ///< among the packets of that direction, from 0
    std::optional<std::size_t> left, right;  ///< index into all packets of a side
    Time at;                                 ///< the earlier of both
};

struct DirectionAgreement {
    std::size_t equal = 0;  ///< from the beginning, one by one
    std::size_t left = 0, right = 0;
    bool is_whole() const { return equal == left && equal == right; }
};

struct Agreement {
    std::vector<DirectionAgreement> directions;
    std::optional<Difference> first;  ///< the earliest in time of all directions
    /// Of the packets that are equal one by one.
    std::size_t compared = 0, equal_windows = 0, equal_push = 0;
    /// Pairs of equal packets as indices into both sides, by their place on the left.
    std::vector<std::pair<std::size_t, std::size_t>> pairs;

    bool identical() const { return !first.has_value(); }
};

/// Which packets count, and what of them.
enum class Compared {
    Everything,
    Data  ///< data, SYN, FIN and RST without their ACK numbers and SACK blocks
};

/// Compares direction by direction.
Agreement compare(const SeenPackets& left, const SeenPackets& right,
                  Compared what = Compared::Everything);

}  // namespace seedwire::replay
