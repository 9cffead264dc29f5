// The receiving half as a whole, models/tcp/receive/receiver: one rule each.
#include "models/tcp/receive/receiver.h"

#include <algorithm>

#include "tests/models/tcp/receive/receiver_driver.h"
#include "tests/support/catch.h"

namespace {

using namespace seedwire;
using namespace seedwire::tcp;
using namespace seedwire::tcp::test;
using namespace seedwire::literals;
using wire::Cause;

constexpr std::uint32_t kMss = 1448;
constexpr auto kNever = Time::never();

Time at(Duration since_start) { return Time::zero() + since_start; }
StreamRange range(std::uint64_t left, std::uint64_t right) {
    return {StreamOffset{left}, StreamOffset{right}};
}
/// Position of the n-th full segment, from 0.
std::uint64_t seq(std::uint64_t n) { return 1 + n * kMss; }

using Ranges = std::vector<StreamRange>;

/// An established connection, default buffers.
struct Connection : ReceiverDriver {
    explicit Connection(const ReceiverStart& facts = defaults()) { start(at(0_ms), facts); }

    /// One segment a millisecond, each read at once: beyond quick ACKs and window growth. Leaves an
    /// even number behind, everything acknowledged.
    void warm_up() {
        for (std::uint64_t n = 0; n < 40; ++n) {
            data(at(Duration::ms(static_cast<std::int64_t>(n))), seq(n), kMss);
            read(at(Duration::ms(static_cast<std::int64_t>(n))));
        }
        acks.clear();
    }
};

ReceiverStart without_sack() {
    ReceiverStart facts = ReceiverDriver::defaults();
    facts.sack = false;
    return facts;
}

}  // namespace

// --- acceptability ---

TEST_CASE("Data that ends before the last ACK sent is answered with a duplicate SACK",
          "[tcp][receive][rfc9293][rfc2883][SEQ-3][ACK-5]") {
    Connection c;
    c.warm_up();
    c.data(at(100_ms), seq(10), kMss);
    REQUIRE(c.acks.size() == 1);
    CHECK(c.last_cause() == Cause::DuplicateDataAck);
    CHECK(c.acks[0].sack == Ranges{range(seq(10), seq(11))});
    CHECK(c.receiver.acks().quick() == 16);
}

TEST_CASE("A segment is measured against the last ACK sent, not against RCV.NXT",
          "[tcp][receive][rfc9293][SEQ-1]") {
    Connection c;
    c.warm_up();
    c.data(at(100_ms), seq(40), kMss);  // waits for its acknowledgement
    REQUIRE(c.acks.empty());
    Arrival old = c.segment(at(101_ms), seq(40), 0);
    CHECK(c.receiver.check(at(101_ms), old, c.path));
    old.start = StreamOffset{seq(40) - 1};
    CHECK_FALSE(c.receiver.check(at(101_ms), old, c.path));
    CHECK(c.receiver.check(at(101_ms), old, c.path).cause == Cause::ProbeAnswer);
    old.start = StreamOffset{seq(40) - 2};
    CHECK(c.receiver.check(at(101_ms), old, c.path).cause == Cause::OutOfWindowAck);
}

TEST_CASE("Octets beyond the right edge are accepted only when nothing waits unread",
          "[tcp][receive][rfc9293][SEQ-2]") {
    Connection c;
    c.data(at(0_ms), 1, kMss);
    const std::uint64_t edge = seq(1) + c.receiver.offered_window();
    Arrival beyond = c.segment(at(1_ms), edge - 100, 101);
    CHECK_FALSE(c.receiver.check(at(1_ms), beyond, c.path));
    SECTION("a FIN alone may stick out") {
        beyond.length = 100;
        beyond.flags |= wire::flag::kFin;
        CHECK(c.receiver.check(at(1_ms), beyond, c.path));
    }
    SECTION("all read") {
        c.read(at(1_ms));
        CHECK(c.receiver.check(at(1_ms), beyond, c.path));
        beyond.start = StreamOffset{edge + 1};
        CHECK_FALSE(c.receiver.check(at(1_ms), beyond, c.path));
    }
}

