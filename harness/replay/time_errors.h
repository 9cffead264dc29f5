// When packets were sent, after what made them sent: measured against simulated.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "harness/replay/sequences.h"

namespace seedwire::replay {

/// Between the measured interval and ours. Positive: ours is later.
struct TimeErrors {
    std::size_t packets = 0;
    std::size_t outside = 0;  ///< beyond what processing and timer rounding explain
    Duration median;          ///< of the absolute errors
    Duration earliest, latest;
    /// The largest beyond the bounds, and whose it is: index into the left side's packets.
    Duration beyond;
    std::optional<std::size_t> worst;
};

/// May ours differ so from the measured interval? At most 1 ms longer, and at most 4.6 ms and an
/// eighth of it shorter: real timers count ticks of 4 ms and lie in a wheel that grows coarser, and
/// ideal timers never fire late.
bool is_within_bounds(Duration measured, Duration simulated);

/// Of the packets that are equal one by one. What made a packet sent is the latest event at its
/// sender before it, in our run: something arrived or was sent. Of a packet that a timer sent it
/// may also be what started that timer: data sent, or an ACK of new data that arrived.
TimeErrors time_errors(const SeenPackets& measured, const SeenPackets& simulated,
                       const Agreement& agreement);

}  // namespace seedwire::replay
