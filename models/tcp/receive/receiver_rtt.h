// The round-trip time as a receiver can see it, and when a round trip's worth has been read.
// Linux, `tcp_rcv_rtt_update`, `tcp_rcv_rtt_measure`, `tcp_rcv_rtt_measure_ts`,
// `tcp_rcv_space_adjust`.
#pragma once

#include <cstdint>
#include <optional>

#include "models/tcp/stream_offset.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

class ReceiverRtt {
public:
    /// `last_echo`: of the segments so far.
    void start(Time now, StreamOffset copied, std::uint32_t last_echo = 0) {
        read_time_ = now;
        read_from_ = copied;
        last_echo_ = last_echo;
    }

    /// Any segment with timestamps was accepted: `eligible` if it is at least a full one. `ts_now`
    /// is our timestamp clock, in milliseconds. `all_read`: nothing waits in the receive queue.
    void on_echo(std::uint32_t ts_now, std::uint32_t ts_echo, bool eligible, bool all_read);
    /// In-order data arrived: a window's worth takes at most a round trip.
    void on_data(Time now, StreamOffset rcv_nxt, std::uint32_t rcv_wnd);
    /// The reader is at `copied`. Once per round trip: bytes read in it beyond those still queued.
    /// `stamp` is when the last segment was processed.
    std::optional<std::int64_t> on_read(Time stamp, StreamOffset copied, StreamOffset rcv_nxt);

    /// Eight times the estimate in microseconds, as Linux keeps it; zero = none yet.
    std::int64_t eighths_us() const { return eighths_us_; }

private:
    void sample(std::int64_t us, bool by_window, bool all_read);

    std::int64_t eighths_us_ = 0;
    Time window_time_ = Time::never();  ///< when the present window's worth began
    Time read_time_;
    StreamOffset read_from_;
    NearOffset window_end_;
    std::uint32_t last_echo_ = 0;
};

}  // namespace seedwire::tcp
