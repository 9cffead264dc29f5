// Now, later, or with data, models/tcp/receive/ack_policy.
#include "models/tcp/receive/ack_policy.h"

#include "tests/support/catch.h"

namespace {

using namespace seedwire;
using namespace seedwire::tcp;
using namespace seedwire::literals;

constexpr std::uint32_t kOptions = 12;  // timestamps in every header
constexpr std::uint32_t kMss = 1448;
constexpr std::uint32_t kWindow = 65160;
constexpr std::int32_t kThreshold = 1;  // tcp_pingpong_thresh

Time at(Duration since_start) { return Time::zero() + since_start; }

struct Fixture {
    AckPolicy policy;
    Sysctls sysctls;
    PathTiming path{.smoothed_rtt_us = 20'000, .rto = 220_ms};

    explicit Fixture(Duration tick = Duration::zero()) {
        sysctls.timer_tick = tick;
        policy.start(at(0_ms), 536, tick);
    }
    /// An in-order segment; returns what the timer does.
    void data(Duration when, std::uint32_t length = kMss, bool push = false) {
        policy.schedule();
        measure(length, push);
        policy.on_data(at(when), kWindow, path);
    }
    SegmentSizeNews measure(std::uint32_t length, bool push = false) {
        return policy.measure_segment(length, kOptions, kOptions, !push, push, kMss);
    }
    bool delay(Duration when) { return policy.delay(at(when), path, sysctls); }
    void use_up_quick_acks() {
        while (policy.quick() > 0) {
            policy.schedule();
            policy.on_ack_sent();
        }
    }
};

}  // namespace

TEST_CASE("The estimate of the peer's segments rises at once and falls after two equal ones",
          "[tcp][receive][ACK-2]") {
    Fixture f;
    CHECK(f.measure(1000).grew);
    CHECK(f.policy.rcv_mss() == 1000);
    CHECK_FALSE(f.measure(1000).grew);
    CHECK(f.measure(9000).grew);
    CHECK(f.policy.rcv_mss() == kMss);  // not above what we advertised
    f.measure(700);
    CHECK(f.policy.rcv_mss() == kMss);
    f.measure(700);
    CHECK(f.policy.rcv_mss() == 700);
    SECTION("small segments count only if they do not end a write") {
        f.measure(100, true);
        f.measure(100, true);
        CHECK(f.policy.rcv_mss() == 700);
        f.measure(100);
        f.measure(100);
        CHECK(f.policy.rcv_mss() == 100);
    }
    SECTION("options lengthen a segment: 524 with timestamps is as good as 536") {
        f.measure(523, true);
        f.measure(523, true);
        CHECK(f.policy.rcv_mss() == 700);
        f.measure(524, true);
        f.measure(524, true);
        CHECK(f.policy.rcv_mss() == 524);
    }
}

TEST_CASE("PSH and short segments mark the end of a write, twice at most", "[tcp][receive]") {
    Fixture f;
    f.measure(kMss);
    CHECK_FALSE(f.policy.is_pushed());
    f.measure(kMss, true);
    CHECK(f.policy.is_pushed());
    f.measure(100, true);
    CHECK(f.policy.is_pushed_twice());
    f.policy.on_ack_sent();
    CHECK_FALSE(f.policy.is_pushed());
    CHECK_FALSE(f.policy.is_pushed_twice());
}

TEST_CASE("The first data grants sixteen quick ACKs, fewer when the window is small",
          "[tcp][receive][ACK-3][ACK-5]") {
    Fixture f;
    f.data(1_ms);
    CHECK(f.policy.quick() == 16);
    CHECK(f.policy.ato() == 40_ms);
    CHECK(f.policy.is_quick(kThreshold));
    SECTION("rcv_wnd / (2 rcv_mss)") {
        AckPolicy small;
        small.start(at(0_ms), kMss, Duration::zero());
        small.on_data(at(1_ms), 15928, f.path);
        CHECK(small.quick() == 5);
        AckPolicy tiny;
        tiny.start(at(0_ms), kMss, Duration::zero());
        tiny.on_data(at(1_ms), 2000, f.path);
        CHECK(tiny.quick() == 2);
    }
    SECTION("each owed ACK takes one, window growth returns the odd one") {
        f.policy.on_ack_sent();
        CHECK(f.policy.quick() == 15);
        f.policy.on_ack_sent();  // nothing owed: a data segment of ours carried it
        CHECK(f.policy.quick() == 15);
        f.policy.on_window_growth();
        CHECK(f.policy.quick() == 15);
        f.data(2_ms);
        f.policy.on_ack_sent();
        f.policy.on_window_growth();
        CHECK(f.policy.quick() == 15);
    }
    SECTION("a pause longer than the retransmission timeout refills") {
        f.use_up_quick_acks();
        f.data(200_ms);
        CHECK(f.policy.quick() == 0);
        f.data(421_ms);
        CHECK(f.policy.quick() == 16);
    }
}

TEST_CASE("The delay adapts to the distance of segments, in integer ticks",
          "[tcp][receive][ACK-7][ACK-8][ACK-9]") {
    Fixture f;
    f.data(0_ms);
    f.data(15_ms);
    CHECK(f.policy.ato() == 40_ms);  // at most 20 ms apart: half and 20 ms
    f.data(45_ms);
    CHECK(f.policy.ato() == 50_ms);  // 20 + 30
    f.data(94_ms);
    CHECK(f.policy.ato() == 74_ms);  // 25 + 49
    f.data(170_ms);
    CHECK(f.policy.ato() == 74_ms);  // further apart than ato: as it was
}

TEST_CASE("An exact delayed ACK leaves 40 ms and half a tick after the first that waits",
          "[tcp][receive][ACK-7]") {
    Fixture f;
    f.data(0_ms);
    f.use_up_quick_acks();
    f.data(100_ms);
    CHECK_FALSE(f.delay(100_ms));
    CHECK(f.policy.next_deadline() == at(142_ms));
    f.data(120_ms);
    CHECK_FALSE(f.delay(120_ms));
    CHECK(f.policy.next_deadline() == at(142_ms));  // the earlier deadline stays
    SECTION("a segment within a quarter of ato before it sends the ACK now") {
        f.data(129_ms);
        CHECK_FALSE(f.delay(129_ms));
        f.data(130_ms);
        CHECK(f.delay(130_ms));
    }
    SECTION("its expiry doubles the delay, bounded by the round trip or 40 ms") {
        CHECK_FALSE(f.policy.on_deadline(at(139_ms), f.path, kThreshold));
        CHECK(f.policy.on_deadline(at(142_ms), f.path, kThreshold).cause ==
              wire::Cause::DelayedAckTimeout);
        f.policy.on_ack_sent();
        CHECK(f.policy.ato() == 80_ms);
        CHECK(f.policy.next_deadline().is_never());
        f.data(300_ms);
        f.delay(300_ms);
        CHECK(f.policy.next_deadline() == at(342_ms));
    }
}

TEST_CASE("With a slow path the delay may reach 500 ms, 200 ms after PSH",
          "[tcp][receive][ACK-7]") {
    Fixture f;
    f.path = {.smoothed_rtt_us = 900'000, .rto = 2_s};
    f.data(0_ms);
    f.use_up_quick_acks();
    for (int i = 0; i < 3; ++i) {
        f.policy.schedule();
        f.delay(Duration::ms(1000 * i));
        f.policy.on_deadline(f.policy.next_deadline(), f.path, kThreshold);
        f.policy.on_ack_sent();
    }
    CHECK(f.policy.ato() == 320_ms);
    f.policy.schedule();
    f.delay(9_s);
    CHECK(f.policy.next_deadline() == at(9_s + 202_ms));
}

TEST_CASE("The timer wheel of a coarse clock fires one tick late at most", "[tcp][receive]") {
    Fixture f{4_ms};
    f.data(0_ms);
    f.use_up_quick_acks();
    f.data(101_ms);
    f.delay(101_ms);
    CHECK(f.policy.next_deadline() == at(144_ms));  // tick 25 + 10, and the rest of that tick
}

TEST_CASE("Without any data before, a delayed ACK leaves at the next tick",
          "[tcp][receive][ACK-10]") {
    Fixture exact;
    exact.policy.schedule();
    CHECK_FALSE(exact.delay(100_ms));
    CHECK(exact.policy.next_deadline() == at(101_ms));
    Fixture coarse{4_ms};
    coarse.policy.schedule();
    coarse.delay(101_ms);
    CHECK(coarse.policy.next_deadline() == at(104_ms));
}

TEST_CASE("A reply within ato makes a conversation: quick ACKs rest, the timer ends it",
          "[tcp][receive][ACK-6][ACK-8]") {
    Fixture f;
    f.data(0_ms);
    f.policy.on_data_sent(at(40_ms));
    CHECK_FALSE(f.policy.is_ping_pong(kThreshold));
    f.policy.on_data_sent(at(39_ms));
    CHECK(f.policy.is_ping_pong(kThreshold));
    CHECK_FALSE(f.policy.is_quick(kThreshold));
    SECTION("delayed-ACK timeout") {
        f.delay(50_ms);
        CHECK(f.policy.on_deadline(at(92_ms), f.path, kThreshold));
        CHECK_FALSE(f.policy.is_ping_pong(kThreshold));
        CHECK(f.policy.ato() == 40_ms);
    }
    SECTION("trouble") {
        f.policy.enter_quick_ack(16, kWindow);
        CHECK(f.policy.is_quick(kThreshold));
    }
}

TEST_CASE("A saved handshake ACK waits 200 ms and leaves sixteen quick ACKs",
          "[tcp][receive][OPEN-3]") {
    Fixture f;
    f.policy.delay_handshake(at(10_ms), kWindow);
    CHECK(f.policy.next_deadline() == at(212_ms));
    CHECK(f.policy.quick() == 16);
    CHECK(f.policy.is_scheduled());
}

TEST_CASE("Three duplicate ACKs leave at once, then a timer gathers them",
          "[tcp][receive][ACK-12][ACK-13]") {
    Fixture f;
    f.path.smoothed_rtt_us = 100'000;
    const auto due = [&](Duration when, std::uint64_t rcv_nxt = 1000) {
        return f.policy.is_duplicate_due(at(when), StreamOffset{rcv_nxt}, true, 8 * 100'000, f.path,
                                         f.sysctls);
    };
    for (int i = 0; i < 3; ++i) CHECK(due(1_ms));
    CHECK_FALSE(due(2_ms));
    CHECK(f.policy.next_deadline() == at(2_ms + 1_ms + 100_us));
    CHECK_FALSE(due(2500_us));
    CHECK(f.policy.next_deadline() == at(2_ms + 1_ms + 100_us));
    CHECK(f.policy.compressed() == 2);
    SECTION("the timer") {
        CHECK(f.policy.on_deadline(at(3100_us), f.path, kThreshold).cause ==
              wire::Cause::CompressedSack);
    }
    SECTION("any ACK clears it") {
        f.policy.on_ack_sent();
        CHECK(f.policy.compressed() == 0);
        CHECK(f.policy.next_deadline().is_never());
    }
    SECTION("a new left edge counts anew") {
        f.policy.on_ack_sent();
        CHECK(due(4_ms, 2000));
    }
    SECTION("44 gathered are enough") {
        for (int i = 2; i < 44; ++i) CHECK_FALSE(due(2500_us));
        CHECK(due(2500_us));
    }
    SECTION("on a short path a twentieth of the round trip") {
        f.policy.on_ack_sent();
        f.path.smoothed_rtt_us = 2'000;
        CHECK_FALSE(due(5_ms));
        CHECK(f.policy.next_deadline() == at(5_ms + 100_us + 100_us));
    }
}

TEST_CASE("Without SACK no duplicate ACK is held back", "[tcp][receive][ACK-14]") {
    Fixture f;
    for (int i = 0; i < 10; ++i) {
        CHECK(f.policy.is_duplicate_due(at(1_ms), StreamOffset{1}, false, 0, f.path, f.sysctls));
    }
}

TEST_CASE("A delayed-ACK timer still running flushes gathered duplicates", "[tcp][receive]") {
    Fixture f;
    f.data(0_ms);
    f.use_up_quick_acks();
    f.data(10_ms);
    f.delay(10_ms);
    f.policy.on_ack_sent();
    CHECK(f.policy.next_deadline().is_never());
    for (int i = 0; i < 4; ++i) {
        f.policy.is_duplicate_due(at(51500_us), StreamOffset{5}, true, 8 * 20'000, f.path,
                                  f.sysctls);
    }
    CHECK(f.policy.next_deadline() == at(52_ms));
    CHECK(f.policy.on_deadline(at(52_ms), f.path, kThreshold).cause == wire::Cause::CompressedSack);
}
