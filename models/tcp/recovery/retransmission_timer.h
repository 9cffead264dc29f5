// The one retransmission timer and what its expiry means. Only one of RTO, loss probe, reordering
// and zero-window probe is armed at a time. RFC 6298 §5, RFC 8985 §6.3 and §7.2, RFC 9293 §3.8.6.1.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/tcp/timer_table.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

// [TIMER-3]
enum class TimerMeaning : std::uint8_t {
    None,
    Retransmission,  ///< RTO
    LossProbe,       ///< tail loss probe
    Reordering,      ///< RACK: late segments become lost ones
    WindowProbe      ///< persist
};

struct RetransmissionTimer {
    Time deadline = Time::never();
    TimerMeaning meaning = TimerMeaning::None;

    /// `delay` is counted in whole ticks, rounded up (1 ms where `tick` is zero), and at least one.
    void arm(Time now, TimerMeaning what, Duration delay, Duration tick) {
        meaning = what;
        const Duration least = std::max(delay, Duration::us(1));
        deadline = timer_expiry(now, round_up_to_tick(least, tick), tick);
    }
    void stop() {
        meaning = TimerMeaning::None;
        deadline = Time::never();
    }
};

}  // namespace seedwire::tcp
