// Coarseness of timers. Linux, `calc_wheel_index`.
#include "models/tcp/timer_table.h"

namespace seedwire::tcp {
namespace {

struct WheelLevel {
    std::int64_t below;  // ticks
    int shift;
};

// Upper limits of the kernel's levels 0 to 3: 63 slots of 1, 8, 64 and 512 ticks.
constexpr std::array<WheelLevel, 4> kLevels = {{{63, 0}, {504, 3}, {4032, 6}, {32256, 9}}};
constexpr int kLastShift = 12;

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return whole_units(a + b - 1, b); }

}  // namespace

// [TIMER-2]
Time timer_expiry(Time now, Duration delay, Duration tick) {
    if (delay == Duration::max()) return Time::never();
    if (tick == Duration::zero()) return now + delay;
    const std::int64_t ticks = ceil_divide(delay.ns(), tick.ns());
    int shift = kLastShift;
    for (const WheelLevel& level : kLevels) {
        if (ticks < level.below) {
            shift = level.shift;
            break;
        }
    }
    const std::int64_t end = now.ns() / tick.ns() + ticks;
    return Time::from_ns((((end >> shift) + 1) << shift) * tick.ns());
}

// [TIMER-1]
Duration round_up_to_tick(Duration delay, Duration tick) {
    const Duration unit = tick == Duration::zero() ? Duration::ms(1) : tick;
    return unit * ceil_divide(delay.ns(), unit.ns());
}

}  // namespace seedwire::tcp
