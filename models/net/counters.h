// What a link direction counts, observers or not.
#pragma once

#include <cstdint>

#include "models/trace/records.h"

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

}  // namespace seedwire::net
