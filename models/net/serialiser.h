// When the bits of a packet have left: exact serialisation times over a busy period.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/base/assert.h"
#include "sim/base/quantity.h"
#include "sim/base/time.h"

namespace seedwire::net {

/// The transmitter's clock. A packet of n bytes takes 8n / rate; within a busy period the fractions
/// of nanoseconds add up, and a departure is the exact end rounded up to the nanosecond.
class Serialiser {
public:
    explicit Serialiser(Rate rate) { set_rate(rate); }

    /// Queues n bytes behind what is being sent; returns their departure. Calls come in the order
    /// of time.
    Time add(Time now, std::uint32_t bytes) {
        if (now >= departure_) begin(now);
        if (bytes != last_bytes_) [[unlikely]]
            divide(bytes);
        floor_ns_ += last_quotient_;
        remainder_ += last_remainder_;
        if (remainder_ >= rate_) {
            remainder_ -= rate_;
            ++floor_ns_;
        }
        departure_ = Time::from_ns(floor_ns_ + (remainder_ != 0 ? 1 : 0));
        return departure_;
    }
    /// How long the packet added last takes by itself, rounded down.
    Duration last_duration() const { return Duration::ns(last_quotient_); }
    /// The transmitter is idle from then on.
    Time departure() const { return departure_; }

    /// Uses another rate from now on. Fractions of the present busy period end here: what is being
    /// sent at the change ends at its rounded departure.
    void set_rate(Rate rate) {
        SEEDWIRE_ASSERT(rate.bits_per_second() > 0);
        unlimited_ = rate.is_unlimited();
        rate_ = static_cast<std::uint64_t>(rate.bits_per_second());
        last_bytes_ = UINT32_MAX;
    }
    bool is_unlimited() const { return unlimited_; }
    /// Forgets what was queued behind `at`, which is the departure of what is being sent, or now:
    /// the next packet starts there or later.
    void truncate(Time at) {
        // The period goes on if it is not over yet; its length is known to the nanosecond.
        floor_ns_ = at.ns();
        remainder_ = 0;
        departure_ = at;
        if (begin_ > at) begin_ = at;
    }
    /// Time spent sending within [0, now].
    Duration busy(Time now) const {
        const Time end = std::min(now, departure_);
        return end > begin_ ? earlier_periods_ + (end - begin_) : earlier_periods_;
    }

private:
    void begin(Time now) {
        // A packet that starts when its predecessor ends continues the period; its fraction is
        // lost either way, since `now` is a whole nanosecond.
        earlier_periods_ += departure_ - begin_;
        begin_ = now;
        floor_ns_ = now.ns();
        remainder_ = 0;
    }
    void divide(std::uint32_t bytes) {
        last_bytes_ = bytes;
        if (unlimited_) {
            last_quotient_ = 0;
            last_remainder_ = 0;
            return;
        }
        // 8 bits a byte, 10^9 ns a second: below 2^64 for any size below 2^31 bytes.
        const std::uint64_t work = std::uint64_t{bytes} * 8'000'000'000U;
        last_quotient_ = static_cast<std::int64_t>(work / rate_);
        last_remainder_ = work % rate_;
    }

    std::int64_t floor_ns_ = 0;    // exact end: floor_ns_ + remainder_ / rate_ nanoseconds
    std::uint64_t remainder_ = 0;  // below rate_
    std::uint64_t rate_ = 1;
    Time departure_;  // the exact end, rounded up
    // The last size's time, since most packets have the size of their predecessor.
    std::int64_t last_quotient_ = 0;
    std::uint64_t last_remainder_ = 0;
    std::uint32_t last_bytes_ = UINT32_MAX;
    bool unlimited_ = false;
    Time begin_;  // of the present busy period
    Duration earlier_periods_;
};

}  // namespace seedwire::net
