// How fast blocks may leave: the rate that sizes them, and the clock that spaces them when a
// congestion control asks for pacing. Linux, `tcp_update_pacing_rate`, `tcp_update_skb_after_send`.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/tcp/config.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

class Pacer {
public:
    static constexpr std::uint64_t kUnlimited = UINT64_MAX;

    bool is_active() const { return active_; }
    void activate() { active_ = true; }
    std::uint64_t rate() const { return rate_; }  ///< bytes/s, kUnlimited before the first RTT
    void set_rate(std::uint64_t bytes_per_second) { rate_ = bytes_per_second; }

    /// The rate for window-based congestion controls: the window per smoothed RTT, times two in slow
    /// start and 1.2 later. `srtt_eighths` is 8 x srtt in microseconds.
    void update(const Sysctls& sysctls, std::uint32_t mss, std::uint32_t cwnd,
                std::uint32_t ssthresh, std::uint32_t packets_out, std::uint64_t srtt_eighths) {
        const auto percent = static_cast<std::uint64_t>(cwnd < ssthresh / 2
                                                            ? sysctls.tcp_pacing_ss_ratio
                                                            : sysctls.tcp_pacing_ca_ratio);
        // Percent of MSS x segments x 8 x 10^6 us/s: the product stays below 2^63 for any window
        // of less than 2^26 segments.
        std::uint64_t rate = std::uint64_t{mss} * (1'000'000 / 100 * 8) * percent;
        rate *= std::max(cwnd, packets_out);
        if (srtt_eighths != 0) rate /= srtt_eighths;
        rate_ = rate;
    }

    /// The earliest departure of the next block.
    Time next_departure() const { return active_ ? next_ : Time::zero(); }

    /// A block of `payload` bytes leaves at `now`. The first ten data segments of a connection cost
    /// nothing; after a pause up to half of the cost is forgiven.
    void on_sent(Time now, std::uint32_t payload, std::uint32_t data_segments_sent) {
        if (!active_) return;
        const Duration credit = now > next_ ? now - next_ : Duration::zero();
        next_ = std::max(next_, now);
        constexpr std::uint32_t kUnpacedSegments = 10;
        if (data_segments_sent < kUnpacedSegments || rate_ == kUnlimited || rate_ == 0) return;
        Duration cost = Duration::ns(
            static_cast<std::int64_t>(std::uint64_t{payload} * 1'000'000'000 / rate_));
        cost -= std::min(cost / 2, credit);
        next_ += cost;
    }

private:
    std::uint64_t rate_ = kUnlimited;
    Time next_;
    bool active_ = false;
};

}  // namespace seedwire::tcp
