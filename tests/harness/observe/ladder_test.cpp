#include "harness/observe/ladder.h"

#include "harness/observe/ladder_text.h"
#include "harness/observe/segment_text.h"
#include "models/tcp/info.h"
#include "tests/harness/observe/stage.h"
#include "tests/support/catch.h"

namespace seedwire::observe {

using testing::ms;
using testing::Stage;
using namespace wire::flag;

namespace {

constexpr auto kClosed = static_cast<std::uint8_t>(tcp::State::Closed);
constexpr auto kListen = static_cast<std::uint8_t>(tcp::State::Listen);
constexpr auto kSynSent = static_cast<std::uint8_t>(tcp::State::SynSent);
constexpr auto kSynReceived = static_cast<std::uint8_t>(tcp::State::SynReceived);
constexpr auto kEstablished = static_cast<std::uint8_t>(tcp::State::Established);

/// SYN lost, SYN again, SYN+ACK, ACK.
Ladder lost_syn(const Stage& stage, const LadderChoice& choice = {}) {
    LadderObserver observer{stage.net.network, stage.connections, choice};
    const std::uint32_t c = stage.connection;
    wire::Packet syn = stage.segment(true, 1, kSyn, 0, 0);
    syn.cause = wire::Cause::Open;
    observer.on_state({ms(0), c, true, kClosed, kSynSent});
    observer.on_transmission(stage.lost(syn, ms(0), trace::DropReason::Fault, 0));
    wire::Packet again = stage.segment(true, 2, kSyn, 0, 0);
    again.cause = wire::Cause::SynTimeout;
    observer.on_timeout({ms(1000), c, true, wire::Cause::SynTimeout, Duration::s(1)});
    observer.on_transmission(stage.sent(again, ms(1000)));
    wire::Packet answer = stage.segment(false, 1, kSyn | kAck, 0, 1);
    answer.cause = wire::Cause::PassiveOpen;
    observer.on_state({ms(1020), c, false, kListen, kSynReceived});
    observer.on_transmission(stage.sent(answer, ms(1020)));
    wire::Packet ack = stage.segment(true, 3, kAck, 1, 1);
    ack.cause = wire::Cause::HandshakeAck;
    observer.on_state({ms(1040), c, true, kSynSent, kEstablished});
    observer.on_transmission(stage.sent(ack, ms(1040)));
    observer.on_state({ms(1060), c, false, kSynReceived, kEstablished});
    observer.on_end(ms(2000));
    const auto ladders = observer.result();
    REQUIRE(ladders.size() == 1);
    return ladders[0];
}

std::string text_of(const Stage& stage, const Ladder& ladder, const LadderStyle& style) {
    return draw(ladder, {"hello", "client", "server"}, stage.names(), style);
}

}  // namespace

TEST_CASE("A ladder remembers packets with their numbers, fates and repetitions",
          "[observe][ladder]") {
    const Stage stage;
    const Ladder ladder = lost_syn(stage);
    REQUIRE(ladder.packets.size() == 4);
    CHECK(ladder.total_packets == 4);
    CHECK(ladder.packets[0].loss.reason == trace::DropReason::Fault);
    CHECK(ladder.packets[0].arrived == Time::never());
    CHECK(ladder.packets[1].number == 2);
    CHECK(ladder.packets[1].rto == Duration::s(1));
    CHECK(ladder.packets[1].arrived == ms(1020));
    CHECK(cause_text(ladder.packets[1]) == "retransmission: RTO 1 s");
    CHECK(fate_text(ladder.packets[0], stage.names()) == "lost: faults[0] on line.up");
}

TEST_CASE("A ladder is drawn with states, arrows and the reason of a loss", "[observe][ladder]") {
    const Stage stage;
    const Ladder ladder = lost_syn(stage);
    SECTION("in Unicode") {
        const std::string expected =
            R"(hello: client 10.0.0.1:40001 to server 10.0.0.2:5001
        ms  client                                                             server
            CLOSED       │                                                   │ LISTEN
     0.000  SYN-SENT     ├── #1 SYN seq 0 ───── ✗ lost: faults[0] on line.up │ ┊
            ┊            │      win 64240                                    │ ┊
  1000.000  ┊            ├── #2 SYN seq 0 win 64240 ─────────────────╮       │ ┊
            ┊            │      (retransmission: RTO 1 s)            │       │ ┊
  1020.000  ┊            │                                           ╰─ #2 ─►│ SYN-RECEIVED
  1020.000  ┊            │       ╭─────── #3 SYN+ACK seq 0 ack 1 win 64240 ──┤ ┊
  1040.000  ESTABLISHED  │◄─ #3 ─╯                                           │ ┊
  1040.000  ┊            ├── #4 ACK ack 1 ───────────────────────────╮       │ ┊
  1060.000  ┊            │                                           ╰─ #4 ─►│ ESTABLISHED
)";
        CHECK(text_of(stage, ladder, {.width = 92}) == expected);
    }
    SECTION("in plain ASCII") {
        const std::string expected =
            R"(hello: client 10.0.0.1:40001 to server 10.0.0.2:5001
        ms  client                                                             server
            CLOSED       |                                                   | LISTEN
     0.000  SYN-SENT     +-- #1 SYN seq 0 ----- X lost: faults[0] on line.up | :
            :            |      win 64240                                    | :
  1000.000  :            +-- #2 SYN seq 0 win 64240 -----------------.       | :
            :            |      (retransmission: RTO 1 s)            |       | :
  1020.000  :            |                                           '- #2 ->| SYN-RECEIVED
  1020.000  :            |       .------- #3 SYN+ACK seq 0 ack 1 win 64240 --+ :
  1040.000  ESTABLISHED  |<- #3 -'                                           | :
  1040.000  :            +-- #4 ACK ack 1 ---------------------------.       | :
  1060.000  :            |                                           '- #4 ->| ESTABLISHED
)";
        CHECK(text_of(stage, ladder, {.width = 92, .unicode = false}) == expected);
    }
}

