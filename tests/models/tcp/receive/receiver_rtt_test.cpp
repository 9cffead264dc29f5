// The receiver's view of the round trip, models/tcp/receive/receiver_rtt.
#include "models/tcp/receive/receiver_rtt.h"

#include "tests/support/catch.h"

namespace {

using namespace seedwire;
using namespace seedwire::tcp;

Time at_ms(std::int64_t ms) { return Time::zero() + Duration::ms(ms); }

}  // namespace

TEST_CASE("Echoes of our timestamps measure the round trip, one sample for each new echo",
          "[tcp][receive][RWIN-11]") {
    ReceiverRtt rtt;
    rtt.start(at_ms(0), StreamOffset{1});
    rtt.on_echo(1100, 1000, true, true);
    CHECK(rtt.eighths_us() == 8 * 100'000);
    rtt.on_echo(1190, 1000, true, true);  // the same echo again says nothing
    CHECK(rtt.eighths_us() == 8 * 100'000);
    rtt.on_echo(1290, 1130, true, true);  // 160 ms: smoothed upwards
    CHECK(rtt.eighths_us() == 8 * 100'000 + 60'000);
    rtt.on_echo(1500, 1200, true, false);  // unread data delays the peer: not upwards
    CHECK(rtt.eighths_us() == 8 * 100'000 + 60'000);
    rtt.on_echo(1550, 1500, false, true);  // a small segment does not count
    CHECK(rtt.eighths_us() == 8 * 100'000 + 60'000);
    rtt.on_echo(1580, 1550, true, false);  // downwards at once
    CHECK(rtt.eighths_us() == 8 * 30'000);
}

TEST_CASE("A window's worth of data takes at least a round trip: this only lowers the estimate",
          "[tcp][receive][RWIN-11]") {
    ReceiverRtt rtt;
    rtt.start(at_ms(0), StreamOffset{1});
    rtt.on_data(at_ms(10), StreamOffset{1001}, 5000);  // starts the first measurement, to 6001
    rtt.on_data(at_ms(60), StreamOffset{6000}, 5000);
    CHECK(rtt.eighths_us() == 0);
    rtt.on_data(at_ms(80), StreamOffset{6001}, 5000);
    CHECK(rtt.eighths_us() == 8 * 70'000);
    rtt.on_data(at_ms(180), StreamOffset{11001}, 5000);
    CHECK(rtt.eighths_us() == 8 * 70'000);
    rtt.on_data(at_ms(230), StreamOffset{16001}, 5000);
    CHECK(rtt.eighths_us() == 8 * 50'000);
}

TEST_CASE("Once per round trip the reader's progress is judged, less what waits unread",
          "[tcp][receive][RWIN-10]") {
    ReceiverRtt rtt;
    rtt.start(at_ms(0), StreamOffset{1});
    CHECK_FALSE(rtt.on_read(at_ms(500), StreamOffset{1001}, StreamOffset{1001}).has_value());
    rtt.on_echo(100, 1, true, true);  // 99 ms
    CHECK_FALSE(rtt.on_read(at_ms(98), StreamOffset{1001}, StreamOffset{1001}).has_value());
    CHECK(rtt.on_read(at_ms(99), StreamOffset{30001}, StreamOffset{31001}) == 29'000);
    CHECK_FALSE(rtt.on_read(at_ms(99), StreamOffset{31001}, StreamOffset{31001}).has_value());
    CHECK(rtt.on_read(at_ms(198), StreamOffset{50001}, StreamOffset{50001}) == 20'000);
}
