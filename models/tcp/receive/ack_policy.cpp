// Now, later, or with data. RFC 9293 §3.8.6.3, RFC 5681 §4.2. All times are counted in ticks, as
// Linux does: integer halves and rounding are part of the behaviour.
#include "models/tcp/receive/ack_policy.h"

#include <algorithm>

#include "models/tcp/timer_table.h"

namespace seedwire::tcp {
namespace {

// Linux: `TCP_ATO_MIN` = `TCP_DELACK_MIN`, `TCP_DELACK_MAX`, and the bound for slow senders.
constexpr Duration kAtoMin = Duration::ms(40);
constexpr Duration kDelayMax = Duration::ms(200);
constexpr Duration kSlowSenderMax = Duration::ms(500);
constexpr Duration kExactTick = Duration::ms(1);
// How late, on the average, a timer of 40 ms is in a kernel with a tick of 4 ms. The delay shows in
// the gap to the next data and is compared with itself there (on_data()): exactly 40 ms would
// always fall on the side of that comparison where measured hosts hardly ever are.
constexpr Duration kMeanLateness = Duration::ms(2);

constexpr std::uint32_t kDefaultMss = 536;  // RFC 9293 §3.7.1
constexpr std::uint32_t kMinimumMss = 88;   // Linux, `TCP_MIN_MSS`

// Duplicate ACKs per left edge that are never held back: what fast retransmit counts, RFC 5681
// §3.2. [ACK-12]
constexpr std::uint8_t kImmediateDuplicates = 3;

}  // namespace

void AckPolicy::start(Time now, std::uint32_t rcv_mss, Duration tick) {
    exact_ = tick == Duration::zero();
    tick_ns_ = static_cast<std::int32_t>((exact_ ? kExactTick : tick).ns());
    rcv_mss_ = rcv_mss;
    last_data_ = now;
}

/// Rounded up. A constant of the rules divides without remainder at every usual tick.
std::int32_t AckPolicy::ticks(Duration duration) const {
    const std::int64_t count = whole_units(duration.ns() + tick_ns_ - 1, tick_ns_);
    return static_cast<std::int32_t>(std::min<std::int64_t>(count, INT32_MAX / 2));
}

Time AckPolicy::tick_start(Time now) const {
    return exact_ ? now : Time::from_ns(whole_units(now.ns(), tick_ns_) * tick_ns_);
}

std::int32_t AckPolicy::ticks_since_data(Time now) const {
    const std::int64_t count =
        whole_units((tick_start(now) - tick_start(last_data_)).ns(), tick_ns_);
    return static_cast<std::int32_t>(std::min<std::int64_t>(count, INT32_MAX / 2));
}

// [ACK-2]
SegmentSizeNews AckPolicy::measure_segment(std::uint32_t length, std::uint32_t option_bytes,
                                           std::uint32_t fixed_option_bytes, bool plain, bool push,
                                           std::uint32_t advertised_mss) {
    const std::uint32_t candidate = last_small_;
    last_small_ = 0;
    SegmentSizeNews news;
    if (length >= rcv_mss_) {
        news.grew = length > rcv_mss_;
        rcv_mss_ = std::min(length, advertised_mss);
        // A full segment with PSH may well be the last of a write: do not wait for more.
        if (push) pending_ |= kPushed;
        return news;
    }
    // SACK blocks in the header shorten a full segment, so what counts is the length with options.
    const std::uint32_t with_options = length + option_bytes;
    if (with_options >= kDefaultMss || (with_options >= kMinimumMss && plain)) {
        last_small_ = with_options - std::min(with_options, fixed_option_bytes);
        if (last_small_ == candidate) {
            rcv_mss_ = last_small_;
            return news;
        }
    }
    if (is_pushed()) pending_ |= kPushedTwice;
    pending_ |= kPushed;
    return news;
}

// [ACK-3]
void AckPolicy::refill_quick_ack(std::uint32_t budget, std::uint32_t rcv_wnd) {
    std::uint32_t segments = rcv_wnd / (2 * std::max(rcv_mss_, 1U));
    if (segments == 0) segments = 2;
    segments = std::min(segments, budget);
    if (segments > quick_) quick_ = static_cast<std::uint8_t>(segments);
}

void AckPolicy::on_data(Time now, std::uint32_t rcv_wnd, const PathTiming& path) {
    const std::int32_t ato_min = ticks(kAtoMin);
    if (ato_ == 0) {
        refill_quick_ack(kMaxQuickAcks, rcv_wnd);
        ato_ = ato_min;
    } else {
        const std::int32_t gap = ticks_since_data(now);
        if (gap <= ato_min / 2) {
            ato_ = ato_ / 2 + ato_min / 2;
        } else if (gap < ato_) {
            ato_ = std::min(ato_ / 2 + gap, ticks(path.rto));
        } else if (gap > ticks(path.rto)) {
            // The sender has probably restarted from a small window: do not slow it down.
            refill_quick_ack(kMaxQuickAcks, rcv_wnd);
        }
    }
    last_data_ = now;
}

// [ACK-5]
void AckPolicy::enter_quick_ack(std::uint32_t budget, std::uint32_t rcv_wnd) {
    refill_quick_ack(budget, rcv_wnd);
    leave_ping_pong();
    ato_ = ticks(kAtoMin);
}

void AckPolicy::enter_ping_pong(std::int32_t threshold) {
    ping_pong_ = static_cast<std::uint8_t>(std::clamp(threshold, 0, 255));
}

// [ACK-6]
void AckPolicy::on_data_sent(Time now) {
    if (ticks_since_data(now) < ato_ && ping_pong_ < UINT8_MAX) ++ping_pong_;
}

void AckPolicy::on_ack_sent() {
    forget_compressed();
    const std::uint8_t used = is_scheduled() ? 1 : 0;
    if (quick_ > 0 && used >= quick_) {
        quick_ = 0;
        ato_ = ticks(kAtoMin);
    } else if (quick_ > 0) {
        quick_ = static_cast<std::uint8_t>(quick_ - used);
    }
    // The timer of the delayed ACK keeps running: it may still flush compressed ACKs.
    pending_ = 0;
}

Time AckPolicy::delayed_ack_at() const {
    return (pending_ & kTimer) != 0 || compressed() > 0 ? delayed_at_ : Time::never();
}

void AckPolicy::arm(Time now, std::int32_t ticks_ahead) {
    pending_ |= kScheduled | kTimer;
    const Time deadline = tick_start(now) + tick() * ticks_ahead;
    // Arming a running timer for the same tick changes nothing.
    if (deadline == deadline_ && delayed_at_ > now) return;
    deadline_ = deadline;
    // Even a delay of zero waits for the next tick, so that a reply sent meanwhile carries the ACK.
    // [ACK-10]
    if (!exact_) {
        delayed_at_ = timer_expiry(now, tick() * ticks_ahead, tick());
    } else {
        delayed_at_ = now + (ticks_ahead > 0 ? tick() * ticks_ahead + kMeanLateness : tick());
    }
}

// [ACK-7]
bool AckPolicy::delay(Time now, const PathTiming& path, const Sysctls& sysctls) {
    const std::int32_t ato_min = ticks(kAtoMin);
    std::int32_t wait = ato_;
    if (wait > ato_min) {
        const bool soon = is_ping_pong(sysctls.tcp_pingpong_thresh) || is_pushed();
        std::int32_t limit = ticks(soon ? kDelayMax : kSlowSenderMax);
        if (path.smoothed_rtt_us > 0) {
            const std::int32_t rtt = ticks(Duration::us(path.smoothed_rtt_us));
            limit = std::min(limit, std::max(rtt, ato_min));
        }
        wait = std::min(wait, limit);
    }
    wait = std::min(wait, ticks(kDelayMax));
    if ((pending_ & kTimer) != 0) {
        const Time start = tick_start(now);
        // [ACK-9]
        if (deadline_ <= start + tick() * (ato_ >> 2)) return true;
        if (start + tick() * wait >= deadline_) return false;  // the earlier deadline stays
    }
    arm(now, wait);
    return false;
}

void AckPolicy::delay_at_most(Time now, Duration delay) {
    if ((pending_ & kTimer) == 0) arm(now, ticks(delay));
}

void AckPolicy::delay_handshake(Time now, std::uint32_t rcv_wnd) {
    schedule();
    enter_quick_ack(kMaxQuickAcks, rcv_wnd);
    arm(now, ticks(kDelayMax));
}

// [ACK-13]
bool AckPolicy::is_duplicate_due(Time now, StreamOffset rcv_nxt, bool sack,
                                 std::int64_t rcv_rtt_eighths_us, const PathTiming& path,
                                 const Sysctls& sysctls) {
    // [ACK-14]
    if (!sack) return true;
    Compression& compression = compression_.make();
    if (compression.acks >= sysctls.tcp_comp_sack_nr) return true;
    if (compression.rcv_nxt != rcv_nxt) {
        compression.rcv_nxt = rcv_nxt;
        compression.duplicates = 0;
    }
    if (compression.duplicates < kImmediateDuplicates) {
        ++compression.duplicates;
        return true;
    }
    if (delayed_at_ <= now) delayed_at_ = Time::never();  // it ran out unnoticed
    ++compression.acks;
    if (!compression.at.is_never()) return false;
    std::int64_t rtt_eighths = rcv_rtt_eighths_us;
    if (path.smoothed_rtt_us > 0) rtt_eighths = std::min(rtt_eighths, path.smoothed_rtt_us * 8);
    // A twentieth of the round trip.
    const Duration share = Duration::ns(rtt_eighths * 1000 / 8 / 20);
    // The kernel's high-resolution timer sleeps to the end of the range it is given.
    compression.at =
        now + std::min(sysctls.tcp_comp_sack_delay, share) + sysctls.tcp_comp_sack_slack;
    return false;
}

AckDecision AckPolicy::on_deadline(Time now, const PathTiming& path,
                                   std::int32_t ping_pong_threshold) {
    if (next_deadline() > now) return AckDecision::none();
    if (compressed() > 0) {
        forget_compressed();
        return AckDecision::now(wire::Cause::CompressedSack);
    }
    delayed_at_ = deadline_ = Time::never();
    pending_ = static_cast<std::uint8_t>(pending_ & ~kTimer);
    if (!is_scheduled()) return AckDecision::none();
    if (is_ping_pong(ping_pong_threshold)) {
        // The reply did not come in time: this is no conversation. [ACK-8]
        leave_ping_pong();
        ato_ = ticks(kAtoMin);
    } else {
        ato_ = std::min(ato_ * 2, ticks(path.rto));
    }
    return AckDecision::now(wire::Cause::DelayedAckTimeout);
}

}  // namespace seedwire::tcp
