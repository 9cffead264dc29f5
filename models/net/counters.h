// What a link direction counts, observers or not.
#pragma once

#include <cstdint>

#include "models/trace/records.h"
#include "sim/base/histogram.h"

namespace seedwire::net {

/// Figures of one link direction, always kept.
struct DirectionCounters {
    std::uint64_t entered = 0;    ///< packets offered, copies made here included
    std::uint64_t delivered = 0;  ///< handed to the next node so far
    std::uint64_t delivered_bytes = 0;
    std::uint64_t started = 0;  ///< serialisations planned
    std::uint64_t dropped[trace::kDropReasonCount] = {};
    std::uint64_t marked_ce = 0, delayed = 0, copies = 0;
    std::uint64_t dropped_in_all() const {
        std::uint64_t sum = 0;
        for (const std::uint64_t count : dropped) sum += count;
        return sum;
    }
    std::uint64_t in_flight() const { return entered - delivered - dropped_in_all(); }
};

/// How long packets waited at one link direction, how long its queue was. Waiting is counted from
/// entering the queue to the start of serialisation. Always kept, packet by packet: here it costs a
/// fraction of what an observer would.
struct QueueFigures {
    std::uint64_t resident_ns = 0;  ///< sum of the times from entry to the end of serialisation
    std::uint64_t overtook = 0;     ///< packets that arrive before one that entered earlier
    std::uint32_t longest = 0;      ///< packets, the one entering and the one on the wire included
    Histogram sojourn;              ///< ns, of every packet that was, or will be, serialised
};

}  // namespace seedwire::net
