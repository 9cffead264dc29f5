// The arithmetic of RTT and RTO, in the integers of Linux. RFC 6298 §2 and §5.
#include "models/tcp/recovery/rtt_estimator.h"

#include <vector>

#include "tests/support/catch.h"

namespace seedwire::tcp {

namespace {

constexpr RtoLimits kLimits{Duration::ms(200), Duration::s(120), Duration::ms(1)};

struct Drive {
    RttEstimator rtt;
    StreamOffset una{1};
    RtoLimits limits = kLimits;
    /// A sample that ends a round trip.
    void sample(std::int64_t us) {
        una += 2000;
        rtt.add_sample(us, una, una + 1000, limits);
    }
};

}  // namespace

TEST_CASE("Before any sample the RTO is one second", "[tcp][rtt][rfc6298][RTT-12]") {
    CHECK(RttEstimator{}.rto() == Duration::s(1));
}

TEST_CASE("The first sample gives the RTT plus twice the RTT, at least plus the minimum",
          "[tcp][rtt][rfc6298][RTT-1]") {
    struct Case {
        std::int64_t sample_ms, rto_ms;
    };
    const Case c = GENERATE(Case{100, 300}, Case{10, 210}, Case{20, 220}, Case{1103, 3309});
    Drive d;
    d.sample(c.sample_ms * 1000);
    CHECK(d.rtt.rto() == Duration::ms(c.rto_ms));
    CHECK(d.rtt.srtt_us() == c.sample_ms * 1000);
    CHECK(d.rtt.mdev_us() == c.sample_ms * 500);
}

TEST_CASE("A steady RTT keeps the minimum RTO above it", "[tcp][rtt][RTT-2][RTT-5]") {
    Drive d;
    for (int i = 0; i < 200; ++i) d.sample(100'000);
    CHECK(d.rtt.rto() == Duration::ms(300));
    CHECK(d.rtt.srtt_us() == 100'000);
}

TEST_CASE("The RTO counts whole ticks", "[tcp][rtt][RTT-5]") {
    Drive d;
    d.limits.tick = Duration::ms(4);
    d.sample(100'214);
    CHECK(d.rtt.rto() == Duration::ms(304));
}

TEST_CASE("A rising RTT raises the variance at once", "[tcp][rtt][RTT-2][RTT-3]") {
    Drive d;
    d.sample(100'000);
    // e = 300 ms: srtt = 137.5 ms; mdev 50 -> 50 + (300 - 50)/4 = 112.5 ms, times four.
    d.rtt.add_sample(400'000, d.una, d.una, kLimits);
    CHECK(d.rtt.srtt_us() == 137'500);
    CHECK(d.rtt.mdev_us() == 112'500);
    CHECK(d.rtt.rto() == Duration::us(588'000));
}

TEST_CASE("A falling RTT hardly raises the variance", "[tcp][rtt][RTT-3]") {
    Drive d;
    for (int i = 0; i < 100; ++i) d.sample(400'000);
    const std::int64_t before = d.rtt.mdev_us();
    // |e| = 300 ms, but only an eighth of what exceeds the deviation counts.
    d.rtt.add_sample(100'000, d.una, d.una, kLimits);
    CHECK(d.rtt.mdev_us() <= before + 300'000 / 32 + 1);
}

TEST_CASE("The variance falls once per round trip, by a quarter of the excess",
          "[tcp][rtt][RTT-4]") {
    Drive d;
    d.sample(500'000);  // V = 1 s
    REQUIRE(d.rtt.rto() == Duration::ms(1500));
    // Within the same round trip nothing falls.
    for (int i = 0; i < 5; ++i) d.rtt.add_sample(500'000, d.una, d.una + 1000, kLimits);
    CHECK(d.rtt.rto() == Duration::ms(1500));
    Duration last = d.rtt.rto();
    d.sample(500'000);  // the maximum of the first round was the first variance itself
    d.sample(500'000);
    CHECK(d.rtt.rto() < last);
    for (int i = 0; i < 60; ++i) d.sample(500'000);
    CHECK(d.rtt.rto() <= Duration::ms(701));
    CHECK(d.rtt.rto() >= Duration::ms(700));
}

TEST_CASE("Each timeout doubles the RTO up to the maximum; a sample ends it",
          "[tcp][rtt][rfc6298][RTT-6]") {
    Drive d;
    d.sample(100'000);
    for (const std::int64_t ms : {600, 1200, 2400, 4800}) {
        d.rtt.back_off(kLimits.maximum);
        CHECK(d.rtt.rto() == Duration::ms(ms));
    }
    for (int i = 0; i < 20; ++i) d.rtt.back_off(kLimits.maximum);
    CHECK(d.rtt.rto() == Duration::s(120));
    d.sample(100'000);
    CHECK(d.rtt.rto() < Duration::ms(310));
    CHECK(d.rtt.backoff() == 0);
}

TEST_CASE("An unreachable takes one doubling back", "[tcp][rtt][rfc6069][ICMP-4]") {
    Drive d;
    d.sample(100'000);
    d.rtt.back_off(kLimits.maximum);
    d.rtt.back_off(kLimits.maximum);
    d.rtt.revert_back_off(kLimits);
    CHECK(d.rtt.rto() == Duration::ms(600));
    CHECK(d.rtt.backoff() == 1);
}

TEST_CASE("A handshake without a sample leaves three seconds", "[tcp][rtt][rfc6298][RTT-11]") {
    Drive d;
    d.rtt.fall_back();
    CHECK(d.rtt.rto() == Duration::s(3));
    CHECK_FALSE(d.rtt.has_sample());
    d.sample(100'000);
    CHECK(d.rtt.rto() == Duration::ms(300));
}

TEST_CASE("The minimum RTT ignores what a delayed ACK may have raised", "[tcp][rtt][RTT-13]") {
    RttEstimator rtt;
    const Duration window = Duration::s(300), tick = Duration::ms(1);
    const auto add = [&](std::int64_t second, std::int64_t us, bool delayed) {
        rtt.add_minimum(Time::zero() + Duration::s(second), us, delayed, window, tick);
    };
    CHECK_FALSE(rtt.has_minimum());
    add(1, 50'000, false);
    add(2, 90'000, true);
    CHECK(rtt.min_rtt_us() == 50'000);
    add(3, 40'000, true);
    CHECK(rtt.min_rtt_us() == 40'000);
    // A larger one takes over when the smallest has left the window.
    add(200, 60'000, false);
    CHECK(rtt.min_rtt_us() == 40'000);
    add(304, 70'000, false);
    CHECK(rtt.min_rtt_us() == 60'000);
}

TEST_CASE("The windowed minimum stays near the true one", "[tcp][filter][RTT-13]") {
    // Never below it, and no older than the window.
    std::uint32_t seed = 5;
    const auto random = [&](std::uint32_t below) {
        seed = seed * 1103515245 + 12345;
        return ((seed >> 16) & 0x7fff) % below;
    };
    constexpr std::uint32_t kWindow = 100;
    WindowedMinimum filter;
    filter.reset(0, 1000);
    std::vector<std::uint32_t> values(5'000, 1000);
    for (std::uint32_t t = 1; t < values.size(); ++t) {
        values[t] = 500 + random(500);
        filter.update(kWindow, t, values[t]);
        std::uint32_t least = UINT32_MAX;
        bool present = false;
        for (std::uint32_t age = 0; age <= kWindow && age <= t; ++age) {
            least = std::min(least, values[t - age]);
            present = present || values[t - age] == filter.best();
        }
        REQUIRE(filter.best() >= least);
        REQUIRE(present);
    }
}

TEST_CASE("The windowed maximum is the mirror image", "[tcp][filter]") {
    WindowedMaximum filter;
    filter.reset(0, 5);
    filter.update(10, 1, 3);
    CHECK(filter.best() == 5);
    filter.update(10, 2, 9);
    CHECK(filter.best() == 9);
    filter.update(10, 6, 4);
    filter.update(10, 13, 2);
    CHECK(filter.best() == 4);
}

}  // namespace seedwire::tcp
