// Every field has least and greatest values; what is false for all of them never matches.
#include "harness/scenario/match_bounds.h"

#include <cstdint>
#include <vector>

namespace seedwire::scenario {
namespace {

using net::Field;
using Operation = net::Match::Operation;

struct Interval {
    std::int64_t low = INT64_MIN, high = INT64_MAX;
};
constexpr Interval kAnything{};
constexpr Interval kUnknown{0, 1};

Interval truth(bool certain, bool impossible) { return {certain ? 1 : 0, impossible ? 0 : 1}; }

/// What a field of an absent protocol is worth is the network's affair: then only its flags, which
/// nothing can have, are certain.
Interval bounds_of(Field field, const Traffic& traffic) {
    switch (field) {
        case Field::TcpSyn:
        case Field::TcpAck:
        case Field::TcpFin:
        case Field::TcpRst:
        case Field::TcpPsh:
        case Field::TcpUrg:
        case Field::TcpEce:
        case Field::TcpCwr:
        case Field::IsTcp:
            return {0, traffic.tcp ? 1 : 0};
        case Field::IsUdp:
            return {0, traffic.udp ? 1 : 0};
        case Field::IsIcmp:
            return {0, traffic.icmp ? 1 : 0};
        case Field::TcpLength:
            return {0, traffic.tcp ? 65'535 : 0};
        case Field::UdpLength:
            return {0, traffic.udp ? 65'535 : 0};
        case Field::FromClient:
            return {0, 1};
        case Field::TcpSackBlocks:
            return {0, 4};
        case Field::IpEcn:
            return {0, 3};
        case Field::IpTtl:
        case Field::IpProtocol:
            return {0, 255};
        case Field::IpLength:
        case Field::SourcePort:
        case Field::DestinationPort:
            return {0, 65'535};
        default:
            return kAnything;
    }
}

Interval compare(Operation operation, const Interval& a, const Interval& b) {
    const bool same = a.low == a.high && b.low == b.high && a.low == b.low;
    const bool apart = a.high < b.low || b.high < a.low;
    switch (operation) {
        case Operation::Equal:
            return truth(same, apart);
        case Operation::NotEqual:
            return truth(apart, same);
        case Operation::Less:
            return truth(a.high < b.low, a.low >= b.high);
        case Operation::LessEqual:
            return truth(a.high <= b.low, a.low > b.high);
        case Operation::Greater:
            return truth(a.low > b.high, a.high <= b.low);
        default:
            return truth(a.low >= b.high, a.high < b.low);  // GreaterEqual
    }
}

bool is_false(const Interval& a) { return a.low == 0 && a.high == 0; }
bool is_true(const Interval& a) { return a.low > 0 || a.high < 0; }

}  // namespace

bool can_match(const net::Match& match, const Traffic& traffic) {
    std::vector<Interval> stack;
    const auto pop = [&stack] {
        const Interval top = stack.empty() ? kAnything : stack.back();
        if (!stack.empty()) stack.pop_back();
        return top;
    };
    for (const net::Match::Step& step : match.steps()) {
        if (step.operation == Operation::PushField) {
            stack.push_back(bounds_of(step.field, traffic));
        } else if (step.operation == Operation::PushNumber) {
            stack.push_back({step.number, step.number});
        } else if (step.operation == Operation::InRange) {
            const Interval high = pop(), low = pop(), value = pop();
            stack.push_back(truth(value.low >= low.high && value.high <= high.low,
                                  value.high < low.low || value.low > high.high));
        } else if (step.operation == Operation::Covers) {
            pop();
            stack.push_back(traffic.tcp ? kUnknown : Interval{0, 0});
        } else if (step.operation == Operation::Not) {
            const Interval a = pop();
            stack.push_back(truth(is_false(a), is_true(a)));
        } else {
            const Interval b = pop(), a = pop();
            if (step.operation == Operation::And)
                stack.push_back(truth(is_true(a) && is_true(b), is_false(a) || is_false(b)));
            else if (step.operation == Operation::Or)
                stack.push_back(truth(is_true(a) || is_true(b), is_false(a) && is_false(b)));
            else
                stack.push_back(compare(step.operation, a, b));
        }
    }
    return stack.empty() || !is_false(stack.back());
}

}  // namespace seedwire::scenario
