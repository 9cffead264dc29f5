#include "harness/observe/capture.h"

#include <string>
#include <vector>

#include "models/wire/payload.h"
#include "tests/harness/observe/stage.h"
#include "tests/support/catch.h"

namespace seedwire::observe {

using testing::ms;
using testing::Stage;
using namespace wire::flag;

namespace {

/// An enhanced packet block, read back.
struct Captured {
    std::uint32_t interface = 0;
    std::uint64_t at_ns = 0;
    std::uint32_t original = 0;
    std::vector<std::uint8_t> data;
    std::string comment;
    bool outbound = false;
};

struct CaptureFile {
    std::vector<std::string> interfaces;
    std::vector<Captured> packets;
};

class Reader {
public:
    explicit Reader(const std::vector<std::uint8_t>& bytes) : bytes_{bytes} {}
    std::uint32_t u32(std::size_t at) const { return u16(at) | u16(at + 2) << 16; }
    std::uint32_t u16(std::size_t at) const {
        return bytes_[at] | static_cast<std::uint32_t>(bytes_[at + 1]) << 8;
    }
    std::string text(std::size_t at, std::size_t length) const {
        return {bytes_.begin() + static_cast<std::ptrdiff_t>(at),
                bytes_.begin() + static_cast<std::ptrdiff_t>(at + length)};
    }

    CaptureFile file() const {
        CaptureFile file;
        for (std::size_t at = 0; at < bytes_.size();) {
            const std::size_t length = u32(at + 4);
            REQUIRE(length % 4 == 0);
            REQUIRE(at + length <= bytes_.size());
            CHECK(u32(at + length - 4) == length);
            if (u32(at) == 1) file.interfaces.push_back(text(at + 20, u16(at + 18)));
            if (u32(at) == 6) file.packets.push_back(packet(at, length));
            at += length;
        }
        return file;
    }

private:
    Captured packet(std::size_t at, std::size_t length) const {
        Captured c;
        c.interface = u32(at + 8);
        c.at_ns = std::uint64_t{u32(at + 12)} << 32 | u32(at + 16);
        const std::size_t captured = u32(at + 20);
        c.original = u32(at + 24);
        const std::string data = text(at + 28, captured);
        c.data.assign(data.begin(), data.end());
        std::size_t option = at + 28 + (captured + 3) / 4 * 4;
        while (option + 4 < at + length && u16(option) != 0) {
            if (u16(option) == 1) c.comment = text(option + 4, u16(option + 2));
            if (u16(option) == 2) c.outbound = u32(option + 4) == 2;
            option += 4 + (u16(option + 2) + 3) / 4 * 4;
        }
        return c;
    }
    const std::vector<std::uint8_t>& bytes_;
};

class Capture {
public:
    explicit Capture(const Stage& stage, const CaptureLimits& limits = {})
        : file_{std::tmpfile()}, writer{file_, stage.names(), {true, true}, limits} {}
    ~Capture() { std::fclose(file_); }
    CaptureFile read() {
        std::fflush(file_);
        std::rewind(file_);
        std::vector<std::uint8_t> bytes(1 << 20);
        bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file_));
        return Reader{bytes}.file();
    }

private:
    std::FILE* file_;

public:
    CaptureWriter writer;
};

std::vector<std::string> comments(const CaptureFile& file) {
    std::vector<std::string> texts;
    for (const Captured& c : file.packets) texts.push_back(c.comment);
    return texts;
}

}  // namespace

