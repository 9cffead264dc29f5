// CUBIC's curve, its friendliness to Reno and its fast convergence, in integers. RFC 9438 §4.
#include <array>
#include <vector>

#include "models/tcp/congestion/registry.h"
#include "tests/support/catch.h"

namespace seedwire::tcp {

namespace {

struct Drive {
    CongestionSlot algorithm;
    Window window;
    CongestionMoment moment{.now = Time::zero() + Duration::s(1),
                            .tick = Duration::ms(4),
                            .mss = 1448,
                            .min_rtt_us = 100'000};
    Drive() {
        make_congestion_control(CongestionName::Cubic, Sysctls{}, algorithm);
        algorithm->on_start(moment, window);
    }
    void ack(std::uint32_t delivered, bool limited = true) {
        CongestionAck event;
        event.delivered = delivered;
        event.limited = limited;
        algorithm->on_ack(moment, event, window);
    }
    std::uint32_t lose() {
        window.ssthresh = algorithm->ssthresh(moment, window);
        window.cwnd = window.ssthresh;
        window.growth = 0;
        return window.ssthresh;
    }
};

/// What a Linux 6.18 sender (20 Mbit/s, RTT 100 ms, ticks of 4 ms) received after it had lost one
/// segment at cwnd 69: microseconds since the previous ACK, segments delivered.
struct Arrival {
    std::int32_t gap_us;
    std::uint32_t delivered;
};
constexpr Arrival kArrivals[] = {
    {0, 2},    {100, 0},   {470, 1},   {1207, 2},  {642, 1},   {42539, 1}, {22726, 2}, {609, 1},
    {1730, 2}, {632, 1},   {1800, 2},  {1854, 2},  {1748, 2},  {610, 1},   {1781, 2},  {1773, 2},
    {1826, 2}, {651, 1},   {1751, 2},  {1833, 2},  {1777, 2},  {1832, 2},  {1748, 2},  {642, 1},
    {1756, 2}, {2983, 2},  {1189, 2},  {1213, 2},  {1248, 2},  {521, 1},   {689, 1},   {586, 1},
    {599, 1},  {618, 1},   {584, 1},   {41441, 1}, {22830, 1}, {493, 1},   {606, 1},   {1177, 1},
    {599, 1},  {547, 1},   {1199, 1},  {602, 1},   {1253, 1},  {641, 1},   {561, 1},   {587, 1},
    {613, 1},  {607, 1},   {1132, 1},  {599, 1},   {1227, 1},  {537, 1},   {1247, 1},  {628, 1},
    {575, 1},  {1182, 1},  {614, 1},   {1223, 1},  {644, 1},   {1150, 1},  {606, 1},   {1227, 1},
    {601, 1},  {1175, 1},  {582, 1},   {612, 1},   {1186, 1},  {590, 1},   {593, 1},   {1801, 1},
    {581, 1},  {598, 1},   {600, 1},   {604, 1},   {600, 1},   {663, 1},   {566, 1},   {609, 1},
    {615, 1},  {577, 1},   {604, 1},   {596, 1},   {610, 1},   {40863, 1}, {22910, 1}, {1001, 1},
    {574, 1},  {618, 1},   {1127, 1},  {594, 1},   {592, 1},   {618, 1},   {1239, 1},  {591, 1},
    {616, 1},  {581, 1},   {604, 1},   {598, 1},   {603, 1},   {602, 1},   {598, 1},   {1191, 1},
    {584, 1},  {1194, 1},  {1202, 1},  {599, 1},   {589, 1},   {595, 1},   {1210, 1},  {650, 1},
    {1152, 1}, {612, 1},   {1220, 1},  {602, 1},   {1167, 1},  {1216, 1},  {616, 1},   {576, 1},
    {596, 1},  {611, 1},   {589, 1},   {1184, 1},  {576, 1},   {1186, 1},  {597, 1},   {586, 1},
    {608, 1},  {621, 1},   {626, 1},   {620, 1},   {601, 1},   {587, 1},   {616, 1},   {609, 1},
    {611, 1},  {40227, 1}, {23057, 1}, {1439, 1},  {574, 1},   {599, 1},   {609, 1},   {1131, 1},
    {586, 1},  {607, 1},   {669, 1},   {582, 1},   {616, 1},   {582, 1},   {607, 1},   {596, 1},
    {613, 1},  {600, 1},   {599, 1},   {585, 1},   {614, 1},   {588, 1},   {1181, 1},  {1196, 1},
    {1183, 1}, {588, 1},   {599, 1},   {616, 1},   {635, 1},   {1174, 1},  {604, 1},   {1224, 1},
    {629, 1},  {1159, 1},  {1194, 1},  {1199, 1},  {593, 1},   {598, 1},   {599, 1},   {603, 1},
    {600, 1},  {616, 1},   {1148, 1},  {1168, 1},  {582, 1},   {638, 1},   {589, 1},   {644, 1},
    {599, 1}};
struct Growth {
    std::int32_t at_us;
    std::uint32_t cwnd;
};

}  // namespace

TEST_CASE("CUBIC repeats the growth of a measured connection after a loss at cwnd 69",
          "[tcp][cubic][rfc9438][CUBIC-3]") {
    Drive d;
    d.window.cwnd = 69;
    d.window.ssthresh = 69;
    d.algorithm->on_rtt_sample(d.moment, 100'183, d.window);
    CHECK(d.lose() == 48);

    // The phase of the tick is the one that the trace shows: 1.5 ms after a tick at time 0.
    Time at = Time::zero() + Duration::us(1'000'000'000 + 1'500 + 539'495);
    const Time trace_start = at - Duration::us(539'495);
    std::vector<Growth> growth;
    for (const Arrival& arrival : kArrivals) {
        at += Duration::us(arrival.gap_us);
        const auto at_us = static_cast<std::int32_t>((at - trace_start).us());
        if (growth.empty() || growth.back().cwnd != d.window.cwnd)
            growth.push_back({at_us, d.window.cwnd});
        d.moment.now = at;
        if (arrival.delivered != 0) d.ack(arrival.delivered);
    }
    constexpr std::array<Growth, 8> kMeasured = {{{539'495, 48},
                                                  {615'552, 49},
                                                  {636'515, 50},
                                                  {715'150, 51},
                                                  {734'855, 52},
                                                  {815'799, 53},
                                                  {909'684, 54},
                                                  {939'270, 55}}};
    REQUIRE(growth.size() == kMeasured.size());
    for (std::size_t i = 0; i < kMeasured.size(); ++i) {
        CHECK(growth[i].cwnd == kMeasured[i].cwnd);
        CHECK(std::abs(growth[i].at_us - kMeasured[i].at_us) <= 3);
    }
}

TEST_CASE("CUBIC takes 0.7 of the window after a loss, at least two segments",
          "[tcp][cubic][rfc9438][CUBIC-1]") {
    struct Case {
        std::uint32_t before, after;
    };
    const Case c = GENERATE(Case{10, 7}, Case{20, 14}, Case{69, 48}, Case{24, 16}, Case{39, 27},
                            Case{2, 2}, Case{1, 2});
    Drive d;
    d.window.cwnd = c.before;
    CHECK(d.lose() == c.after);
}

TEST_CASE("CUBIC converges fast: below the last maximum it remembers less than it had",
          "[tcp][cubic][rfc9438][CUBIC-2]") {
    // Both lose at 100 and then again at 80; only the curve after a second loss differs.
    Drive falling;
    falling.window.cwnd = falling.window.ssthresh = 100;
    falling.lose();
    falling.window.cwnd = 80;
    falling.lose();
    Drive fresh;
    fresh.window.cwnd = fresh.window.ssthresh = 80;
    fresh.lose();
    CHECK(falling.window.cwnd == fresh.window.cwnd);
    // The first aims at 68 (80 x 1741 / 2048), the other at 80: it is there sooner or later.
    for (int i = 0; i < 400; ++i) {
        falling.moment.now += Duration::ms(10);
        fresh.moment.now += Duration::ms(10);
        falling.ack(5);
        fresh.ack(5);
    }
    CHECK(falling.window.cwnd < fresh.window.cwnd);
}

TEST_CASE("CUBIC without any loss grows by at least one segment per twenty",
          "[tcp][cubic][CUBIC-5]") {
    Drive d;
    d.window.cwnd = d.window.ssthresh = 100;
    for (int i = 0; i < 10; ++i) {
        d.moment.now += Duration::ms(10);
        d.ack(10);
    }
    CHECK(d.window.cwnd == 105);
}

TEST_CASE("CUBIC is as fast as Reno where the curve is flat", "[tcp][cubic][rfc9438][CUBIC-4]") {
    // RTT 2 ms: the curve needs seconds, Reno's equivalent a few windows.
    Drive d;
    d.window.cwnd = d.window.ssthresh = 20;
    d.lose();
    const std::uint32_t start = d.window.cwnd;
    for (int i = 0; i < 20; ++i) {
        d.moment.now += Duration::ms(2);
        d.ack(d.window.cwnd);
    }
    CHECK(d.window.cwnd >= start + 9);  // about 0.53 per window
}

TEST_CASE("CUBIC does not count idle time as growth", "[tcp][cubic][rfc9438][CUBIC-6]") {
    Drive busy, idle;
    for (Drive* d : {&busy, &idle}) {
        d->window.cwnd = d->window.ssthresh = 60;
        d->lose();
        d->ack(4);
    }
    const Time last = idle.moment.now;
    busy.moment.now += Duration::s(8);
    idle.moment.now += Duration::s(8);
    idle.algorithm->on_send_after_idle(idle.moment, last);
    for (Drive* d : {&busy, &idle})
        for (int i = 0; i < 10; ++i) d->ack(10);
    CHECK(busy.window.cwnd > 60);
    CHECK(idle.window.cwnd < 50);
}

TEST_CASE("CUBIC forgets its curve at a retransmission timeout", "[tcp][cubic][CUBIC-7]") {
    Drive d;
    d.window.cwnd = d.window.ssthresh = 60;
    d.lose();
    d.algorithm->on_state(d.moment, RecoveryState::Loss);
    // Without a last maximum the window grows by five per cent, not towards 60.
    d.window.cwnd = d.window.ssthresh = 40;
    d.moment.now += Duration::ms(100);
    d.ack(40);
    CHECK(d.window.cwnd == 42);
}

}  // namespace seedwire::tcp
