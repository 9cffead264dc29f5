// The processor of a host: workers that take work in the order in which it comes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/base/quantity.h"
#include "sim/base/time.h"

namespace seedwire::host {

struct CpuConfig {
    std::uint32_t workers = 0;  ///< 0: as many as there is work; nothing waits
    Ratio scale{1, 1};          ///< costs are multiplied by it
};

/// First come, first served by equal workers. What a piece of work costs is known when it comes, so
/// that its end is known too: nothing waits in a queue that has to be looked at.
class Cpu {
public:
    /// Without workers nothing waits. `scale`: what a cost of 1 s takes on this host, a fraction.
    explicit Cpu(std::uint32_t workers = 1, Ratio scale = Ratio{1, 1}) : scale_{scale} {
        free_at_.resize(workers);
    }
    explicit Cpu(const CpuConfig& config) : Cpu{config.workers, config.scale} {}

    /// Takes the work in; returns when it will be done.
    Time submit(Time now, Duration cost) {
        const Duration length = scaled(cost);
        if (free_at_.empty()) {
            busy_ += length;
            ++pieces_;
            return now + length;
        }
        const auto worker = std::ranges::min_element(free_at_);
        const Time begin = std::max(now, *worker);
        waited_ += begin - now;
        longest_wait_ = std::max(longest_wait_, begin - now);
        busy_ += length;
        ++pieces_;
        *worker = begin + length;
        return *worker;
    }
    /// Work that delays nobody by itself: counted, and taken from the worker that is free first.
    void charge(Time now, Duration cost) { submit(now, cost); }

    std::uint32_t workers() const { return static_cast<std::uint32_t>(free_at_.size()); }
    Duration scaled(Duration cost) const {
        const auto numerator = static_cast<std::int64_t>(scale_.numerator);
        const auto denominator = static_cast<std::int64_t>(scale_.denominator);
        return Duration::ns(cost.ns() / denominator * numerator +
                            cost.ns() % denominator * numerator / denominator);
    }
    /// What work that came now would wait before it begins.
    Duration backlog(Time now) const {
        if (free_at_.empty()) return Duration::zero();
        const Time first = *std::ranges::min_element(free_at_);
        return first > now ? first - now : Duration::zero();
    }
    Duration busy() const { return busy_; }      ///< sum over the workers, promised work included
    Duration waited() const { return waited_; }  ///< sum over the pieces of work
    Duration longest_wait() const { return longest_wait_; }
    std::uint64_t pieces() const { return pieces_; }

private:
    std::vector<Time> free_at_;
    Ratio scale_;
    Duration busy_, waited_, longest_wait_;
    std::uint64_t pieces_ = 0;
};

}  // namespace seedwire::host