TEST_CASE("A packet is captured where it leaves and where it arrives, in the order of time",
          "[observe][capture]") {
    const Stage stage;
    Capture capture{stage};
    const wire::Packet first = stage.segment(true, 1, kAck, 1, 1, 100);
    const wire::Packet second = stage.segment(false, 1, kAck, 1, 1, 50);
    capture.writer.on_transmission(stage.sent(first, ms(0)));
    capture.writer.on_transmission(stage.sent(second, ms(5)));
    capture.writer.on_end(ms(100));
    const CaptureFile file = capture.read();
    CHECK(file.interfaces == std::vector<std::string>{"client/eth0", "server/eth0"});
    REQUIRE(file.packets.size() == 4);
    std::vector<std::uint64_t> times;
    std::vector<std::uint32_t> interfaces;
    std::vector<bool> outbound;
    for (const Captured& c : file.packets) {
        times.push_back(c.at_ns / 1'000'000);
        interfaces.push_back(c.interface);
        outbound.push_back(c.outbound);
    }
    CHECK(times == std::vector<std::uint64_t>{0, 5, 20, 25});
    CHECK(interfaces == std::vector<std::uint32_t>{0, 1, 1, 0});
    CHECK(outbound == std::vector<bool>{true, true, false, false});
    CHECK(comments(file) ==
          std::vector<std::string>{"#1; delivered at 20.000 ms", "#2; delivered at 25.000 ms",
                                   "#1; sent at 0.000 ms", "#2; sent at 5.000 ms"});
}

TEST_CASE("The payload is that of the stream, and checksums are right", "[observe][capture]") {
    const Stage stage;
    Capture capture{stage};
    const wire::Packet data = stage.segment(true, 1, kAck, 7, 1, 100);
    capture.writer.on_transmission(stage.sent(data, ms(0)));
    capture.writer.on_end(ms(100));
    const CaptureFile file = capture.read();
    REQUIRE(file.packets.size() == 2);
    const std::vector<std::uint8_t>& bytes = file.packets[0].data;
    const wire::ParsedPacket parsed = wire::parse_packet(bytes);
    CHECK(parsed.problem == "");
    CHECK(parsed.has_right_checksums);
    CHECK(parsed.packet.seq == data.seq);
    REQUIRE(parsed.payload.size() == 100);
    const std::uint64_t key = wire::stream_key(stage.connections.key(stage.connection), true);
    for (std::size_t i = 0; i < 100; ++i) CHECK(parsed.payload[i] == wire::stream_byte(key, 6 + i));
    CHECK(file.packets[1].data == bytes);
}

TEST_CASE("A damaged packet is right where it was sent and wrong where it arrived",
          "[observe][capture]") {
    const Stage stage;
    Capture capture{stage};
    wire::Packet data = stage.segment(true, 1, kAck, 1, 1, 100);
    data.bits |= wire::packet_bit::kCorrupted;
    trace::Transmission t = stage.sent(data, ms(0));
    t.fault = 2;
    capture.writer.on_transmission(t);
    capture.writer.on_node_drop({ms(20), stage.net["server"], &data, trace::DropReason::Corrupted});
    capture.writer.on_end(ms(100));
    const CaptureFile file = capture.read();
    REQUIRE(file.packets.size() == 2);
    CHECK(wire::parse_packet(file.packets[0].data).has_right_checksums);
    CHECK_FALSE(wire::parse_packet(file.packets[1].data).has_right_checksums);
    CHECK(comments(file) == std::vector<std::string>{
                                "#1; lost: corrupted by faults[2] on line.up",
                                "#1; sent at 0.000 ms; lost: corrupted by faults[2] on line.up"});
}

TEST_CASE("A lost packet is seen once, with the reason and the cause of its sending",
          "[observe][capture]") {
    const Stage stage;
    Capture capture{stage};
    wire::Packet data = stage.segment(true, 1, kAck, 1, 1, 100);
    data.cause = wire::Cause::RetransmissionTimeout;
    capture.writer.on_transmission(stage.lost(data, ms(0), trace::DropReason::Fault, 1));
    capture.writer.on_end(ms(100));
    CHECK(comments(capture.read()) ==
          std::vector<std::string>{"#1; retransmission: RTO; lost: faults[1] on line.up"});
}

