// Accurate ECN. RFC 9768.
#include "models/tcp/ecn/accurate_ecn.h"

#include "tests/support/catch.h"
#include "tests/support/tcp_drive.h"

namespace seedwire {
using namespace test;
using namespace literals;
namespace {

namespace ace = tcp::ace;
using tcp::AccurateEcn;

constexpr std::uint16_t kAll = ace::kBits;

wire::Segment telling(std::uint32_t value) {
    wire::Segment segment;
    ace::put(segment, value);
    return segment;
}

TEST_CASE("The counter starts at five and wraps at eight", "[tcp][ecn][rfc9768][ACCECN-2]") {
    AccurateEcn ecn;
    ecn.enable(2, false);
    wire::Segment segment;
    ecn.mark(segment);
    CHECK(ace::of(segment) == 5);
    CHECK(segment.ecn == wire::Ecn::Ect0);
    for (int i = 0; i < 3; ++i) ecn.count_mark();
    ecn.mark(segment);
    CHECK(ace::of(segment) == 0);
}

TEST_CASE("A client's first segment tells how the SYN-ACK arrived",
          "[tcp][ecn][rfc9768][ACCECN-3]") {
    AccurateEcn ecn;
    ecn.enable(ace::echo_of(wire::Ecn::Ect0), true);
    wire::Segment first, second;
    ecn.mark(first);
    ecn.mark(second);
    CHECK(ace::of(first) == 4);
    CHECK(ace::of(second) == 5);
}

TEST_CASE("Marks are what the counter has grown by", "[tcp][ecn][rfc9768][ACCECN-5]") {
    AccurateEcn ecn;
    ecn.enable(2, false);
    CHECK(ecn.take_marks(telling(5), 2, 0, 1000) == 0);
    CHECK(ecn.take_marks(telling(7), 2, 0, 1000) == 2);
    CHECK(ecn.take_marks(telling(7), 2, 0, 1000) == 0);
    CHECK(ecn.take_marks(telling(1), 4, 0, 1000) == 2);
    // Ten segments at once: the counter may have wrapped, and the worst is assumed.
    CHECK(ecn.take_marks(telling(2), 10, 0, 1000) == 9);
}

wire::Segment telling(std::uint32_t value, std::uint32_t marked_bytes) {
    wire::Segment segment = telling(value);
    segment.accurate_ecn.fields = 3;
    segment.accurate_ecn.ce = marked_bytes;
    return segment;
}

TEST_CASE("Marked bytes tell how often the counter has wrapped", "[tcp][ecn][rfc9768][ACCECN-10]") {
    const auto told = [](std::uint32_t value, std::uint32_t marked, std::uint32_t segments) {
        AccurateEcn ecn;
        ecn.enable(2, false);
        ecn.bytes().note_option_seen();
        return ecn.take_marks(telling(value, marked), segments, segments * 1000, 1000);
    };
    CHECK(told(7, 0, 10) == 2);        // no byte was marked: it has not wrapped
    CHECK(told(7, 2000, 10) == 2);     // two segments' worth
    CHECK(told(7, 9000, 10) == 10);    // more than two segments hold
    CHECK(told(7, 18'000, 40) == 18);  // of many, in proportion
    CHECK(told(7, 40'000, 40) == 34);  // all: the most that fits
    AccurateEcn ecn;
    ecn.enable(2, false);
    CHECK(ecn.take_marks(telling(7, 0), 10, 10'000, 1000) == 10);  // of an option never agreed on
}

TEST_CASE("A spared option goes where a counter needs it", "[tcp][ecn][rfc9768][ACCECN-11]") {
    tcp::EcnByteCounters bytes;
    bytes.count(wire::Ecn::Ect0, 1000);
    CHECK_FALSE(bytes.is_due(false));  // the peer sends none
    bytes.note_option_seen();
    CHECK(bytes.is_due(false));
    CHECK(bytes.is_due(true));
    CHECK(bytes.least_fields() == 3);
    bytes.note_sent(Time::zero());
    CHECK_FALSE(bytes.is_due(true));
    bytes.count(wire::Ecn::Ect0, 1000);
    CHECK_FALSE(bytes.is_due(true));
    bytes.count(wire::Ecn::Ce, 1000);
    CHECK(bytes.is_due(true));
    bytes.note_sent(Time::zero());
    bytes.count(wire::Ecn::Ect0, 1U << 22);
    CHECK(bytes.is_due(true));
    bytes.note_sent(Time::zero());
    bytes.demand();  // the beacon
    CHECK(bytes.is_due(true));
}

TEST_CASE("A receiver speaks up before the counter could wrap unseen",
          "[tcp][ecn][rfc9768][ACCECN-4]") {
    AccurateEcn ecn;
    ecn.enable(2, false);
    for (int i = 0; i < 3; ++i) ecn.count_mark();
    CHECK_FALSE(ecn.must_acknowledge());
    ecn.count_mark();
    CHECK(ecn.must_acknowledge());
    wire::Segment segment;
    ecn.mark(segment);
    CHECK_FALSE(ecn.must_acknowledge());
}

TEST_CASE("Hosts agree on accurate ECN, or on what the other one knows",
          "[tcp][ecn][rfc9768][ACCECN-1]") {
    tcp::Sysctls sysctls;
    tcp::InitialWindow window;
    const auto answer = [&](std::int32_t mode, std::uint16_t flags, wire::Ecn ecn) {
        sysctls.tcp_ecn = mode;
        wire::Segment syn;
        syn.flags = static_cast<std::uint16_t>(wire::flag::kSyn | flags);
        syn.ecn = ecn;
        return ace::of(tcp::make_syn_ack(Time::zero(), sysctls, {}, {}, syn, window));
    };
    constexpr std::uint16_t kClassic = wire::flag::kEce | wire::flag::kCwr;
    CHECK(answer(3, kAll, wire::Ecn::NotEct) == 2);
    CHECK(answer(5, kAll, wire::Ecn::Ce) == 6);
    CHECK(answer(3, kClassic, wire::Ecn::NotEct) == 1);
    CHECK(answer(2, kAll, wire::Ecn::NotEct) == 1);  // knows only the classic one
    CHECK(answer(2, kAll, wire::Ecn::Ect0) == 1);
    CHECK(answer(2, kClassic, wire::Ecn::Ect0) == 0);
    CHECK(answer(0, kAll, wire::Ecn::NotEct) == 0);
    const auto request = [&](std::int32_t mode) {
        sysctls.tcp_ecn = mode;
        return ace::of(tcp::make_syn(Time::zero(), sysctls, {}, {}, window));
    };
    CHECK(request(3) == 7);
    CHECK(request(4) == 3);
    CHECK(request(5) == 0);
}

TEST_CASE("A connection with accurate ECN reduces once a round trip",
          "[tcp][ecn][rfc9768][ACCECN-7]") {
    DriveConfig config;
    config.sysctls.tcp_ecn = 3;
    TcpDrive d{config};
    d.connect();
    CHECK((d.take().flags & kAll) == kAll);
    d.in(d.peer_syn().ack(101).flag(wire::flag::kCwr));
    CHECK(ace::of(d.take()) == 2);
    d.write(20'000);
    CHECK(d.take().ecn == wire::Ecn::Ect0);
    d.discard();
    d.after(100_ms);
    // Counter 7: two of the segments were marked.
    d.in(d.peer().ack(2101).flag(kAll));
    CHECK(d.info().delivered_ce == 2);
    CHECK(d.info().ca_state == tcp::RecoveryState::Cwr);
    CHECK(d.info().snd_ssthresh == 7);
    d.in(d.peer().ack(4101));  // counter 0: one more, in the same round trip
    CHECK(d.info().delivered_ce == 3);
    CHECK(d.info().snd_ssthresh == 7);
    d.in(d.peer(0).ack(4101).data(1000).ecn(wire::Ecn::Ce));
    while (d.pending() > 1) d.take();
    CHECK(ace::of(d.take()) == 6);
}

TEST_CASE("Only the third SYN gives accurate ECN up", "[tcp][ecn][rfc9768][ACCECN-6]") {
    DriveConfig config;
    config.sysctls.tcp_ecn = 3;
    TcpDrive d{config};
    d.connect();
    d.discard();
    d.at(1_s);
    CHECK((d.take().flags & kAll) == kAll);
    d.at(2_s);
    CHECK((d.take().flags & kAll) == 0);
}

}  // namespace
}  // namespace seedwire
