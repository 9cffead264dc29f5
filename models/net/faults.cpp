// Counting and selection of exact faults.
#include "models/net/faults.h"

#include <algorithm>

namespace seedwire::net {

Faults::Faults(const std::vector<FaultRule>& rules) {
    rules_.reserve(rules.size());
    selected_.reserve(rules.size());
    for (const FaultRule& rule : rules) rules_.push_back({&rule});
}

const std::vector<const FaultRule*>& Faults::examine(Time now, const wire::Packet& packet,
                                                     const wire::PacketPool& pool,
                                                     const trace::Connections& connections) {
    selected_.clear();
    if (packet.has(wire::packet_bit::kCopy)) return selected_;
    for (Counted& counted : rules_) {
        if (!counted.rule->match.matches(packet, pool, connections)) continue;
        if (selects(*counted.rule, ++counted.matched, now)) selected_.push_back(counted.rule);
    }
    return selected_;
}

bool selects(const FaultRule& rule, std::uint64_t k, Time now) {
    if (now < rule.from || now >= rule.until) return false;
    if (k < rule.first || k > rule.last) return false;
    if (rule.every > 0 && k % rule.every != rule.offset % rule.every) return false;
    if (rule.nth.empty()) return true;
    return std::any_of(rule.nth.begin(), rule.nth.end(), [k](const FaultRule::Range& range) {
        return range.first <= k && k <= range.last;
    });
}

}  // namespace seedwire::net
