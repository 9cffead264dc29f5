// What leaves and when: blocks, Nagle, cork, PSH, windows, send buffer.
#include "tests/support/catch.h"
#include "tests/support/tcp_drive.h"
#include "tests/support/tcp_pair.h"

using namespace seedwire;
using namespace seedwire::literals;
using namespace seedwire::test;
using tcp::State;

namespace {

/// ESTABLISHED with a measured RTT, so that blocks have two segments (MSS 1000).
void establish(TcpDrive& d, Duration rtt) {
    d.to_syn_sent();
    d.at(rtt);
    d.in(d.peer_syn().ack(101));
    d.discard();
}

}  // namespace

TEST_CASE("The first window is ten segments, PSH on the last of each block",
          "[tcp][rfc6928][OPEN-13][SEND-1][SEND-4][SEND-6]") {
    TcpDrive d{DriveConfig{}};
    establish(d, 100_ms);
    CHECK(d.write(20'000) == 20'000);
    for (std::uint32_t i = 0; i < 10; ++i) {
        SegmentBuilder expected = data(1000).seq(101 + i * 1000).offset(i * 1000);
        if (i % 2 == 1) expected.push();
        d.out(expected.cause(wire::Cause::NewData));
    }
    d.out_nothing();
    CHECK(d.info().unacked == 10);
    CHECK(d.info().notsent_bytes == 10'000);
    CHECK(d.endpoint().unacknowledged() == 20'000);
}

TEST_CASE("Every acknowledged segment lets two more go in slow start", "[tcp][rfc5681][SEND-1]") {
    TcpDrive d{DriveConfig{}};
    establish(d, 100_ms);
    d.write(30'000);
    d.discard();
    d.at(200_ms);
    d.in(d.peer().ack(1101));
    d.out(data(1000).seq(10'101));
    d.out(data(1000).seq(11'101).push());
    d.out_nothing();
    CHECK(d.info().snd_cwnd == 11);
}

TEST_CASE("Nagle holds a short segment only while another short one is outstanding",
          "[tcp][nagle][rfc1122][NAGLE-1][NAGLE-2]") {
    TcpDrive d{DriveConfig{}};
    establish(d, 100_ms);
    d.write(1500);
    d.out(data(1000).seq(101));
    d.out(data(500).seq(1101).push());  // behind a full one it goes at once
    d.write(300);
    d.out_nothing();
    SECTION("the short one is acknowledged") {
        d.at(200_ms);
        d.in(d.peer().ack(1601));
        d.out(data(300).seq(1601).push());
    }
    SECTION("enough for a full segment has come together") {
        d.write(700);
        d.out(data(1000).seq(1601).push());
    }
    SECTION("TCP_NODELAY lets it go") {
        tcp::SocketOptions options;
        options.nodelay = true;
        d.set_options(options);
        d.out(data(300).seq(1601).push());
        d.write(10);
        d.out(data(10).seq(1901).push());
    }
}

TEST_CASE("Nagle: small writes behind the first wait and leave together", "[tcp][nagle][NAGLE-1]") {
    TcpDrive d{DriveConfig{}};
    establish(d, 100_ms);
    for (int i = 0; i < 5; ++i) CHECK(d.write(100) == 100);
    d.out(data(100).seq(101).push());
    d.out_nothing();
    d.at(200_ms);
    d.in(d.peer().ack(201));
    d.out(data(400).seq(201).push());
}

TEST_CASE("A corked rest leaves when uncorked, or by the probe timer",
          "[tcp][cork][NAGLE-3][NAGLE-4]") {
    DriveConfig config;
    config.options.cork = true;
    TcpDrive d{config};
    establish(d, 10_ms);
    d.write(1300);
    d.out(data(1000).seq(101));
    d.out_nothing();
    SECTION("uncorked") {
        tcp::SocketOptions options;
        d.set_options(options);
        d.out(data(300).seq(1101).push());
    }
    SECTION("TCP_NODELAY does not uncork, but lets go of what is queued") {
        tcp::SocketOptions options = config.options;
        options.nodelay = true;
        d.set_options(options);
        d.out(data(300).seq(1101).push());
        d.write(200);
        d.out_nothing();
    }
    SECTION("nothing in flight: the timer") {
        d.at(20_ms);
        d.in(d.peer().ack(1101));
        d.out_nothing();
        d.at(300_ms);
        d.out_at(230_ms, data(300).seq(1101).push().cause(wire::Cause::CorkTimeout));
    }
}

TEST_CASE("MSG_MORE holds like a cork, for that write only", "[tcp][cork][NAGLE-3]") {
    TcpDrive d{DriveConfig{}};
    establish(d, 10_ms);
    d.write(100, tcp::WriteMode::More);
    d.out_nothing();
    d.write(100);
    d.out(data(200).seq(101).push());
}

TEST_CASE("MSG_EOR keeps the next write out of the segment", "[tcp][NAGLE-5]") {
    DriveConfig config;
    config.options.nodelay = true;
    config.options.cork = true;
    TcpDrive d{config};
    establish(d, 10_ms);
    d.write(100, tcp::WriteMode::EndOfRecord);
    d.write(100);
    tcp::SocketOptions options;
    options.nodelay = true;
    d.set_options(options);
    d.out(data(100).seq(101).push());
    d.out(data(100).seq(201).push());
}

TEST_CASE("The receive window cuts a block at whole segments, its rest only as a tail",
          "[tcp][rfc9293][SEND-2]") {
    DriveConfig config;
    SECTION("5500 octets") {
        config.peer_window = 5500;
        TcpDrive d{config};
        establish(d, 100_ms);
        d.write(10'000);
        std::uint32_t sent = 0;
        while (d.pending() > 0) sent += d.take().payload.length;
        CHECK(sent == 5500);
    }
    SECTION("less than one segment is not used at all") {
        config.peer_window = 2000;
        TcpDrive d{config};
        establish(d, 100_ms);
        d.write(10'000);
        d.out(data(1000).seq(101));
        d.out(data(1000).seq(1101).push());
        d.in(d.peer().ack(1101).window(1500));
        d.out_nothing();
    }
}

TEST_CASE("A closed window is probed with back-off, and any ACK restarts the interval",
          "[tcp][persist][rfc9293][PERSIST-1][PERSIST-2][PERSIST-3]") {
    TcpDrive d{DriveConfig{}};
    establish(d, 100_ms);
    d.write(500);
    d.discard();
    d.at(200_ms);
    d.in(d.peer().ack(601).window(0));
    d.write(1000);
    d.out_nothing();
    // RTO 300 ms: probes 0.3 s after the write; the answer re-arms with the doubled interval.
    d.at(500_ms);
    d.out_at(500_ms, ack_only().seq(600).ack(301).cause(wire::Cause::ZeroWindowProbe));
    d.at(600_ms);
    d.in(d.peer().ack(601).window(0));
    d.at(1300_ms);
    d.out_at(1200_ms, ack_only().seq(600).cause(wire::Cause::ZeroWindowProbe));
    d.in(d.peer().ack(601).window(0));
    d.at(1400_ms);
    d.in(d.peer().ack(601).window(5000));
    d.out(data(1000).seq(601).push());
    CHECK(d.info().probes == 0);
}

TEST_CASE("Probes without answers end in ETIMEDOUT", "[tcp][persist][PERSIST-5]") {
    DriveConfig config;
    config.sysctls.tcp_retries2 = 3;
    TcpDrive d{config};
    establish(d, 100_ms);
    d.in(d.peer().ack(101).window(0));
    d.write(1000);
    d.at(100_s);
    std::size_t probes = 0;
    while (d.pending() > 0) {
        d.out(ack_only().seq(100));
        ++probes;
    }
    CHECK(probes == 3);
    CHECK(d.state() == State::Closed);
    CHECK(d.endpoint().error() == tcp::Error::TimedOut);
}

TEST_CASE("A window too small for a segment is used by the probe", "[tcp][persist][PERSIST-4]") {
    TcpDrive d{DriveConfig{}};
    establish(d, 100_ms);
    d.in(d.peer().ack(101).window(300));
    d.write(1000);
    d.out_nothing();
    d.at(400_ms);
    d.out_at(400_ms, data(300).seq(101).push());
}

TEST_CASE("The user timeout limits how long a closed window is probed",
          "[tcp][rfc5482][PERSIST-5]") {
    DriveConfig config;
    config.options.user_timeout = 1_s;
    TcpDrive d{config};
    establish(d, 100_ms);
    d.in(d.peer().ack(101).window(0));
    d.write(1000);
    d.at(1399_ms);
    CHECK(d.state() == State::Established);
    d.at(1401_ms);
    CHECK(d.state() == State::Closed);
}

TEST_CASE("The user timeout ends retransmission exactly on time", "[tcp][rfc5482][RTO-11]") {
    DriveConfig config;
    config.options.user_timeout = 2_s;
    TcpDrive d{config};
    establish(d, 100_ms);
    d.write(100);
    d.discard();
    d.at(10_s);
    CHECK(d.state() == State::Closed);
    CHECK(d.endpoint().error() == tcp::Error::TimedOut);
}

TEST_CASE("Retransmission gives up after the modelled time of tcp_retries2",
          "[tcp][rfc9293][RTO-10]") {
    DriveConfig config;
    config.sysctls.tcp_retries2 = 5;
    TcpDrive d{config};
    establish(d, 100_ms);
    d.write(100);
    d.at(12_s);
    CHECK(d.state() == State::Established);
    d.at(100_s);
    CHECK(d.state() == State::Closed);
    CHECK(d.endpoint().error() == tcp::Error::TimedOut);
    CHECK(d.saw(tcp::event::kError));
}

TEST_CASE("The send buffer limits a write; a third free wakes the writer",
          "[tcp][send_buffer][BUF-1][BUF-2]") {
    DriveConfig config;
    config.options.send_buffer = 20'000;
    config.options.send_buffer_locked = true;
    TcpDrive d{config};
    establish(d, 100_ms);
    const std::uint32_t taken = d.write(100'000);
    CHECK(taken < 100'000);
    CHECK(taken >= 20'000 - 832);
    CHECK(d.write(1000) == 0);
    CHECK(d.endpoint().writable() == 0);
    d.at(200_ms);
    d.in(d.peer().ack(2101));
    CHECK_FALSE(d.saw(tcp::event::kWritable));
    std::uint32_t acked = 2101;
    while (!d.saw(tcp::event::kWritable)) {
        acked += 1000;
        REQUIRE(acked < 101 + taken);
        d.in(d.peer().ack(acked));
    }
    CHECK(d.endpoint().writable() > 0);
    CHECK(d.write(1000) == 1000);
}

TEST_CASE("TCP_NOTSENT_LOWAT stops writing before the buffer is full",
          "[tcp][send_buffer][BUF-4]") {
    DriveConfig config;
    config.options.notsent_low_water = 5000;
    TcpDrive d{config};
    establish(d, 100_ms);
    const std::uint32_t taken = d.write(100'000);
    CHECK(taken < 46'080);
    CHECK(d.info().notsent_bytes >= 5000);
}

TEST_CASE("Keepalive probes an idle peer, then resets",
          "[tcp][keepalive][rfc9293][KEEP-1][KEEP-2]") {
    DriveConfig config;
    config.options.keepalive = true;
    config.options.keepalive_idle = 2_s;
    config.options.keepalive_interval = 1_s;
    config.options.keepalive_probes = 3;
    TcpDrive d{config};
    establish(d, 100_ms);
    CHECK(d.endpoint().is_background());
    d.at(2100_ms);
    d.out_at(2100_ms, ack_only().seq(100).ack(301).cause(wire::Cause::Keepalive));
    SECTION("an answer restarts the idle time") {
        d.at(2200_ms);
        d.in(d.peer());
        d.at(4199_ms);
        d.out_nothing();
        d.at(4200_ms);
        d.out_at(4200_ms, ack_only().seq(100));
    }
    SECTION("silence") {
        d.at(10_s);
        d.out_at(3100_ms, ack_only().seq(100));
        d.out_at(4100_ms, ack_only().seq(100));
        d.out_at(5100_ms, rst().seq(101).ack(301).cause(wire::Cause::ResetTimeout));
        CHECK(d.endpoint().error() == tcp::Error::TimedOut);
        CHECK(d.endpoint().next_timeout().is_never());
    }
    SECTION("switched off") {
        tcp::SocketOptions options;
        d.set_options(options);
        CHECK(d.endpoint().next_timeout().is_never());
    }
}

TEST_CASE("A keepalive probe of the peer is answered", "[tcp][keepalive][SEQ-6]") {
    TcpDrive d{DriveConfig{}};
    establish(d, 100_ms);
    d.in(ack_only().seq(300).ack(101));
    d.out(ack_only().seq(101).ack(301));
}

TEST_CASE("PAWS refuses an old segment and answers with an ACK", "[tcp][paws][rfc7323][PAWS-1]") {
    DriveConfig config;
    config.timestamps = true;
    TcpDrive d{config};
    d.to_established();
    d.in(data(10).seq(301).ack(101).timestamps(1'000'100, 0));
    d.discard();
    d.in(data(10).seq(311).ack(101).timestamps(1'000'050, 0));
    d.out(ack_only().ack(311));
    CHECK(d.endpoint().readable() == 10);
}

TEST_CASE("What an ACK makes leave echoes that ACK's timestamp, also a repetition",
          "[tcp][rfc7323][PAWS-4]") {
    DriveConfig config;
    config.timestamps = config.sack = true;
    TcpDrive d{config};
    d.to_established();
    d.write(6000);
    d.discard();
    d.at(1_ms);
    d.in(d.peer().timestamps(1'000'777, 1).sack({{1089, 5041}}));
    REQUIRE(d.pending() > 0);
    const wire::Segment repeated = d.take();
    CAPTURE(describe(repeated));
    REQUIRE(repeated.cause == wire::Cause::FastRetransmit);
    CHECK(repeated.ts_echo == 1'000'777);
}

TEST_CASE("Path MTU: a smaller one resends what no longer fits, without a reduction",
          "[tcp][rfc1191][PMTU-1]") {
    DriveConfig config;
    config.peer_mss = 1460;
    TcpDrive d{config};
    establish(d, 100_ms);
    d.write(4380);
    d.discard();
    tcp::Output out;
    d.endpoint().on_packet_too_big(d.now(), 1000, wire::SeqNum{101}, out);
    // The block is cut anew as a whole, not segment by segment.
    REQUIRE(out.segments.size() == 5);
    CHECK(out.segments[0].payload.length == 960);
    CHECK(out.segments[3].payload.length == 960);
    CHECK(out.segments[4].payload.length == 540);
    CHECK(out.segments[0].cause == wire::Cause::PathMtuReduced);
    CHECK(d.info().snd_mss == 960);
    CHECK(d.info().snd_cwnd == 10);
}

TEST_CASE("ICMP errors abort an opening and are remembered later",
          "[tcp][rfc5461][ICMP-1][ICMP-2][ICMP-3]") {
    TcpDrive d{DriveConfig{}};
    tcp::Output out;
    SECTION("SYN-SENT") {
        d.to_syn_sent();
        d.endpoint().on_icmp_error(d.now(), tcp::Error::HostUnreachable, false, wire::SeqNum{100},
                                   out);
        CHECK(d.state() == State::Closed);
        CHECK(d.endpoint().error() == tcp::Error::HostUnreachable);
    }
    SECTION("ESTABLISHED: soft") {
        d.to_established();
        d.write(10);
        d.endpoint().on_icmp_error(d.now(), tcp::Error::HostUnreachable, false, wire::SeqNum{101},
                                   out);
        CHECK(d.state() == State::Established);
        CHECK(d.endpoint().take_error() == tcp::Error::None);  // no call fails for it
        CHECK(d.endpoint().take_any_error() == tcp::Error::HostUnreachable);
        CHECK(d.endpoint().take_any_error() == tcp::Error::None);
    }
    SECTION("a quoted segment that is not ours") {
        d.to_established();
        d.endpoint().on_icmp_error(d.now(), tcp::Error::HostUnreachable, false, wire::SeqNum{5000},
                                   out);
        CHECK(d.endpoint().error() == tcp::Error::None);
    }
}

TEST_CASE("The window field never takes back what was offered", "[tcp][rfc9293][RWIN-2]") {
    TcpDrive d{DriveConfig{}};
    d.to_established();
    std::uint32_t edge = 0;
    for (std::uint32_t i = 0; i < 40; ++i) {
        d.in(data(1000).seq(301 + i * 1000).ack(101));
        while (d.pending() > 0) {
            const wire::Segment segment = d.take();
            const std::uint32_t right = segment.ack.raw() + segment.window;
            CHECK(right >= edge);
            edge = right;
        }
    }
}

TEST_CASE("A retransmission leaves room for the SACK blocks that it carries",
          "[tcp][rfc2018][OPT-9]") {
    DriveConfig config;
    config.sack = true;
    config.sysctls.tcp_early_retrans = 0;
    TcpDrive d{config};
    establish(d, 100_ms);
    d.write(1000);
    d.out(data(1000).seq(101).push());
    // Data behind a hole: from now on every segment carries a block of 12 bytes with its header.
    d.in(data(500).seq(801).ack(101));
    d.discard();
    d.at(600_ms);
    d.out(data(988).seq(101).sack({{801, 1301}}).cause(wire::Cause::RetransmissionTimeout));
}
