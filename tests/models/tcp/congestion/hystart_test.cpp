// When slow start ends before a loss: the length of the ACK train and the rise of the RTT.
#include "models/tcp/congestion/hystart.h"

#include "tests/support/catch.h"

namespace seedwire::tcp {

namespace {

struct Drive {
    HyStart hystart;
    CongestionMoment moment{.now = Time::zero() + Duration::s(1),
                            .tick = Duration::ms(4),
                            .snd_una = {1},
                            .snd_nxt = {14481},
                            .mss = 1448,
                            .pacing_rate = 1'000'000};
    Drive() { hystart.restart(moment); }
    /// An ACK that begins a new round.
    void begin_round(std::uint32_t delay_min_us) {
        moment.snd_una = moment.snd_nxt + 1;
        moment.snd_nxt += 100'000;
        hystart.on_rtt_sample(moment, delay_min_us, delay_min_us, 15);
    }
    bool after(std::int64_t gap_us, std::uint32_t delay_us, std::uint32_t delay_min_us,
               std::uint32_t cwnd = 60) {
        moment.now += Duration::us(gap_us);
        return hystart.on_rtt_sample(moment, delay_us, delay_min_us, cwnd);
    }
};

}  // namespace

TEST_CASE("HyStart: an ACK train longer than half the minimum RTT and a half millisecond",
          "[tcp][hystart][rfc9406][HYSTART-1]") {
    // Measured: minimum RTT 61.312 ms, threshold 31.156 ms; the train stood at 31.194 ms.
    constexpr std::uint32_t kMinimum = 61'312;
    Drive d;
    d.begin_round(kMinimum);
    for (int i = 0; i < 16; ++i) CHECK_FALSE(d.after(1'900, kMinimum, kMinimum));
    CHECK_FALSE(d.after(31'156 - 16 * 1'900, kMinimum, kMinimum));
    CHECK(d.after(38, kMinimum, kMinimum));
    CHECK(d.hystart.found());
}

TEST_CASE("HyStart: a pause of more than two milliseconds ends the train for this round",
          "[tcp][hystart][HYSTART-1]") {
    constexpr std::uint32_t kMinimum = 20'000;
    Drive d;
    d.begin_round(kMinimum);
    CHECK_FALSE(d.after(2'001, kMinimum, kMinimum));
    for (int i = 0; i < 20; ++i) CHECK_FALSE(d.after(1'000, kMinimum, kMinimum));
    d.begin_round(kMinimum);
    bool found = false;
    for (int i = 0; i < 11; ++i) found = d.after(1'000, kMinimum, kMinimum);
    CHECK(found);
}

TEST_CASE("HyStart: hystart_detect chooses the tests", "[tcp][hystart][HYSTART-4]") {
    constexpr std::uint32_t kMinimum = 20'000;
    const auto runs_into_train = [](Drive& d) {
        d.begin_round(kMinimum);
        bool found = false;
        for (int i = 0; i < 12; ++i) found = d.after(1'000, kMinimum, kMinimum);
        return found;
    };
    const auto runs_into_queue = [](Drive& d) {
        d.begin_round(kMinimum);
        bool found = false;
        for (int i = 0; i < 10; ++i) found = d.after(3'000, 2 * kMinimum, kMinimum);
        return found;
    };
    for (std::uint8_t tests = 0; tests <= hystart::kBoth; ++tests) {
        Drive first, second;
        first.hystart.detect_by(tests);
        second.hystart.detect_by(tests);
        CHECK(runs_into_train(first) == ((tests & hystart::kTrain) != 0));
        CHECK(runs_into_queue(second) == ((tests & hystart::kDelay) != 0));
    }
}

TEST_CASE("HyStart: below sixteen segments it does not look", "[tcp][hystart][HYSTART-3]") {
    Drive d;
    d.begin_round(4'000);
    for (int i = 0; i < 20; ++i) CHECK_FALSE(d.after(1'000, 60'000, 4'000, 15));
}

TEST_CASE("HyStart: the ninth sample of a round tells that the RTT has risen by an eighth",
          "[tcp][hystart][HYSTART-2]") {
    constexpr std::uint32_t kMinimum = 64'000;
    Drive d;
    d.begin_round(kMinimum);
    for (int i = 0; i < 8; ++i) CHECK_FALSE(d.after(3'000, 73'000, kMinimum));
    SECTION("more than an eighth") { CHECK(d.after(3'000, 72'001, kMinimum)); }
    SECTION("an eighth") { CHECK_FALSE(d.after(3'000, 72'000, kMinimum)); }
}

TEST_CASE("HyStart: the rise counts from 4 ms on and is needed only up to 16 ms",
          "[tcp][hystart][HYSTART-2]") {
    struct Case {
        std::uint32_t minimum_us, rise_us;
    };
    const Case c = GENERATE(Case{8'000, 4'000}, Case{800'000, 16'000}, Case{100'000, 12'500});
    for (const bool beyond : {false, true}) {
        Drive d;
        d.begin_round(c.minimum_us);
        bool found = false;
        for (int i = 0; i < 9; ++i)
            found = d.after(3'000, c.minimum_us + c.rise_us + (beyond ? 1 : 0), c.minimum_us);
        CHECK(found == beyond);
    }
}

TEST_CASE("HyStart: found stays found until slow start begins anew", "[tcp][hystart][HYSTART-3]") {
    Drive d;
    d.begin_round(1'000);
    d.after(1'500, 1'000, 1'000);
    REQUIRE(d.hystart.found());
    d.begin_round(1'000);
    CHECK(d.hystart.found());
    d.hystart.restart(d.moment);
    CHECK_FALSE(d.hystart.found());
}

}  // namespace seedwire::tcp
