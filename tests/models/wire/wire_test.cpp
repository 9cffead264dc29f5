// Addresses, causes, stream contents, and the pool that packets live in.
#include <set>
#include <string>
#include <vector>

#include "models/wire/address.h"
#include "models/wire/cause.h"
#include "models/wire/packet_pool.h"
#include "models/wire/payload.h"
#include "sim/base/random.h"
#include "tests/support/catch.h"

namespace seedwire::wire {
namespace {

TEST_CASE("Addresses are written and read as four decimal numbers", "[wire][rfc791]") {
    CHECK(to_string(Address{0x0A000001}) == "10.0.0.1");
    CHECK(to_string(Address{0xFFFFFFFF}) == "255.255.255.255");
    CHECK(parse_address("10.0.0.1") == Address{0x0A000001});
    CHECK(parse_address("0.0.0.0") == Address{0});
    const std::string wrong = GENERATE("", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.",
                                       "1..2.3", " 1.2.3.4", "1.2.3.4 ", "1.2.3.0004", "a.b.c.d");
    CHECK_FALSE(parse_address(wrong).has_value());
}

TEST_CASE("Every cause has words of its own", "[wire]") {
    std::set<std::string_view> words;
    for (std::uint8_t cause = 0; cause < kCauseCount; ++cause)
        words.insert(describe(static_cast<Cause>(cause)));
    CHECK(words.size() == kCauseCount);
    CHECK(words.count("") == 0);
    CHECK(describe(Cause::RetransmissionTimeout) == "retransmission timeout");
    CHECK(describe(Cause::Script) == "script");
}

TEST_CASE("The bytes of a stream are the same however they are cut", "[wire]") {
    std::vector<std::uint8_t> whole(100), piece(37);
    fill_payload(5, 3, whole);
    fill_payload(5, 20, piece);
    CHECK(std::equal(piece.begin(), piece.end(), whole.begin() + 17));
    for (std::size_t i = 0; i < whole.size(); ++i) CHECK(whole[i] == stream_byte(5, 3 + i));
    CHECK(stream_word(1, 0) != stream_word(2, 0));
    CHECK(stream_key(1, true) != stream_key(1, false));
}

TEST_CASE("A stream is intact if it was taken whole, once and in order, in pieces of any size",
          "[wire]") {
    RandomStream random{1, "cuts"};
    StreamCheck check{9};
    std::uint64_t offset = 0;
    for (int i = 0; i < 200; ++i) {
        const std::uint64_t length = random.below(3000);
        check.take(9, offset, length);
        offset += length;
        CHECK(check.is_intact());
    }
    CHECK(check.length() == offset);
    SECTION("a gap") {
        check.take(9, offset + 1, 10);
        CHECK_FALSE(check.is_intact());
    }
    SECTION("a repetition") {
        check.take(9, offset - 1, 10);
        CHECK_FALSE(check.is_intact());
    }
    SECTION("another stream") {
        check.take(8, offset, 10);
        CHECK_FALSE(check.is_intact());
    }
    SECTION("two pieces swapped") {
        check.take(9, offset + 10, 10);
        check.take(9, offset, 10);
        CHECK_FALSE(check.is_intact());
        check.take(9, offset + 20, 10);
        CHECK_FALSE(check.is_intact());
    }
}

TEST_CASE("Packets are reused, and come back as new", "[wire][pool]") {
    PacketPool pool;
    const PacketRef a = pool.allocate();
    const PacketRef b = pool.allocate();
    CHECK(pool.in_use() == 2);
    pool[a].ttl = 3;
    pool.extend(a).urgent_pointer = 9;
    const std::uint32_t extension = pool[a].extension.index;
    pool.release(a);
    CHECK(pool.in_use() == 1);
    const PacketRef c = pool.allocate();
    CHECK(c == a);
    CHECK(pool[c].ttl == 64);
    CHECK(pool.extension(pool[c]) == nullptr);
    CHECK(pool.extend(b).urgent_pointer == 0);
    CHECK(pool[b].extension.index == extension);
}

TEST_CASE("A copy has an extension of its own", "[wire][pool]") {
    PacketPool pool;
    const PacketRef a = pool.allocate();
    pool.extend(a).urgent_pointer = 9;
    const PacketRef b = pool.copy(a);
    CHECK(pool.extension(pool[b])->urgent_pointer == 9);
    pool.extend(b).urgent_pointer = 8;
    CHECK(pool.extension(pool[a])->urgent_pointer == 9);
    pool.release(a);
    pool.release(b);
    CHECK(pool.in_use() == 0);
}

TEST_CASE("A segment survives the way into a packet and out of it", "[wire][pool]") {
    PacketPool pool;
    const PacketRef ref = pool.allocate();
    pool[ref].bits = packet_bit::kForward;
    Segment segment;
    segment.seq = SeqNum{1};
    segment.ack = SeqNum{2};
    segment.flags = flag::kAck;
    segment.payload = {std::uint64_t{5} << 32, 1448};
    segment.has_timestamps = true;
    segment.ts_value = 3;
    segment.sack.add({SeqNum{4}, SeqNum{5}});
    segment.ecn = Ecn::Ect1;
    segment.cause = Cause::NewData;
    to_packet(segment, pool, ref);
    CHECK(pool[ref].ip_length() == 20 + 20 + 12 + 12 + 1448);
    CHECK(pool[ref].has(packet_bit::kForward));
    const Segment read = to_segment(pool[ref], pool);
    CHECK(read.seq == segment.seq);
    CHECK(read.payload.offset == segment.payload.offset);
    CHECK(read.payload.length == 1448);
    CHECK(read.has_timestamps);
    CHECK(read.sack.count == 1);
    CHECK(read.ecn == Ecn::Ect1);
    CHECK(read.cause == Cause::NewData);
}

}  // namespace
}  // namespace seedwire::wire
