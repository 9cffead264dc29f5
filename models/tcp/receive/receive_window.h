// How large a window to offer: from the buffer, its occupancy and what was offered before.
// RFC 9293 §3.8.6.2.2; Linux, `__tcp_select_window`, `tcp_select_window`, `tcp_grow_window`,
// `tcp_rcvbuf_grow`.
#pragma once

#include <cstdint>

#include "models/tcp/stream_offset.h"

namespace seedwire::tcp {

/// What the window starts from. Bytes.
struct WindowStart {
    std::uint32_t buffer = 0;          ///< SO_RCVBUF as the kernel keeps it
    std::uint32_t window = 0;          ///< offered in our SYN or SYN-ACK, before the 16 bit limit
    std::uint32_t clamp = 0;           ///< largest window the scale can express, or the user's
    std::uint16_t advertised_mss = 0;  ///< timestamps deducted
    std::uint8_t scale = 0;
    bool buffer_locked = false;  ///< SO_RCVBUF was set: no autotuning
};

/// The result of a window computation.
struct WindowChoice {
    std::uint32_t window = 0;
    bool scarce = false;  ///< less than half of the space is free: quick ACKs end
};

/// RCV.WND and the limits behind it. `unread` is memory charged for unread and out-of-order
/// packets; all sizes are bytes.
class ReceiveWindow {
public:
    void start(const WindowStart& start, StreamOffset rcv_nxt);

    /// Window that `bytes` of memory are worth. May be negative.
    std::int64_t from_space(std::int64_t bytes) const { return (bytes * ratio_) >> 8; }
    std::uint32_t buffer() const { return buffer_; }
    std::uint32_t clamp() const { return clamp_; }
    std::uint32_t threshold() const { return threshold_; }  ///< tcpi_rcv_ssthresh
    std::uint32_t last_offer() const { return rcv_wnd_; }   ///< rcv_wnd
    /// rcv_wup: last ACK number sent.
    StreamOffset last_ack(StreamOffset rcv_nxt) const { return rcv_wup_.near(rcv_nxt); }
    std::uint32_t space() const { return space_; }  ///< tcpi_rcv_space
    std::uint8_t scale() const { return scale_; }
    std::uint16_t advertised_mss() const { return advertised_mss_; }
    bool is_locked() const { return locked_; }
    std::uint8_t ratio() const { return ratio_; }

    /// What is left of the last offer: the right edge less `rcv_nxt`.
    std::uint32_t offered(StreamOffset rcv_nxt) const {
        const std::int64_t left = last_ack(rcv_nxt) + rcv_wnd_ - rcv_nxt;
        return left > 0 ? static_cast<std::uint32_t>(left) : 0;
    }
    /// What would be offered now, were nothing promised before.
    WindowChoice compute(std::uint32_t unread, std::uint32_t rcv_mss, bool may_shrink) const;
    /// The same for a segment about to leave, never taking back a promise; remembers it. The edge
    /// stays where it is rather than move by less than `least_step`.
    WindowChoice select(StreamOffset rcv_nxt, std::uint32_t unread, std::uint32_t rcv_mss,
                        bool may_shrink, std::uint32_t least_step = 0);
    /// Our SYN-ACK has acknowledged data beside the peer's SYN: what it offers counts from there.
    void acknowledge(StreamOffset rcv_nxt) { rcv_wup_ = rcv_nxt; }
    /// Memory ran out: an ACK with window zero.
    void select_zero(StreamOffset rcv_nxt);
    /// The window field for the last selected window. RFC 7323 §2.3.
    std::uint16_t field() const;

    /// A segment larger than the estimate showed how much memory `length` bytes take.
    void measure_ratio(std::uint32_t length, std::uint32_t memory);
    /// One more segment of `length` bytes arrived: opens the window further. True: it grew.
    bool grow(std::uint32_t length, std::uint32_t memory, std::uint32_t unread,
              std::uint32_t rcv_mss, std::int32_t largest_buffer);
    /// `bytes` were read in the last round trip, the most so far; `beyond` is the span of
    /// out-of-order data. Enlarges the buffer so that the sender may double again.
    void autotune(std::uint32_t bytes, std::uint64_t beyond, bool moderate,
                  std::int32_t largest_buffer);
    /// More is charged than the buffer holds: enlarge the buffer to it, or accept less.
    void clamp_to_memory(std::uint32_t unread, std::int32_t largest_buffer);

    void set_clamp(std::uint32_t clamp);  ///< TCP_WINDOW_CLAMP and changes of the ratio
    /// SO_RCVBUF on a connection in use: no window is taken back.
    void set_buffer(std::uint32_t buffer);

private:
    std::uint32_t buffer_ = 0, clamp_ = 0, threshold_ = 0, rcv_wnd_ = 0, space_ = 0;
    NearOffset rcv_wup_;
    std::uint16_t advertised_mss_ = 0;
    std::uint8_t ratio_ = 128;  ///< window per memory in 1/256: half until packets were seen
    std::uint8_t scale_ = 0;
    bool locked_ = false;
};

}  // namespace seedwire::tcp
