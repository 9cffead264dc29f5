// What a sender's time was spent on: sending, or waiting for the peer's window or its own buffer.
// Linux, `tcp_chrono_start`, `tcp_chrono_stop`; tcpi_busy_time and its parts.
#pragma once

#include <array>
#include <cstdint>

#include "models/tcp/timestamp_clock.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// In the order of precedence: the highest that applies is counted. [INFO-2]
enum class SendLimit : std::uint8_t { Idle, Busy, ReceiveWindow, SendBuffer };

/// In whole milliseconds, as the kernel's ticks are.
class SendLimits {
public:
    void begin(Time now, SendLimit limit) {
        if (limit > present_) change(now, limit);
    }
    /// `idle`: nothing is queued or outstanding any more.
    void end(Time now, SendLimit limit, bool idle) {
        if (idle) {
            if (present_ != SendLimit::Idle) change(now, SendLimit::Idle);
        } else if (limit == present_) {
            change(now, SendLimit::Busy);
        }
    }
    bool is(SendLimit limit) const { return present_ == limit; }
    Duration spent(Time now, SendLimit limit) const {
        std::int64_t ms = limit == SendLimit::Idle ? 0 : spent_ms_[index(limit)];
        if (limit == present_ && limit != SendLimit::Idle) ms += clock(now) - since_ms_;
        return Duration::ms(ms);
    }

private:
    static std::uint32_t clock(Time now) {
        return static_cast<std::uint32_t>(timestamp_clock_ms(now));
    }
    static std::size_t index(SendLimit limit) { return static_cast<std::size_t>(limit) - 1; }
    void change(Time now, SendLimit limit) {
        if (present_ != SendLimit::Idle) spent_ms_[index(present_)] += clock(now) - since_ms_;
        since_ms_ = clock(now);
        present_ = limit;
    }

    std::array<std::uint32_t, 3> spent_ms_{};
    std::uint32_t since_ms_ = 0;
    SendLimit present_ = SendLimit::Idle;
};

}  // namespace seedwire::tcp
