// Lost by time. RFC 8985 §6.
#include "models/tcp/recovery/rack.h"

#include <vector>

#include "tests/support/catch.h"

namespace seedwire::tcp {

namespace {

constexpr std::uint32_t kMinRttUs = 100'000;
Time at_us(std::int64_t us) { return Time::zero() + Duration::us(us); }

struct Drive {
    Scoreboard board;
    Rack rack;
    RackContext context{.min_rtt_us = kMinRttUs, .srtt_us = 110'000};
    Drive(std::uint32_t segments, std::int64_t gap_us) {
        board.start_at({1});
        for (std::uint64_t i = 0; i < segments; ++i)
            board.on_sent(at_us(static_cast<std::int64_t>(i) * gap_us), {1 + 1000 * i},
                          {1001 + 1000 * i}, 0, {});
    }
    void sack(Time now, std::uint64_t n) {
        board.sack({1 + 1000 * n}, {1001 + 1000 * n},
                   [&](const SentSegment& s, SegmentId) { rack.on_delivered(now, s, kMinRttUs); });
    }
    std::vector<SegmentId> lost() const {
        std::vector<SegmentId> out;
        for (SegmentId id = board.first(); id != kNoSegment; id = board.successor(id))
            if (board.at(id).has(sent::kLost)) out.push_back(id);
        return out;
    }
};

}  // namespace

TEST_CASE("RACK: a segment is lost one reordering window after a later one was delivered",
          "[tcp][rack][rfc8985][RACK-1][RACK-2]") {
    Drive d{2, 1'000};
    d.sack(at_us(101'000), 1);
    const Duration wait = d.rack.detect(at_us(101'000), d.board, d.context, false);
    CHECK(d.lost().empty());
    // rtt 100 ms + a quarter of the minimum RTT, less the 101 ms since it was sent.
    CHECK(wait == Duration::ms(24));
    CHECK(d.rack.detect(at_us(124'999), d.board, d.context, true) == Duration::us(1));
    CHECK(d.lost().empty());
    CHECK(d.rack.detect(at_us(125'000), d.board, d.context, true) == Duration::zero());
    CHECK(d.lost() == std::vector<SegmentId>{0});
}

TEST_CASE("RACK: what left a quarter RTT before the delivered one is lost with the first SACK",
          "[tcp][rack][RACK-1]") {
    Drive d{3, 30'000};
    d.sack(at_us(130'000), 1);
    CHECK(d.rack.detect(at_us(130'000), d.board, d.context, false) == Duration::zero());
    CHECK(d.lost() == std::vector<SegmentId>{0});
}

TEST_CASE("RACK: without reordering seen, the threshold and recovery leave no patience",
          "[tcp][rack][rfc8985][RACK-3]") {
    Rack rack;
    RackContext context{.min_rtt_us = kMinRttUs, .srtt_us = 110'000};
    CHECK(rack.window_us(context) == 25'000);
    context.at_threshold = true;
    CHECK(rack.window_us(context) == 0);
    context.reordering_seen = true;
    CHECK(rack.window_us(context) == 25'000);
    context.at_threshold = false;
    context.in_recovery = true;
    CHECK(rack.window_us(context) == 25'000);
    context.reordering_seen = false;
    CHECK(rack.window_us(context) == 0);
    context.in_recovery = false;
    context.srtt_us = 7'000;
    CHECK(rack.window_us(context) == 7'000);
}

TEST_CASE("RACK: DSACKs widen the window once a round trip, for sixteen recoveries",
          "[tcp][rack][rfc8985][RACK-4]") {
    Rack rack;
    const RackContext context{.min_rtt_us = 40'000, .srtt_us = 1'000'000, .reordering_seen = true};
    rack.on_dsack();
    rack.update_window(10, 20);
    CHECK(rack.window_us(context) == 20'000);
    // Sent before the last step: the same round trip.
    rack.on_dsack();
    rack.update_window(15, 25);
    CHECK(rack.window_us(context) == 20'000);
    rack.on_dsack();
    rack.update_window(20, 40);
    CHECK(rack.window_us(context) == 30'000);
    for (int i = 0; i < 15; ++i) {
        rack.on_recovery_ended();
        rack.update_window(41, 50);
    }
    CHECK(rack.window_us(context) == 30'000);
    rack.on_recovery_ended();
    rack.update_window(41, 50);
    CHECK(rack.window_us(context) == 10'000);
}

TEST_CASE("RACK: a retransmission faster than the path is ambiguous and ignored",
          "[tcp][rack][rfc8985][RACK-6]") {
    Drive d{3, 1'000};
    d.board.mark_lost(0);
    d.board.on_retransmitted(at_us(90'000), 0, true, {});
    d.sack(at_us(101'000), 0);  // 11 ms after its repetition: the original
    d.rack.detect(at_us(200'000), d.board, d.context, false);
    CHECK(d.lost().empty());
}

TEST_CASE("RACK: finds a retransmission that was lost itself", "[tcp][rack][rfc8985][RACK-7]") {
    Drive d{4, 1'000};
    d.context.in_recovery = true;
    d.board.mark_lost(0);
    d.board.on_retransmitted(at_us(110'000), 0, true, {});
    d.board.on_sent(at_us(111'000), {4001}, {5001}, 0, {});
    d.sack(at_us(103'000), 3);
    d.rack.detect(at_us(112'000), d.board, d.context, false);
    CHECK(d.board.retrans_out() == 1);
    d.sack(at_us(211'000), 4);
    d.rack.detect(at_us(211'000), d.board, d.context, false);
    CHECK(d.board.retrans_out() == 0);
    CHECK(d.board.next_lost() == 0);
}

TEST_CASE("RACK: looks only when something was delivered", "[tcp][rack]") {
    Drive d{4, 1'000};
    d.context.at_threshold = true;
    d.sack(at_us(103'000), 3);
    d.rack.detect(at_us(103'000), d.board, d.context, false);
    REQUIRE(d.lost() == std::vector<SegmentId>{0, 1, 2});
    d.board.unmark_all_lost();
    d.rack.detect(at_us(150'000), d.board, d.context, false);
    CHECK(d.lost().empty());
}

TEST_CASE("RACK: segments of one instant are ordered by their end", "[tcp][rack][RACK-9]") {
    Drive d{4, 0};
    d.context.at_threshold = true;
    d.sack(at_us(100'000), 2);
    d.rack.detect(at_us(100'000), d.board, d.context, false);
    CHECK(d.lost() == std::vector<SegmentId>{0, 1});
}

}  // namespace seedwire::tcp
