// The clock of the timestamps option: whole milliseconds. RFC 7323 §5.4.
#pragma once

#include <cstdint>

#include "sim/base/time.h"

namespace seedwire::tcp {

/// Milliseconds since the start of the run as a host's timestamp clock shows them. In a real host
/// the phase of this clock against the events of a connection is chance, so that a difference of
/// two readings is the elapsed time rounded up or down. Here it ticks in the middle of a
/// millisecond: scenarios begin at round times, and the difference is then the elapsed time to the
/// nearest.
constexpr std::int64_t timestamp_clock_ms(Time now) {
    constexpr std::int64_t kPhaseNs = 500'000;
    return (now.ns() + kPhaseNs) / 1'000'000;
}

}  // namespace seedwire::tcp
