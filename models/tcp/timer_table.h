// The timers that the connection itself owns, and the coarseness of every timer.
// RFC 9293 §3.8.3, §3.8.4, §3.8.6.1; Linux, `calc_wheel_index`.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "sim/base/time.h"

namespace seedwire::tcp {

/// One slot each; arming a slot replaces what it waited for. The timer of the SYN belongs to the
/// handshake, the retransmission timer to the recovery side, delayed ACK and SACK compression to
/// the receiving side.
enum class TimerSlot : std::uint8_t {
    Keepalive,  ///< keepalive; FIN-WAIT-2 of a closed program
    Pacing,     ///< next departure of a paced connection
};
constexpr int kTimerSlotCount = 2;

class TimerTable {
public:
    Time at(TimerSlot slot) const { return at_[index(slot)]; }
    bool is_armed(TimerSlot slot) const { return !at(slot).is_never(); }
    bool is_due(TimerSlot slot, Time now) const { return at(slot) <= now; }
    void arm(TimerSlot slot, Time at) { at_[index(slot)] = at; }
    void cancel(TimerSlot slot) { at_[index(slot)] = Time::never(); }
    void cancel_all() { at_.fill(Time::never()); }
    Time earliest() const { return *std::min_element(at_.begin(), at_.end()); }

private:
    static constexpr std::size_t index(TimerSlot slot) { return static_cast<std::size_t>(slot); }

    std::array<Time, kTimerSlotCount> at_ = {Time::never(), Time::never()};
};

/// `ns` in whole units. Mostly the unit is the millisecond of exact timers, and dividing by a
/// constant takes a tenth of the time.
constexpr std::int64_t whole_units(std::int64_t ns, std::int64_t unit) {
    constexpr std::int64_t kMillisecond = 1'000'000;
    return unit == kMillisecond ? ns / kMillisecond : ns / unit;
}

/// When a timer set at `now` for `delay` fires. A zero `tick` is exact. Otherwise the kernel's
/// timer wheel: whole ticks, rounded up in steps of 1, 8, 64, 512 or 4096 ticks that grow with the
/// distance, and aligned to absolute time; the phase chosen is tick 0 at time 0.
Time timer_expiry(Time now, Duration delay, Duration tick);

/// `delay` in whole ticks (1 ms where `tick` is zero), rounded up.
Duration round_up_to_tick(Duration delay, Duration tick);

}  // namespace seedwire::tcp
