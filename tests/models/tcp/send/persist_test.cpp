// The persist interval, the pacing clock, and the limit of challenge ACKs, as values.
#include "models/tcp/send/persist.h"

#include "models/tcp/challenge_ack.h"
#include "models/tcp/send/pacer.h"
#include "tests/support/catch.h"

using namespace seedwire;
using namespace seedwire::literals;
using namespace seedwire::tcp;

TEST_CASE("Probe intervals double from the RTO up to the limit",
          "[tcp][persist][rfc9293][PERSIST-1]") {
    Persist persist;
    for (const std::int64_t ms : {300, 600, 1200, 2400, 4800}) {
        CHECK(persist.interval(300_ms, 200_ms, 120_s) == Duration::ms(ms));
        persist.note_window_probe(15);
    }
    for (int i = 0; i < 20; ++i) persist.note_window_probe(15);
    CHECK(persist.backoff() == 15);
    CHECK(persist.interval(300_ms, 200_ms, 120_s) == 120_s);
    persist.note_answer();
    CHECK(persist.unanswered() == 0);
    CHECK(persist.interval(300_ms, 200_ms, 120_s) == 120_s);
    persist.reset();
    CHECK(persist.interval(100_ms, 200_ms, 120_s) == 200_ms);
}

TEST_CASE("The first probe starts the user's patience", "[tcp][persist][rfc5482]") {
    Persist persist;
    CHECK(persist.first_probe().is_never());
    persist.note_probe_due(Time::from_ns(5));
    persist.note_probe_due(Time::from_ns(9));
    CHECK(persist.first_probe() == Time::from_ns(5));
}

TEST_CASE("The pacing clock: ten segments free, then the rate, half price after a pause",
          "[tcp][pacing][SEND-13]") {
    Pacer pacer;
    pacer.on_sent(Time::zero(), 1000, 1'000'000, 50);
    CHECK(pacer.next_departure() == Time::zero());  // nobody asked for pacing
    pacer.activate();
    Time now = Time::zero() + 1_s;
    pacer.on_sent(now, 2000, 1'000'000, 2);
    CHECK(pacer.next_departure() == now);
    pacer.on_sent(now, 2000, 1'000'000, 12);
    CHECK(pacer.next_departure() == now + 2_ms);
    now += 2_ms;
    pacer.on_sent(now, 2000, 1'000'000, 14);
    CHECK(pacer.next_departure() == now + 2_ms);
    now += 10_ms;
    pacer.on_sent(now, 2000, 1'000'000, 16);
    CHECK(pacer.next_departure() == now + 1_ms);
}

TEST_CASE("Answers without data are limited per socket, answers to data are not",
          "[tcp][rfc5961][SEQ-3]") {
    ChallengeAckLimit limit;
    const Sysctls sysctls;
    CHECK(limit.allow(Time::zero(), sysctls, false));
    CHECK_FALSE(limit.allow(Time::zero() + 499_ms, sysctls, false));
    CHECK(limit.allow(Time::zero() + 499_ms, sysctls, true));
    CHECK(limit.allow(Time::zero() + 500_ms, sysctls, false));
    CHECK_FALSE(limit.allow(Time::zero() + 501_ms, sysctls, false));
}