TEST_CASE("A change of the link while the packet is under way is in its fate",
          "[observe][capture]") {
    const Stage stage;
    Capture capture{stage};
    const wire::Packet moved = stage.segment(true, 1, kAck, 1, 1, 100);
    const wire::Packet cut = stage.segment(true, 2, kAck, 101, 1, 100);
    capture.writer.on_transmission(stage.sent(moved, ms(0)));
    capture.writer.on_transmission(stage.sent(cut, ms(1)));
    capture.writer.on_amended({ms(5), stage.up(), &moved, ms(7), ms(27), trace::DropReason::None});
    capture.writer.on_amended(
        {ms(5), stage.up(), &cut, Time::never(), Time::never(), trace::DropReason::Cut});
    capture.writer.on_end(ms(100));
    const CaptureFile file = capture.read();
    CHECK(comments(file) == std::vector<std::string>{"#1; delivered at 27.000 ms",
                                                     "#2; lost: link cut on line.up",
                                                     "#1; sent at 0.000 ms"});
    CHECK(file.packets[2].at_ns == 27'000'000);
}

TEST_CASE("What is on the way when the run ends was sent, and not received", "[observe][capture]") {
    const Stage stage;
    Capture capture{stage};
    const wire::Packet data = stage.segment(true, 1, kAck, 1, 1, 100);
    capture.writer.on_transmission(stage.sent(data, ms(0)));
    capture.writer.on_end(ms(10));
    CHECK(comments(capture.read()) == std::vector<std::string>{"#1; under way at the end"});
}

TEST_CASE("A copy made on the way arrives, but was never sent", "[observe][capture]") {
    const Stage stage;
    Capture capture{stage};
    const wire::Packet data = stage.segment(true, 1, kAck, 1, 1, 100);
    wire::Packet copy = data;
    copy.bits |= wire::packet_bit::kCopy;
    trace::Transmission made = stage.sent(copy, ms(0));
    made.copied = true;
    made.arrival = ms(25);
    capture.writer.on_transmission(made);
    capture.writer.on_transmission(stage.sent(data, ms(0)));
    capture.writer.on_end(ms(100));
    CHECK(comments(capture.read()) == std::vector<std::string>{"#1; delivered at 20.000 ms",
                                                               "#1; sent at 0.000 ms",
                                                               "#1; a copy"});
}

TEST_CASE("Beyond the limit only headers are kept, and the length is still told",
          "[observe][capture]") {
    const Stage stage;
    Capture capture{stage, {.whole_packets = 3}};
    for (std::uint32_t i = 0; i < 3; ++i) {
        const wire::Packet data = stage.segment(true, i + 1, kAck, 1 + i * 100, 1, 100);
        capture.writer.on_transmission(stage.sent(data, ms(i)));
    }
    CHECK_FALSE(capture.writer.headers_only());
    capture.writer.on_end(ms(100));
    CHECK(capture.writer.headers_only());
    const CaptureFile file = capture.read();
    REQUIRE(file.packets.size() == 6);
    for (std::size_t i = 0; i < 6; ++i) {
        CHECK(file.packets[i].original == 140);
        CHECK(file.packets[i].data.size() == (i < 2 ? 140 : 40));
    }
}

TEST_CASE("Too many packets in doubt are written without their fate", "[observe][capture]") {
    const Stage stage;
    Capture capture{stage, {.held_packets = 4}};
    for (std::uint32_t i = 0; i < 6; ++i) {
        wire::Packet data = stage.segment(true, i + 1, kAck, 1 + i * 100, 1, 100);
        data.destination_node = 99;  // somewhere behind this link
        trace::Transmission t = stage.sent(data, ms(i));
        t.arrival = ms(500 + i);
        capture.writer.on_transmission(t);
    }
    capture.writer.on_end(ms(400));
    const auto texts = comments(capture.read());
    REQUIRE(texts.size() == 6);
    CHECK(texts[0] == "#1; fate unknown when this was written");
    CHECK(texts[5] == "#6; under way at the end");
}

}  // namespace seedwire::observe
