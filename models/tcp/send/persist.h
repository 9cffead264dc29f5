// Probing a closed window: when, how long, and when nobody is there any more. RFC 9293 §3.8.6.1.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/base/time.h"

namespace seedwire::tcp {

/// Unanswered probes and the back-off of the persist timer; keepalive counts its probes here too,
/// as both cannot run at once.
class Persist {
public:
    std::uint32_t unanswered() const { return unanswered_; }
    std::uint32_t backoff() const { return backoff_; }
    Time first_probe() const { return first_probe_; }

    /// The interval before the next probe: the RTO, at least `minimum`, doubled per probe.
    /// [PERSIST-1]
    Duration interval(Duration rto, Duration minimum, Duration maximum) const {
        constexpr std::uint32_t kMaxShift = 10;  // 200 ms << 10 is beyond 120 s
        const Duration base = std::max(rto, minimum);
        return std::min(base * (std::int64_t{1} << std::min<std::uint32_t>(backoff_, kMaxShift)),
                        maximum);
    }
    void note_probe_due(Time now) {
        if (first_probe_.is_never()) first_probe_ = now;
    }
    void note_window_probe(std::uint32_t max_backoff) {
        ++unanswered_;
        if (backoff_ < max_backoff) ++backoff_;
    }
    void note_keepalive_probe() { ++unanswered_; }
    /// Any acknowledgement shows that the peer is alive.
    void note_answer() {
        answered_ = answered_ || unanswered_ > 0;
        unanswered_ = 0;
    }
    /// A probe has been answered: the next one will tell nothing new.
    bool was_answered() const { return answered_; }
    /// The window opened, or data is in flight: the next closed window starts afresh.
    void reset() {
        unanswered_ = 0;
        backoff_ = 0;
        first_probe_ = Time::never();
    }

private:
    Time first_probe_ = Time::never();
    std::uint32_t unanswered_ = 0;
    std::uint16_t backoff_ = 0;
    bool answered_ = false;
};

}  // namespace seedwire::tcp
