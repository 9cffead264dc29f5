// What limits a sender, as tcp_info counts it. Linux, `tcp_chrono_start`.
#include "models/tcp/send/limits.h"

#include "tests/support/catch.h"
#include "tests/support/tcp_drive.h"

namespace seedwire::test {
using namespace literals;
namespace {

using tcp::SendLimit;

constexpr Time at_ms(std::int64_t ms) { return Time::zero() + Duration::ms(ms); }

TEST_CASE("The highest limit that applies is counted", "[tcp][send][INFO-2]") {
    tcp::SendLimits limits;
    limits.begin(at_ms(0), SendLimit::Busy);
    limits.begin(at_ms(10), SendLimit::ReceiveWindow);
    limits.begin(at_ms(20), SendLimit::Busy);  // lower: changes nothing
    CHECK(limits.spent(at_ms(30), SendLimit::Busy) == 10_ms);
    CHECK(limits.spent(at_ms(30), SendLimit::ReceiveWindow) == 20_ms);
    limits.end(at_ms(30), SendLimit::ReceiveWindow, false);
    CHECK(limits.is(SendLimit::Busy));
    limits.begin(at_ms(35), SendLimit::SendBuffer);
    limits.end(at_ms(40), SendLimit::ReceiveWindow, false);  // not the present one
    CHECK(limits.is(SendLimit::SendBuffer));
    limits.end(at_ms(45), SendLimit::Busy, true);
    CHECK(limits.is(SendLimit::Idle));
    CHECK(limits.spent(at_ms(99), SendLimit::Busy) == 15_ms);
    CHECK(limits.spent(at_ms(99), SendLimit::ReceiveWindow) == 20_ms);
    CHECK(limits.spent(at_ms(99), SendLimit::SendBuffer) == 10_ms);
}

TEST_CASE("Waiting for the peer's window is told apart from sending", "[tcp][send][INFO-2]") {
    DriveConfig config;
    config.peer_window = 2000;
    TcpDrive d{config};
    d.to_established();
    const Time start = d.now();
    d.write(5000);
    d.after(100_ms);
    CHECK(d.info().rwnd_limited == 100'000);
    CHECK(d.info().busy_time == 100'000);
    d.in(d.peer().ack(2101).window(60000));
    d.after(50_ms);
    CHECK(d.info().rwnd_limited == 100'000);
    CHECK(d.info().busy_time == 150'000);
    d.in(d.peer().ack(5101).window(60000));
    d.after(50_ms);
    CHECK(d.info().busy_time == 150'000);
    CHECK(d.now() - start == 200_ms);
}

TEST_CASE("A program that waits for room in its buffer is limited by it", "[tcp][send][INFO-2]") {
    DriveConfig config;
    config.options.send_buffer = 6000;
    config.options.send_buffer_locked = true;
    TcpDrive d{config};
    d.to_established();
    const std::uint32_t taken = d.write(200'000);
    CHECK(taken < 200'000);
    d.after(100_ms);
    d.in(d.peer().ack(101 + 10'000));
    d.after(100_ms);
    d.in(d.peer().ack(101 + 30'000));  // the rest leaves, and nothing more is there to be sent
    d.after(30_ms);
    CHECK(d.info().sndbuf_limited == 30'000);
    CHECK(d.info().busy_time >= 30'000);
    d.write(1000);
    d.after(10_ms);
    CHECK(d.info().sndbuf_limited == 30'000);
}

}  // namespace
}  // namespace seedwire::test
