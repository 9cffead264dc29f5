// The small parts of loss recovery: tail loss probe, undo, delivery rate, window validation, timer.
#include "models/tcp/recovery/delivery_rate.h"
#include "models/tcp/recovery/retransmission_timer.h"
#include "models/tcp/recovery/tlp.h"
#include "models/tcp/recovery/undo.h"
#include "models/tcp/recovery/window_validation.h"
#include "tests/support/catch.h"

namespace seedwire::tcp {

namespace {

Time at_ms(std::int64_t ms) { return Time::zero() + Duration::ms(ms); }
constexpr RtoLimits kLimits{Duration::ms(200), Duration::s(120), Duration::ms(1)};

}  // namespace

TEST_CASE("The probe waits for twice the RTT and a little, never longer than the RTO",
          "[tcp][tlp][rfc8985][TLP-1]") {
    RttEstimator rtt;
    const Duration rto_min = Duration::ms(200);
    CHECK(TailLossProbe::timeout(rtt, 3, rto_min, Duration::s(3)) == Duration::s(1));
    rtt.add_sample(100'000, {1}, {1}, kLimits);
    CHECK(TailLossProbe::timeout(rtt, 3, rto_min, rtt.rto()) == Duration::ms(202));
    // One segment may be acknowledged late, so the RTO would come first.
    CHECK(TailLossProbe::timeout(rtt, 1, rto_min, Duration::s(9)) == Duration::ms(400));
    CHECK(TailLossProbe::timeout(rtt, 1, rto_min, rtt.rto()) == Duration::ms(300));
    CHECK(TailLossProbe::timeout(rtt, 3, rto_min, Duration::ms(-5)) == Duration::ms(202));
}

TEST_CASE("What an ACK says about an outstanding probe", "[tcp][tlp][rfc8985][TLP-5][TLP-6]") {
    using Verdict = TailLossProbe::Verdict;
    TailLossProbe probe;
    CHECK(probe.on_ack({{500}}) == Verdict::Nothing);
    probe.on_sent({1000}, true);
    CHECK(probe.on_ack({{999}, false, true}) == Verdict::Nothing);
    CHECK(probe.on_ack({{1000}}) == Verdict::Nothing);
    CHECK(probe.on_ack({{1000}, true, false}) == Verdict::NoLoss);
    CHECK(probe.on_ack({{1000}, false, true}) == Verdict::NoLoss);
    CHECK(probe.on_ack({{1001}, true, false}) == Verdict::NoLoss);
    CHECK(probe.on_ack({{1001}, false, false}) == Verdict::RepairedLoss);
    probe.on_sent({2000}, false);
    CHECK(probe.on_ack({{2000}}) == Verdict::NoLoss);
    CHECK(probe.on_ack({{2001}}) == Verdict::NoLoss);
}

TEST_CASE("An echo from before the first retransmission proves it needless",
          "[tcp][undo][rfc3522][UNDO-1]") {
    Undo undo;
    undo.begin({1}, 0);
    undo.on_retransmission(at_ms(250));
    undo.on_retransmission(at_ms(260));
    CHECK(undo.first_retransmission() == at_ms(250));
    CHECK(undo.may_undo({true, 249}, false));
    CHECK_FALSE(undo.may_undo({true, 250}, false));
    CHECK_FALSE(undo.may_undo({false, 0}, false));
    undo.end();
    CHECK_FALSE(undo.may_undo({true, 249}, false));
}

TEST_CASE("DSACKs for all retransmissions prove them needless", "[tcp][undo][rfc3708][UNDO-2]") {
    Undo undo;
    undo.begin({1000}, 0);
    CHECK_FALSE(undo.all_needless());
    CHECK_FALSE(undo.counts_duplicates({2000}));  // nothing was sent again
    undo.on_retransmission(at_ms(1));
    undo.on_retransmission(at_ms(1));
    CHECK_FALSE(undo.counts_duplicates({1000}));
    CHECK(undo.counts_duplicates({2000}));
    undo.on_duplicates(1);
    CHECK_FALSE(undo.all_needless());
    undo.on_duplicates(3);
    CHECK(undo.all_needless());
    CHECK(undo.may_undo({}, false));
}

TEST_CASE("Retransmissions of an earlier episode have to be reported needless, too",
          "[tcp][undo]") {
    Undo undo;
    undo.begin({1000}, 2);
    undo.on_retransmission(at_ms(1));
    undo.on_duplicates(2);
    CHECK_FALSE(undo.all_needless());
}

TEST_CASE("Nothing was sent again: what arrives are originals, except where the stamp was cleared",
          "[tcp][undo]") {
    Undo undo;
    undo.begin({1}, 0);
    CHECK(undo.may_undo({}, false));
    CHECK_FALSE(undo.may_undo({}, true));
}

TEST_CASE("The delivery rate is taken over the slower of sending and acknowledging",
          "[tcp][rate][SEND-14]") {
    DeliveryRate rate;
    rate.on_handshake(at_ms(0));
    Scoreboard board;
    board.start_at({1});
    for (std::uint64_t i = 0; i < 4; ++i)
        board.on_sent(at_ms(10 + static_cast<std::int64_t>(i)), {1 + 1000 * i}, {1001 + 1000 * i},
                      0, rate.on_sent(at_ms(10 + static_cast<std::int64_t>(i)), i == 0));
    RateSample sample;
    const Time now = at_ms(60);
    const std::uint32_t n = board.acknowledge({4001}, [&](const SentSegment& s) {
        rate.count_delivered(1);
        rate.on_delivered(now, s, sample);
    });
    rate.finish(now, n, false, 20'000, sample);
    CHECK(sample.prior_delivered == 1);
    CHECK(sample.delivered == 4);
    CHECK(sample.interval_us == 50'000);  // since the flight began, when nothing was outstanding
    CHECK_FALSE(sample.app_limited);
    CHECK(rate.bytes_per_second(1000) == 80'000);
}

TEST_CASE("Invalid rate samples: no candidate, faster than the path, reneging",
          "[tcp][rate][SEND-14]") {
    const auto run = [](bool candidate, bool reneged, std::uint32_t min_rtt_us) {
        DeliveryRate rate;
        rate.on_handshake(at_ms(0));
        Scoreboard board;
        board.start_at({1});
        board.on_sent(at_ms(10), {1}, {1001}, 0, rate.on_sent(at_ms(10), true));
        RateSample sample;
        rate.count_delivered(1);
        if (candidate)
            board.acknowledge(
                {1001}, [&](const SentSegment& s) { rate.on_delivered(at_ms(30), s, sample); });
        rate.finish(at_ms(30), 1, reneged, min_rtt_us, sample);
        return sample.interval_us;
    };
    CHECK(run(true, false, 20'000) == 20'000);
    CHECK(run(true, false, 20'001) == -1);
    CHECK(run(true, true, 20'000) == -1);
    CHECK(run(false, false, 20'000) == -1);
}

TEST_CASE("Application limited is what was sent until the bubble is delivered",
          "[tcp][rate][SEND-12]") {
    DeliveryRate rate;
    rate.on_handshake(at_ms(0));
    rate.set_app_limited(2);
    CHECK(rate.on_sent(at_ms(1), true).app_limited);
    RateSample sample;
    rate.count_delivered(2);
    rate.finish(at_ms(2), 2, false, 0, sample);
    CHECK(rate.is_app_limited());
    rate.count_delivered(1);
    rate.finish(at_ms(3), 1, false, 0, sample);
    CHECK_FALSE(rate.is_app_limited());
}

TEST_CASE("Only a window that was used may grow; in slow start, one that was half used",
          "[tcp][validation][rfc7661][CC-5]") {
    WindowValidation validation;
    Window window;
    WindowValidation::Facts facts{.snd_una = {1},
                                  .snd_nxt = {5001},
                                  .packets_out = 5,
                                  .rto = Duration::ms(300),
                                  .tick = Duration::ms(1)};
    validation.on_send_loop_end(at_ms(0), facts, window);
    CHECK_FALSE(validation.may_grow(window));  // 10 is not below 2 x 5
    facts.packets_out = 6;
    validation.on_send_loop_end(at_ms(1), facts, window);
    CHECK(validation.may_grow(window));
    window.ssthresh = 10;
    CHECK_FALSE(validation.may_grow(window));
    facts.limited = true;
    facts.snd_nxt = {10'001};
    validation.on_send_loop_end(at_ms(2), facts, window);
    CHECK(validation.may_grow(window));
    SECTION("limited holds for the flight") {
        facts.limited = false;
        facts.snd_una = {9'001};
        validation.on_send_loop_end(at_ms(3), facts, window);
        CHECK(validation.may_grow(window));
        facts.snd_una = {10'001};
        validation.on_send_loop_end(at_ms(4), facts, window);
        CHECK_FALSE(validation.may_grow(window));
    }
}

TEST_CASE("A window unused for an RTO falls half the way to what was used",
          "[tcp][validation][rfc7661][CC-6]") {
    WindowValidation validation;
    Window window{.cwnd = 40, .ssthresh = 30};
    WindowValidation::Facts facts{.snd_una = {1},
                                  .snd_nxt = {4'001},
                                  .packets_out = 12,
                                  .rto = Duration::ms(300),
                                  .tick = Duration::ms(1)};
    validation.on_send_loop_end(at_ms(299), facts, window);
    CHECK(window.cwnd == 40);
    SECTION("so it is") {
        validation.on_send_loop_end(at_ms(300), facts, window);
        CHECK(window.cwnd == 26);
        CHECK(window.ssthresh == 30);
    }
    SECTION("not below the initial window") {
        window = {.cwnd = 12, .ssthresh = 5};
        facts.packets_out = 2;
        WindowValidation fresh;
        fresh.on_send_loop_end(at_ms(300), facts, window);
        CHECK(window.cwnd == 11);
        CHECK(window.ssthresh == 9);
    }
    SECTION("not when the send buffer was the limit") {
        facts.sndbuf_blocked = true;
        validation.on_send_loop_end(at_ms(300), facts, window);
        CHECK(window.cwnd == 40);
    }
    SECTION("not with slow_start_after_idle off") {
        facts.slow_start_after_idle = false;
        validation.on_send_loop_end(at_ms(900), facts, window);
        CHECK(window.cwnd == 40);
    }
}

TEST_CASE("Idleness halves the window once per whole RTO, down to the initial window",
          "[tcp][validation][rfc5681][CC-7]") {
    struct Case {
        std::int64_t idle_ms;
        std::uint32_t cwnd;
    };
    const Case c = GENERATE(Case{300, 148}, Case{301, 74}, Case{600, 74}, Case{601, 37},
                            Case{901, 18}, Case{1201, 10}, Case{2100, 10});
    WindowValidation validation;
    Window window{.cwnd = 148};
    validation.restart_after_idle(at_ms(c.idle_ms),
                                  {.last_sent = at_ms(0),
                                   .rto = Duration::ms(300),
                                   .tick = Duration::ms(1),
                                   .initial_cwnd = 10,
                                   .current_ssthresh = kInfiniteSsthresh},
                                  window);
    CHECK(window.cwnd == c.cwnd);
}

TEST_CASE("The retransmission timer counts whole ticks, at least one", "[tcp][timer][TIMER-1]") {
    RetransmissionTimer timer;
    CHECK(timer.deadline.is_never());
    timer.arm(at_ms(10), TimerMeaning::LossProbe, Duration::us(206'700), Duration::zero());
    CHECK(timer.deadline == at_ms(217));
    timer.arm(at_ms(10), TimerMeaning::Retransmission, Duration::zero(), Duration::zero());
    CHECK(timer.deadline == at_ms(11));
    timer.arm(at_ms(12), TimerMeaning::Retransmission, Duration::us(300'100), Duration::ms(4));
    // 76 ticks from tick 3 in steps of eight: tick 80.
    CHECK(timer.deadline == at_ms(320));
    timer.stop();
    CHECK(timer.meaning == TimerMeaning::None);
    CHECK(timer.deadline.is_never());
}

}  // namespace seedwire::tcp
