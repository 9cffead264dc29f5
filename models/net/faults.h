// Which exact faults select a packet at a link direction.
#pragma once

#include <cstdint>
#include <vector>

#include "models/net/config.h"
#include "models/trace/connections.h"
#include "models/wire/packet_pool.h"

namespace seedwire::net {

/// The fault rules of one direction with their counters. Every rule counts the packets that match
/// it, from 1, before any rule acts.
class Faults {
public:
    explicit Faults(const std::vector<FaultRule>& rules);
    bool empty() const { return rules_.empty(); }

    /// Counts the packet at every rule it matches. Returns the rules that select it, in their
    /// order; valid until the next call. Copies are neither counted nor selected.
    const std::vector<const FaultRule*>& examine(Time now, const wire::Packet& packet,
                                                 const wire::PacketPool& pool,
                                                 const trace::Connections& connections);

private:
    struct Counted {
        const FaultRule* rule;
        std::uint64_t matched = 0;
    };
    std::vector<Counted> rules_;
    std::vector<const FaultRule*> selected_;
};

/// Does the rule select the k-th packet that matches it, seen at `now`?
bool selects(const FaultRule& rule, std::uint64_t k, Time now);

}  // namespace seedwire::net
