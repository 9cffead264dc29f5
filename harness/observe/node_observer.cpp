#include "harness/observe/node_observer.h"

#include <algorithm>

namespace seedwire::observe {

NodeObserver::NodeObserver(const net::Network& network)
    : network_{network}, figures_(network.node_count()) {}

void NodeObserver::on_transmission(const trace::Transmission& r) {
    const wire::Packet& packet = *r.packet;
    const std::uint32_t from = network_.direction_from(r.direction);
    if (!r.copied) {
        const bool own = packet.source == network_.address(from);
        ++(own ? figures_[from].sent : figures_[from].forwarded);
    }
    const std::uint32_t to = network_.direction_to(r.direction);
    if (r.arrival.is_never() || packet.destination_node != to ||
        packet.has(wire::packet_bit::kCorrupted))
        return;
    if (ways_.size() >= settle_at_) settle(r.at);
    ways_.push_back({r.arrival, to, packet.source.value, packet.id});
}

/// Counts what has arrived, so that memory follows what is under way.
void NodeObserver::settle(Time now) {
    const auto arrived = std::partition(ways_.begin(), ways_.end(),
                                        [&](const Way& way) { return way.arrival >= now; });
    for (auto it = arrived; it != ways_.end(); ++it) ++figures_[it->node].received;
    ways_.erase(arrived, ways_.end());
    settle_at_ = std::max<std::size_t>(1024, ways_.size() * 2);
}

void NodeObserver::on_amended(const trace::TransmissionAmended& r) {
    const auto way = std::find_if(ways_.begin(), ways_.end(), [&](const Way& w) {
        return w.packet == r.packet->id && w.source == r.packet->source.value;
    });
    if (way == ways_.end()) return;
    if (r.drop == trace::DropReason::None)
        way->arrival = r.arrival;
    else
        ways_.erase(way);
}

void NodeObserver::on_node_drop(const trace::NodeDrop& r) {
    if (r.drop != trace::DropReason::Corrupted)
        ++figures_[r.node].dropped[static_cast<std::size_t>(r.drop)];
}

NodeFigures NodeObserver::figures(std::uint32_t node, Time now) const {
    NodeFigures f = figures_[node];
    for (const Way& way : ways_)
        if (way.node == node && way.arrival <= now) ++f.received;
    return f;
}

}  // namespace seedwire::observe
