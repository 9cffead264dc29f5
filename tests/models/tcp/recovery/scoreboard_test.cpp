// Segments in sequence order and in the order of sending, their marks and the counters.
// RFC 6675 §3 and §4.
#include "models/tcp/recovery/scoreboard.h"

#include <algorithm>
#include <vector>

#include "tests/support/catch.h"

namespace seedwire::tcp {

namespace {

constexpr std::uint32_t kMss = 1000;
Time at_ms(std::int64_t ms) { return Time::zero() + Duration::ms(ms); }
StreamOffset segment(std::uint32_t n) { return StreamOffset{1 + std::uint64_t{n} * kMss}; }

Scoreboard sent_every_ms(std::uint32_t count) {
    Scoreboard board;
    board.start_at({1});
    for (std::uint32_t i = 0; i < count; ++i)
        board.on_sent(at_ms(i), segment(i), segment(i + 1), 0, {});
    return board;
}
std::uint32_t sack(Scoreboard& board, std::uint32_t from, std::uint32_t to) {
    return board.sack(segment(from), segment(to), [](const SentSegment&, SegmentId) {});
}
std::uint32_t acknowledge(Scoreboard& board, StreamOffset ack) {
    return board.acknowledge(ack, [](const SentSegment&) {});
}
std::vector<SegmentId> send_order(const Scoreboard& board) {
    std::vector<SegmentId> order;
    for (SegmentId id = board.oldest_sent(); id != kNoSegment; id = board.at(id).next)
        order.push_back(id);
    return order;
}

}  // namespace

TEST_CASE("In flight is what was sent, less what left the network, plus what was sent again",
          "[tcp][scoreboard][rfc6675][SCORE-1]") {
    Scoreboard board = sent_every_ms(10);
    CHECK(board.in_flight() == 10);
    CHECK(sack(board, 4, 7) == 3);
    CHECK(board.in_flight() == 7);
    CHECK(board.mark_lost(0));
    CHECK(board.mark_lost(1));
    CHECK(board.in_flight() == 5);
    board.on_retransmitted(at_ms(20), 0, true, {});
    CHECK(board.in_flight() == 6);
    CHECK(board.total_lost() == 2);
    CHECK(board.is_consistent());
}

TEST_CASE("A cumulative ACK takes whole segments, in order, and their marks with them",
          "[tcp][scoreboard]") {
    Scoreboard board = sent_every_ms(6);
    sack(board, 2, 3);
    board.mark_lost(0);
    board.on_retransmitted(at_ms(9), 0, true, {});
    std::vector<StreamOffset> gone;
    const auto note = [&](const SentSegment& s) { gone.push_back(s.start); };
    CHECK(board.acknowledge(segment(3) + 500, note) == 3);
    CHECK(gone == std::vector<StreamOffset>{segment(0), segment(1), segment(2)});
    CHECK(board.snd_una() == segment(3) + 500);
    CHECK(board.packets_out() == 3);
    CHECK(board.sacked_out() + board.lost_out() + board.retrans_out() == 0);
    CHECK(board.at(board.first()).start == segment(3));
    CHECK(board.is_consistent());
}

TEST_CASE("SACK marks what a block covers wholly, once", "[tcp][scoreboard][rfc2018]") {
    Scoreboard board = sent_every_ms(8);
    const auto ignore = [](const SentSegment&, SegmentId) {};
    CHECK(board.sack(segment(2) + 1, segment(5) - 1, ignore) == 1);
    CHECK(board.at(3).has(sent::kSacked));
    CHECK(sack(board, 2, 6) == 3);
    CHECK(sack(board, 2, 6) == 0);
    CHECK(board.highest_sacked() == segment(6));
    CHECK(board.sacked_out() == 4);
    CHECK(board.is_consistent());
}

TEST_CASE("A growing block costs what it brings, not what it contains", "[tcp][scoreboard]") {
    constexpr std::uint32_t kMany = 20'000;
    Scoreboard board = sent_every_ms(kMany);
    // Quadratic work would be 2 x 10^8 visits and be noticed in the time of this test.
    std::uint32_t visits = 0;
    for (std::uint32_t i = 2; i <= kMany; ++i)
        board.sack(segment(1), segment(i), [&](const SentSegment&, SegmentId) { ++visits; });
    CHECK(visits == kMany - 1);
    CHECK(board.sacked_out() == kMany - 1);
}

TEST_CASE("What is SACKed is neither lost nor waits in the order of sending", "[tcp][scoreboard]") {
    Scoreboard board = sent_every_ms(4);
    board.mark_lost(1);
    board.on_retransmitted(at_ms(9), 1, true, {});
    CHECK(send_order(board) == std::vector<SegmentId>{0, 2, 3, 1});
    CHECK(sack(board, 1, 3) == 2);
    CHECK(board.lost_out() == 0);
    CHECK(board.retrans_out() == 0);
    CHECK_FALSE(board.mark_lost(1));
    CHECK(send_order(board) == std::vector<SegmentId>{0, 3});
}

TEST_CASE("A retransmission that is lost waits again, and counts as lost again",
          "[tcp][scoreboard]") {
    Scoreboard board = sent_every_ms(3);
    CHECK(board.mark_lost(0));
    CHECK_FALSE(board.mark_lost(0));
    board.on_retransmitted(at_ms(9), 0, true, {});
    CHECK(board.next_lost() == kNoSegment);
    CHECK(board.mark_lost(0));
    CHECK(board.next_lost() == 0);
    CHECK(board.lost_out() == 1);
    CHECK(board.retrans_out() == 0);
    CHECK(board.total_lost() == 2);
    CHECK(board.at(0).retransmissions == 1);
}

TEST_CASE("Lost segments are found in sequence order, however they were marked",
          "[tcp][scoreboard][SCORE-7]") {
    Scoreboard board = sent_every_ms(10);
    for (const SegmentId id : {7U, 3U, 5U}) board.mark_lost(id);
    std::vector<SegmentId> found;
    for (SegmentId id = board.next_lost(); id != kNoSegment; id = board.next_lost()) {
        found.push_back(id);
        board.on_retransmitted(at_ms(20), id, true, {});
        if (id == 5) board.mark_lost(1);
    }
    CHECK(found == std::vector<SegmentId>{3, 5, 1, 7});
}

TEST_CASE("A tail loss probe is not counted as in flight, but Karn remembers it",
          "[tcp][scoreboard]") {
    Scoreboard board = sent_every_ms(3);
    board.on_retransmitted(at_ms(50), 2, false, {});
    CHECK(board.in_flight() == 3);
    CHECK(board.at(2).was_retransmitted());
    CHECK(board.at(2).sent == at_ms(50));
}

TEST_CASE("An undo returns segments to their place in time", "[tcp][scoreboard]") {
    Scoreboard board = sent_every_ms(5);
    for (SegmentId id = 0; id < 5; ++id) board.mark_lost(id);
    CHECK(send_order(board).empty());
    board.on_retransmitted(at_ms(20), 1, true, {});
    board.unmark_all_lost();
    CHECK(send_order(board) == std::vector<SegmentId>{0, 2, 3, 4, 1});
    CHECK(board.lost_out() == 0);
    CHECK(board.retrans_out() == 1);
    CHECK(board.next_lost() == kNoSegment);
    CHECK(board.is_consistent());
}

TEST_CASE("What RACK has taken out of the order stays out until it is sent again",
          "[tcp][scoreboard]") {
    Scoreboard board = sent_every_ms(3);
    board.mark_lost(0);
    board.take_from_send_order(0);
    board.unmark_all_lost();
    CHECK(send_order(board) == std::vector<SegmentId>{1, 2});
    board.on_retransmitted(at_ms(9), 0, true, {});
    CHECK(send_order(board) == std::vector<SegmentId>{1, 2, 0});
}

TEST_CASE("Reneging forgets every SACK", "[tcp][scoreboard][rfc2018][SCORE-6]") {
    Scoreboard board = sent_every_ms(6);
    sack(board, 1, 4);
    board.forget_sacks();
    CHECK(board.sacked_out() == 0);
    CHECK(board.in_flight() == 6);
    CHECK(board.highest_sacked() == board.snd_una());
    CHECK(sack(board, 1, 6) == 5);
    CHECK(board.is_consistent());
}

TEST_CASE("Within a lost block a boundary can move", "[tcp][scoreboard]") {
    Scoreboard board = sent_every_ms(1);
    board.on_sent(at_ms(2), segment(1), segment(2), 0, {});
    board.on_sent(at_ms(2), segment(2), segment(3), sent::kPush, {});
    board.on_sent(at_ms(2), segment(3), segment(4), 0, {});
    for (SegmentId id = 0; id < 3; ++id) board.mark_lost(id);
    CHECK_FALSE(board.continues_block(0));  // sent at another time
    CHECK_FALSE(board.continues_block(2));  // PSH ends a block
    CHECK_FALSE(board.continues_block(3));  // the last
    REQUIRE(board.continues_block(1));
    board.move_boundary(1, 600);
    CHECK(board.at(1).length == 600);
    CHECK(board.at(2).start == board.at(1).end());
    CHECK(board.at(2).length == 1400);
    CHECK(board.packets_out() == 4);
    CHECK(board.is_consistent());
}

TEST_CASE("A segment can be split; PSH and FIN stay with its end", "[tcp][scoreboard]") {
    Scoreboard board = sent_every_ms(2);
    board.on_sent(at_ms(2), segment(2), segment(3), sent::kPush | sent::kFin, {});
    board.on_sent(at_ms(3), segment(3), segment(4), 0, {});
    board.mark_lost(2);
    board.split(2, 400);
    CHECK(board.packets_out() == 5);
    CHECK(board.lost_out() == 2);
    CHECK(board.at(2).end() == board.at(3).start);
    CHECK_FALSE(board.at(2).has(sent::kPush | sent::kFin));
    CHECK(board.at(3).has(sent::kPush));
    CHECK(board.at(3).payload() == 599);
    CHECK(board.is_consistent());
    SECTION("when it is SACKed, too") {
        sack(board, 3, 4);
        board.split(4, 10);
        CHECK(board.sacked_out() == 2);
        board.split(0, 999);
        CHECK(send_order(board) == std::vector<SegmentId>{0, 1, 2});
        CHECK(board.is_consistent());
    }
}

TEST_CASE("A segment can swallow the next one", "[tcp][scoreboard]") {
    Scoreboard board;
    board.start_at({1});
    for (std::uint64_t i = 0; i < 5; ++i)
        board.on_sent(at_ms(static_cast<std::int64_t>(i)), {1 + 100 * i}, {101 + 100 * i},
                      i == 2 ? sent::kPush : std::uint16_t{0}, {});
    board.mark_lost(1);
    board.mark_lost(2);
    board.merge(1, 2);
    CHECK(board.packets_out() == 4);
    CHECK(board.lost_out() == 1);
    CHECK(board.at(1).length == 200);
    CHECK(board.at(1).has(sent::kPush));
    CHECK(board.successor(1) == 3);
    CHECK(board.is_consistent());
    CHECK(acknowledge(board, {301}) == 2);
    CHECK(board.at(board.first()).start == StreamOffset{301});
    CHECK(acknowledge(board, {501}) == 2);
    CHECK(board.empty());
}

TEST_CASE("A segment can swallow the next ones, one after the other", "[tcp][scoreboard]") {
    Scoreboard board;
    board.start_at({1});
    for (std::uint64_t i = 0; i < 4; ++i)
        board.on_sent(at_ms(static_cast<std::int64_t>(i)), {1 + 100 * i}, {101 + 100 * i}, 0, {});
    board.merge(0, 1);
    board.merge(0, 2);
    CHECK(board.at(0).length == 300);
    CHECK(board.successor(0) == 3);
    CHECK(board.is_consistent());
    CHECK(acknowledge(board, {301}) == 1);
    CHECK(board.packets_out() == 1);
}

TEST_CASE("The ring grows with the window and gives its memory back when idle",
          "[tcp][scoreboard]") {
    Scoreboard board;
    board.start_at({1});
    CHECK(board.capacity() == 0);
    std::uint32_t n = 0;
    for (int i = 0; i < 10; ++i, ++n) board.on_sent(at_ms(0), segment(n), segment(n + 1), 0, {});
    acknowledge(board, segment(n));
    CHECK(board.capacity() == 0);
    for (int i = 0; i < 100; ++i, ++n) board.on_sent(at_ms(0), segment(n), segment(n + 1), 0, {});
    CHECK(board.capacity() == 128);
    acknowledge(board, segment(n - 1));
    CHECK(board.capacity() == 128);
    acknowledge(board, segment(n));
    CHECK(board.capacity() == 0);
    board.on_sent(at_ms(0), segment(n), segment(n + 1), 0, {});
    CHECK(sack(board, n, n + 1) == 1);
    CHECK(board.is_consistent());
}

TEST_CASE("Against a list of segments that is walked for everything", "[tcp][scoreboard]") {
    struct Plain {
        bool sacked = false, lost = false, again = false;
    };
    std::uint32_t seed = GENERATE(1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U);
    const auto random = [&](std::uint32_t below) {
        seed = seed * 1103515245 + 12345;
        return ((seed >> 16) & 0x7fff) % below;
    };
    Scoreboard board;
    board.start_at({1});
    std::vector<Plain> plain;
    std::uint32_t una = 0, next = 0;
    for (int step = 0; step < 3'000; ++step) {
        const Time now = at_ms(step);
        const std::uint32_t out = next - una;
        if (random(3) == 0 || out == 0) {
            board.on_sent(now, segment(next), segment(next + 1), 0, {});
            plain.push_back({});
            ++next;
        } else if (random(8) == 0) {
            una += 1 + random(out);
            acknowledge(board, segment(una));
        } else if (random(3) == 0) {
            const std::uint32_t from = una + random(out), to = from + 1 + random(next - from);
            sack(board, from, to);
            for (std::uint32_t i = from; i < to; ++i) {
                if (plain[i].lost) plain[i].lost = plain[i].again = false;
                plain[i].sacked = true;
            }
        } else if (random(2) == 0) {
            const std::uint32_t at = una + random(out);
            const SegmentId id = board.first() + (at - una);
            board.mark_lost(id);
            if (!plain[at].sacked) {
                if (plain[at].lost) plain[at].again = false;
                plain[at].lost = true;
            }
        } else if (const SegmentId id = board.next_lost(); id != kNoSegment) {
            const std::uint32_t at = una + (id - board.first());
            for (std::uint32_t i = una; i < at; ++i) REQUIRE(!(plain[i].lost && !plain[i].again));
            REQUIRE((plain[at].lost && !plain[at].again));
            board.on_retransmitted(now, id, true, {});
            plain[at].again = true;
        }
        std::uint32_t sacked = 0, lost = 0, again = 0;
        for (std::uint32_t i = una; i < next; ++i) {
            sacked += plain[i].sacked ? 1 : 0;
            lost += plain[i].lost ? 1 : 0;
            again += plain[i].again ? 1 : 0;
        }
        REQUIRE(board.sacked_out() == sacked);
        REQUIRE(board.lost_out() == lost);
        REQUIRE(board.retrans_out() == again);
        if (step % 50 == 0) REQUIRE(board.is_consistent());
    }
}

}  // namespace seedwire::tcp