TEST_CASE("A RST that fails the check is dropped silently, a SYN is challenged",
          "[tcp][receive][rfc5961][RST-2]") {
    Connection c;
    Arrival far = c.segment(at(1_ms), 10'000'000, 0);
    far.flags |= wire::flag::kRst;
    CHECK(c.receiver.check(at(1_ms), far, c.path).verdict == Acceptance::Verdict::Drop);
    far.flags = wire::flag::kSyn;
    CHECK(c.receiver.check(at(1_ms), far, c.path).cause == Cause::ChallengeAck);
}

TEST_CASE("PAWS refuses old data but not a RST, and does not ask segments without timestamps",
          "[tcp][receive][rfc7323][PAWS-5]") {
    Connection c;
    c.data(at(500_ms), 1, kMss);
    Arrival old = c.segment(at(600_ms), seq(1), kMss);
    old.ts_value = 400;
    const Acceptance refused = c.receiver.check(at(600_ms), old, c.path);
    CHECK(refused.verdict == Acceptance::Verdict::Acknowledge);
    CHECK(refused.failed_paws);
    old.has_timestamps = false;
    CHECK(c.receiver.check(at(600_ms), old, c.path));
    old.has_timestamps = true;
    old.flags |= wire::flag::kRst;
    CHECK(c.receiver.check(at(600_ms), old, c.path));
}

TEST_CASE("With a hole the echo stays at the segment before it",
          "[tcp][receive][rfc7323][PAWS-4]") {
    Connection c;
    c.data(at(10_ms), 1, kMss);
    CHECK(c.receiver.ts_recent() == 10);
    c.data(at(20_ms), seq(2), kMss);
    CHECK(c.receiver.ts_recent() == 10);
    c.data(at(30_ms), seq(1), kMss);
    CHECK(c.receiver.ts_recent() == 30);
}

// --- acknowledging data in order ---

TEST_CASE("In bulk the second full segment is acknowledged, the first waits",
          "[tcp][receive][rfc5681][ACK-1]") {
    Connection c;
    c.warm_up();
    c.data(at(100_ms), seq(40), kMss);
    c.read(at(100_ms));
    CHECK(c.acks.empty());
    CHECK(c.receiver.next_deadline() == at(142_ms));
    c.data(at(101_ms), seq(41), kMss);
    REQUIRE(c.acks.size() == 1);
    CHECK(c.last_cause() == Cause::SecondSegmentAck);
    CHECK(c.receiver.next_deadline() == kNever);
}

TEST_CASE("A lone full segment waits 40 ms, one with PSH until the program has read it",
          "[tcp][receive][ACK-11]") {
    Connection c;
    c.warm_up();
    SECTION("without PSH") {
        c.data(at(100_ms), seq(40), kMss);
        c.read(at(100_ms));
        c.run_until(at(1_s));
        REQUIRE(c.acks.size() == 1);
        CHECK(c.acks[0].at == at(142_ms));
        CHECK(c.last_cause() == Cause::DelayedAckTimeout);
    }
    SECTION("with PSH") {
        c.data(at(100_ms), seq(40), kMss, true);
        CHECK(c.acks.empty());
        c.read(at(101_ms), 1000);  // not all of it
        CHECK(c.acks.empty());
        c.read(at(102_ms));
        CHECK(c.last_cause() == Cause::ReadAck);
    }
    SECTION("with PSH in a conversation") {
        c.data(at(100_ms), seq(40), kMss);
        c.read(at(100_ms));
        c.receiver.note_data_sent(at(101_ms));
        c.send(at(101_ms), Cause::NewData);
        c.acks.clear();
        c.data(at(121_ms), seq(41), 100, true);
        c.read(at(121_ms));
        CHECK(c.acks.empty());  // waits for the reply
        c.data(at(122_ms), seq(41) + 100, 100, true);
        c.read(at(122_ms));
        CHECK(c.last_cause() == Cause::ReadAck);  // two ends of writes do not wait
    }
}

