// The coarseness of timers and the connection's own slots.
#include "models/tcp/timer_table.h"

#include "models/tcp/timeouts.h"
#include "tests/support/catch.h"

using namespace seedwire;
using namespace seedwire::literals;
using namespace seedwire::tcp;

TEST_CASE("Without a tick timers are exact", "[tcp][timer]") {
    CHECK(timer_expiry(Time::from_ns(12'345), 1_s, Duration::zero()) ==
          Time::from_ns(1'000'012'345));
    CHECK(timer_expiry(Time::from_ns(5), Duration::max(), 4_ms).is_never());
}

TEST_CASE("The wheel of an HZ=250 kernel rounds up, in steps that grow with the distance",
          "[tcp][timer][TIMER-2]") {
    struct Row {
        std::int64_t now_ms, delay_us, fires_ms;
    };
    // 1 s after a multiple of eight ticks is 1024 ms, 2 s 2016, 8 s 8192, 16 s 16128.
    const Row row = GENERATE(Row{0, 40'000, 44}, Row{0, 250'000, 256}, Row{0, 1'000'000, 1024},
                             Row{1024, 1'000'000, 2048}, Row{5120, 2'000'000, 7136},
                             Row{0, 300'100, 320}, Row{16, 300'100, 352}, Row{0, 8'000'000, 8192},
                             Row{0, 16'000'000, 16128}, Row{3, 4'000, 8}, Row{0, 248'000, 252});
    const Time now = Time::zero() + Duration::ms(row.now_ms);
    CHECK(timer_expiry(now, Duration::us(row.delay_us), 4_ms).ns() == row.fires_ms * 1'000'000);
}

TEST_CASE("A coarse timer never fires early and at most one step late", "[tcp][timer][TIMER-2]") {
    for (std::int64_t ms = 1; ms < 100'000; ms = ms * 3 / 2 + 1) {
        for (const std::int64_t start_us : {0, 1, 3999, 4000, 77'123}) {
            const Time now = Time::zero() + Duration::us(start_us);
            const Duration late =
                timer_expiry(now, Duration::ms(ms), 4_ms) - now - Duration::ms(ms);
            CHECK(late >= Duration::zero());
            CHECK(late <= Duration::ms(ms) / 7 + 8_ms);
        }
    }
}

TEST_CASE("Durations are counted in whole ticks", "[tcp][timer][TIMER-1]") {
    CHECK(round_up_to_tick(300'100_us, 4_ms) == 304_ms);
    CHECK(round_up_to_tick(300'100_us, Duration::zero()) == 301_ms);
    CHECK(round_up_to_tick(300_ms, Duration::zero()) == 300_ms);
}

TEST_CASE("The earliest armed slot is known", "[tcp][timer]") {
    TimerTable timers;
    CHECK(timers.earliest().is_never());
    timers.arm(TimerSlot::Keepalive, Time::from_ns(50));
    timers.arm(TimerSlot::Pacing, Time::from_ns(20));
    CHECK(timers.earliest() == Time::from_ns(20));
    CHECK(timers.is_due(TimerSlot::Pacing, Time::from_ns(20)));
    CHECK_FALSE(timers.is_due(TimerSlot::Keepalive, Time::from_ns(49)));
    timers.cancel(TimerSlot::Pacing);
    CHECK(timers.earliest() == Time::from_ns(50));
    timers.cancel_all();
    CHECK_FALSE(timers.is_armed(TimerSlot::Keepalive));
}

TEST_CASE("Fifteen retries model 924.6 s", "[tcp][timer][rfc9293][RTO-10]") {
    CHECK(modelled_timeout(15, 200_ms, 120_s) == 924'600_ms);
    CHECK(modelled_timeout(5, 200_ms, 120_s) == 12'600_ms);
    CHECK(modelled_timeout(6, 1_s, 120_s) == 127_s);
    CHECK(modelled_timeout(0, 200_ms, 120_s) == 200_ms);
}
