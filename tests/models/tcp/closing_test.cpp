// Both closes, half close, resets, orphans.
#include "tests/support/catch.h"
#include "tests/support/tcp_drive.h"
#include "tests/support/tcp_pair.h"

using namespace seedwire;
using namespace seedwire::literals;
using namespace seedwire::test;
using tcp::State;

TEST_CASE("Active close: FIN-WAIT-1, FIN-WAIT-2, then a stub", "[tcp][rfc9293][CLOSE-1][CLOSE-4]") {
    TcpDrive d{DriveConfig{}};
    d.to_established();
    d.shutdown_write();
    d.out(fin().seq(101).ack(301).cause(wire::Cause::Close));
    CHECK(d.state() == State::FinWait1);
    CHECK_FALSE(d.endpoint().may_write());
    d.in(d.peer().ack(102));
    CHECK(d.state() == State::FinWait2);
    CHECK(d.saw(tcp::event::kAllAcknowledged));
    SECTION("the peer's FIN ends it") {
        d.in(fin().seq(301).ack(102));
        d.out(ack_only().seq(102).ack(302).cause(wire::Cause::FinAck));
        CHECK(d.state() == State::TimeWait);
        CHECK(d.saw(tcp::event::kTimeWait));
        CHECK(d.endpoint().remains().snd_nxt == wire::SeqNum{102});
        CHECK(d.endpoint().remains().rcv_nxt == wire::SeqNum{302});
        d.close();
        CHECK(d.saw(tcp::event::kGone));
    }
    SECTION("a close hands the rest to a stub") {
        d.close();
        CHECK(d.saw(tcp::event::kFinWait2Orphan));
        CHECK(d.endpoint().remains().fin_wait2_timeout == 60_s);
    }
    SECTION("data are still received") {
        d.in(data(100).seq(301).ack(102));
        CHECK(d.endpoint().readable() == 100);
    }
}

TEST_CASE("Passive close: CLOSE-WAIT, LAST-ACK, CLOSED", "[tcp][rfc9293][CLOSE-4]") {
    TcpDrive d{DriveConfig{}};
    d.to_established();
    d.in(fin().seq(301).ack(101));
    CHECK(d.state() == State::CloseWait);
    CHECK(d.saw(tcp::event::kPeerClosed));
    CHECK(d.endpoint().at_end_of_file());
    d.close();
    // The acknowledgement of the peer's FIN rides on ours.
    d.out(fin().seq(101).ack(302));
    d.out_nothing();
    CHECK(d.state() == State::LastAck);
    d.in(ack_only().seq(302).ack(102));
    CHECK(d.state() == State::Closed);
    CHECK(d.saw(tcp::event::kGone));
    CHECK(d.endpoint().error() == tcp::Error::None);
    CHECK(d.endpoint().next_timeout().is_never());
}

TEST_CASE("The FIN of a peer that has sent no data is acknowledged at the next tick",
          "[tcp][rfc9293][ACK-10]") {
    TcpDrive d{DriveConfig{}};
    d.to_established();
    d.in(fin().seq(301).ack(101));
    d.out_nothing();
    d.at(1_ms);
    d.out(ack_only().ack(302));
}

TEST_CASE("Simultaneous close: CLOSING, TIME-WAIT", "[tcp][rfc9293][CLOSE-5]") {
    TcpDrive d{DriveConfig{}};
    d.to_established();
    d.close();
    d.out(fin().seq(101).ack(301));
    d.in(fin().seq(301).ack(101));
    CHECK(d.state() == State::Closing);
    d.out(ack_only().seq(102).ack(302));
    d.in(ack_only().seq(302).ack(102));
    CHECK(d.state() == State::TimeWait);
    d.out_nothing();
}

TEST_CASE("FIN-WAIT-1 goes to TIME-WAIT when one segment acknowledges and closes",
          "[tcp][rfc9293]") {
    TcpDrive d{DriveConfig{}};
    d.to_established();
    d.shutdown_write();
    d.discard();
    d.in(fin().seq(301).ack(102));
    d.out(ack_only().seq(102).ack(302));
    CHECK(d.state() == State::TimeWait);
}

TEST_CASE("The FIN rides on the last unsent data and overrides Nagle", "[tcp][rfc9293][CLOSE-1]") {
    TcpDrive d{DriveConfig{}};
    d.to_established();
    d.write(100);
    d.out(data(100).push().seq(101));
    d.write(50);
    d.out_nothing();  // a small segment is unacknowledged
    d.close();
    d.out(data(50).push().fin().seq(201));
    CHECK(d.state() == State::FinWait1);
}

