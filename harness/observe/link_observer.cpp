#include "harness/observe/link_observer.h"

#include <algorithm>

namespace seedwire::observe {

LinkObserver::LinkObserver(const net::Network& network)
    : figures_(std::size_t{network.link_count()} * 2) {}

void LinkObserver::on_transmission(const trace::Transmission& r) {
    if (!r.arrival.is_never()) last_arrival_ = std::max(last_arrival_, r.arrival);
    // A copy has waited with its original, which is recorded too.
    if (r.departure == Time::never() || r.copied) return;
    QueueFigures& f = figures_[r.direction];
    const std::int64_t resident = (r.departure - r.at).ns();
    const std::int64_t waited = std::max<std::int64_t>(0, resident - r.serialisation.ns());
    f.sojourn.add(static_cast<std::uint64_t>(waited));
    f.resident_ns += static_cast<std::uint64_t>(resident);
    f.overtook += r.reordered ? 1 : 0;
    f.longest = std::max(f.longest, r.queue_packets + 1);
}

}  // namespace seedwire::observe
