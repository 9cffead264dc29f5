// Opening: active, passive, simultaneous, refused, unanswered.
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/tcp_drive.h"
#include "tests/support/tcp_pair.h"

using namespace seedwire;
using namespace seedwire::literals;
using namespace seedwire::test;
using tcp::State;

namespace {

DriveConfig with_all_options() {
    DriveConfig config;
    config.timestamps = config.sack = config.scaling = true;
    config.peer_mss = 1460;
    config.peer_scale = 7;
    return config;
}

}  // namespace

TEST_CASE("connect sends a SYN with the options of a Linux host",
          "[tcp][rfc9293][OPEN-1][OPT-12]") {
    TcpDrive d{with_all_options()};
    d.connect();
    CHECK(d.state() == State::SynSent);
    d.out(syn().seq(100).mss(1460).scale(10).sack_permitted().window(64240).timestamps(0, 0).cause(
        wire::Cause::Open));
    d.out_nothing();
}

TEST_CASE("A SYN-ACK is acknowledged at once and establishes the connection",
          "[tcp][rfc9293][OPEN-2]") {
    TcpDrive d{with_all_options()};
    d.to_syn_sent();
    d.at(20_ms);
    d.in(d.peer_syn().ack(101).window(65160).timestamps(7, 0));
    CHECK(d.state() == State::Established);
    CHECK(d.saw(tcp::event::kEstablished));
    // 64088 bytes (half the buffer less one segment) in units of 1024, rounded up.
    d.out(
        ack_only().seq(101).ack(301).window(63).timestamps(20, 7).cause(wire::Cause::HandshakeAck));
    const tcp::Info info = d.info();
    CHECK(info.rtt == 20000);
    CHECK(info.rto == 220000);
    CHECK(info.snd_cwnd == 10);
    CHECK(info.snd_mss == 1448);
    CHECK(info.snd_ssthresh == tcp::kInfiniteSsthresh);
}

TEST_CASE("An option that the peer does not offer is not used", "[tcp][rfc7323][rfc2018][OPT-11]") {
    TcpDrive d{with_all_options()};
    d.to_syn_sent();
    d.in(syn().seq(300).ack(101).mss(1000).window(5000).no_timestamps());
    d.out(ack_only().seq(101).ack(301).no_timestamps());
    CHECK(d.info().snd_mss == 1000);
    CHECK(d.info().options == 0);
}

TEST_CASE("Without an MSS option the peer takes 536 octets", "[tcp][rfc9293][OPT-6]") {
    TcpDrive d{DriveConfig{}};
    d.to_syn_sent();
    d.in(syn().seq(300).ack(101));
    CHECK(d.info().snd_mss == 536);
}

TEST_CASE("SYN-SENT answers a bare SYN with SYN-ACK: simultaneous open",
          "[tcp][rfc9293][OPEN-9][OPEN-10]") {
    DriveConfig config;
    config.sack = true;
    TcpDrive d{config};
    d.to_syn_sent();
    d.in(syn().seq(300).mss(1000).sack_permitted());
    d.out(syn().seq(100).ack(301).cause(wire::Cause::SimultaneousOpen));
    CHECK(d.state() == State::SynReceived);
    // The peer's SYN-ACK repeats its SYN, which the answer reports as a duplicate.
    d.in(syn().seq(300).ack(101).mss(1000).sack_permitted());
    d.out(ack_only().seq(101).ack(301).sack({{300, 301}}));
    CHECK(d.state() == State::Established);
    CHECK(d.saw(tcp::event::kEstablished));
}

TEST_CASE("SYN-SENT resets what acknowledges something else, and tries again soon",
          "[tcp][rfc9293][OPEN-6]") {
    TcpDrive d{DriveConfig{}};
    d.to_syn_sent();
    const std::uint32_t wrong = GENERATE(100U, 102U, 5000U);
    d.in(ack_only().seq(300).ack(wrong));
    d.out(rst().seq(wrong).cause(wire::Cause::ResetRefused));
    CHECK(d.state() == State::SynSent);
    d.at(5_ms);
    d.out_at(2_ms, syn().seq(100).cause(wire::Cause::SynTimeout));
}

TEST_CASE("SYN-SENT: RST with the right ACK refuses, without ACK means nothing",
          "[tcp][rfc9293][OPEN-7]") {
    TcpDrive d{DriveConfig{}};
    d.to_syn_sent();
    SECTION("right ACK") {
        d.in(rst().seq(0).ack(101));
        CHECK(d.state() == State::Closed);
        CHECK(d.endpoint().error() == tcp::Error::ConnectionRefused);
        CHECK(d.saw(tcp::event::kError));
    }
    SECTION("no ACK") {
        d.in(rst().seq(300));
        CHECK(d.state() == State::SynSent);
    }
    SECTION("wrong ACK") {
        d.in(rst().seq(0).ack(55));
        CHECK(d.state() == State::SynSent);
    }
    d.out_nothing();
}

TEST_CASE("SYN-SENT ignores an ACK without SYN", "[tcp][rfc9293][OPEN-8]") {
    TcpDrive d{DriveConfig{}};
    d.to_syn_sent();
    d.in(ack_only().seq(300).ack(101));
    CHECK(d.state() == State::SynSent);
    d.out_nothing();
}

