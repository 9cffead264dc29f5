// Finding the path MTU by sending larger segments and seeing whether they arrive. RFC 4821 §5.2,
// §7; Linux, `tcp_mtup_init`, `tcp_mtu_probe`, `tcp_mtu_probing`.
#pragma once

#include <cstdint>

#include "models/tcp/stream_offset.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// The search between a size that works and one that may not. All sizes are those of IP packets,
/// in bytes.
class MtuProber {
public:
    /// `low` works for sure; `high` is what the peer and the first link take.
    void start(Time now, std::uint32_t low, std::uint32_t high, bool enabled) {
        low_ = low;
        high_ = high;
        ceiling_ = high;
        started_ = now;
        enabled_ = enabled;
        probe_size_ = 0;
    }
    bool is_enabled() const { return enabled_; }
    bool is_probing() const { return probe_size_ != 0; }
    std::uint32_t low() const { return low_; }
    std::uint32_t high() const { return high_; }

    std::uint32_t next_size() const { return (low_ + high_) / 2; }
    /// Nothing left to find: the sizes are so close. RFC 4821 §7.3.
    bool is_over(std::uint32_t threshold) const { return high_ < low_ + threshold; }
    /// The search may begin anew: routes change.
    void restart_if_due(Time now, Duration interval, std::uint32_t low) {
        if (now - started_ < interval) return;
        probe_size_ = 0;
        low_ = low;
        high_ = ceiling_;
        started_ = now;
    }

    void on_probe_sent(std::uint32_t size, StreamOffset start, StreamOffset end) {
        probe_size_ = size;
        probe_start_ = start;
        probe_end_ = end;
    }
    void forget_probe() { probe_size_ = 0; }
    StreamOffset probe_start() const { return probe_start_; }
    StreamOffset probe_end() const { return probe_end_; }
    std::uint32_t probe_size() const { return probe_size_; }
    void on_success() {
        low_ = probe_size_;
        probe_size_ = 0;
    }
    void on_failure() {
        high_ = probe_size_ - 1;
        probe_size_ = 0;
    }
    /// Router or route say so: larger ones need not be tried.
    void limit(std::uint32_t mtu) {
        if (mtu < high_) high_ = mtu;
    }

    /// Timeouts in a row: perhaps the packets are too large, and nobody says so. RFC 4821 §7.7.
    void on_black_hole(Time now, std::uint32_t low) {
        if (!enabled_) {
            enabled_ = true;
            started_ = now;
        } else {
            low_ = low;
        }
    }

private:
    std::uint32_t low_ = 0, high_ = 0, ceiling_ = 0, probe_size_ = 0;
    StreamOffset probe_start_, probe_end_;
    Time started_;
    bool enabled_ = false;
};

}  // namespace seedwire::tcp