TEST_CASE("A retransmission timeout shows the RTO that was armed, whatever was sent in between",
          "[observe][ladder]") {
    const Stage stage;
    LadderObserver observer{stage.net.network, stage.connections, {}};
    const std::uint32_t c = stage.connection;
    wire::Packet data = stage.segment(true, 1, kAck, 1, 1, 100);
    observer.on_transmission(stage.lost(data, ms(0), trace::DropReason::Fault, 0));
    wire::Packet probe = stage.segment(true, 2, kAck, 1, 1, 100);
    probe.cause = wire::Cause::TailLossProbe;
    observer.on_timeout({ms(80), c, true, wire::Cause::TailLossProbe, {}});
    observer.on_transmission(stage.lost(probe, ms(80), trace::DropReason::Fault, 0));
    wire::Packet again = stage.segment(true, 3, kAck, 1, 1, 100);
    again.cause = wire::Cause::RetransmissionTimeout;
    observer.on_timeout({ms(320), c, true, wire::Cause::RetransmissionTimeout, Duration::ms(240)});
    observer.on_transmission(stage.sent(again, ms(320)));
    wire::Packet unknown = stage.segment(false, 1, kAck, 1, 1, 100);
    unknown.cause = wire::Cause::RetransmissionTimeout;
    observer.on_transmission(stage.sent(unknown, ms(400)));
    const Ladder ladder = observer.result()[0];
    CHECK(cause_text(ladder.packets[1]) == "tail loss probe");
    CHECK(cause_text(ladder.packets[2]) == "retransmission: RTO 240 ms");
    CHECK(cause_text(ladder.packets[3]) == "retransmission: RTO");
}

TEST_CASE("A window that closes is always pointed at, one that opens by how far",
          "[observe][ladder]") {
    const Stage stage;
    LadderObserver observer{stage.net.network, stage.connections, {}};
    wire::Extension scaled;
    scaled.syn.window_scale = 7;
    const auto syn = [&](bool from_client, std::uint16_t flags) {
        const wire::Packet packet = stage.segment(from_client, 1, flags, 0, 0);
        trace::Transmission sent = stage.sent(packet, ms(0));
        sent.extension = &scaled;
        observer.on_transmission(sent);
    };
    syn(true, kSyn);
    syn(false, kSyn | kAck);
    for (std::uint32_t i = 0; i < 40; ++i) {
        wire::Packet ack = stage.segment(false, i + 2, kAck, 1, 1 + i);
        if (i == 20) ack.window = 0;
        if (i == 21) {
            ack.window = 3;
            ack.cause = wire::Cause::WindowUpdate;
        }
        observer.on_transmission(stage.sent(ack, ms(1 + i)));
    }
    const Ladder ladder = observer.result()[0];
    CHECK(closes_window(ladder.packets[22]));
    CHECK(is_notable(ladder.packets[22]));
    CHECK_FALSE(is_notable(ladder.packets[24]));
    const std::string text = text_of(stage, ladder, {.unicode = false, .most_packets = 12});
    CHECK(text.find("#23 ACK ack 21 win 0") != std::string::npos);
    CHECK(text.find("#24 ACK ack 22 win 384 (window update)") != std::string::npos);
    CHECK(text.find("#25 to #") != std::string::npos);
}

