// The clock that spaces blocks when a congestion control asks for pacing; inert for Reno and CUBIC.
// Linux, `tcp_update_skb_after_send`.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/base/time.h"

namespace seedwire::tcp {

class Pacer {
public:
    bool is_active() const { return active_; }
    void activate() { active_ = true; }

    /// The earliest departure of the next block.
    Time next_departure() const { return active_ ? next_ : Time::zero(); }

    /// A block of `payload` bytes leaves at `now`, at `rate` bytes/s. The first ten data segments
    /// of a connection cost nothing; after a pause up to half of the cost is forgiven. [SEND-13]
    void on_sent(Time now, std::uint32_t payload, std::uint64_t rate,
                 std::uint32_t data_segments_sent) {
        if (!active_) return;
        const Duration credit = now > next_ ? now - next_ : Duration::zero();
        next_ = std::max(next_, now);
        constexpr std::uint32_t kUnpacedSegments = 10;
        if (data_segments_sent < kUnpacedSegments || rate == 0) return;
        Duration cost =
            Duration::ns(static_cast<std::int64_t>(std::uint64_t{payload} * 1'000'000'000 / rate));
        cost -= std::min(cost / 2, credit);
        next_ += cost;
    }

private:
    Time next_;
    bool active_ = false;
};

}  // namespace seedwire::tcp
