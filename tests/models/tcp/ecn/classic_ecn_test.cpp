// Classic ECN as values, and on a connection.
#include "models/tcp/ecn/classic_ecn.h"

#include "tests/support/catch.h"
#include "tests/support/tcp_drive.h"

using namespace seedwire;
using namespace seedwire::literals;
using namespace seedwire::test;
using tcp::ClassicEcn;
using tcp::EcnReaction;

namespace {

wire::Segment arriving(wire::Ecn ecn, std::uint16_t flags = wire::flag::kAck) {
    wire::Segment segment;
    segment.flags = flags;
    segment.payload.length = 100;
    segment.ecn = ecn;
    return segment;
}

bool echoes(ClassicEcn& ecn) {
    wire::Segment ack;
    ecn.mark(ack, false);
    CHECK(ack.ecn == wire::Ecn::NotEct);  // pure ACKs are never ECT
    return ack.has(wire::flag::kEce);
}

}  // namespace

TEST_CASE("A CE mark is echoed until CWR comes", "[tcp][ecn][rfc3168][ECN-3]") {
    ClassicEcn ecn;
    ecn.enable();
    CHECK(ecn.on_data(arriving(wire::Ecn::Ect0)) == EcnReaction::None);
    CHECK_FALSE(echoes(ecn));
    CHECK(ecn.on_data(arriving(wire::Ecn::Ce)) == EcnReaction::QuickAcks);
    CHECK(ecn.on_data(arriving(wire::Ecn::Ce)) == EcnReaction::None);
    CHECK(echoes(ecn));
    CHECK(echoes(ecn));
    const auto cwr = arriving(wire::Ecn::Ect0, wire::flag::kAck | wire::flag::kCwr);
    CHECK(ecn.on_flags(cwr) == EcnReaction::AckNow);
    CHECK_FALSE(echoes(ecn));
}

TEST_CASE("Unmarked data after marked ones draw quick ACKs", "[tcp][ecn][ECN-4]") {
    ClassicEcn ecn;
    ecn.enable();
    CHECK(ecn.on_data(arriving(wire::Ecn::NotEct)) == EcnReaction::None);
    ecn.on_data(arriving(wire::Ecn::Ect0));
    CHECK(ecn.on_data(arriving(wire::Ecn::NotEct)) == EcnReaction::QuickAcks);
}

TEST_CASE("CWR goes once, on new data only", "[tcp][ecn][rfc3168][ECN-2]") {
    ClassicEcn ecn;
    ecn.enable();
    ecn.queue_cwr();
    wire::Segment retransmission;
    ecn.mark(retransmission, false);
    CHECK_FALSE(retransmission.has(wire::flag::kCwr));
    CHECK(retransmission.ecn == wire::Ecn::NotEct);
    wire::Segment fresh;
    ecn.mark(fresh, true);
    CHECK(fresh.has(wire::flag::kCwr));
    CHECK(fresh.ecn == wire::Ecn::Ect0);
    wire::Segment next;
    ecn.mark(next, true);
    CHECK_FALSE(next.has(wire::flag::kCwr));
    ecn.queue_cwr();
    ecn.withdraw_cwr();
    wire::Segment last;
    ecn.mark(last, true);
    CHECK_FALSE(last.has(wire::flag::kCwr));
}

TEST_CASE("Without agreement ECN does nothing", "[tcp][ecn][ECN-1]") {
    ClassicEcn ecn;
    CHECK(ecn.on_data(arriving(wire::Ecn::Ce)) == EcnReaction::None);
    ecn.queue_cwr();
    wire::Segment fresh;
    ecn.mark(fresh, true);
    CHECK(fresh.flags == 0);
    CHECK(fresh.ecn == wire::Ecn::NotEct);
}

TEST_CASE("ECE reduces the window once, announced by CWR", "[tcp][ecn][rfc3168][ECN-5]") {
    DriveConfig config;
    config.sysctls.tcp_ecn = 1;
    TcpDrive d{config};
    d.connect();
    d.out(syn().flag(wire::flag::kEce).flag(wire::flag::kCwr));
    d.at(100_ms);
    d.in(d.peer_syn().ack(101).flag(wire::flag::kEce));
    d.discard();
    d.write(40'000);
    d.out(data(1000).ecn(wire::Ecn::Ect0));
    d.discard();
    d.at(200_ms);
    d.in(d.peer().ack(1101).flag(wire::flag::kEce));
    CHECK(d.info().ca_state == tcp::RecoveryState::Cwr);
    CHECK(d.info().snd_ssthresh == 7);
    for (std::uint32_t acked = 2101; acked <= 5101; acked += 1000) {
        d.in(d.peer().ack(acked).flag(wire::flag::kEce));
    }
    CHECK(d.info().snd_ssthresh == 7);
    REQUIRE(d.pending() > 0);
    CHECK(d.take().has(wire::flag::kCwr));
    while (d.pending() > 0) CHECK_FALSE(d.take().has(wire::flag::kCwr));
}

TEST_CASE("A repeated SYN no longer asks for ECN", "[tcp][ecn][rfc3168][ECN-6]") {
    DriveConfig config;
    config.sysctls.tcp_ecn = 1;
    TcpDrive d{config};
    d.connect();
    d.discard();
    d.at(1_s);
    d.out(syn());
}

TEST_CASE("The answer to the first SYN still agrees on ECN", "[tcp][ecn][linux][ECN-6]") {
    DriveConfig config;
    config.sysctls.tcp_ecn = 1;
    TcpDrive d{config};
    d.connect();
    d.at(1_s);
    d.in(d.peer_syn().ack(101).flag(wire::flag::kEce));
    d.discard();
    d.write(1000);
    CHECK(d.take().ecn == wire::Ecn::Ect0);
}

TEST_CASE("Segments acknowledged by an ECE are counted", "[tcp][ecn]") {
    DriveConfig config;
    config.sysctls.tcp_ecn = 1;
    TcpDrive d{config};
    d.connect();
    d.in(d.peer_syn().ack(101).flag(wire::flag::kEce));
    d.write(5000);
    d.after(100_ms);
    d.in(d.peer().ack(2101));
    CHECK(d.info().delivered_ce == 0);
    d.in(d.peer().ack(5101).flag(wire::flag::kEce));
    CHECK(d.info().delivered_ce == 3);
}

TEST_CASE("ABE takes less for a mark than for a loss", "[tcp][ecn][rfc8511][ECN-7]") {
    for (const auto congestion : {tcp::CongestionName::Reno, tcp::CongestionName::Cubic}) {
        DriveConfig config;
        config.sysctls.tcp_ecn = 1;
        config.sysctls.cc_abe = true;
        config.options.congestion = congestion;
        TcpDrive d{config};
        d.connect();
        d.in(d.peer_syn().ack(101).flag(wire::flag::kEce));
        d.write(40'000);
        d.after(100_ms);
        d.in(d.peer().ack(1101).flag(wire::flag::kEce));
        CHECK(d.info().snd_ssthresh == 8);  // of 10: 0.8, and 0.85
    }
}
