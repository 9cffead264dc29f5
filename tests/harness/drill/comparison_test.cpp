// Merging of pieces, time check, fields that differ, timestamps that stand for others.
#include "harness/drill/comparison.h"

#include "harness/drill/timestamp_map.h"
#include "tests/support/catch.h"

using namespace seedwire;
using namespace seedwire::drill;
namespace flag = wire::flag;

namespace {

SentPacket piece(std::uint32_t sequence, std::uint32_t length, std::uint16_t more = 0) {
    SentPacket packet;
    packet.at = Time::from_ns(sequence);
    packet.text.flags = static_cast<std::uint16_t>(flag::kAck | more);
    packet.text.sequence = sequence;
    packet.text.length = length;
    packet.text.end = sequence + length;
    packet.text.ack = 1;
    return packet;
}

}  // namespace

TEST_CASE("Contiguous pieces of one size merge; the last may be shorter", "[drill][comparison]") {
    Pieces pieces{piece(1, 1000, flag::kCwr)};
    REQUIRE(pieces.fits(piece(1001, 1000)));
    pieces.add(piece(1001, 1000));
    REQUIRE(pieces.fits(piece(2001, 500, flag::kPsh)));
    pieces.add(piece(2001, 500, flag::kPsh));
    CHECK(pieces.merged.text.sequence == 1);
    CHECK(pieces.merged.text.length == 2500);
    CHECK(pieces.merged.text.flags == (flag::kAck | flag::kPsh | flag::kCwr));
    CHECK(pieces.merged.at == Time::from_ns(2001));
    // Behind a shorter piece nothing may follow.
    CHECK_FALSE(pieces.fits(piece(2501, 500)));
}

TEST_CASE("Pieces that differ do not merge", "[drill][comparison]") {
    const Pieces pieces{piece(1, 1000)};
    CHECK_FALSE(pieces.fits(piece(2001, 1000)));              // a gap
    CHECK_FALSE(pieces.fits(piece(1001, 1001)));              // longer
    CHECK_FALSE(pieces.fits(piece(1001, 1000, flag::kEce)));  // another flag
    CHECK(pieces.fits(piece(1001, 1000, flag::kFin)));
    SentPacket other = piece(1001, 1000);
    other.text.ack = 2;
    CHECK_FALSE(pieces.fits(other));
}

TEST_CASE("Times may be off by the tolerance or an eighth", "[drill][comparison]") {
    const auto in_time = [](Duration real, Duration since) {
        return is_in_time(Time::zero() + Duration::s(1), Time::zero() + Duration::ms(1100),
                          Time::zero() + real, since, Duration::ms(4));
    };
    CHECK(in_time(Duration::ms(996), Duration::zero()));
    CHECK_FALSE(in_time(Duration::ms(995), Duration::zero()));
    CHECK(in_time(Duration::ms(1104), Duration::zero()));
    CHECK_FALSE(in_time(Duration::ms(1105), Duration::zero()));
    CHECK(in_time(Duration::ms(1200), Duration::ms(800)));
}

TEST_CASE("Only what the script says is compared, and differences are marked",
          "[drill][comparison]") {
    PacketText real = piece(1, 0).text;
    real.window = 1050;
    real.ecn = wire::Ecn::Ect0;
    PacketText expected = piece(1, 0).text;
    CHECK_FALSE(differ(compare(expected, real)));
    expected.window = 1053;
    CHECK(names_of_different(compare(expected, real)) == "window");
    const std::string text = table(compare(expected, real));
    CHECK(text.find("window    1053") != std::string::npos);
    CHECK(text.find("1050   <-- differs") != std::string::npos);
    expected = real;
    expected.ecn = wire::Ecn::Ce;
    expected.flags |= flag::kFin;
    expected.options.push_back({});
    CHECK(names_of_different(compare(expected, real)) == "ecn, flags, options");
    expected.any_options = true;
    CHECK(names_of_different(compare(expected, real)) == "ecn, flags");
}

TEST_CASE("A packet is shown as scripts write it", "[drill][comparison]") {
    PacketText packet = piece(1, 10, flag::kPsh).text;
    packet.window = 5;
    CHECK(to_string(packet) == "P. 1:11(10) ack 1 win 5");
    CHECK(flags_text(0) == "-");
}

TEST_CASE("Timestamps of scripts stand for those of the run", "[drill][timestamps]") {
    TimestampMap map;
    CHECK_FALSE(map.live(100).has_value());
    map.note(100, 5000);
    map.note(200, 5350);
    CHECK(map.live(200) == 5350U);
    CHECK_FALSE(map.live(150).has_value());
    CHECK(map.scaled(150) == 5050U);
    CHECK(map.ticks_late(200, 5350) == 250);
}
