// Rules of the endpoint that no other test of its parts would miss.
#include "models/tcp/recovery/sender.h"
#include "tests/support/catch.h"
#include "tests/support/tcp_drive.h"

using namespace seedwire;
using namespace seedwire::literals;
using namespace seedwire::test;
using tcp::State;

namespace {

void establish(TcpDrive& d, Duration rtt) {
    d.to_syn_sent();
    d.at(rtt);
    d.in(d.peer_syn().ack(101));
    d.discard();
}

}  // namespace

TEST_CASE("PSH goes with the block that makes half of the peer's window unpushed",
          "[tcp][send][SEND-5]") {
    DriveConfig config;
    config.peer_window = 3500;
    TcpDrive d{config};
    establish(d, 100_ms);
    d.write(5000);
    d.out(data(1000).seq(101));
    d.out(data(1000).seq(1101).push());
    d.out(data(1000).seq(2101));
    d.out_nothing();
}

TEST_CASE("A write that joins a block takes its PSH away", "[tcp][send][SEND-5]") {
    TcpDrive d{DriveConfig{}};
    establish(d, 100_ms);
    d.write(10'000);
    d.discard();
    d.write(300);
    d.write(200);  // joins the first 300, which would have ended with PSH
    d.at(200_ms);
    d.in(d.peer().ack(10'101));
    d.out(data(500).seq(10'101).push());
    d.out_nothing();
}

TEST_CASE("A block waits for more window if the next ACK is due at once", "[tcp][send][SEND-7]") {
    DriveConfig config;
    TcpDrive d{config};
    establish(d, 1_ms);
    d.write(20'000);
    REQUIRE(d.pending() == 10);
    d.discard();
    d.after(600_us);
    d.in(d.peer().ack(1101));  // room for two, the next ACK is 400 us away
    d.out_nothing();
    d.in(d.peer().ack(4101));
    CHECK(d.pending() > 2);
}

TEST_CASE("The pacing rate is twice the window per round trip, 1.2 times beyond half of ssthresh",
          "[tcp][send][SEND-8]") {
    TcpDrive d{DriveConfig{}};
    establish(d, 100_ms);
    CHECK(d.info().pacing_rate == 200'000);
    tcp::Sysctls sysctls;
    tcp::Sender sender{sysctls, tcp::CongestionName::Reno};
    const Time start = Time::zero() + 100_ms;
    sender.start(start, {.mss = 1000, .max_window = 65535});
    sender.on_handshake_sample(start, 100_ms);
    tcp::StreamOffset at{1};
    for (int i = 0; i < 10; ++i, at = at + 1000) sender.on_new_segment(start, at, at + 1000, 0);
    tcp::AckInput echo;
    echo.ack = tcp::StreamOffset{1001};
    echo.ece = true;
    sender.on_ack(start + 100_ms, echo);
    REQUIRE(sender.window().ssthresh == 5);
    CHECK(sender.pacing_rate() == 1000U * std::max(sender.window().cwnd, 9U) * 12);
}

TEST_CASE("The peer's window is taken from newer segments, and widened or closed by the same",
          "[tcp][rfc9293][SEND-10]") {
    DriveConfig config;
    config.peer_window = 2000;
    TcpDrive d{config};
    establish(d, 100_ms);
    d.write(5000);
    d.discard();
    d.in(d.peer().ack(101).window(3000));
    CHECK(d.info().snd_wnd == 3000);
    d.in(d.peer().ack(101).window(2500));
    CHECK(d.info().snd_wnd == 3000);
    d.in(d.peer().ack(1101).window(2500));
    CHECK(d.info().snd_wnd == 2500);
    d.in(d.peer().ack(1101).window(0));
    CHECK(d.info().snd_wnd == 0);
}

TEST_CASE("An ACK from beyond a window that shrank begins at its edge", "[tcp][SEND-11]") {
    TcpDrive d{DriveConfig{}};
    establish(d, 100_ms);
    d.write(2000);
    d.discard();
    d.in(d.peer().ack(101).window(0));
    d.in(data(10).seq(301).ack(101).window(0));
    d.out(ack_only().seq(101).ack(311));
}

TEST_CASE("Over a closed window only two rto_max of silence end retransmission",
          "[tcp][rfc9293][RTO-13]") {
    TcpDrive d{DriveConfig{}};
    establish(d, 100_ms);
    d.write(1000);
    d.in(d.peer().ack(101).window(0));
    SECTION("silence") {
        d.at(260_s);
        CHECK(d.state() == State::Established);
        d.at(290_s);
        CHECK(d.state() == State::Closed);
        CHECK(d.endpoint().error() == tcp::Error::TimedOut);
    }
    SECTION("answers") {
        for (int minute = 1; minute <= 30; ++minute) {
            d.at(60_s * minute);
            d.in(d.peer().ack(101).window(0));
        }
        CHECK(d.state() == State::Established);
    }
}

TEST_CASE("Path MTUs below 552 octets are not believed", "[tcp][rfc1191][PMTU-2]") {
    DriveConfig config;
    config.peer_mss = 1460;
    TcpDrive d{config};
    establish(d, 100_ms);
    d.write(2920);
    tcp::Output out;
    d.endpoint().on_packet_too_big(d.now(), 300, wire::SeqNum{101}, out);
    CHECK(d.info().snd_mss == 512);
}

TEST_CASE("tcp_info counts the SYN", "[tcp][info][INFO-1]") {
    TcpDrive active{DriveConfig{}}, passive{DriveConfig{}};
    establish(active, 100_ms);
    passive.to_established_passively();
    CHECK(active.info().delivered == 1);
    CHECK(active.info().bytes_acked == 1);
    CHECK(passive.info().delivered == 1);
    CHECK(passive.info().bytes_acked == 0);
}

TEST_CASE("Sequence numbers wrap in the middle of a window, of either side",
          "[tcp][rfc9293][WIRE-2]") {
    DriveConfig config;
    config.iss = UINT32_MAX - 1500;
    config.peer_iss = UINT32_MAX - 100;
    TcpDrive d{config};
    d.to_established();
    CHECK(d.write(5000) == 5000);
    const std::uint32_t first = config.iss + 1;
    for (std::uint32_t i = 0; i < 5; ++i) {
        CHECK(d.take().seq.raw() == first + i * 1000);
    }
    d.in(d.peer().ack(first + 3000));
    CHECK(d.endpoint().unacknowledged() == 2000);
    d.in(data(200).seq(config.peer_iss + 1).ack(first + 5000));
    CHECK(d.endpoint().unacknowledged() == 0);
    CHECK(d.read() == 200);
    d.in(data(50).seq(config.peer_iss + 201).ack(first + 5000));
    CHECK(d.read() == 50);
}
