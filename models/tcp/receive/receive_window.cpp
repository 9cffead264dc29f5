// The offered window. RFC 9293 §3.8.6.2.2, RFC 7323 §2.3; Linux, `__tcp_select_window`,
// `tcp_grow_window`, `tcp_rcvbuf_grow`.
#include "models/tcp/receive/receive_window.h"

#include <algorithm>

namespace seedwire::tcp {
namespace {

constexpr std::uint32_t kMaxUnscaledWindow = 65535;
// Half of the smallest receive buffer, 2304 bytes. Linux, `SOCK_MIN_RCVBUF`.
constexpr std::uint32_t kSmallestClamp = 2304 / 2;
constexpr std::uint32_t kInitialSegments = 10;  // what a round trip brings at first, RFC 6928 §2

std::int64_t round_down(std::int64_t bytes, std::uint8_t scale) { return bytes >> scale << scale; }
std::int64_t round_up(std::int64_t bytes, std::uint8_t scale) {
    return round_down(bytes + (std::int64_t{1} << scale) - 1, scale);
}

}  // namespace

void ReceiveWindow::start(const WindowStart& start, StreamOffset rcv_nxt) {
    buffer_ = start.buffer;
    scale_ = start.scale;
    locked_ = start.buffer_locked;
    advertised_mss_ = start.advertised_mss;
    const auto full = static_cast<std::uint32_t>(from_space(buffer_));
    clamp_ = std::min(start.clamp, full);
    if (scale_ == 0) clamp_ = std::min(clamp_, kMaxUnscaledWindow);
    // One segment stays reserved, so that the sender never fills the buffer to the brim. [RWIN-8]
    const std::uint32_t mss = advertised_mss_;
    if (clamp_ > 2 * mss && clamp_ + mss > full) clamp_ = std::max(2 * mss, full - mss);
    rcv_wnd_ = start.window;
    rcv_wup_ = rcv_nxt;
    threshold_ = std::min(rcv_wnd_, clamp_);
    space_ = std::min({threshold_, rcv_wnd_, kInitialSegments * mss});
}

// [RWIN-3]
WindowChoice ReceiveWindow::compute(std::uint32_t unread, std::uint32_t rcv_mss,
                                    bool may_shrink) const {
    std::int64_t free = from_space(std::int64_t{buffer_} - unread);
    const std::int64_t allowed = from_space(buffer_);
    const std::int64_t full = std::min<std::int64_t>(clamp_, allowed);
    const std::int64_t mss = std::min<std::int64_t>(rcv_mss, full);
    if (mss <= 0) return {};
    WindowChoice choice;
    if (may_shrink) free = round_down(free, scale_);
    if (free < full / 2) {
        choice.scarce = true;
        // Rounding up below must not promise memory that is not there. [RWIN-4]
        free = round_down(free, scale_);
        const bool below_unit = may_shrink && free < (std::int64_t{1} << scale_);
        if (free < allowed / 16 || free < mss || below_unit) return choice;
    }
    free = std::min<std::int64_t>(free, threshold_);
    std::int64_t window = rcv_wnd_;
    if (scale_ > 0) {
        window = round_up(free, scale_);
    } else if (window <= free - mss || window > free) {
        // [RWIN-5]
        window = free / mss * mss;
    } else if (mss == full && free > window + full / 2) {
        window = free;
    }
    choice.window = static_cast<std::uint32_t>(window);
    return choice;
}

WindowChoice ReceiveWindow::select(StreamOffset rcv_nxt, std::uint32_t unread,
                                   std::uint32_t rcv_mss, bool may_shrink,
                                   std::uint32_t least_step) {
    WindowChoice choice = compute(unread, rcv_mss, may_shrink);
    const std::uint32_t promised = offered(rcv_nxt);
    const bool too_little = choice.window > promised && choice.window - promised < least_step;
    // RFC 9293 §3.8.6: a window once offered is not taken back. [RWIN-2]
    if (too_little || (choice.window < promised && !may_shrink)) {
        choice.window = static_cast<std::uint32_t>(round_up(promised, scale_));
    }
    rcv_wnd_ = choice.window;
    rcv_wup_ = rcv_nxt;
    return choice;
}

void ReceiveWindow::select_zero(StreamOffset rcv_nxt) {
    rcv_wnd_ = 0;
    rcv_wup_ = rcv_nxt;
}

std::uint16_t ReceiveWindow::field() const {
    const std::uint32_t sent = std::min(rcv_wnd_, kMaxUnscaledWindow << scale_);
    return static_cast<std::uint16_t>(sent >> scale_);
}

// [RWIN-7]
void ReceiveWindow::measure_ratio(std::uint32_t length, std::uint32_t memory) {
    const std::uint64_t measured = std::uint64_t{length} * 256 / memory;
    const auto ratio = static_cast<std::uint8_t>(std::clamp<std::uint64_t>(measured, 1, 255));
    if (ratio == ratio_) return;
    ratio_ = ratio;
    set_clamp(static_cast<std::uint32_t>(from_space(buffer_)));
    space_ = std::min(space_, clamp_);
}

// [RWIN-6]
bool ReceiveWindow::grow(std::uint32_t length, std::uint32_t memory, std::uint32_t unread,
                         std::uint32_t rcv_mss, std::int32_t largest_buffer) {
    const std::int64_t room =
        std::min<std::int64_t>(clamp_, from_space(std::int64_t{buffer_} - unread)) - threshold_;
    if (room <= 0) return false;
    std::int64_t increment = 0;
    if (from_space(memory) <= length) {
        increment = std::int64_t{2} * advertised_mss_;
    } else {
        // A packet that wastes memory may still open the window while that is small.
        std::int64_t cost = from_space(memory) / 2;
        std::int64_t window = from_space(largest_buffer) / 2;
        while (threshold_ <= window) {
            if (cost <= length) {
                increment = 2 * std::int64_t{rcv_mss};
                break;
            }
            cost >>= 1;
            window >>= 1;
        }
    }
    if (increment == 0) return false;
    increment = std::max<std::int64_t>(increment, 2 * std::int64_t{length});
    threshold_ += static_cast<std::uint32_t>(std::min(room, increment));
    return true;
}

// [RWIN-9]
void ReceiveWindow::autotune(std::uint32_t bytes, std::uint64_t beyond, bool moderate,
                             std::int32_t largest_buffer) {
    const std::uint64_t before = std::max<std::uint32_t>(space_, 1);
    space_ = bytes;
    if (locked_ || !moderate) return;
    // The estimate is a round trip old, and a sender in slow start doubles.
    std::uint64_t window = 2 * std::uint64_t{bytes};
    const std::uint64_t growth = bytes > before ? bytes - before : 0;
    window += 2 * (window * growth / before);
    window += beyond;
    const std::uint64_t wanted = std::min<std::uint64_t>(
        window * 256 / ratio_, static_cast<std::uint64_t>(std::max(largest_buffer, 0)));
    if (wanted <= buffer_) return;
    buffer_ = static_cast<std::uint32_t>(wanted);
    clamp_ = static_cast<std::uint32_t>(from_space(buffer_));
}

void ReceiveWindow::clamp_to_memory(std::uint32_t unread, std::int32_t largest_buffer) {
    if (!locked_ && largest_buffer > 0) {
        const auto largest = static_cast<std::uint32_t>(largest_buffer);
        if (buffer_ < largest) buffer_ = std::max(buffer_, std::min(unread, largest));
    }
    if (unread > buffer_) {
        threshold_ = std::min(clamp_, 2 * std::uint32_t{advertised_mss_});
    }
}

// [RWIN-16]
void ReceiveWindow::set_clamp(std::uint32_t clamp) {
    clamp = std::max(clamp, kSmallestClamp);
    if (clamp == clamp_) return;
    const bool shrinks = clamp < clamp_;
    clamp_ = clamp;
    if (shrinks) {
        threshold_ = std::min(threshold_, clamp);
    } else {
        threshold_ = std::max(threshold_, std::min(rcv_wnd_, clamp));
    }
}

void ReceiveWindow::set_buffer(std::uint32_t buffer) {
    buffer_ = buffer;
    locked_ = true;
}

}  // namespace seedwire::tcp
