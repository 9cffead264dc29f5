// Packets to bytes and back, byte for byte where a standard or Linux fixes the layout.
#include <array>
#include <string>
#include <vector>

#include "models/wire/bytes.h"
#include "models/wire/ip_codec.h"
#include "models/wire/payload.h"
#include "models/wire/tcp_codec.h"
#include "models/wire/tcp_options.h"
#include "sim/base/random.h"
#include "tests/support/catch.h"

namespace seedwire::wire {
namespace {

std::string hex(std::span<const std::uint8_t> bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t b : bytes) {
        text += kDigits[b >> 4];
        text += kDigits[b & 15];
    }
    return text;
}

std::string options_of(const Segment& segment) {
    std::array<std::uint8_t, kMaximumOptionBytes> out{};
    const std::size_t bytes = write_options(segment, out);
    CHECK(bytes == option_bytes(segment));
    return hex({out.data(), bytes});
}

Segment syn() {
    Segment segment;
    segment.flags = flag::kSyn;
    segment.syn.mss = 1460;
    segment.syn.window_scale = 7;
    segment.syn.sack_permitted = true;
    segment.has_timestamps = true;
    segment.ts_value = 0x01020304;
    return segment;
}

class StreamSource final : public PayloadSource {
public:
    void fill(const Packet& packet, std::span<std::uint8_t> out) const override {
        fill_payload(42, packet.payload_offset, out);
    }
};

TEST_CASE("The options of a SYN stand in Linux's order, with Linux's padding",
          "[wire][rfc9293][OPT-1]") {
    Segment segment = syn();
    CHECK(options_of(segment) == "020405b40402080a010203040000000001030307");
    segment.has_timestamps = false;
    CHECK(options_of(segment) ==
          "020405b4"
          "01010402"
          "01030307");
    segment.has_timestamps = true;
    segment.syn.sack_permitted = false;
    CHECK(options_of(segment) ==
          "020405b4"
          "0101080a0102030400000000"
          "01030307");
    segment.has_timestamps = false;
    segment.syn.window_scale = -1;
    CHECK(options_of(segment) == "020405b4");
    segment.syn.mss = 0;
    CHECK(options_of(segment).empty());
}

TEST_CASE("Fast Open cookies come last and are padded with NOPs", "[wire][rfc7413]") {
    Segment segment = syn();
    segment.syn.fast_open.length = 0;
    CHECK(options_of(segment) ==
          "020405b40402080a010203040000000001030307"
          "22020101");
    segment.syn.fast_open.length = 8;
    segment.syn.fast_open.cookie = {1, 2, 3, 4, 5, 6, 7, 8};
    CHECK(options_of(segment) ==
          "020405b40402080a010203040000000001030307"
          "220a01020304050607080101");
    segment.syn.fast_open.experimental = true;
    CHECK(options_of(segment) ==
          "020405b40402080a010203040000000001030307"
          "fe0cf9890102030405060708");
}

TEST_CASE("Other segments carry NOP NOP timestamps, NOP NOP SACK",
          "[wire][rfc2018][rfc7323][OPT-3]") {
    Segment segment;
    segment.flags = flag::kAck;
    segment.has_timestamps = true;
    segment.ts_value = 1;
    segment.ts_echo = 2;
    CHECK(options_of(segment) == "0101080a0000000100000002");
    segment.sack.add({SeqNum{16}, SeqNum{32}});
    CHECK(options_of(segment) ==
          "0101080a0000000100000002"
          "0101050a0000001000000020");
    segment.has_timestamps = false;
    CHECK(options_of(segment) == "0101050a0000001000000020");
}

TEST_CASE("The counters of accurate ECN stand behind timestamps, padded", "[wire][rfc9768]") {
    Segment segment;
    segment.accurate_ecn = {.ect0 = 0x010203, .ce = 4, .ect1 = 1, .fields = 3, .ect1_first = true};
    CHECK(options_of(segment) == "ae0b00000100000401020301");
    segment.sack.add({SeqNum{0x10}, SeqNum{0x20}});
    segment.accurate_ecn.fields = 2;
    segment.accurate_ecn.ect1_first = false;
    CHECK(options_of(segment) ==
          "ac08010203000004"
          "0101050a0000001000000020");
    Segment read;
    const std::array<std::uint8_t, 12> bytes{174, 11, 0, 0, 9, 0, 0, 8, 1, 0, 7, 1};
    CHECK(parse_options(bytes, read).empty());
    CHECK(read.accurate_ecn ==
          AccurateEcnOption{.ect0 = 0x010007, .ce = 8, .ect1 = 9, .fields = 3, .ect1_first = true});
    Segment opening = syn();
    opening.has_timestamps = false;
    opening.accurate_ecn = {.ect0 = 1, .ce = 0, .ect1 = 1, .fields = 3, .ect1_first = true};
    CHECK(options_of(opening) ==
          "020405b4"
          "ae0b00000100000000000101"
          "01010402"
          "01030307");
}

TEST_CASE("A signature is noticed, whatever it says", "[wire]") {
    Segment read;
    std::array<std::uint8_t, 20> bytes{19, 18};
    bytes[18] = bytes[19] = 1;
    CHECK(parse_options(bytes, read).empty());
    CHECK(read.has(flag::kSigned));
}

TEST_CASE("Options survive the way through bytes", "[wire]") {
    const bool timestamps = GENERATE(false, true);
    const bool sack = GENERATE(false, true);
    const int scale = GENERATE(-1, 0, 14);
    const int cookie = GENERATE(-1, 0, 4, 8);
    const bool experimental = GENERATE(false, true);
    Segment segment = syn();
    segment.has_timestamps = timestamps;
    if (!timestamps) segment.ts_value = 0;
    segment.syn.sack_permitted = sack;
    segment.syn.window_scale = static_cast<std::int8_t>(scale);
    segment.syn.fast_open.length = static_cast<std::int8_t>(cookie);
    segment.syn.fast_open.experimental = experimental && cookie >= 0;
    for (int i = 0; i < cookie; ++i) segment.syn.fast_open.cookie[static_cast<std::size_t>(i)] = 7;
    std::array<std::uint8_t, kMaximumOptionBytes> out{};
    const std::size_t bytes = write_options(segment, out);
    CHECK(bytes == option_bytes(segment));
    CHECK(bytes % 4 == 0);
    Segment read;
    CHECK(parse_options({out.data(), bytes}, read).empty());
    CHECK(read.has_timestamps == timestamps);
    CHECK(read.ts_value == segment.ts_value);
    CHECK(read.syn.mss == 1460);
    CHECK(read.syn.sack_permitted == sack);
    CHECK(read.syn.window_scale == scale);
    CHECK(read.syn.fast_open.length == cookie);
    CHECK(read.syn.fast_open.experimental == segment.syn.fast_open.experimental);
    CHECK(read.syn.fast_open.cookie == segment.syn.fast_open.cookie);
}

TEST_CASE("Unknown options and those of a wrong length are skipped, broken lists refused",
          "[wire][rfc9293][OPT-4]") {
    Segment segment;
    const std::uint8_t unknown[] = {200, 4, 1, 2, 2, 4, 5, 0xB4};
    CHECK(parse_options(unknown, segment).empty());
    CHECK(segment.syn.mss == 1460);
    const std::uint8_t long_mss[] = {2, 5, 1, 2, 3, 0, 9, 9};
    segment = {};
    CHECK(parse_options(long_mss, segment).empty());
    CHECK(segment.syn.mss == 0);
    const std::uint8_t no_length[] = {1, 2};
    CHECK(parse_options(no_length, segment) == "option without a length");
    const std::uint8_t zero_length[] = {2, 0, 0, 0};
    CHECK(parse_options(zero_length, segment) == "option shorter than its own head");
    const std::uint8_t too_long[] = {8, 10, 0, 0};
    CHECK(parse_options(too_long, segment) == "option longer than the header");
}

TEST_CASE("The Internet checksum of the example in RFC 1071", "[wire][rfc1071]") {
    const std::uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    Checksum whole;
    whole.add(bytes);
    CHECK(whole.value() == static_cast<std::uint16_t>(~0xddf2U));
    // In pieces of odd lengths it is the same.
    Checksum pieces;
    pieces.add(std::span{bytes}.first(3));
    pieces.add({});
    pieces.add(std::span{bytes}.subspan(3, 1));
    pieces.add(std::span{bytes}.subspan(4));
    CHECK(pieces.value() == whole.value());
}

Packet tcp_packet(PacketPool& pool, const Segment& segment) {
    const PacketRef ref = pool.allocate();
    to_packet(segment, pool, ref);
    Packet& packet = pool[ref];
    packet.source = {0x0A000001};
    packet.destination = {0x0A000002};
    packet.source_port = 40001;
    packet.destination_port = 80;
    packet.id = 7;
    return packet;
}

TEST_CASE("A TCP packet becomes the bytes that the RFCs draw", "[wire][rfc9293][rfc791][WIRE-1]") {
    PacketPool pool;
    Segment segment;
    segment.seq = SeqNum{0x11223344};
    segment.ack = SeqNum{0x55667788};
    segment.flags = flag::kAck | flag::kPsh | flag::kAe;
    segment.window = 0x0102;
    segment.payload = {0, 2};
    segment.ecn = Ecn::Ect0;
    const Packet packet = tcp_packet(pool, segment);
    std::vector<std::uint8_t> out;
    CHECK(serialise(packet, nullptr, nullptr, Contents::Whole, out) == 42);
    CHECK(hex(out).substr(0, 20) == "4502002a000740004006");
    CHECK(hex(out).substr(24, 16) == "0a0000010a000002");
    CHECK(hex(out).substr(40) ==
          "9c410050"
          "11223344"
          "55667788"
          "51180102"
          "ebdf0000"
          "0000");
    const ParsedPacket parsed = parse_packet(out);
    REQUIRE(parsed.problem.empty());
    CHECK(parsed.has_right_checksums);
}

TEST_CASE("Every kind of packet comes back as it was, with right checksums", "[wire]") {
    PacketPool pool;
    const StreamSource source;
    RandomStream random{3, "codec"};
    for (int round = 0; round < 500; ++round) {
        Segment segment = round % 2 == 0 ? syn() : Segment{};
        segment.flags = static_cast<std::uint16_t>(
            (segment.flags & flag::kSyn) | (random.below(512) & ~std::uint64_t{flag::kSyn}));
        segment.seq = SeqNum{static_cast<std::uint32_t>(random.next())};
        segment.ack = SeqNum{static_cast<std::uint32_t>(random.next())};
        segment.window = static_cast<std::uint16_t>(random.next());
        segment.payload = {random.below(100'000), static_cast<std::uint32_t>(random.below(1461))};
        segment.urgent_pointer = static_cast<std::uint16_t>(random.below(2));
        if (!segment.has(flag::kSyn)) {
            for (std::uint64_t i = random.below(4); i > 0; --i)
                segment.sack.add({SeqNum{static_cast<std::uint32_t>(random.next())}, segment.seq});
        }
        Packet packet = tcp_packet(pool, segment);
        if (round % 5 == 1) packet.bits |= packet_bit::kCorrupted;
        std::vector<std::uint8_t> out;
        serialise(packet, pool.extension(packet), &source, Contents::Whole, out);
        REQUIRE(out.size() == packet.ip_length());
        const ParsedPacket parsed = parse_packet(out);
        REQUIRE(parsed.problem.empty());
        CHECK(parsed.has_right_checksums == !packet.has(packet_bit::kCorrupted));
        const Segment read =
            to_segment(parsed.packet, parsed.has_extension ? &parsed.extension : nullptr);
        CHECK(read.seq == segment.seq);
        CHECK(read.ack == segment.ack);
        CHECK(read.flags == segment.flags);
        CHECK(read.window == segment.window);
        CHECK(read.urgent_pointer == segment.urgent_pointer);
        CHECK(read.payload.length == segment.payload.length);
        CHECK(read.has_timestamps == segment.has_timestamps);
        CHECK(read.syn.mss == segment.syn.mss);
        REQUIRE(read.sack.count == segment.sack.count);
        for (std::size_t i = 0; i < read.sack.count; ++i)
            CHECK(read.sack.block[i] == segment.sack.block[i]);
        CHECK(parsed.packet.header_bytes == packet.header_bytes);
        // Headers alone are the beginning of the whole.
        std::vector<std::uint8_t> headers;
        serialise(packet, pool.extension(packet), &source, Contents::HeadersOnly, headers);
        CHECK(headers.size() == packet.header_bytes);
        CHECK(std::equal(headers.begin(), headers.end(), out.begin()));
    }
}

TEST_CASE("UDP and ICMP come back as they were", "[wire][rfc768][rfc792]") {
    PacketPool pool;
    const PacketRef ref = pool.allocate();
    pool[ref].source = {0x0A000001};
    pool[ref].destination = {0x0A000002};
    std::vector<std::uint8_t> out;
    SECTION("UDP") {
        pool[ref].protocol = Protocol::Udp;
        pool[ref].source_port = 5;
        pool[ref].destination_port = 6;
        pool[ref].header_bytes = 28;
        pool[ref].payload_length = 5;
        const StreamSource source;
        serialise(pool[ref], nullptr, &source, Contents::Whole, out);
        const ParsedPacket parsed = parse_packet(out);
        REQUIRE(parsed.problem.empty());
        CHECK(parsed.has_right_checksums);
        CHECK(parsed.packet.source_port == 5);
        CHECK(parsed.packet.destination_port == 6);
        REQUIRE(parsed.payload.size() == 5);
        CHECK(parsed.payload[4] == stream_byte(42, 4));
    }
    SECTION("echo") {
        pool[ref].protocol = Protocol::Icmp;
        pool[ref].source_port = 8 << 8;
        pool[ref].seq = SeqNum{0x00050001};
        pool[ref].header_bytes = 28;
        pool[ref].payload_length = 56;
        serialise(pool[ref], nullptr, nullptr, Contents::Whole, out);
        CHECK(out.size() == 84);
        const ParsedPacket parsed = parse_packet(out);
        REQUIRE(parsed.problem.empty());
        CHECK(parsed.has_right_checksums);
        CHECK(parsed.packet.seq.raw() == 0x00050001);
    }
    SECTION("fragmentation needed") {
        pool[ref].protocol = Protocol::Icmp;
        pool[ref].source_port = 3 << 8 | 4;
        pool[ref].header_bytes = 56;
        IcmpQuote& quote = pool.extend(ref).quote;
        quote.source = {0x0A000009};
        quote.destination = {0x0A00000A};
        quote.source_port = 1;
        quote.destination_port = 2;
        quote.seq = SeqNum{99};
        quote.next_hop_mtu = 1400;
        quote.ip_length = 1500;
        serialise(pool[ref], pool.extension(pool[ref]), nullptr, Contents::Whole, out);
        CHECK(out.size() == 56);
        const ParsedPacket parsed = parse_packet(out);
        REQUIRE(parsed.problem.empty());
        CHECK(parsed.has_right_checksums);
        const IcmpQuote& read = parsed.extension.quote;
        CHECK(read.source == quote.source);
        CHECK(read.destination == quote.destination);
        CHECK(read.source_port == 1);
        CHECK(read.destination_port == 2);
        CHECK(read.seq == quote.seq);
        CHECK(read.next_hop_mtu == 1400);
        CHECK(read.ip_length == 1500);
    }
}

TEST_CASE("Bytes cut off or bent anywhere are refused or read, never believed", "[wire]") {
    PacketPool pool;
    const Packet packet = tcp_packet(pool, syn());
    std::vector<std::uint8_t> good;
    serialise(packet, pool.extension(packet), nullptr, Contents::Whole, good);
    for (std::size_t length = 0; length < good.size(); ++length)
        CHECK_FALSE(parse_packet(std::span{good}.first(length)).problem.empty());
    RandomStream random{1, "bend"};
    for (int round = 0; round < 20'000; ++round) {
        std::vector<std::uint8_t> bent = good;
        for (std::uint64_t i = random.below(6); i > 0; --i)
            bent[random.below(bent.size())] = static_cast<std::uint8_t>(random.next());
        bent.resize(random.below(bent.size() + 1));
        const ParsedPacket parsed = parse_packet(bent);
        if (parsed.problem.empty()) CHECK(parsed.payload.size() <= bent.size());
    }
}

}  // namespace
}  // namespace seedwire::wire
