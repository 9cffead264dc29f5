// The receiver's round-trip time. Linux, `tcp_rcv_rtt_update`, `tcp_rcv_space_adjust`.
#include "models/tcp/receive/receiver_rtt.h"

#include <algorithm>

namespace seedwire::tcp {

// [RWIN-11]
void ReceiverRtt::on_echo(std::uint32_t ts_now, std::uint32_t ts_echo, bool eligible,
                          bool all_read) {
    if (ts_echo == last_echo_) return;
    last_echo_ = ts_echo;
    if (!eligible) return;
    const auto elapsed_ms = static_cast<std::int32_t>(ts_now - ts_echo);
    if (elapsed_ms > 0) sample(std::int64_t{elapsed_ms} * 1000, false, all_read);
}

void ReceiverRtt::on_data(Time now, StreamOffset rcv_nxt, std::uint32_t rcv_wnd) {
    if (!window_time_.is_never()) {
        if (rcv_nxt < window_end_.near(rcv_nxt)) return;
        sample(std::max<std::int64_t>((now - window_time_).us(), 1), true, false);
    }
    window_end_ = rcv_nxt + rcv_wnd;
    window_time_ = now;
}

// [RWIN-10]
std::optional<std::int64_t> ReceiverRtt::on_read(Time stamp, StreamOffset copied,
                                                 StreamOffset rcv_nxt) {
    if (eighths_us_ == 0) return std::nullopt;
    if ((stamp - read_time_).us() < eighths_us_ / 8) return std::nullopt;
    const std::int64_t bytes = (copied - read_from_) - (rcv_nxt - copied);
    read_from_ = copied;
    read_time_ = stamp;
    return bytes;
}

void ReceiverRtt::sample(std::int64_t us, bool by_window, bool all_read) {
    const std::int64_t eighths = us * 8;
    if (eighths_us_ == 0 || eighths < eighths_us_) {
        eighths_us_ = eighths;
    } else if (!by_window && all_read) {
        // Data that waits to be read delays what the peer echoes: only without it may the estimate
        // rise.
        eighths_us_ += us - eighths_us_ / 8;
    }
}

}  // namespace seedwire::tcp
