// The sender ACK by ACK: samples, timers, blocks that are not to be believed, ECN, path MTU.
#include "models/tcp/recovery/sender.h"

#include <initializer_list>
#include <vector>

#include "tests/support/catch.h"

namespace seedwire::tcp {

namespace {

constexpr std::uint32_t kMss = 1000;
Time at_ms(std::int64_t ms) { return Time::zero() + Duration::ms(ms); }
StreamOffset segment(std::uint32_t n) { return StreamOffset{1 + std::uint64_t{n} * kMss}; }

/// Established at 100 ms with an RTT of 100 ms.
struct Drive {
    Sysctls sysctls;
    Sender sender;
    std::uint32_t next = 0;
    PeerWindow peer{{1'000'000}};

    explicit Drive(bool sack = true, Sysctls settings = {})
        : sysctls{settings}, sender{sysctls, CongestionName::Reno} {
        sender.start(at_ms(100), {.mss = kMss, .sack = sack, .max_window = 65535});
        sender.on_handshake_sample(at_ms(100), Duration::ms(100));
    }
    void send(std::int64_t ms, std::uint32_t count) {
        for (std::uint32_t i = 0; i < count; ++i, ++next)
            sender.on_new_segment(at_ms(ms), segment(next), segment(next + 1), 0);
        sender.on_send_loop_end(at_ms(ms), {.sent = count});
    }
    AckOutcome ack(std::int64_t ms, StreamOffset to, std::initializer_list<SackRange> blocks = {},
                   std::int64_t echo_ms = -1, bool ece = false) {
        AckInput input;
        input.ack = to;
        input.sack = {blocks.begin(), blocks.size()};
        input.echo = {echo_ms >= 0, echo_ms};
        input.window_end = peer.end;
        input.ece = ece;
        return sender.on_ack(at_ms(ms), input);
    }
    AckOutcome ack(std::int64_t ms, std::uint32_t n, std::initializer_list<SackRange> blocks = {}) {
        return ack(ms, segment(n), blocks);
    }
    std::uint32_t resend(std::int64_t ms) {
        std::uint32_t count = 0;
        while (const auto again = sender.next_retransmission(peer)) {
            sender.on_retransmission(at_ms(ms), *again);
            ++count;
        }
        sender.on_retransmission_loop_end(at_ms(ms));
        return count;
    }
    void expect_timer(TimerMeaning meaning, std::int64_t ms) const {
        CHECK(sender.timer().meaning == meaning);
        CHECK(sender.timer().deadline == at_ms(ms));
    }
};
SackRange block(std::uint32_t from, std::uint32_t to) { return {segment(from), segment(to)}; }

}  // namespace

TEST_CASE("The first send arms a probe, an ACK of all stops the timer",
          "[tcp][sender][rfc6298][TIMER-3][RTO-1][RTO-2][TLP-4]") {
    Drive d;
    d.send(100, 3);
    d.expect_timer(TimerMeaning::LossProbe, 302);
    d.ack(201, 3U);
    CHECK(d.sender.timer().meaning == TimerMeaning::None);
    d.send(300, 1);
    // Alone: 2 x 100 + 200 ms; the RTO comes first, counted from its own sending.
    d.expect_timer(TimerMeaning::LossProbe, 300 + d.sender.rto().ms());
}

TEST_CASE("Without SACK there is no probe but the RTO, from the first segment",
          "[tcp][sender][rfc6298][RTO-1][RTO-2]") {
    Drive d{false};
    d.send(100, 2);
    d.send(150, 2);
    d.expect_timer(TimerMeaning::Retransmission, 400);
    d.ack(210, 1U);
    CHECK(d.sender.timer().deadline == at_ms(210) + d.sender.rto());
}

TEST_CASE("The SYN's or SYN-ACK's second retransmission leaves a window of one",
          "[tcp][sender][rfc5681][OPEN-13]") {
    for (const auto& [again, cwnd] : {std::pair{0U, 10U}, {1U, 10U}, {2U, 1U}}) {
        Sysctls sysctls;
        Sender sender{sysctls, CongestionName::Cubic};
        sender.start(at_ms(0), {.syn_retransmissions = again});
        sender.on_no_handshake_sample();
        CHECK(sender.window().cwnd == cwnd);
        CHECK(sender.rto() == Duration::s(3));
    }
}

TEST_CASE("The RTT is that of the oldest segment acknowledged, by ACK before SACK",
          "[tcp][sender][rfc6298][RTT-7]") {
    Drive d;
    d.send(100, 2);
    d.send(120, 3);
    CHECK(d.ack(230, 3U, {block(4, 5)}).rtt_us == 130'000);
    CHECK(d.ack(240, 3U).rtt_us == -1);
}

TEST_CASE("A newly SACKed segment gives a sample where no ACK does", "[tcp][sender][RTT-8]") {
    Drive d;
    d.send(100, 2);
    d.send(120, 3);
    CHECK(d.ack(225, 0U, {block(3, 5)}).rtt_us == 105'000);
}

TEST_CASE("Karn: what was sent twice gives a sample by timestamps only",
          "[tcp][sender][rfc6298][rfc7323][RTT-9]") {
    for (const bool timestamps : {false, true}) {
        Drive d;
        d.send(100, 4);
        d.sender.on_retransmission(at_ms(400),
                                   d.sender.on_retransmission_timeout(at_ms(400), d.peer));
        const auto outcome = d.ack(520, segment(4), {}, timestamps ? 400 : -1);
        CHECK(outcome.rtt_us == (timestamps ? 120'000 : -1));
        // Without a sample the back-off stays.
        CHECK((d.sender.rto() == Duration::ms(600)) == !timestamps);
    }
}

TEST_CASE("SACKs of later data do not put the timeout off", "[tcp][sender][RTO-4]") {
    Sysctls sysctls;
    sysctls.tcp_early_retrans = 0;
    Drive d{true, sysctls};
    d.send(100, 1);
    d.send(190, 3);
    d.expect_timer(TimerMeaning::Retransmission, 400);
    d.ack(290, 0U, {block(3, 4)});  // marks the head lost; it is not sent again here
    CHECK(d.sender.timer().deadline <= at_ms(400));
}

TEST_CASE("The reordering timer stands in for the RTO, which continues afterwards",
          "[tcp][sender][rfc8985][TIMER-3][RTO-3]") {
    Drive d;
    d.send(100, 4);
    d.ack(205, 0U, {block(1, 2)});
    d.expect_timer(TimerMeaning::Reordering, 232);  // 25 ms + 2 ms after the SACK
    CHECK(d.sender.on_reordering_timeout(at_ms(232)));
    CHECK(d.sender.state() == RecoveryState::Recovery);
    const auto head = d.sender.next_retransmission(d.peer);
    REQUIRE(head);
    CHECK(head->start == segment(0));
    CHECK(head->cause == wire::Cause::RackTimeout);
    d.sender.on_retransmission(at_ms(232), *head);
    d.sender.on_reordering_timeout_end(at_ms(232));
    CHECK(d.sender.timer().meaning == TimerMeaning::Retransmission);
    CHECK(d.sender.timer().deadline == at_ms(232) + d.sender.rto());
}

TEST_CASE("Blocks that cannot be true are ignored", "[tcp][sender][rfc2018][SCORE-2]") {
    Drive d;
    d.send(100, 10);
    d.ack(200, 2U);
    const std::vector<SackRange> wrong = {
        {segment(8), segment(12)},  // beyond what was sent
        {segment(5), segment(5)},   // empty
        {segment(6), segment(4)},   // reversed
        {segment(2), segment(4)},   // begins at snd_una: would have been acknowledged
        {segment(0), segment(2)}};  // below it, a DSACK of what was never sent again
    for (const SackRange& range : wrong) {
        d.ack(205, segment(2), {range});
        CHECK(d.sender.scoreboard().sacked_out() == 0);
        CHECK(d.sender.state() == RecoveryState::Open);
    }
}

TEST_CASE("DSACKs for every retransmission undo the reduction",
          "[tcp][sender][rfc3708][SCORE-3][UNDO-2][UNDO-3]") {
    Drive d;
    d.send(100, 10);
    CHECK(d.ack(201, 0U, {block(1, 4)}).send == AfterAck::Retransmissions);
    CHECK(d.resend(201) == 1);
    CHECK(d.sender.window().ssthresh == 5);
    // The original arrives after all, then the copy is reported.
    d.ack(230, 10U);
    REQUIRE(d.sender.window().cwnd == 6);  // ssthresh, and this ACK's growth
    const auto outcome = d.ack(301, 10U, {block(0, 1)});
    CHECK(outcome.undone);
    CHECK(d.sender.window().cwnd >= 10);
    CHECK(d.sender.window().ssthresh == kInfiniteSsthresh);
    CHECK(d.sender.dsack_duplicates() == 1);
}

TEST_CASE("Reneging: a short wait, then all SACKs are forgotten",
          "[tcp][sender][rfc2018][SCORE-6]") {
    Drive d;
    d.send(100, 10);
    d.ack(201, 0U, {block(2, 4)});
    // The ACK stops where data had been SACKed.
    const auto outcome = d.ack(240, 2U);
    CHECK(outcome.reneging);
    CHECK(d.sender.timer().meaning == TimerMeaning::Retransmission);
    CHECK(d.sender.timer().deadline <= at_ms(240 + 60));
    const auto head = d.sender.on_retransmission_timeout(at_ms(300), d.peer);
    CHECK(head.start == segment(2));
    CHECK(d.sender.scoreboard().sacked_out() == 0);
    CHECK(d.sender.scoreboard().lost_out() == 8);
}

TEST_CASE("A timeout spares what was sent within the last RTT",
          "[tcp][sender][rfc8985][RTO-5][RTO-8]") {
    Drive d;
    d.send(100, 5);
    d.ack(200, 1U);
    d.send(380, 3);
    d.sender.on_retransmission_timeout(at_ms(400), d.peer);
    CHECK(d.sender.scoreboard().lost_out() == 4);
    CHECK(d.sender.window().cwnd == 4);  // three in flight and one
}

TEST_CASE("A timeout sends exactly the head; ssthresh falls once",
          "[tcp][sender][rfc5681][RTO-6][RTO-7]") {
    Drive d;
    d.send(100, 10);
    const auto head = d.sender.on_retransmission_timeout(at_ms(400), d.peer);
    d.sender.on_retransmission(at_ms(400), head);
    CHECK(head.start == segment(0));
    CHECK(head.end == segment(1));
    CHECK(head.cause == wire::Cause::RetransmissionTimeout);
    CHECK(d.sender.window().cwnd == 1);
    CHECK(d.sender.window().ssthresh == 5);
    CHECK(d.sender.room() == 0);
    d.expect_timer(TimerMeaning::Retransmission, 1000);
    d.sender.on_retransmission_timeout(at_ms(1000), d.peer);
    CHECK(d.sender.window().ssthresh == 5);
    CHECK(d.sender.total_timeouts() == 2);
    d.expect_timer(TimerMeaning::Retransmission, 2200);
}

TEST_CASE("A retransmission into a closed window is a probe and no timeout is counted",
          "[tcp][sender][RTO-13]") {
    Drive d;
    d.send(100, 2);
    const auto head = d.sender.on_retransmission_timeout(at_ms(400), {segment(0)});
    CHECK(head.start == segment(0));
    CHECK(d.sender.total_timeouts() == 0);
    CHECK(d.sender.episode().retransmits == 0);
    CHECK(d.sender.rto() == Duration::ms(600));
}

TEST_CASE("ECE reduces once per window, and only an ACK beyond it ends that",
          "[tcp][sender][rfc3168][RECOV-4][ECN-5]") {
    Drive d;
    d.send(100, 10);
    const auto first = d.ack(200, segment(1), {}, -1, true);
    CHECK(first.reduced);
    CHECK(d.sender.state() == RecoveryState::Cwr);
    CHECK(d.sender.window().ssthresh == 5);
    CHECK_FALSE(d.ack(201, segment(2), {}, -1, true).reduced);
    for (std::uint32_t n = 3; n < 10; ++n) {
        d.ack(202, n);
        while (d.sender.room() > 0) d.send(202, 1);
    }
    CHECK(d.sender.window().ssthresh == 5);
    d.ack(203, 10U);
    CHECK(d.sender.state() == RecoveryState::Cwr);  // exactly the end of the window
    while (d.sender.room() > 0) d.send(203, 1);
    d.ack(304, 11U);
    CHECK(d.sender.state() == RecoveryState::Open);
    CHECK(d.sender.window().cwnd <= 6);
}

TEST_CASE("Without SACK Recovery is held until something beyond it is acknowledged",
          "[tcp][sender][rfc6582][NEWRENO-5]") {
    Drive d{false};
    d.send(100, 10);
    d.ack(200, 1U);
    for (int i = 0; i < 3; ++i) CHECK(d.ack(201 + i, 1U).duplicate);
    CHECK(d.sender.state() == RecoveryState::Recovery);
    CHECK(d.resend(203) == 1);
    d.send(203, 1);
    d.ack(310, 10U);
    CHECK(d.sender.state() == RecoveryState::Recovery);
    d.ack(312, 11U);
    CHECK(d.sender.state() == RecoveryState::Open);
    CHECK(d.sender.window().ssthresh == 5);
    CHECK(d.sender.window().cwnd == 5);
}

TEST_CASE("A narrower path: large segments are sent again in pieces, without a reduction",
          "[tcp][sender][rfc1191][PMTU-1]") {
    Drive d;
    d.send(100, 4);
    CHECK(d.sender.on_path_mtu_reduced(at_ms(120), 400));
    CHECK(d.sender.window().cwnd == 10);
    CHECK(d.resend(120) >= 10);  // 400, 400, 200 of each, as far as the window goes
    CHECK(d.sender.packets_out() >= 10);
    CHECK(d.sender.is_consistent());
}

TEST_CASE("Small segments are joined when they are sent again", "[tcp][sender][RTO-14]") {
    Drive d;
    for (std::uint64_t i = 0; i < 5; ++i)
        d.sender.on_new_segment(at_ms(100), {1 + 300 * i}, {301 + 300 * i},
                                i == 1 ? sent::kPush : std::uint16_t{0});
    d.sender.on_send_loop_end(at_ms(100), {.sent = 5});
    const auto head = d.sender.on_retransmission_timeout(at_ms(500), d.peer);
    CHECK(head.end == StreamOffset{901});  // three of them are at most an MSS
    CHECK(head.push);
    CHECK(d.sender.packets_out() == 3);
}

TEST_CASE("tcp_retrans_collapse 0 sends small segments again as they were",
          "[tcp][sender][RTO-14]") {
    Drive d;
    d.peer.collapse = false;
    for (std::uint64_t i = 0; i < 3; ++i)
        d.sender.on_new_segment(at_ms(100), {1 + 300 * i}, {301 + 300 * i}, 0);
    d.sender.on_send_loop_end(at_ms(100), {.sent = 3});
    const auto head = d.sender.on_retransmission_timeout(at_ms(500), d.peer);
    CHECK(head.end == StreamOffset{301});
    CHECK(d.sender.packets_out() == 3);
}

TEST_CASE("Nothing is sent again beyond a window that shrank", "[tcp][sender][RTO-15]") {
    Drive d;
    d.send(100, 6);
    d.ack(201, 0U, {block(3, 6)});
    const auto head = d.sender.next_retransmission({segment(1)});
    REQUIRE(head);
    d.sender.on_retransmission(at_ms(201), *head);
    CHECK_FALSE(d.sender.next_retransmission({segment(1)}));
}

TEST_CASE("A probe that found a loss costs one reduction, when something beyond is acknowledged",
          "[tcp][sender][tlp][rfc8985][TLP-5]") {
    Drive d;
    d.send(100, 1);
    const LossProbe probe = d.sender.on_loss_probe(at_ms(400), false);
    REQUIRE(probe.kind == LossProbe::Kind::Again);
    CHECK(probe.segment.cause == wire::Cause::TailLossProbe);
    d.sender.on_probe_sent(at_ms(400), probe, true);
    CHECK(d.sender.timer().meaning == TimerMeaning::Retransmission);
    d.expect_timer(TimerMeaning::Retransmission, 700);
    d.ack(501, 1U);
    CHECK(d.sender.window().ssthresh == kInfiniteSsthresh);
    d.send(510, 1);
    const auto beyond = d.ack(611, 2U);
    CHECK(beyond.reduced);
    CHECK(d.sender.window().cwnd == 5);
    CHECK(d.sender.state() == RecoveryState::Open);
}

TEST_CASE("An unreachable for the head takes a back-off step back",
          "[tcp][sender][rfc6069][ICMP-4]") {
    Drive d{false};
    d.send(100, 1);
    d.sender.on_retransmission(at_ms(400), d.sender.on_retransmission_timeout(at_ms(400), d.peer));
    d.expect_timer(TimerMeaning::Retransmission, 1000);
    d.sender.revert_back_off(at_ms(450));
    d.expect_timer(TimerMeaning::Retransmission, 700);
}

TEST_CASE("A late ACK with SACK blocks still tells what arrived", "[tcp][sender][SCORE-5]") {
    Drive d;
    d.send(100, 10);
    d.ack(200, 3U);
    const auto outcome = d.ack(201, 2U, {block(5, 7)});
    CHECK(outcome.old);
    CHECK(d.sender.scoreboard().sacked_out() == 2);
    CHECK(d.sender.snd_una() == segment(3));
}

TEST_CASE("Window 10: every duplicate ACK lets one new segment go before recovery",
          "[tcp][sender][rfc3042][SEND-9][NEWRENO-3]") {
    Drive d;
    d.send(100, 10);
    CHECK(d.sender.room() == 0);
    d.ack(200, 0U, {block(1, 2)});
    CHECK(d.sender.room() == 1);
    CHECK(d.sender.new_data_cause() == wire::Cause::LimitedTransmit);
    d.ack(201, 0U, {block(1, 3)});
    CHECK(d.sender.room() == 2);
}

TEST_CASE("A timeout although much was SACKed forgets the degree of reordering",
          "[tcp][sender][RTO-9]") {
    Drive d;
    d.send(100, 20);
    d.ack(201, 0U, {block(10, 12)});
    d.ack(202, 0U, {block(2, 3), block(10, 12)});
    REQUIRE(d.sender.state() == RecoveryState::Disorder);
    REQUIRE(d.sender.episode().reordering == 10);
    d.sender.on_retransmission_timeout(at_ms(205), d.peer);
    CHECK(d.sender.episode().reordering == 3);
}

TEST_CASE("Without SACK duplicate ACKs leave a hole; more of them are reordering",
          "[tcp][sender][rfc6582][NEWRENO-4]") {
    Drive d{false};
    d.send(100, 3);
    for (int i = 0; i < 5; ++i) d.ack(201 + i, 0U);
    CHECK(d.sender.scoreboard().sacked_out() == 2);
    CHECK(d.sender.episode().reordering_seen > 0);
}

TEST_CASE("F-RTO does not examine a timeout during Recovery, but one that repeats it",
          "[tcp][sender][rfc5682][FRTO-4]") {
    Drive d;
    d.send(100, 10);
    SECTION("from Open") {
        d.sender.on_retransmission_timeout(at_ms(400), d.peer);
        CHECK(d.sender.episode().frto);
    }
    SECTION("from Recovery") {
        d.ack(201, 0U, {block(1, 4)});
        d.resend(201);
        REQUIRE(d.sender.state() == RecoveryState::Recovery);
        d.sender.on_retransmission_timeout(at_ms(500), d.peer);
        CHECK_FALSE(d.sender.episode().frto);
        d.sender.on_retransmission_timeout(at_ms(1100), d.peer);
        CHECK(d.sender.episode().frto);
    }
}

TEST_CASE("What ECE asked for is not taken back", "[tcp][sender][rfc3168][UNDO-4]") {
    // None, the ACK that enters Recovery, or a later one of the same episode.
    for (const int marked : {0, 1, 2}) {
        Drive d;
        d.send(100, 10);
        d.ack(201, segment(0), {block(1, 4)}, -1, marked == 1);
        d.resend(201);
        d.ack(202, segment(0), {block(1, 5)}, -1, marked == 2);
        d.resend(202);
        d.ack(230, 10U);
        d.ack(301, 10U, {block(0, 1)});
        CHECK(d.sender.window().ssthresh == (marked != 0 ? 5 : kInfiniteSsthresh));
    }
}

TEST_CASE("A partial ACK that an original caused takes a recovery back",
          "[tcp][sender][rfc4015][UNDO-5]") {
    for (const bool original : {false, true}) {
        Drive d;
        d.send(100, 10);
        d.ack(201, 0U, {block(1, 4)});
        REQUIRE(d.resend(201) == 1);
        const auto outcome = d.ack(202, segment(4), {}, original ? 100 : 201);
        CHECK(outcome.undone == original);
        CHECK((d.sender.state() == RecoveryState::Recovery) == !original);
        CHECK(d.sender.window().ssthresh == (original ? kInfiniteSsthresh : 5));
    }
}

TEST_CASE("Another congestion control goes on with the window as it is", "[tcp][sender][CC-8]") {
    Drive d;
    d.send(100, 10);
    d.ack(200, 10U);
    const std::uint32_t before = d.sender.window().cwnd;
    REQUIRE(before == 20);
    d.sender.set_congestion_control(at_ms(210), CongestionName::Cubic);
    CHECK(d.sender.window().cwnd == before);
    d.send(220, 20);
    d.sender.on_retransmission_timeout(at_ms(600), d.peer);
    CHECK(d.sender.window().ssthresh == 14);
}

TEST_CASE("A probe leaves room for the options that it carries", "[tcp][sender][TLP-2][OPT-9]") {
    Drive d;
    d.send(100, 3);
    const LossProbe probe = d.sender.on_loss_probe(at_ms(302), false, kMss - 12);
    REQUIRE(probe.kind == LossProbe::Kind::Again);
    CHECK(probe.segment.start == segment(2));
    CHECK(probe.segment.end == segment(3) - 12);
    d.sender.on_probe_sent(at_ms(302), probe, true);
    CHECK(d.sender.packets_out() == 4);
    CHECK(d.sender.is_consistent());
}

TEST_CASE("Behind a probe that could not be sent the RTO counts from the first segment",
          "[tcp][sender][RTO-3]") {
    Drive d;
    d.send(100, 3);
    d.expect_timer(TimerMeaning::LossProbe, 302);
    const LossProbe probe = d.sender.on_loss_probe(at_ms(302), true);
    REQUIRE(probe.kind == LossProbe::Kind::New);
    d.sender.on_probe_sent(at_ms(302), probe, false);
    d.expect_timer(TimerMeaning::Retransmission, 400);
}

}  // namespace seedwire::tcp