TEST_CASE("While the right edge cannot move, the second segment is left to the reader",
          "[tcp][receive][ACK-1]") {
    // 1000-byte segments waste so much memory that the limit falls below the first offer: until
    // 34 kB have come, no ACK can move the right edge.
    ReceiverStart facts = ReceiverDriver::defaults();
    facts.window = {.buffer = 540000,
                    .window = 269328,
                    .clamp = 65535U << 8,
                    .advertised_mss = 1448,
                    .scale = 8};
    Connection c{facts};
    for (std::uint64_t n = 0; n < 20; ++n) {
        c.data(at(Duration::ms(static_cast<std::int64_t>(n))), 1 + 1000 * n, 1000);
        c.read(at(Duration::ms(static_cast<std::int64_t>(n))));
    }
    CHECK(c.receiver.window().clamp() == 234140);
    c.acks.clear();
    c.data(at(100_ms), 20'001, 1000);
    c.data(at(101_ms), 21'001, 1000);
    CHECK(c.acks.empty());
    c.read(at(101_ms));
    CHECK(c.last_cause() == Cause::ReadAck);
    SECTION("unless the program waits for more: SO_RCVLOWAT") {
        c.acks.clear();
        c.low_water = 100'000;
        c.data(at(110_ms), 22'001, 1000);
        c.data(at(111_ms), 23'001, 1000);
        CHECK(c.last_cause() == Cause::SecondSegmentAck);
    }
}

TEST_CASE("Small segments do not open the window: sixteen quick ACKs, then the timer",
          "[tcp][receive][ACK-3]") {
    Connection c;
    for (std::uint64_t n = 0; n < 17; ++n) {
        c.data(at(Duration::ms(100 * static_cast<std::int64_t>(n))), 1 + 100 * n, 100, true);
        CHECK(c.acks.size() == std::min<std::size_t>(n + 1, 16));
    }
    CHECK(c.receiver.next_deadline() == at(1642_ms));
    CHECK(c.receiver.readable() == 1700);
}

TEST_CASE("With full segments twenty-two are acknowledged singly", "[tcp][receive][ACK-4]") {
    Connection c;
    for (std::uint64_t n = 0; n < 24; ++n) {
        c.data(at(Duration::us(600 * static_cast<std::int64_t>(n))), seq(n), kMss);
        CHECK(c.acks.size() == (n < 22 ? n + 1 : n < 23 ? 22 : 23));
        c.read(at(Duration::us(600 * static_cast<std::int64_t>(n) + 45)));
    }
}

// --- holes ---

TEST_CASE("A segment behind a hole is reported at once, newest block first",
          "[tcp][receive][rfc2018][ACK-12]") {
    Connection c;
    c.warm_up();
    c.data(at(100_ms), seq(41), kMss);
    c.data(at(101_ms), seq(43), kMss);
    REQUIRE(c.acks.size() == 2);
    CHECK(c.last_cause() == Cause::OutOfOrderAck);
    CHECK(c.acks[1].ack == seq(40));
    CHECK(c.acks[1].sack == Ranges{range(seq(43), seq(44)), range(seq(41), seq(42))});
    CHECK(c.receiver.highest_sacked() == StreamOffset{seq(44)});
    SECTION("part of the gap filled: at once, with what remains") {
        const DataOutcome outcome = c.data(at(102_ms), seq(40), kMss);
        CHECK(outcome.readable);
        CHECK(c.last_cause() == Cause::HoleFilledAck);
        CHECK(c.acks[2].ack == seq(42));
        CHECK(c.acks[2].sack == Ranges{range(seq(43), seq(44))});
    }
    SECTION("all of it: at once, computed with everything still charged") {
        c.data(at(102_ms), seq(40), kMss);
        c.data(at(103_ms), seq(42), kMss);
        CHECK(c.acks[3].ack == seq(44));
        CHECK(c.acks[3].sack.empty());
        CHECK(c.receiver.memory() == 4 * 2304);
        CHECK(c.receiver.readable() == 4 * kMss);
        c.read(at(104_ms));
        CHECK(c.receiver.memory() == 0);
    }
}

TEST_CASE("A long hole shrinks what the ACK that closes it can offer",
          "[tcp][receive][ACK-15][RWIN-12]") {
    Connection c;
    c.warm_up();
    // 25 packets behind the hole and the one that fills it: W(131072 - 26 * 2304) = 44480.
    for (std::uint64_t n = 41; n <= 65; ++n) c.data(at(100_ms), seq(n), kMss);
    c.acks.clear();
    c.data(at(120_ms), seq(40), kMss);
    REQUIRE(c.acks.size() == 1);
    CHECK(c.last_cause() == Cause::HoleFilledAck);
    CHECK(c.acks[0].window == 45056);
    CHECK(c.receiver.memory() == 26 * 2304);
    c.read(at(121_ms));
    CHECK(c.receiver.memory() == 0);
}

TEST_CASE("Duplicates inside the out-of-order queue are reported in front of their block",
          "[tcp][receive][rfc2883][ACK-15][SACK-3]") {
    Connection c;
    c.warm_up();
    c.data(at(100_ms), seq(41), kMss);
    c.data(at(101_ms), seq(42), kMss);
    c.data(at(102_ms), seq(41), kMss);
    CHECK(c.acks.back().sack == Ranges{range(seq(41), seq(42)), range(seq(41), seq(43))});
    // Partly old data in order: the old part.
    c.data(at(103_ms), seq(40) - 100, kMss);
    CHECK(c.acks.back().ack == seq(41) - 100);
    CHECK(c.acks.back().sack == Ranges{range(seq(40) - 100, seq(40)), range(seq(41), seq(43))});
    // In-order data that reaches into the queue.
    c.data(at(104_ms), seq(41) - 100, 200);
    CHECK(c.acks.back().ack == seq(43));
    CHECK(c.acks.back().sack == Ranges{range(seq(41), seq(41) + 100)});
}

TEST_CASE("tcp_dsack = 0 reports no duplicates", "[tcp][receive][rfc2883][SACK-4]") {
    Connection c;
    c.sysctls.tcp_dsack = false;
    c.warm_up();
    c.data(at(100_ms), seq(10), kMss);
    CHECK(c.last_cause() == Cause::DuplicateDataAck);
    CHECK(c.acks.back().sack.empty());
}

TEST_CASE("After three duplicate ACKs SACKs are gathered", "[tcp][receive][ACK-13]") {
    Connection c;
    c.warm_up();
    for (std::uint64_t n = 41; n <= 47; ++n) {
        c.data(at(100_ms), seq(n), kMss);
    }
    // The first one grew the window, which asks for a quick ACK besides the three.
    CHECK(c.acks.size() == 4);
    c.run_until(at(110_ms));
    REQUIRE(c.acks.size() == 5);
    CHECK(c.last_cause() == Cause::CompressedSack);
    CHECK(c.acks[4].sack == Ranges{range(seq(41), seq(48))});
}

TEST_CASE("A gathered block that would leave the list is reported before the next is made",
          "[tcp][receive][SACK-5]") {
    Connection c;
    c.warm_up();
    for (std::uint64_t n = 41; n <= 49; n += 2) c.data(at(100_ms), seq(n), kMss);
    REQUIRE(c.acks.size() == 4);  // the fifth, seq(49), is gathered
    c.data(at(100_ms), seq(51), kMss);
    REQUIRE(c.acks.size() == 5);
    CHECK(c.last_cause() == Cause::CompressedSack);
    CHECK(c.acks[4].sack ==
          Ranges{range(seq(49), seq(50)), range(seq(47), seq(48)), range(seq(45), seq(46))});
    // That ACK counts as the answer to seq(51): nothing more follows.
    c.run_until(at(200_ms));
    CHECK(c.acks.size() == 5);
}

TEST_CASE("Without SACK every duplicate ACK leaves and the window stands still",
          "[tcp][receive][rfc5681][ACK-14]") {
    Connection c{without_sack()};
    c.data(at(0_ms), 1, kMss);
    c.acks.clear();
    for (std::uint64_t n = 2; n < 12; ++n) c.data(at(10_ms), seq(n), kMss);
    REQUIRE(c.acks.size() == 10);
    for (const SentAck& ack : c.acks) {
        CHECK(ack.sack.empty());
        CHECK(ack.window == c.acks[0].window);
    }
}

// --- end of stream ---

TEST_CASE("A FIN after data is acknowledged after 40 ms, a first one at the next tick",
          "[tcp][receive][ACK-16]") {
    Connection c;
    SECTION("after data") {
        c.warm_up();
        Arrival fin = c.segment(at(100_ms), seq(40), 0);
        fin.flags |= wire::flag::kFin;
        CHECK(c.arrive(at(100_ms), fin).fin_reached);
        c.read(at(100_ms));
        CHECK(c.receiver.at_end_of_file());
        CHECK(c.acks.empty());
        c.run_until(at(1_s));
        REQUIRE(c.acks.size() == 1);
        CHECK(c.acks[0].at == at(142_ms));
        CHECK(c.last_cause() == Cause::FinAck);
        CHECK(c.acks[0].ack == seq(40) + 1);
    }
    SECTION("without any data before") {
        Arrival fin = c.segment(at(100_ms), 1, 0);
        fin.flags |= wire::flag::kFin;
        c.arrive(at(100_ms), fin);
        c.run_until(at(1_s));
        REQUIRE(c.acks.size() == 1);
        CHECK(c.acks[0].at == at(101_ms));
    }
}

TEST_CASE("A FIN behind a hole counts when the hole is filled; nothing follows it",
          "[tcp][receive][rfc9293][CLOSE-10]") {
    Connection c;
    c.warm_up();
    Arrival last = c.segment(at(100_ms), seq(41), 500);
    last.flags |= wire::flag::kFin;
    CHECK_FALSE(c.arrive(at(100_ms), last).fin_reached);
    CHECK(c.acks.back().sack == Ranges{range(seq(41), seq(41) + 501)});
    CHECK_FALSE(c.receiver.fin_reached());
    const DataOutcome outcome = c.data(at(101_ms), seq(40), kMss);
    CHECK(outcome.fin_reached);
    CHECK(c.receiver.rcv_nxt() == StreamOffset{seq(41) + 501});
    CHECK(c.receiver.readable() == kMss + 500);
    CHECK(c.receiver.bytes_received() == seq(41) + 500 - 1);
    CHECK(c.read(at(102_ms)) == kMss + 500);
    CHECK(c.receiver.at_end_of_file());
    CHECK(c.data(at(103_ms), seq(41) + 501, 10).dropped);
    // The FIN again: acknowledged at once, with the duplicate named.
    c.acks.clear();
    last.start = StreamOffset{seq(41) + 500};
    last.length = 0;
    last.ts_value = last.ts_now = 104;
    c.arrive(at(104_ms), last);
    REQUIRE(c.acks.size() == 1);
    CHECK(c.acks[0].sack == Ranges{range(seq(41) + 500, seq(41) + 501)});
}

// --- the window and the program ---

TEST_CASE("A reader that stops closes the window; reading opens it again",
          "[tcp][receive][rfc9293][RWIN-4][RWIN-14]") {
    ReceiverStart small = ReceiverDriver::defaults();
    small.window = {.buffer = 32768,
                    .window = 15928,
                    .clamp = 16384,
                    .advertised_mss = 1448,
                    .scale = 0,
                    .buffer_locked = true};
    Connection c{small};
    std::uint64_t n = 0;
    while (c.receiver.offered_window() >= kMss && n < 40) {
        c.data(at(Duration::ms(static_cast<std::int64_t>(n))), seq(n), kMss);
        c.run_until(at(Duration::ms(static_cast<std::int64_t>(n))));
        ++n;
    }
    c.run_until(at(1_s));
    CHECK(c.receiver.offered_window() < kMss);
    c.acks.clear();
    SECTION("what the window no longer holds is dropped and answered") {
        const std::uint32_t left = c.receiver.offered_window();
        c.data(at(1_s), seq(n) + left, kMss);
        CHECK(c.acks.size() == 1);
        CHECK(c.receiver.readable() == n * kMss);
    }
    SECTION("an update is sent once it at least doubles what is left") {
        c.read(at(1_s), 100);
        CHECK(c.acks.empty());
        c.read(at(1_s));
        REQUIRE(c.acks.size() == 1);
        CHECK(c.last_cause() == Cause::WindowUpdate);
        CHECK(c.acks[0].window >= 15928);
    }
    SECTION("nobody needs to know after shutdown(SHUT_RD)") {
        c.shut_down_read = true;
        c.read(at(1_s));
        CHECK(c.acks.empty());
    }
}

TEST_CASE("Into a window of zero only a bare FIN is accepted", "[tcp][receive][RWIN-15]") {
    ReceiverStart facts = ReceiverDriver::defaults();
    facts.window.window = 0;
    Connection c{facts};
    REQUIRE(c.receiver.offered_window() == 0);
    CHECK(c.data(at(1_ms), 1, 1).dropped);
    CHECK(c.last_cause() == Cause::OutOfWindowAck);
    CHECK(c.acks.size() == 1);
    Arrival fin = c.segment(at(2_ms), 1, 0);
    fin.flags |= wire::flag::kFin;
    CHECK(c.arrive(at(2_ms), fin).fin_reached);
}

TEST_CASE("Memory is bounded: what does not fit is refused, in order or not",
          "[tcp][receive][RWIN-13]") {
    ReceiverStart small = ReceiverDriver::defaults();
    small.window = {.buffer = 16384,
                    .window = 65535,  // more was promised than the buffer holds
                    .clamp = 65535,
                    .advertised_mss = 1448,
                    .scale = 0,
                    .buffer_locked = true};
    Connection c{small};
    for (std::uint64_t n = 1; n < 40; ++n) c.data(at(1_ms), seq(n), kMss);
    CHECK(c.receiver.memory() <= 16384 + 2304);
    // What the prefix needs takes the place of the farthest data.
    const DataOutcome outcome = c.data(at(2_ms), 1, kMss);
    CHECK(outcome.readable);
    CHECK(c.receiver.is_consistent());
}

TEST_CASE("TCP_QUICKACK off starts a conversation; on ends it and pays what is owed",
          "[tcp][receive][ACK-17]") {
    Connection c;
    CHECK_FALSE(c.receiver.set_quick_ack(false, true, c.context()));
    c.data(at(10_ms), 1, 1000);
    c.read(at(10_ms));
    CHECK(c.acks.empty());
    c.obey(at(20_ms), c.receiver.set_quick_ack(true, true, c.context()));
    CHECK(c.acks.size() == 1);
    SECTION("not before everything was read") {
        c.receiver.set_quick_ack(false, true, c.context());
        c.data(at(30_ms), 1001, 500);
        CHECK_FALSE(c.receiver.set_quick_ack(true, true, c.context()));
    }
}

TEST_CASE("A reply that leaves in time carries the acknowledgement", "[tcp][receive][ACK-6]") {
    Connection c;
    c.warm_up();
    c.data(at(100_ms), seq(40), kMss);
    REQUIRE(c.receiver.next_deadline() == at(142_ms));
    c.send(at(110_ms), Cause::NewData);
    c.receiver.note_data_sent(at(110_ms));
    CHECK(c.receiver.next_deadline() == kNever);
    CHECK(c.receiver.acks().is_ping_pong(1));
}

TEST_CASE("ECN marks ask for two quick ACKs, CWR for one", "[tcp][receive][rfc3168][ECN-4]") {
    Connection c;
    c.warm_up();
    Arrival marked = c.segment(at(100_ms), seq(40), kMss);
    marked.ecn_quick_acks = 2;
    c.arrive(at(100_ms), marked);
    CHECK(c.last_cause() == Cause::EcnAck);
    c.read(at(100_ms));
    c.data(at(101_ms), seq(41), kMss);
    CHECK(c.acks.size() == 2);
    c.read(at(101_ms));
    c.data(at(102_ms), seq(42), kMss);
    CHECK(c.acks.size() == 2);
    Arrival reduced = c.segment(at(103_ms), seq(43), 100);
    reduced.ecn_ack_now = true;
    c.arrive(at(103_ms), reduced);
    CHECK(c.acks.size() == 3);
}

TEST_CASE("The handshake's last ACK may wait for data", "[tcp][receive][OPEN-3]") {
    ReceiverStart client = ReceiverDriver::defaults();
    client.window.window = 64240;
    Connection c{client};
    c.receiver.delay_handshake_ack(at(0_ms));
    c.run_until(at(1_s));
    REQUIRE(c.acks.size() == 1);
    CHECK(c.acks[0].at == at(202_ms));
    CHECK(c.acks[0].window == 64512);
}

TEST_CASE("Only segments in ESTABLISHED measure the round trip by timestamps", "[tcp][receive]") {
    Connection c;
    Arrival arrival = c.segment(at(100_ms), 1, kMss);
    arrival.ts_echo = 60;
    arrival.established = false;
    c.arrive(at(100_ms), arrival);
    CHECK(c.receiver.rtt().eighths_us() == 0);
    arrival = c.segment(at(101_ms), seq(1), kMss);
    arrival.ts_echo = 61;
    c.arrive(at(101_ms), arrival);
    CHECK(c.receiver.rtt().eighths_us() == 8 * 40'000);
}