TEST_CASE("A lost FIN is repeated, first as tail loss probe", "[tcp][rfc8985][CLOSE-3]") {
    DriveConfig config;
    config.sack = true;
    TcpDrive d{config};
    d.to_syn_sent();
    d.at(100_ms);
    d.in(d.peer_syn().ack(101));
    d.discard();
    d.close();
    d.out(fin().seq(101));
    d.at(3_s);
    d.out_at(400_ms, fin().seq(101).cause(wire::Cause::TailLossProbe));
    d.out_at(700_ms, fin().seq(101).cause(wire::Cause::RetransmissionTimeout));
    d.out_at(1300_ms, fin().seq(101));
}

TEST_CASE("Closing with unread data resets the peer", "[tcp][rfc2525][CLOSE-7]") {
    TcpDrive d{DriveConfig{}};
    d.to_established();
    d.in(data(100).seq(301).ack(101));
    d.discard();
    d.close();
    d.out(rst().seq(101).ack(401).cause(wire::Cause::ResetAbort));
    CHECK(d.state() == State::Closed);
    CHECK(d.saw(tcp::event::kGone));
}

TEST_CASE("Closing with SO_LINGER 0 aborts, unsent data are dropped", "[tcp][CLOSE-7]") {
    DriveConfig config;
    config.options.linger_set = true;
    TcpDrive d{config};
    d.to_established();
    d.write(20'000);
    d.discard();
    d.close();
    // Ten segments were sent: the reset stands at SND.NXT.
    d.out(rst().seq(10'101).ack(301));
    CHECK(d.state() == State::Closed);
    d.in(ack_only().seq(301).ack(1101));
    d.out_nothing();  // a closed port answers for us now
}

TEST_CASE("ABORT sends a reset in every state that has a peer", "[tcp][rfc9293][RST-5][CLOSE-7]") {
    TcpDrive d{DriveConfig{}};
    SECTION("SYN-SENT: nobody to tell") {
        d.to_syn_sent();
        d.abort();
        d.out_nothing();
    }
    SECTION("ESTABLISHED") {
        d.to_established();
        d.abort();
        d.out(rst().seq(101).ack(301));
    }
    SECTION("CLOSE-WAIT") {
        d.to_established();
        d.in(fin().seq(301).ack(101));
        d.abort();
        d.out(rst().seq(101).ack(302));
    }
    CHECK(d.state() == State::Closed);
}

TEST_CASE("A program that has gone refuses new data with a reset",
          "[tcp][rfc1122][RST-5][CLOSE-8]") {
    TcpDrive d{DriveConfig{}};
    d.to_established();
    d.close();
    d.out(fin().seq(101));
    d.in(data(100).seq(301).ack(101));
    d.out(rst().seq(101).cause(wire::Cause::ResetAbort));
    CHECK(d.state() == State::Closed);
}

TEST_CASE("A reset tells the program, by the state it was in", "[tcp][rfc9293][RST-1][RST-4]") {
    TcpDrive d{DriveConfig{}};
    d.to_established();
    SECTION("ESTABLISHED: connection reset") {
        d.in(rst().seq(301));
        CHECK(d.endpoint().error() == tcp::Error::ConnectionReset);
    }
    SECTION("CLOSE-WAIT: broken pipe") {
        d.in(fin().seq(301).ack(101));
        d.in(rst().seq(302));
        CHECK(d.endpoint().error() == tcp::Error::BrokenPipe);
    }
    SECTION("CLOSE-WAIT: a reset that does not count the FIN") {
        d.in(fin().seq(301).ack(101));
        d.in(rst().seq(301));
        CHECK(d.endpoint().error() == tcp::Error::BrokenPipe);
    }
    CHECK(d.state() == State::Closed);
    CHECK(d.saw(tcp::event::kError));
    CHECK(d.endpoint().take_error() != tcp::Error::None);
    CHECK(d.endpoint().take_error() == tcp::Error::None);
    d.out_nothing();
}

TEST_CASE("What had arrived before the reset can still be read", "[tcp][RST-4]") {
    TcpDrive d{DriveConfig{}};
    d.to_established();
    d.in(data(100).seq(301).ack(101));
    d.discard();
    d.in(rst().seq(401));
    CHECK(d.state() == State::Closed);
    CHECK(d.endpoint().readable() == 100);
    CHECK(d.read() == 100);
    d.out_nothing();
}

TEST_CASE("A reset beside the expected number only draws a challenge ACK",
          "[tcp][rfc5961][RST-1][RST-2]") {
    TcpDrive d{DriveConfig{}};
    d.to_established();
    SECTION("inside the window") {
        d.in(rst().seq(302));
        d.out(ack_only().seq(101).ack(301).cause(wire::Cause::ChallengeAck));
    }
    SECTION("before it") {
        d.in(rst().seq(290));
        d.out_nothing();
    }
    SECTION("far beyond it") {
        d.in(rst().seq(301 + 5'000'000));
        d.out_nothing();
    }
    CHECK(d.state() == State::Established);
}

TEST_CASE("A SYN in a synchronized state draws a challenge ACK, at most two a second",
          "[tcp][rfc5961][RST-3]") {
    TcpDrive d{DriveConfig{}};
    d.to_established();
    d.in(syn().seq(301));
    d.out(ack_only().seq(101).ack(301).cause(wire::Cause::ChallengeAck));
    d.at(400_ms);
    d.in(syn().seq(301));
    d.out_nothing();
    d.at(500_ms);
    d.in(syn().seq(301));
    d.out(ack_only().cause(wire::Cause::ChallengeAck));
    CHECK(d.state() == State::Established);
}

TEST_CASE("An ACK of what was never sent draws a challenge ACK and takes nothing with it",
          "[tcp][rfc5961][SEQ-5]") {
    TcpDrive d{DriveConfig{}};
    d.to_established();
    d.in(data(10).seq(301).ack(102));
    d.out(ack_only().seq(101).ack(301).cause(wire::Cause::ChallengeAck));
    CHECK(d.endpoint().readable() == 0);
}

TEST_CASE("An ACK older than any window draws a challenge ACK", "[tcp][rfc5961][SEQ-5]") {
    TcpDrive d{DriveConfig{}};
    d.to_established();
    d.write(1000);
    d.in(d.peer().ack(1101));
    d.discard();
    SECTION("older than all that was ever acknowledged") { d.in(data(10).seq(301).ack(100)); }
    SECTION("much older") { d.in(data(10).seq(301).ack(101U - 70'000U)); }
    d.out(ack_only().seq(1101).ack(301).cause(wire::Cause::ChallengeAck));
    CHECK(d.endpoint().readable() == 0);
}

TEST_CASE("An orphan in FIN-WAIT-1 gives up after its tries", "[tcp][RTO-12]") {
    DriveConfig config;
    TcpDrive d{config};
    d.to_established();
    d.close();
    d.at(200_s);
    CHECK(d.state() == State::Closed);
    CHECK(d.saw(tcp::event::kGone));
}

TEST_CASE("An orphan whose peer keeps the window closed gives up, too", "[tcp][RTO-12]") {
    TcpDrive d{DriveConfig{}};
    d.to_established();
    d.write(1000);
    d.in(d.peer().ack(101).window(0));
    d.close();
    d.at(7200_s);
    CHECK(d.state() == State::Closed);
}

TEST_CASE("An orphan in FIN-WAIT-2 does not wait for ever for what a FIN has left out",
          "[tcp][CLOSE-9]") {
    TcpDrive d{DriveConfig{}};
    d.to_established();
    d.close();
    d.in(fin().seq(401).ack(102));  // the hundred octets before it are missing
    CHECK(d.state() == State::FinWait2);
    d.discard();
    d.at(59_s);
    CHECK(d.state() == State::FinWait2);
    d.at(61_s);
    CHECK(d.state() == State::Closed);
    d.out(rst().seq(102).ack(301));
}

TEST_CASE("Half close: the other side goes on sending", "[tcp][rfc9293][CLOSE-6]") {
    TcpPair pair{PairConfig{}};
    pair.connect();
    pair.run(50_ms);
    pair.send_all(Side::Client, 1000, 65536, TcpPair::Then::ShutdownWrite);
    pair.run(200_ms);
    CHECK(pair.endpoint(Side::Client).state() == State::FinWait2);
    CHECK(pair.endpoint(Side::Server).state() == State::CloseWait);
    pair.send_all(Side::Server, 50'000, 65536, TcpPair::Then::Close);
    pair.run(1_s);
    CHECK(pair.read_bytes(Side::Client) == 50'000);
    CHECK(pair.in_time_wait(Side::Client));
    CHECK(pair.gone(Side::Server));
}

TEST_CASE("Both programs close at once", "[tcp][rfc9293][CLOSE-5]") {
    TcpPair pair{PairConfig{}};
    pair.connect();
    pair.run(50_ms);
    pair.close(Side::Client);
    pair.close(Side::Server);
    pair.run(1_s);
    CHECK(pair.in_time_wait(Side::Client));
    CHECK(pair.in_time_wait(Side::Server));
}