TEST_CASE("A SACK block that tells of a duplicate is called so", "[observe][ladder][rfc2883]") {
    const Stage stage;
    LadderObserver observer{stage.net.network, stage.connections, {}};
    const wire::SeqNum client = stage.connections[stage.connection].client_initial;
    std::uint32_t id = 0;
    const auto text_with = [&](std::vector<std::pair<std::uint32_t, std::uint32_t>> blocks) {
        wire::Extension extension;
        for (const auto& [left, right] : blocks)
            extension.sack.add({client + left, client + right});
        const wire::Packet ack = stage.segment(false, ++id, kAck, 1, 1001);
        trace::Transmission sent = stage.sent(ack, ms(id));
        sent.extension = &extension;
        observer.on_transmission(sent);
        return segment_text(observer.result()[0].packets.back(), stage.names());
    };
    CHECK(text_with({{2001, 3001}}) == "ACK ack 1001 SACK 2001-3001");
    CHECK(text_with({{1, 1001}}) == "ACK ack 1001 DSACK 1-1001");
    CHECK(text_with({{501, 1001}, {2001, 3001}}) == "ACK ack 1001 DSACK 501-1001 SACK 2001-3001");
    CHECK(text_with({{2501, 3001}, {2001, 4001}}) == "ACK ack 1001 DSACK 2501-3001 SACK 2001-4001");
    CHECK(text_with({{4001, 5001}, {2001, 3001}}) == "ACK ack 1001 SACK 4001-5001 2001-3001");
}

TEST_CASE("Closed windows that are not drawn are counted", "[observe][ladder]") {
    const Stage stage;
    LadderObserver observer{stage.net.network, stage.connections, {}};
    for (std::uint32_t i = 0; i < 100; ++i) {
        wire::Packet ack = stage.segment(false, i + 1, kAck, 1, 1);
        ack.window = 0;
        observer.on_transmission(stage.sent(ack, ms(i)));
    }
    const std::string text =
        text_of(stage, observer.result()[0], {.unicode = false, .most_packets = 10});
    CHECK(text.find("94 ACK by server, 94 with win 0") != std::string::npos);
}

TEST_CASE("No line of a ladder is wider than asked for, whatever it says", "[observe][ladder]") {
    const Stage stage;
    const Ladder ladder = lost_syn(stage);
    const std::size_t width = GENERATE(81U, 90U, 100U, 140U, 200U);
    const std::string text = text_of(stage, ladder, {.width = width, .unicode = false});
    std::size_t line = 0;
    for (const char c : text) {
        line = c == '\n' ? 0 : line + 1;
        CHECK(line <= width);
    }
}

TEST_CASE("Part of a ladder begins with the states of that moment", "[observe][ladder]") {
    const Stage stage;
    const Ladder ladder = lost_syn(stage, {.from = ms(1030), .to = ms(1050)});
    REQUIRE(ladder.packets.size() == 1);
    CHECK(ladder.packets[0].number == 4);
    const std::string expected =
        R"(hello: client 10.0.0.1:40001 to server 10.0.0.2:5001
        ms  client                                                     server
            SYN-SENT     |                                           | SYN-RECEIVED
  1040.000  ESTABLISHED  +-- #4 ACK ack 1 -------------------.       | :
  1060.000  :            |                                   '- #4 ->| :
)";
    CHECK(text_of(stage, ladder, {.width = 84, .unicode = false}) == expected);
}

TEST_CASE("A long ladder is collapsed, and says so", "[observe][ladder]") {
    const Stage stage;
    LadderObserver observer{
        stage.net.network, stage.connections, {.first = 20, .notable = 10, .last = 10}};
    constexpr std::uint32_t kPackets = 1000;
    for (std::uint32_t i = 0; i < kPackets; ++i) {
        wire::Packet data = stage.segment(true, i + 1, kAck, 1 + i * 1000, 1, 1000);
        if (i == 500) {
            observer.on_transmission(stage.lost(data, ms(i), trace::DropReason::Queue));
        } else {
            observer.on_transmission(stage.sent(data, ms(i)));
        }
    }
    observer.on_end(ms(5000));
    const auto ladders = observer.result();
    REQUIRE(ladders.size() == 1);
    CHECK(ladders[0].total_packets == kPackets);
    CHECK(ladders[0].packets.size() == 20 + 10 + 1);
    const std::string text = text_of(stage, ladders[0], {.unicode = false, .most_packets = 10});
    CHECK(text.find("#501 DATA") != std::string::npos);
    CHECK(text.find("dropped: queue full on line.up") != std::string::npos);
    CHECK(text.find(": #3 to #500\n") == std::string::npos);  // the gap stands inside the rails
    CHECK(text.find(": #3 to #500 ") != std::string::npos);
    CHECK(text.find(": #502 to #998 ") != std::string::npos);
    CHECK(text.find("(5 of 1000 packets are drawn; --ladder 1000 draws them all)") !=
          std::string::npos);
}

