// Evaluates expressions about packets. A field that a packet does not have makes every comparison
// with it false.
#include "models/net/match.h"

#include <array>
#include <optional>

#include "models/trace/connections.h"
#include "sim/base/assert.h"

namespace seedwire::net {
namespace {

using wire::Packet;
using wire::Protocol;

/// A number, or the lack of one.
struct Value {
    std::int64_t number = 0;
    bool present = true;
    bool is_true() const { return present && number != 0; }
};
constexpr Value kAbsent{0, false};

Value flag_value(const Packet& packet, std::uint16_t flag) {
    return {(packet.flags & flag) != 0 ? 1 : 0};
}

/// Of the first byte or control bit, SYN = 0. Data is placed by its offset, which does not wrap.
Value relative_sequence(const Packet& packet, const trace::Connection* connection) {
    if (packet.payload_length > 0 && (packet.flags & wire::flag::kSyn) == 0)
        return {static_cast<std::int64_t>(packet.payload_offset) + 1};
    if ((packet.flags & wire::flag::kSyn) != 0) return {0};
    if (connection == nullptr) return kAbsent;
    const bool forward = packet.has(wire::packet_bit::kForward);
    if (!forward && !connection->server_initial_known) return kAbsent;
    const wire::SeqNum initial = forward ? connection->client_initial : connection->server_initial;
    return {static_cast<std::int64_t>(packet.seq.raw() - initial.raw())};
}

Value relative_acknowledgement(const Packet& packet, const trace::Connection* connection) {
    if ((packet.flags & wire::flag::kAck) == 0 || connection == nullptr) return kAbsent;
    const bool forward = packet.has(wire::packet_bit::kForward);
    if (forward && !connection->server_initial_known) return kAbsent;
    const wire::SeqNum initial = forward ? connection->server_initial : connection->client_initial;
    return {static_cast<std::int64_t>(packet.ack.raw() - initial.raw())};
}

Value tcp_value(Field field, const Packet& packet, const wire::PacketPool& pool,
                const trace::Connection* connection) {
    namespace flag = wire::flag;
    switch (field) {
        case Field::TcpSyn:
            return flag_value(packet, flag::kSyn);
        case Field::TcpAck:
            return flag_value(packet, flag::kAck);
        case Field::TcpFin:
            return flag_value(packet, flag::kFin);
        case Field::TcpRst:
            return flag_value(packet, flag::kRst);
        case Field::TcpPsh:
            return flag_value(packet, flag::kPsh);
        case Field::TcpUrg:
            return flag_value(packet, flag::kUrg);
        case Field::TcpEce:
            return flag_value(packet, flag::kEce);
        case Field::TcpCwr:
            return flag_value(packet, flag::kCwr);
        case Field::TcpSeq:
            return relative_sequence(packet, connection);
        case Field::TcpAckNumber:
            return relative_acknowledgement(packet, connection);
        case Field::TcpLength:
            return {packet.payload_length};
        case Field::TcpWindow:
            return {packet.window};
        case Field::TcpSackBlocks: {
            const wire::Extension* extension = pool.extension(packet);
            return {extension != nullptr ? extension->sack.count : 0};
        }
        default:
            return kAbsent;
    }
}

Value source_node(const Packet& packet, const trace::Connection* connection) {
    if (connection == nullptr) return kAbsent;
    return {packet.has(wire::packet_bit::kForward) ? connection->client_node
                                                   : connection->server_node};
}

Value value_of(Field field, const Packet& packet, const wire::PacketPool& pool,
               const trace::Connections& connections) {
    const bool known = packet.flow < connections.size();
    const trace::Connection* connection = known ? &connections[packet.flow] : nullptr;
    const bool has_ports = packet.protocol != Protocol::Icmp;
    if (field <= Field::TcpSackBlocks) {
        if (packet.protocol != Protocol::Tcp) return kAbsent;
        return tcp_value(field, packet, pool, connection);
    }
    const auto is = [&packet](Protocol protocol) {
        return Value{packet.protocol == protocol ? 1 : 0};
    };
    switch (field) {
        case Field::UdpLength:
            return packet.protocol == Protocol::Udp ? Value{packet.payload_length} : kAbsent;
        case Field::UdpNumber:
            return packet.protocol == Protocol::Udp
                       ? Value{static_cast<std::int64_t>(packet.payload_offset)}
                       : kAbsent;
        case Field::IpLength:
            return {packet.ip_length()};
        case Field::IpTtl:
            return {packet.ttl};
        case Field::IpEcn:
            return {static_cast<std::int64_t>(packet.ecn)};
        case Field::IpProtocol:
            return {static_cast<std::int64_t>(packet.protocol)};
        case Field::IsTcp:
            return is(Protocol::Tcp);
        case Field::IsUdp:
            return is(Protocol::Udp);
        case Field::IsIcmp:
            return is(Protocol::Icmp);
        case Field::SourcePort:
            return has_ports ? Value{packet.source_port} : kAbsent;
        case Field::DestinationPort:
            return has_ports ? Value{packet.destination_port} : kAbsent;
        case Field::SourceNode:
            return source_node(packet, connection);
        case Field::DestinationNode:
            return {packet.destination_node};
        case Field::Flow:
            return known ? Value{connection->flow} : kAbsent;
        case Field::FlowIndex:
            return known ? Value{connection->ordinal} : kAbsent;
        case Field::FromClient:
            return known ? Value{packet.has(wire::packet_bit::kForward) ? 1 : 0} : kAbsent;
        default:
            return kAbsent;
    }
}

bool covers(const Packet& packet, std::int64_t number) {
    if (packet.protocol != Protocol::Tcp || packet.payload_length == 0) return false;
    const auto first = static_cast<std::int64_t>(packet.payload_offset) + 1;
    return first <= number && number < first + packet.payload_length;
}

bool compare(Match::Operation operation, std::int64_t a, std::int64_t b) {
    using Operation = Match::Operation;
    switch (operation) {
        case Operation::Equal:
            return a == b;
        case Operation::NotEqual:
            return a != b;
        case Operation::Less:
            return a < b;
        case Operation::LessEqual:
            return a <= b;
        case Operation::Greater:
            return a > b;
        case Operation::GreaterEqual:
            return a >= b;
        default:
            SEEDWIRE_ASSERT(false);
            return false;
    }
}

/// The operands of the expression that wait for their operator.
class Stack {
public:
    void push(Value value) {
        SEEDWIRE_ASSERT(depth_ < values_.size());
        values_[depth_++] = value;
    }
    void push(bool value) { push(Value{value ? 1 : 0}); }
    Value pop() {
        SEEDWIRE_ASSERT(depth_ > 0);
        return values_[--depth_];
    }

private:
    std::array<Value, Match::kMaximumDepth> values_;
    std::size_t depth_ = 0;
};

void combine(Match::Operation operation, const Packet& packet, Stack& stack) {
    using Operation = Match::Operation;
    const Value last = stack.pop();
    switch (operation) {
        case Operation::Covers:
            return stack.push(last.present && covers(packet, last.number));
        case Operation::Not:
            return stack.push(!last.is_true());
        case Operation::InRange: {
            const Value low = stack.pop();
            const Value value = stack.pop();
            const bool present = value.present && low.present && last.present;
            return stack.push(present && low.number <= value.number && value.number <= last.number);
        }
        case Operation::And:
            return stack.push(bool{stack.pop().is_true() && last.is_true()});
        case Operation::Or: {
            const bool first = stack.pop().is_true();
            return stack.push(first || last.is_true());
        }
        default: {
            const Value first = stack.pop();
            const bool present = first.present && last.present;
            return stack.push(present && compare(operation, first.number, last.number));
        }
    }
}

}  // namespace

Match::Match(std::vector<Step> steps) : steps_{std::move(steps)} { find_shape(); }

/// Recognises conjunctions of flags, negated flags and "tcp.len > 0", which is what most rules are:
/// these need no stack.
void Match::find_shape() {
    Shape shape;
    std::size_t terms = 0, ands = 0;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        const Step& step = steps_[i];
        if (step.operation == Operation::And) {
            ++ands;
            continue;
        }
        if (step.operation != Operation::PushField) return;
        if (step.field == Field::TcpLength) {
            const bool asks_for_data =
                i + 2 < steps_.size() && steps_[i + 1].operation == Operation::PushNumber &&
                steps_[i + 1].number == 0 && steps_[i + 2].operation == Operation::Greater;
            if (!asks_for_data) return;
            shape.needs_data = true;
            i += 2;
        } else {
            static constexpr std::array<std::uint16_t, 8> kFlags = {
                wire::flag::kSyn, wire::flag::kAck, wire::flag::kFin, wire::flag::kRst,
                wire::flag::kPsh, wire::flag::kUrg, wire::flag::kEce, wire::flag::kCwr};
            if (step.field > Field::TcpCwr) return;
            // A negated flag holds for packets that are not TCP at all, so it needs the stack.
            if (i + 1 < steps_.size() && steps_[i + 1].operation == Operation::Not) return;
            shape.flags = static_cast<std::uint16_t>(shape.flags |
                                                     kFlags[static_cast<std::size_t>(step.field)]);
        }
        ++terms;
    }
    shape.is_valid = terms > 0 && ands == terms - 1;
    shape_ = shape;
}

bool Match::matches(const Packet& packet, const wire::PacketPool& pool,
                    const trace::Connections& connections) const {
    if (shape_.is_valid) {
        return packet.protocol == Protocol::Tcp && (packet.flags & shape_.flags) == shape_.flags &&
               (!shape_.needs_data || packet.payload_length > 0);
    }
    if (steps_.empty()) return true;
    Stack stack;
    for (const Step& step : steps_) {
        if (step.operation == Operation::PushField) {
            stack.push(value_of(step.field, packet, pool, connections));
        } else if (step.operation == Operation::PushNumber) {
            stack.push(Value{step.number});
        } else {
            combine(step.operation, packet, stack);
        }
    }
    return stack.pop().is_true();
}

}  // namespace seedwire::net
