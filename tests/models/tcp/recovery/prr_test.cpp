// Proportional rate reduction, ACK by ACK. RFC 9937 §6.
#include "models/tcp/recovery/prr.h"

#include <vector>

#include "tests/support/catch.h"

namespace seedwire::tcp {

namespace {

/// One ACK of a recovery: in flight after loss marking, delivered segments; cwnd that follows.
struct Row {
    std::uint32_t in_flight, delivered, cwnd;
};

}  // namespace

TEST_CASE("PRR repeats a measured recovery: Reno, one of 24 segments lost",
          "[tcp][prr][rfc9937][PRR-1]") {
    // Linux 6.18, RTT 100 ms; each time everything that cwnd allowed was sent.
    const std::vector<Row> rows = {{22, 1, 23}, {22, 1, 22}, {21, 1, 22}, {21, 1, 21}, {20, 1, 21},
                                   {20, 1, 20}, {19, 1, 20}, {19, 1, 19}, {18, 1, 19}, {18, 1, 18},
                                   {16, 2, 17}, {16, 1, 17}, {15, 2, 16}, {14, 2, 15}, {13, 2, 14},
                                   {12, 2, 12}, {10, 2, 12}};
    Prr prr;
    prr.begin(24);
    std::uint32_t cwnd = 24;
    for (const Row& row : rows) {
        cwnd = prr.on_ack(cwnd, 12, row.in_flight, row.delivered, false);
        CHECK(cwnd == row.cwnd);
        prr.on_sent(cwnd - row.in_flight);
    }
}

TEST_CASE("PRR ends at ssthresh when one window has been delivered", "[tcp][prr][PRR-1]") {
    struct Case {
        std::uint32_t prior, ssthresh;
    };
    const Case c = GENERATE(Case{69, 48}, Case{39, 27}, Case{24, 12}, Case{14, 9}, Case{10, 5});
    Prr prr;
    prr.begin(c.prior);
    std::uint32_t cwnd = c.prior, out = c.prior - 1;
    for (std::uint32_t i = 1; i < c.prior; ++i) {
        --out;
        cwnd = prr.on_ack(cwnd, c.ssthresh, out, 1, false);
        prr.on_sent(cwnd - out);
        out = cwnd;
    }
    CHECK(cwnd == c.ssthresh);
}

TEST_CASE("PRR sends the first retransmission at once", "[tcp][prr][RECOV-2]") {
    Prr prr;
    prr.begin(100);
    // 1 x 50/100 delivered would round up to one; the first segment would be due in any case.
    CHECK(prr.on_ack(100, 50, 97, 1, false) == 98);
    prr.on_sent(1);
    CHECK(prr.on_ack(98, 50, 97, 1, false) == 97);
}

TEST_CASE("PRR never asks for less than what is in flight", "[tcp][prr]") {
    Prr prr;
    prr.begin(20);
    prr.on_sent(15);
    CHECK(prr.on_ack(20, 10, 18, 1, false) == 18);
}

TEST_CASE("PRR below ssthresh: one for one, two for one while the holes are being filled",
          "[tcp][prr][PRR-2]") {
    Prr prr;
    prr.begin(40);
    prr.on_sent(1);
    CHECK(prr.on_ack(40, 20, 5, 2, false) == 7);
    prr.on_sent(2);
    CHECK(prr.on_ack(7, 20, 5, 2, true) == 8);
    SECTION("but not beyond ssthresh") { CHECK(prr.on_ack(8, 20, 18, 9, true) == 20); }
}

TEST_CASE("PRR leaves the window alone when nothing was delivered", "[tcp][prr][PRR-3]") {
    Prr prr;
    prr.begin(40);
    CHECK(prr.on_ack(33, 20, 39, 0, false) == 33);
}

}  // namespace seedwire::tcp
