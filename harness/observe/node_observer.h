// What nodes did with packets: sent, received, passed on, ended.
#pragma once

#include <cstdint>
#include <vector>

#include "models/net/network.h"
#include "models/trace/recorder.h"

namespace seedwire::observe {

struct NodeFigures {
    std::uint64_t sent = 0;       ///< packets of its own, as they entered their first link
    std::uint64_t received = 0;   ///< packets meant for it that reached it whole
    std::uint64_t forwarded = 0;  ///< of others, as they entered the next link
    /// Ended in the node. Damage is counted at the link that did it, and not here.
    std::uint64_t dropped[trace::kDropReasonCount] = {};
};

class NodeObserver final : public trace::Observer {
public:
    explicit NodeObserver(const net::Network& network);
    void on_transmission(const trace::Transmission& r) override;
    void on_amended(const trace::TransmissionAmended& r) override;
    void on_node_drop(const trace::NodeDrop& r) override;

    /// Of what has arrived by `now`.
    NodeFigures figures(std::uint32_t node, Time now) const;

private:
    struct Way {
        Time arrival;
        std::uint32_t node = 0, source = 0, packet = 0;
    };
    const net::Network& network_;
    std::vector<NodeFigures> figures_;
    std::vector<Way>
        ways_;  ///< to the destination itself; sometimes those that arrived are counted
    std::size_t settle_at_ = 1024;

    void settle(Time now);
};

}  // namespace seedwire::observe