TEST_CASE("What is collapsed is counted by side", "[observe][ladder]") {
    const Stage stage;
    LadderObserver observer{stage.net.network, stage.connections, {}};
    for (std::uint32_t i = 0; i < 30; ++i) {
        const wire::Packet data = stage.segment(true, i + 1, kAck, 1 + i * 1000, 1, 1000);
        const wire::Packet ack = stage.segment(false, i + 1, kAck, 1, 1001 + i * 1000);
        observer.on_transmission(stage.sent(data, ms(i * 2)));
        observer.on_transmission(stage.sent(ack, ms(i * 2 + 1)));
    }
    observer.on_end(ms(5000));
    const std::string text =
        text_of(stage, observer.result()[0], {.unicode = false, .most_packets = 10});
    CHECK(text.find(": #3 to #58: 28 DATA by client; 28 ACK by server") != std::string::npos);
}

TEST_CASE("A copy has the number of its original, and both are drawn", "[observe][ladder]") {
    const Stage stage;
    LadderObserver observer{stage.net.network, stage.connections, {}};
    const wire::Packet data = stage.segment(true, 1, kAck, 1, 1, 100);
    wire::Packet copy = data;
    copy.bits |= wire::packet_bit::kCopy;
    trace::Transmission made = stage.sent(copy, ms(0));
    made.copied = true;
    made.arrival = ms(25);
    observer.on_transmission(made);
    observer.on_transmission(stage.sent(data, ms(0)));
    const wire::Packet next = stage.segment(true, 2, kAck, 101, 1, 100);
    observer.on_transmission(stage.sent(next, ms(1)));
    observer.on_end(ms(100));
    const Ladder ladder = observer.result()[0];
    REQUIRE(ladder.packets.size() == 3);
    CHECK(ladder.total_packets == 2);
    CHECK(ladder.packets[0].arrived == ms(20));
    CHECK(ladder.packets[1].number == 1);
    CHECK(fate_text(ladder.packets[1], stage.names()) == "a copy");
    CHECK(ladder.packets[2].number == 2);
}

TEST_CASE("A change of the link moves an arrow or ends it", "[observe][ladder]") {
    const Stage stage;
    LadderObserver observer{stage.net.network, stage.connections, {}};
    const wire::Packet first = stage.segment(true, 1, kAck, 1, 1, 100);
    const wire::Packet second = stage.segment(true, 2, kAck, 101, 1, 100);
    observer.on_transmission(stage.sent(first, ms(0)));
    observer.on_transmission(stage.sent(second, ms(0)));
    observer.on_amended({ms(5), stage.up(), &first, ms(7), ms(27), trace::DropReason::None});
    observer.on_amended(
        {ms(6), stage.up(), &second, Time::never(), Time::never(), trace::DropReason::Cut});
    observer.on_end(ms(100));
    const Ladder ladder = observer.result()[0];
    CHECK(ladder.packets[0].arrived == ms(27));
    CHECK(ladder.packets[1].arrived == Time::never());
    CHECK(fate_text(ladder.packets[1], stage.names()) == "lost: link cut on line.up");
}

TEST_CASE("What has not arrived when the run ends is under way", "[observe][ladder]") {
    const Stage stage;
    LadderObserver observer{stage.net.network, stage.connections, {}};
    const wire::Packet data = stage.segment(true, 1, kAck, 1, 1, 100);
    observer.on_transmission(stage.sent(data, ms(0)));
    observer.on_end(ms(10));
    const std::string text = text_of(stage, observer.result()[0], {.unicode = false});
    CHECK(text.find("under way at the end") != std::string::npos);
    CHECK(text.find("->|") == std::string::npos);
}

TEST_CASE("Only the chosen connections are kept", "[observe][ladder]") {
    const Stage stage{{"client", "server"}, 3};
    const wire::Packet data = stage.segment(true, 1, kAck, 1, 1, 100);
    LadderObserver other{stage.net.network, stage.connections, {.flow = 5}};
    other.on_transmission(stage.sent(data, ms(0)));
    CHECK(other.result().empty());
    LadderObserver mine{stage.net.network, stage.connections, {.flow = 0}};
    mine.on_transmission(stage.sent(data, ms(0)));
    CHECK(mine.result().size() == 1);
}

}  // namespace seedwire::observe
