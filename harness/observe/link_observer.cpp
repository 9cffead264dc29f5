#include "harness/observe/link_observer.h"

#include <algorithm>

namespace seedwire::observe {

LinkObserver::LinkObserver(const net::Network& network)
    : network_{network}, figures_(std::size_t{network.link_count()} * 2) {}

void LinkObserver::on_transmission(const trace::Transmission& r) {
    if (!r.arrival.is_never()) last_arrival_ = std::max(last_arrival_, r.arrival);
    // A copy has waited with its original, which is recorded too.
    if (r.departure == Time::never() || r.copied) return;
    QueueFigures& f = figures_[r.direction];
    const net::LinkDirectionConfig& config = network_.config(r.direction);
    const std::int64_t resident = (r.departure - r.at).ns();
    std::int64_t serialisation = 0;
    if (!config.rate.is_unlimited()) {
        const std::int64_t bytes = std::int64_t{r.packet->ip_length()} + config.overhead.count;
        // Below 2 MB and 2^63 / 8e9: the product fits.
        serialisation = bytes * 8'000'000'000 / config.rate.bits_per_second();
    }
    f.sojourn.add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, resident - serialisation)));
    f.resident_ns += static_cast<std::uint64_t>(resident);
    f.longest = std::max(f.longest, r.queue_packets + 1);
}

}  // namespace seedwire::observe
