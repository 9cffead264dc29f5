// Figures of link directions that need every packet: how long packets waited, how long queues were.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/observe/histogram.h"
#include "models/net/network.h"
#include "models/trace/recorder.h"

namespace seedwire::observe {

/// Of one direction. Waiting is counted from entering the queue to the start of serialisation.
struct QueueFigures {
    Histogram sojourn;              ///< ns
    std::uint64_t resident_ns = 0;  ///< sum of the times from entry to the end of serialisation
    std::uint32_t longest = 0;      ///< packets, the one entering and the one on the wire included
    std::uint64_t overtook = 0;     ///< packets that arrive before one that entered earlier
};

class LinkObserver final : public trace::Observer {
public:
    explicit LinkObserver(const net::Network& network);
    void on_transmission(const trace::Transmission& r) override;

    const QueueFigures& queue(std::uint32_t direction) const { return figures_[direction]; }
    /// When the last packet left its link, or Time::zero(): what comes behind it is only waiting
    /// (TIME-WAIT), over which no mean should be taken.
    Time last_arrival() const { return last_arrival_; }

private:
    std::vector<QueueFigures> figures_;
    Time last_arrival_;
};

}  // namespace seedwire::observe
