// When to acknowledge: now, later, or with the next segment that leaves anyway.
// RFC 9293 §3.8.6.3, RFC 5681 §4.2; Linux, `tcp_event_data_recv`, `tcp_measure_rcv_mss`,
// `__tcp_ack_snd_check`, `tcp_send_delayed_ack`, `__tcp_cleanup_rbuf`, `tcp_delack_timer_handler`.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/tcp/config.h"
#include "models/tcp/stream_offset.h"
#include "models/wire/cause.h"
#include "sim/base/lazy.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// Should an ACK leave now, and why.
struct AckDecision {
    wire::Cause cause = wire::Cause::None;  ///< None: nothing to send now
    constexpr explicit operator bool() const { return cause != wire::Cause::None; }
    static constexpr AckDecision none() { return {}; }
    static constexpr AckDecision now(wire::Cause cause) { return {cause}; }
};

/// What the sending half knows about the path.
struct PathTiming {
    std::int64_t smoothed_rtt_us = 0;  ///< srtt; zero = no sample yet
    Duration rto = Duration::s(1);
};

/// The estimate of the peer's segment size reacted to a segment so.
struct SegmentSizeNews {
    bool grew = false;  ///< larger than the estimate: the memory ratio is measured too
};

class AckPolicy {
public:
    static constexpr std::uint32_t kMaxQuickAcks = 16;

    /// `tick` is Sysctls::timer_tick: zero counts exact milliseconds.
    void start(Time now, std::uint32_t rcv_mss, Duration tick);

    // --- arriving data, in this order ---
    /// Any segment with data: how large are the peer's full segments? `plain`: none of FIN, PSH,
    /// URG; `option_bytes`: in its header; `fixed_option_bytes`: in every header of this
    /// connection.
    SegmentSizeNews measure_segment(std::uint32_t length, std::uint32_t option_bytes,
                                    std::uint32_t fixed_option_bytes, bool plain, bool push,
                                    std::uint32_t advertised_mss);
    /// In-order data: quick-ACK budget and inter-arrival time.
    void on_data(Time now, std::uint32_t rcv_wnd, const PathTiming& path);
    /// The window grew: that segment deserves an ACK of its own. [ACK-4]
    void on_window_growth() { quick_ |= 1; }

    // --- what else changes the mood ---
    /// Something went wrong: acknowledge the next `budget` segments at once.
    void enter_quick_ack(std::uint32_t budget, std::uint32_t rcv_wnd);
    void stop_quick_ack() { quick_ = 0; }
    void enter_ping_pong(std::int32_t threshold);
    void leave_ping_pong() { ping_pong_ = 0; }
    /// An ACK is owed.
    void schedule() { pending_ |= kScheduled; }
    /// Nothing is owed any more.
    void settle() { pending_ = 0; }
    void force() { pending_ |= kScheduled | kNow; }
    void force_out_of_memory() { pending_ |= kScheduled | kNow | kNoMemory; }
    void mark_pushed() { pending_ |= kPushed; }
    void forget_compressed() {
        if (Compression* some = compression_.made()) {
            some->acks = 0;
            some->at = Time::never();
        }
    }
    /// A reply left: within ato of the last data it makes the connection a conversation.
    void on_data_sent(Time now);
    /// A segment with ACK left: everything owed is paid.
    void on_ack_sent();

    // --- decisions ---
    /// In quick-ACK mode every segment is acknowledged at once.
    bool is_quick(std::int32_t ping_pong_threshold) const {
        return quick_ > 0 && !is_ping_pong(ping_pong_threshold);
    }
    bool is_ping_pong(std::int32_t threshold) const { return ping_pong_ >= threshold; }
    bool is_scheduled() const { return (pending_ & kScheduled) != 0; }
    bool is_forced() const { return (pending_ & kNow) != 0; }
    bool is_out_of_memory() const { return (pending_ & kNoMemory) != 0; }
    bool is_pushed() const { return (pending_ & kPushed) != 0; }
    bool is_pushed_twice() const { return (pending_ & kPushedTwice) != 0; }

    /// Arms the delayed-ACK timer. True: an earlier deadline is so close that the ACK goes now.
    bool delay(Time now, const PathTiming& path, const Sysctls& sysctls);
    /// Arms the timer unless it runs.
    void delay_at_most(Time now, Duration delay);
    /// The ACK of a SYN-ACK waits up to 200 ms for data to ride on.
    void delay_handshake(Time now, std::uint32_t rcv_wnd);
    /// The out-of-order queue is not empty and nothing forces an ACK. True: it goes now, false: the
    /// compression timer takes care of it.
    bool is_duplicate_due(Time now, StreamOffset rcv_nxt, bool sack,
                          std::int64_t rcv_rtt_eighths_us, const PathTiming& path,
                          const Sysctls& sysctls);
    std::uint32_t compressed() const { return compression_->acks; }

    Time delayed_ack_at() const;  ///< when its timer fires, if that matters
    Time compressed_ack_at() const { return compression_->at; }
    Time next_deadline() const {
        const Compression* compression = compression_.made();
        if (compression != nullptr) return std::min(delayed_ack_at(), compression->at);
        return (pending_ & kTimer) != 0 ? delayed_at_ : Time::never();
    }
    /// A deadline has come: which ACK goes, if any.
    AckDecision on_deadline(Time now, const PathTiming& path, std::int32_t ping_pong_threshold);

    std::uint32_t rcv_mss() const { return rcv_mss_; }
    std::uint32_t quick() const { return quick_; }
    std::int64_t ato_ticks() const { return ato_; }
    Duration ato() const { return tick() * ato_; }
    Time last_data() const { return last_data_; }

private:
    static constexpr std::uint8_t kScheduled = 1, kTimer = 2, kPushed = 4, kPushedTwice = 8,
                                  kNow = 16, kNoMemory = 32;

    /// Of ACKs that report data out of order.
    struct Compression {
        Time at = Time::never();  ///< when the SACK compression timer fires
        StreamOffset rcv_nxt;     ///< the left edge that `duplicates` counts for
        std::uint16_t acks = 0;   ///< saved so far
        std::uint8_t duplicates = 0;
    };

    Duration tick() const { return Duration::ns(tick_ns_); }
    std::int32_t ticks(Duration duration) const;
    std::int32_t ticks_since_data(Time now) const;
    Time tick_start(Time now) const;
    void refill_quick_ack(std::uint32_t budget, std::uint32_t rcv_wnd);
    void arm(Time now, std::int32_t ticks);

    Time last_data_;
    Time deadline_ = Time::never();    ///< of the delayed ACK, before the timer's coarseness
    Time delayed_at_ = Time::never();  ///< when that timer fires
    Lazy<Compression> compression_;
    std::int32_t tick_ns_ = 1'000'000;
    std::int32_t ato_ = 0;  ///< ticks
    std::uint32_t rcv_mss_ = 0;
    std::uint32_t last_small_ = 0;  ///< candidate for a smaller rcv_mss_, bytes
    std::uint8_t quick_ = 0;
    std::uint8_t ping_pong_ = 0;
    std::uint8_t pending_ = 0;
    bool exact_ = true;  ///< timers fire when they are due, not when the next tick comes
};

}  // namespace seedwire::tcp
