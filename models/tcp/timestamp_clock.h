// The clock of the timestamps option: whole milliseconds. RFC 7323 §5.4.
#pragma once

#include <cstdint>

#include "sim/base/time.h"

namespace seedwire::tcp {

/// Milliseconds since the start of the run as a host's timestamp clock shows them. In a real host
/// the phase of this clock against the events of a connection is chance, so that a difference of
/// two readings is the elapsed time rounded up or down. Scenarios begin at round times, so a phase
/// has to be chosen here. Hosts that take no time to answer see round trips 0.1 to 0.3 ms shorter
/// than measured ones; a clock that ticks a quarter of a millisecond before the round times gives
/// most often the differences that were measured, and with them the steps of the receive window.
/// [OPT-12]
constexpr std::int64_t timestamp_clock_ms(Time now) {
    constexpr std::int64_t kPhaseNs = 250'000;
    return (now.ns() + kPhaseNs) / 1'000'000;
}

}  // namespace seedwire::tcp
