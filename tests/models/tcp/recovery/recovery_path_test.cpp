// Loss recovery in a closed loop: what is sent again when, and what becomes of the window.
// RFC 5681, RFC 6298, RFC 6582, RFC 8985, RFC 9937.
#include <algorithm>

#include "tests/models/tcp/recovery/bulk_path.h"
#include "tests/support/catch.h"

namespace seedwire::tcp {

namespace {

std::set<std::uint32_t> range(std::uint32_t from, std::uint32_t to) {
    std::set<std::uint32_t> out;
    for (std::uint32_t i = from; i <= to; ++i) out.insert(i);
    return out;
}
std::int64_t ms(Time at) { return at.since_start().ms(); }

}  // namespace

TEST_CASE("One lost segment: one fast retransmission, no timeout, half the window",
          "[tcp][recovery][rfc5681][RECOV-1][RECOV-2][RECOV-4][CC-4]") {
    BulkPath path{{.rate = 20'000'000, .drop = {15}}, CongestionName::Reno};
    path.run();
    REQUIRE(path.finished());
    REQUIRE(path.retransmissions().size() == 1);
    CHECK(path.retransmissions()[0].segment == 14);
    CHECK(path.retransmissions()[0].cause == wire::Cause::FastRetransmit);
    CHECK(path.timeouts() == 0);
    CHECK(path.sender().window().ssthresh == path.highest_cwnd / 2);
    CHECK(path.sender().state() == RecoveryState::Open);
}

TEST_CASE("CUBIC loses three tenths", "[tcp][recovery][cubic][CUBIC-1]") {
    BulkPath path{{.rate = 20'000'000, .segments = 400, .drop = {60}}, CongestionName::Cubic};
    path.run();
    REQUIRE(path.finished());
    CHECK(path.sender().window().ssthresh == path.highest_cwnd * 717 / 1024);
}

TEST_CASE("Many losses in one window are one recovery and one reduction",
          "[tcp][recovery][SCORE-7][RECOV-3]") {
    std::set<std::uint32_t> every_second;
    for (std::uint32_t i = 31; i < 71; i += 2) every_second.insert(i);
    BulkPath path{{.rate = 20'000'000, .segments = 200, .drop = every_second},
                  CongestionName::Reno};
    path.run();
    REQUIRE(path.finished());
    CHECK(path.retransmissions().size() == 20);
    CHECK(path.timeouts() == 0);
    std::uint32_t reductions = 0;
    RecoveryState before = RecoveryState::Open;
    for (const BulkPath::Step& step : path.steps()) {
        reductions += step.state == RecoveryState::Recovery && before != step.state ? 1 : 0;
        before = step.state;
    }
    CHECK(reductions == 1);
}

TEST_CASE("A lost retransmission is found a round trip later, in the same recovery",
          "[tcp][recovery][rfc8985][RACK-7]") {
    BulkPath once{{.rate = 20'000'000, .drop = {15}}, CongestionName::Reno};
    once.run();
    const BulkPath::Retransmitted first = once.retransmissions()[0];
    BulkPath path{{.rate = 20'000'000, .drop = {15, first.number}}, CongestionName::Reno};
    path.run();
    REQUIRE(path.finished());
    REQUIRE(path.retransmissions().size() == 2);
    const BulkPath::Retransmitted second = path.retransmissions()[1];
    CHECK(second.segment == 14);
    CHECK(second.cause == wire::Cause::LostRetransmission);
    CHECK(ms(second.at) - ms(first.at) >= 100);
    CHECK(ms(second.at) - ms(first.at) < 110);
    CHECK(path.timeouts() == 0);
}

TEST_CASE("A whole window lost: a probe with new data, and no timeout",
          "[tcp][recovery][tlp][rfc8985][TLP-2]") {
    BulkPath path{{.segments = 60, .drop = range(11, 30)}, CongestionName::Reno};
    path.run();
    REQUIRE(path.finished());
    CHECK(path.timeouts() == 0);
    CHECK(path.was_in(RecoveryState::Recovery));
    CHECK_FALSE(path.was_in(RecoveryState::Loss));
    CHECK(path.retransmissions().size() == 20);
    // Nothing is in flight, so PRR begins at one segment and doubles.
    CHECK(std::any_of(path.steps().begin(), path.steps().end(),
                      [](const BulkPath::Step& step) { return step.cwnd <= 2; }));
    CHECK(path.sender().window().ssthresh == 10);
}

TEST_CASE("The last segments lost: the probe repairs one, its SACK the others",
          "[tcp][recovery][tlp][rfc8985][TLP-2]") {
    BulkPath path{{.segments = 20, .drop = {18, 19, 20}}, CongestionName::Cubic};
    path.run();
    REQUIRE(path.finished());
    CHECK(path.timeouts() == 0);
    REQUIRE(path.retransmissions().size() == 3);
    CHECK(path.retransmissions()[0].cause == wire::Cause::TailLossProbe);
    CHECK(path.retransmissions()[0].segment == 19);
    // 2 x RTT + 2 ms after the last progress, at 300 ms.
    CHECK(ms(path.retransmissions()[0].at) == 502);
    CHECK(path.retransmissions()[1].segment == 17);
    CHECK(path.retransmissions()[2].segment == 18);
}

TEST_CASE("Without probes the tail waits for the timeout", "[tcp][recovery][rto]") {
    Sysctls sysctls;
    sysctls.tcp_early_retrans = 0;
    BulkPath path{{.segments = 20, .drop = {20}}, CongestionName::Cubic, sysctls};
    path.run();
    REQUIRE(path.finished());
    CHECK(path.timeouts() == 1);
    REQUIRE(path.retransmissions().size() == 1);
    CHECK(path.retransmissions()[0].cause == wire::Cause::RetransmissionTimeout);
    CHECK(ms(path.retransmissions()[0].at) == 600);              // 300 ms after the last progress
    CHECK(path.sender().window().ssthresh == 29U * 717 / 1024);  // 10, and 19 acknowledged
}

TEST_CASE("A lone lost segment is probed at the RTO, without a collapse of the window",
          "[tcp][recovery][tlp][TLP-1]") {
    BulkPath path{{.segments = 1, .drop = {1}}, CongestionName::Cubic};
    path.run();
    REQUIRE(path.finished());
    CHECK(path.timeouts() == 0);
    REQUIRE(path.retransmissions().size() == 1);
    CHECK(ms(path.retransmissions()[0].at) == 400);
    CHECK(path.sender().window().cwnd == 10);
}

TEST_CASE("If the probe is lost too, the RTO follows and each timeout doubles it",
          "[tcp][recovery][rto][rfc6298][TLP-3]") {
    BulkPath path{{.segments = 3, .drop = range(1, 7)}, CongestionName::Reno};
    path.run();
    REQUIRE(path.finished());
    const auto& again = path.retransmissions();
    REQUIRE(again.size() >= 5);
    CHECK(again[0].cause == wire::Cause::TailLossProbe);
    CHECK(ms(again[0].at) == 302);
    CHECK(again[1].cause == wire::Cause::RetransmissionTimeout);
    CHECK(ms(again[1].at) == 602);
    CHECK(ms(again[2].at) == 1202);
    CHECK(ms(again[3].at) == 2402);
    CHECK(path.timeouts() >= 3);
    CHECK(path.sender().window().ssthresh == 5);  // once, not once per timeout
}

TEST_CASE("An outage of the ACK path is undone by the first ACK's echo",
          "[tcp][recovery][undo][rfc3522][UNDO-1]") {
    PathSettings settings{.segments = 400};
    settings.ack_outage_from = Duration::ms(230);
    settings.ack_outage_until = Duration::ms(900);
    BulkPath path{settings, CongestionName::Reno};
    path.run();
    REQUIRE(path.finished());
    CHECK(path.timeouts() >= 1);
    CHECK(path.was_in(RecoveryState::Loss));
    CHECK(path.sender().window().ssthresh == kInfiniteSsthresh);
    CHECK(path.sender().window().cwnd > 20);
}

TEST_CASE("F-RTO: originals that arrive after a timeout undo it without timestamps",
          "[tcp][recovery][undo][rfc5682][FRTO-1][FRTO-2]") {
    PathSettings settings{.segments = 60, .timestamps = false};
    // The second window is late by 600 ms, and so is the first repetition.
    for (std::uint32_t i = 11; i <= 31; ++i) settings.delay[i] = Duration::ms(600);
    Sysctls sysctls;
    sysctls.tcp_early_retrans = 0;
    BulkPath path{settings, CongestionName::Reno, sysctls};
    path.run();
    REQUIRE(path.finished());
    CHECK(path.timeouts() >= 1);
    CHECK(path.was_in(RecoveryState::Loss));
    CHECK(path.sender().window().ssthresh == kInfiniteSsthresh);
    CHECK(path.retransmissions().size() <= 3);
    sysctls.tcp_frto = 0;
    BulkPath without{settings, CongestionName::Reno, sysctls};
    without.run();
    REQUIRE(without.finished());
    CHECK(without.retransmissions().size() > 10);
}

TEST_CASE("Overtaken by many: one needless retransmission, undone by its original's echo",
          "[tcp][recovery][undo][reordering][UNDO-1][UNDO-3]") {
    PathSettings settings{.rate = 20'000'000, .segments = 200};
    settings.delay[15] = Duration::ms(30);
    BulkPath path{settings, CongestionName::Reno};
    path.run();
    REQUIRE(path.finished());
    CHECK(path.retransmissions().size() == 1);
    CHECK(path.was_in(RecoveryState::Recovery));
    CHECK(path.sender().window().ssthresh == kInfiniteSsthresh);
    CHECK(path.sender().episode().reordering > 3);
    CHECK(path.sender().episode().reordering_seen > 0);
}

TEST_CASE("Once reordering was seen, losses are declared by time",
          "[tcp][recovery][rack][RACK-2][RACK-8]") {
    PathSettings settings{.rate = 20'000'000, .segments = 300};
    settings.delay[15] = Duration::ms(10);  // found by three SACKs, needlessly
    settings.delay[90] = Duration::ms(10);  // by then a quarter RTT is waited for
    BulkPath path{settings, CongestionName::Cubic};
    path.run();
    REQUIRE(path.finished());
    CHECK(path.retransmissions().size() == 1);
    settings.drop = {150};
    BulkPath lossy{settings, CongestionName::Cubic};
    lossy.run();
    REQUIRE(lossy.retransmissions().size() == 2);
    CHECK(lossy.retransmissions()[1].segment >= 148);
    CHECK(lossy.timeouts() == 0);
}

TEST_CASE("Two segments reordered by one are Disorder, nothing more",
          "[tcp][recovery][RACK-8][RECOV-1][RECOV-5]") {
    PathSettings settings{.rate = 20'000'000};
    settings.delay[15] = Duration::us(700);
    BulkPath path{settings, CongestionName::Reno};
    path.run();
    REQUIRE(path.finished());
    CHECK(path.retransmissions().empty());
    CHECK(path.was_in(RecoveryState::Disorder));
    CHECK_FALSE(path.was_in(RecoveryState::Recovery));
}

TEST_CASE("Fewer than three SACKs: the reordering timer declares the loss",
          "[tcp][recovery][rack][rfc8985][RACK-5]") {
    BulkPath path{{.segments = 10, .drop = {9}}, CongestionName::Reno};
    path.run();
    REQUIRE(path.finished());
    REQUIRE(path.retransmissions().size() == 1);
    CHECK(path.retransmissions()[0].cause == wire::Cause::RackTimeout);
    // The SACK comes at 200 ms; a quarter of the RTT and two milliseconds later.
    CHECK(ms(path.retransmissions()[0].at) == 227);
    CHECK(path.timeouts() == 0);
}

TEST_CASE("Without SACK the third duplicate ACK counts, then one hole per round trip",
          "[tcp][recovery][rfc6582][NEWRENO-1][NEWRENO-2][NEWRENO-3]") {
    PathSettings settings{.rate = 20'000'000, .segments = 120, .sack = false};
    settings.drop = {30, 32, 34};
    BulkPath path{settings, CongestionName::Reno};
    path.run();
    REQUIRE(path.finished());
    const auto& again = path.retransmissions();
    REQUIRE(again.size() == 3);
    CHECK(path.timeouts() == 0);
    CHECK(ms(again[1].at) - ms(again[0].at) >= 100);
    CHECK(ms(again[2].at) - ms(again[1].at) >= 100);
    CHECK(path.sender().state() == RecoveryState::Open);
}

TEST_CASE("Duplicates made by the network change nothing", "[tcp][recovery][rfc2883][SCORE-4]") {
    PathSettings settings{.rate = 20'000'000};
    settings.duplicate = {15, 16, 40};
    BulkPath path{settings, CongestionName::Cubic};
    path.run();
    REQUIRE(path.finished());
    CHECK(path.retransmissions().empty());
    CHECK(path.sender().window().ssthresh == kInfiniteSsthresh);
    CHECK(path.sender().dsack_duplicates() == 3);
}

TEST_CASE("HyStart leaves slow start before the first loss at a 1 BDP queue",
          "[tcp][hystart][HYSTART-1]") {
    BulkPath path{{.one_way = Duration::ms(30), .rate = 10'000'000, .segments = 700},
                  CongestionName::Cubic};
    path.run();
    CHECK(path.retransmissions().empty());
    // Measured on the same path: 67, or a round later when the test misses by fractions of a ms.
    CHECK(path.sender().window().ssthresh >= 60);
    CHECK(path.sender().window().ssthresh <= 70);
}

TEST_CASE("Whatever the network does, everything arrives and the books balance",
          "[tcp][recovery][property]") {
    std::uint32_t seed = GENERATE(1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 10U);
    const auto random = [&] {
        seed = seed * 1103515245 + 12345;
        return (seed >> 16) & 0x7fff;
    };
    for (int run = 0; run < 30; ++run) {
        PathSettings p;
        p.rate = random() % 3 != 0 ? 5'000'000 + std::uint64_t{random()} * 1000 : 0;
        p.one_way = Duration::ms(1 + random() % 80);
        p.segments = 1 + random() % 250;
        p.ack_every = 1 + random() % 2;
        p.sack = random() % 4 != 0;
        p.timestamps = random() % 4 != 0;
        const std::uint32_t trouble = random() % 30;  // per cent
        for (std::uint32_t k = 1; k < 900; ++k) {
            if (random() % 100 < trouble) p.drop.insert(k);
            if (random() % 100 < 3) p.duplicate.insert(k);
            if (random() % 100 < trouble / 2) p.delay[k] = Duration::us(random() * 3);
        }
        BulkPath path{p, random() % 2 != 0 ? CongestionName::Reno : CongestionName::Cubic};
        path.run(Time::zero() + Duration::s(100'000));
        REQUIRE(path.finished());
        REQUIRE(path.sender().in_flight() == 0);
        REQUIRE(path.sender().is_consistent());
        REQUIRE(path.sender().timer().meaning == TimerMeaning::None);
        for (const BulkPath::Step& step : path.steps()) REQUIRE(step.cwnd >= 1);
    }
}

}  // namespace seedwire::tcp
