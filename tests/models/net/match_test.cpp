// Expressions over packets: every field, every operator, and packets that lack what is asked for.
#include "models/net/match.h"

#include "models/trace/connections.h"
#include "sim/base/random.h"
#include "tests/support/catch.h"

namespace seedwire::net {
namespace {

using Op = Match::Operation;
using Step = Match::Step;
namespace flag = wire::flag;

Step field(Field f) { return {Op::PushField, f, 0}; }
Step number(std::int64_t n) { return {Op::PushNumber, {}, n}; }
Step op(Op o) { return {o, {}, 0}; }

/// One connection from node 4 to node 7, and a packet of each kind.
struct Table {
    Table() {
        trace::Connection connection;
        connection.flow = 2;
        connection.ordinal = 5;
        connection.client_node = 4;
        connection.server_node = 7;
        connection.client_initial = wire::SeqNum{0xFFFFFF00};
        connection.server_initial = wire::SeqNum{1000};
        connection.server_initial_known = true;
        connections.add(connection, 0);
        packet.flow = 0;
        packet.bits = wire::packet_bit::kForward;
        packet.header_bytes = 52;
        packet.source_port = 40001;
        packet.destination_port = 80;
        packet.destination_node = 7;
    }
    bool holds(std::vector<Step> steps) {
        return Match{std::move(steps)}.matches(packet, pool, connections);
    }
    bool is(Field f, std::int64_t value) { return holds({field(f), number(value), op(Op::Equal)}); }

