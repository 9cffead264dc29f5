// Reno in segments, and the arithmetic of the window that every algorithm shares. RFC 5681 §3.1.
#include "models/tcp/congestion/registry.h"
#include "tests/support/catch.h"

namespace seedwire::tcp {

namespace {

struct Drive {
    CongestionSlot algorithm;
    Window window;
    CongestionMoment moment{.tick = Duration::ms(1)};
    Drive() { make_congestion_control(CongestionName::Reno, Sysctls{}, algorithm); }
    void ack(std::uint32_t delivered, bool limited = true) {
        CongestionAck event;
        event.delivered = delivered;
        event.limited = limited;
        algorithm->on_ack(moment, event, window);
    }
};

}  // namespace

TEST_CASE("Slow start adds what an ACK delivers, however much that is",
          "[tcp][reno][rfc5681][CC-1]") {
    Drive d;
    d.ack(1);
    CHECK(d.window.cwnd == 11);
    d.ack(7);
    CHECK(d.window.cwnd == 18);
}

TEST_CASE("The rest of an ACK beyond ssthresh feeds congestion avoidance",
          "[tcp][reno][rfc5681][CC-1]") {
    Drive d;
    d.window.cwnd = 18;
    d.window.ssthresh = 20;
    d.ack(5);
    CHECK(d.window.cwnd == 20);
    CHECK(d.window.growth == 3);
}

TEST_CASE("Reno grows by one segment per window of delivered segments",
          "[tcp][reno][rfc5681][CC-2]") {
    Drive d;
    d.window.cwnd = d.window.ssthresh = 12;
    for (int i = 0; i < 5; ++i) d.ack(2);
    CHECK(d.window.cwnd == 12);
    d.ack(2);
    CHECK(d.window.cwnd == 13);
    CHECK(d.window.growth == 0);
    // One ACK for three windows is worth three segments.
    d.ack(40);
    CHECK(d.window.cwnd == 16);
    CHECK(d.window.growth == 1);
}

TEST_CASE("A counter left over from a larger window is worth one segment at most",
          "[tcp][reno][CC-2]") {
    Drive d;
    d.window.cwnd = d.window.ssthresh = 4;
    d.window.growth = 9;
    d.ack(1);
    CHECK(d.window.cwnd == 5);
    CHECK(d.window.growth == 1);
}

TEST_CASE("Reno halves the window, to no less than two segments", "[tcp][reno][rfc5681][CC-3]") {
    Drive d;
    for (const auto& [before, after] :
         {std::pair{24U, 12U}, {39U, 19U}, {14U, 7U}, {3U, 2U}, {1U, 2U}}) {
        d.window.cwnd = before;
        CHECK(d.algorithm->ssthresh(d.moment, d.window) == after);
    }
}

TEST_CASE("The clamp bounds every growth", "[tcp][reno]") {
    Drive d;
    d.window.clamp = 15;
    d.ack(50);
    CHECK(d.window.cwnd == 15);
    d.window.ssthresh = 15;
    d.ack(15);
    d.ack(15);
    CHECK(d.window.cwnd == 15);
}

}  // namespace seedwire::tcp