TEST_CASE("SYNs repeat linearly five times, then back off, and give up",
          "[tcp][rfc6298][OPEN-4][OPEN-5]") {
    TcpDrive d{DriveConfig{}};
    d.connect();
    d.out_at(0_s, syn().seq(100).cause(wire::Cause::Open));
    d.at(130_s);
    for (const std::int64_t second : {1, 2, 3, 4, 5, 7, 11, 19, 35, 67}) {
        d.out_at(Duration::s(second), syn().seq(100).cause(wire::Cause::SynTimeout));
    }
    d.out_nothing();
    CHECK(d.state() == State::SynSent);
    d.at(131_s);
    CHECK(d.state() == State::Closed);
    CHECK(d.endpoint().error() == tcp::Error::TimedOut);
    CHECK(d.endpoint().next_timeout().is_never());
}

TEST_CASE("TCP_SYNCNT limits the SYNs by number and by time", "[tcp][OPEN-5]") {
    struct Row {
        std::int32_t count;
        std::int64_t gives_up_s;
    };
    const Row row = GENERATE(Row{1, 3}, Row{2, 7}, Row{5, 67});
    DriveConfig config;
    config.options.syn_count = row.count;
    TcpDrive d{config};
    d.connect();
    d.at(Duration::s(row.gives_up_s) - 1_ms);
    CHECK(d.state() == State::SynSent);
    d.at(Duration::s(row.gives_up_s));
    CHECK(d.state() == State::Closed);
}

TEST_CASE("Timers of a coarse clock fire late, aligned to the wheel", "[tcp][TIMER-2]") {
    DriveConfig config;
    config.sysctls.timer_tick = 4_ms;
    TcpDrive d{config};
    d.connect();
    d.discard();
    d.at(10_s);
    // 1 s = 250 ticks, in steps of 8 ticks: 1024 ms each, then 2 s = 500 ticks.
    for (const std::int64_t ms : {1024, 2048, 3072, 4096, 5120, 7136}) {
        d.out_at(Duration::ms(ms), syn());
    }
}

TEST_CASE("SYN-RECEIVED is completed by the ACK of the SYN-ACK", "[tcp][rfc9293]") {
    TcpDrive d{with_all_options()};
    d.to_syn_received();
    CHECK(d.state() == State::SynReceived);
    d.at(30_ms);
    d.in(ack_only().seq(301).ack(101));
    CHECK(d.state() == State::Established);
    CHECK(d.info().rtt == 30000);
    d.out_nothing();
}

TEST_CASE("SYN-RECEIVED takes data that come with the last ACK", "[tcp][rfc9293][OPEN-12]") {
    TcpDrive d{DriveConfig{}};
    d.to_syn_received();
    d.in(data(100).seq(301).ack(101));
    CHECK(d.state() == State::Established);
    CHECK(d.endpoint().readable() == 100);
    CHECK(d.saw(tcp::event::kReadable));
}

TEST_CASE("SYN-RECEIVED resets what acknowledges something else", "[tcp][rfc9293][OPEN-11]") {
    TcpDrive d{DriveConfig{}};
    d.to_syn_received();
    d.in(ack_only().seq(301).ack(105));
    d.out(rst().seq(105));
    CHECK(d.state() == State::SynReceived);
}

TEST_CASE("After two lost SYNs the first window is one segment, unless the first had arrived",
          "[tcp][rfc6928][OPEN-14]") {
    TcpDrive d{with_all_options()};
    d.connect();
    d.at(2500_ms);
    SECTION("the third SYN is answered") {
        d.in(d.peer_syn().ack(101).timestamps(7, 2000));
        CHECK(d.info().snd_cwnd == 1);
        CHECK(d.info().rtt == 500000);
    }
    SECTION("the first SYN is answered, late") {
        d.in(d.peer_syn().ack(101).timestamps(7, 0));
        CHECK(d.info().snd_cwnd == 10);
    }
}

TEST_CASE("A writer that waits for the handshake makes the last ACK wait for its data",
          "[tcp][OPEN-3]") {
    TcpDrive d{DriveConfig{}};
    d.to_syn_sent();
    CHECK(d.write(100) == 0);
    d.in(d.peer_syn().ack(101));
    CHECK(d.saw(tcp::event::kWritable));
    d.out_nothing();
    CHECK(d.write(100) == 100);
    d.out(data(100).push().seq(101).ack(301));
}

TEST_CASE("Two endpoints shake hands, exchange data and close", "[tcp][rfc9293]") {
    TcpPair pair{PairConfig{}};
    pair.close_on_end_of_file = true;
    pair.connect();
    pair.at(Time::zero() + 20_ms, [&] { pair.send_all(Side::Client, 100); });
    pair.run(30_ms + 100_us);
    CHECK(pair.read_bytes(Side::Server) == 100);
    pair.send_all(Side::Server, 250);
    pair.run(41_ms);
    CHECK(pair.read_bytes(Side::Client) == 250);
    pair.close(Side::Client);
    pair.run(1_s);
    CHECK(pair.in_time_wait(Side::Client));
    CHECK(pair.gone(Side::Server));
    CHECK(pair.endpoint(Side::Client).state() == State::TimeWait);
    CHECK(pair.endpoint(Side::Server).state() == State::Closed);
}