    wire::PacketPool pool;
    trace::Connections connections;
    wire::Packet packet;
};

TEST_CASE("An empty expression matches everything", "[net][match]") {
    Table t;
    CHECK(Match{}.matches(t.packet, t.pool, t.connections));
    CHECK(Match{}.is_always());
}

TEST_CASE("Sequence numbers are relative, across the wrap and beyond 4 GiB", "[net][match]") {
    Table t;
    t.packet.seq = wire::SeqNum{0xFFFFFF00} + 0x200;
    CHECK(t.is(Field::TcpSeq, 0x200));
    t.packet.payload_length = 100;
    t.packet.payload_offset = std::uint64_t{5} << 32;
    CHECK(t.is(Field::TcpSeq, (std::int64_t{5} << 32) + 1));
    CHECK(t.holds({number((std::int64_t{5} << 32) + 1), op(Op::Covers)}));
    CHECK(t.holds({number((std::int64_t{5} << 32) + 100), op(Op::Covers)}));
    CHECK_FALSE(t.holds({number((std::int64_t{5} << 32) + 101), op(Op::Covers)}));
    CHECK_FALSE(t.holds({number(std::int64_t{5} << 32), op(Op::Covers)}));
    t.packet.flags = flag::kSyn;
    CHECK(t.is(Field::TcpSeq, 0));
}

TEST_CASE("Acknowledgements are relative to the other side's start", "[net][match]") {
    Table t;
    t.packet.ack = wire::SeqNum{1001};
    CHECK_FALSE(t.is(Field::TcpAckNumber, 1));  // no ACK flag: no acknowledgement number
    t.packet.flags = flag::kAck;
    CHECK(t.is(Field::TcpAckNumber, 1));
    t.packet.bits = 0;
    t.packet.ack = wire::SeqNum{0xFFFFFF01};
    CHECK(t.is(Field::TcpAckNumber, 1));
    t.connections[0].server_initial_known = false;
    t.packet.bits = wire::packet_bit::kForward;
    CHECK_FALSE(t.holds({field(Field::TcpAckNumber), number(-1), op(Op::Greater)}));
}

TEST_CASE("Fields say what the packet says", "[net][match]") {
    Table t;
    t.packet.flags = flag::kSyn | flag::kEce;
    t.packet.window = 77;
    t.packet.ecn = wire::Ecn::Ce;
    CHECK(t.is(Field::TcpSyn, 1));
    CHECK(t.is(Field::TcpAck, 0));
    CHECK(t.is(Field::TcpEce, 1));
    CHECK(t.is(Field::TcpCwr, 0));
    CHECK(t.is(Field::TcpWindow, 77));
    CHECK(t.is(Field::TcpSackBlocks, 0));
    CHECK(t.is(Field::IpLength, 52));
    CHECK(t.is(Field::IpTtl, 64));
    CHECK(t.is(Field::IpEcn, 3));
    CHECK(t.is(Field::IpProtocol, 6));
    CHECK(t.is(Field::IsTcp, 1));
    CHECK(t.is(Field::IsUdp, 0));
    CHECK(t.is(Field::SourcePort, 40001));
    CHECK(t.is(Field::DestinationPort, 80));
    CHECK(t.is(Field::SourceNode, 4));
    CHECK(t.is(Field::DestinationNode, 7));
    CHECK(t.is(Field::Flow, 2));
    CHECK(t.is(Field::FlowIndex, 5));
    CHECK(t.is(Field::FromClient, 1));
    t.packet.bits = 0;
    CHECK(t.is(Field::SourceNode, 7));
    CHECK(t.is(Field::FromClient, 0));
}

TEST_CASE("A field that is not there makes every comparison false", "[net][match]") {
    Table t;
    t.packet.protocol = wire::Protocol::Udp;
    t.packet.payload_offset = 9;
    t.packet.payload_length = 160;
    CHECK(t.is(Field::UdpNumber, 9));
    CHECK(t.is(Field::UdpLength, 160));
    for (const Op o :
         {Op::Equal, Op::NotEqual, Op::Less, Op::LessEqual, Op::Greater, Op::GreaterEqual}) {
        CHECK_FALSE(t.holds({field(Field::TcpLength), number(160), op(o)}));
    }
    CHECK_FALSE(t.holds({field(Field::TcpSyn)}));
    CHECK(t.holds({field(Field::TcpSyn), op(Op::Not)}));
    CHECK_FALSE(t.holds({number(10), op(Op::Covers)}));
    t.packet.flow = wire::kNoFlow;
    CHECK_FALSE(t.holds({field(Field::Flow), number(-5), op(Op::Greater)}));
    t.packet.protocol = wire::Protocol::Icmp;
    CHECK_FALSE(t.is(Field::SourcePort, 40001));
}

TEST_CASE("Operators: comparisons, ranges with both ends, and, or, not", "[net][match]") {
    Table t;
    const auto holds = [&](Op o, std::int64_t n) {
        return t.holds({field(Field::IpTtl), number(n), op(o)});
    };
    CHECK(holds(Op::Equal, 64));
    CHECK(holds(Op::NotEqual, 63));
    CHECK(holds(Op::Less, 65));
    CHECK_FALSE(holds(Op::Less, 64));
    CHECK(holds(Op::LessEqual, 64));
    CHECK(holds(Op::Greater, 63));
    CHECK_FALSE(holds(Op::Greater, 64));
    CHECK(holds(Op::GreaterEqual, 64));
    const auto in_range = [&](std::int64_t low, std::int64_t high) {
        return t.holds({field(Field::IpTtl), number(low), number(high), op(Op::InRange)});
    };
    CHECK(in_range(64, 70));
    CHECK(in_range(60, 64));
    CHECK_FALSE(in_range(65, 70));
    for (const bool a : {false, true}) {
        for (const bool b : {false, true}) {
            const Step x = number(a ? 1 : 0), y = number(b ? 1 : 0);
            CHECK(t.holds({x, y, op(Op::And)}) == (a && b));
            CHECK(t.holds({x, y, op(Op::Or)}) == (a || b));
            CHECK(t.holds({x, op(Op::Not)}) == !a);
        }
    }
}

TEST_CASE("Common shapes are recognised, and mean the same", "[net][match]") {
    // The long way round the shortcut: `x || 0`.
    const auto without_shortcut = [](std::vector<Step> steps) {
        steps.push_back(number(0));
        steps.push_back(op(Op::Or));
        return steps;
    };
    const std::vector<std::vector<Step>> shapes = {
        {field(Field::TcpLength), number(0), op(Op::Greater)},
        {field(Field::TcpSyn), field(Field::TcpAck), op(Op::And)},
        {field(Field::TcpSyn), field(Field::TcpAck), op(Op::Not), op(Op::And)},
        {field(Field::TcpFin)},
        {field(Field::TcpRst), op(Op::Not)},
        {field(Field::TcpAck), field(Field::TcpLength), number(0), op(Op::Greater), op(Op::And)},
        {field(Field::TcpLength), number(0), op(Op::Equal)},
        {field(Field::TcpSyn), number(1), op(Op::Equal)},
    };
    RandomStream random{1, "shapes"};
    Table t;
    for (const std::vector<Step>& steps : shapes) {
        const Match match{steps}, plain{without_shortcut(steps)};
        for (int i = 0; i < 300; ++i) {
            t.packet.flags = static_cast<std::uint16_t>(random.below(64));
            t.packet.payload_length = static_cast<std::uint16_t>(random.below(2) * 100);
            t.packet.protocol = random.below(4) == 0 ? wire::Protocol::Udp : wire::Protocol::Tcp;
            CHECK(match.matches(t.packet, t.pool, t.connections) ==
                  plain.matches(t.packet, t.pool, t.connections));
        }
    }
}

}  // namespace
}  // namespace seedwire::net
