// Was the congestion window used? Only a used one may grow, and an idle one shrinks. RFC 7661 §4,
// RFC 5681 §4.1, by Linux's rules.
#pragma once

#include <cstdint>

#include "models/tcp/congestion/congestion_control.h"
#include "models/tcp/stream_offset.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// How a run of the send loop ended.
struct SendLoopEnd {
    std::uint32_t sent = 0;  ///< new segments sent by it
    /// It stopped for lack of cwnd, TSO deferral for lack of cwnd included. (In flight >= cwnd
    /// afterwards is found here.)
    bool cwnd_limited = false;
    bool probe = false;           ///< the loop of a tail loss probe: no further probe is planned
    bool sndbuf_blocked = false;  ///< the application waits for send-buffer space
};

class WindowValidation {
public:
    struct Facts {
        StreamOffset snd_una{}, snd_nxt{};
        std::uint32_t packets_out = 0, initial_cwnd = 10;
        Duration rto{}, tick{};
        bool limited = false, slow_start_after_idle = true, open = true, sndbuf_blocked = false;
    };
    void on_send_loop_end(Time now, const Facts& facts, Window& window);
    bool may_grow(const Window& window) const {
        return limited_ || (window.in_slow_start() && window.cwnd < 2 * max_packets_out_);
    }
    /// The window was changed for another reason: the interval of disuse starts again.
    void on_window_changed(Time now) { stamp_ = now; }
    struct Idle {
        Time last_sent{};
        Duration rto{}, tick{};
        std::uint32_t initial_cwnd = 10, current_ssthresh = 0;
    };
    /// A write finds nothing outstanding: one halving per whole RTO since the last send.
    void restart_after_idle(Time now, const Idle& idle, Window& window);

private:
    Time stamp_;
    NearOffset usage_end_;
    std::uint32_t max_packets_out_ = 0, used_ = 0;
    bool limited_ = false;
};

}  // namespace seedwire::tcp
