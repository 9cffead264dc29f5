#include "models/tcp/recovery/rtt_estimator.h"

#include <algorithm>
#include <cstdlib>

#include "models/tcp/timer_table.h"
#include "sim/base/assert.h"

namespace seedwire::tcp {

void RttEstimator::add_sample(std::int64_t rtt_us, StreamOffset snd_una, StreamOffset snd_nxt,
                              const RtoLimits& limits) {
    const auto rto_min = static_cast<std::int32_t>(limits.minimum.us());
    // 2^27 us, over two minutes: eight of them must fit into 31 bits.
    auto error = static_cast<std::int32_t>(std::min<std::int64_t>(rtt_us, (1 << 27) - 1));
    if (srtt8_ != 0) {
        // [RTT-2]
        error -= srtt8_ >> 3;
        srtt8_ += error;
        if (limits.plain_variance) {
            mdev4_ += std::abs(error) - (mdev4_ >> 2);
            variance_ = mdev_max4_ = mdev4_;
        } else {
            follow_linux(error, snd_una, snd_nxt, rto_min);
        }
    } else {
        // [RTT-1]
        srtt8_ = error << 3;
        mdev4_ = error << 1;
        mdev_max4_ = variance_ = limits.plain_variance ? mdev4_ : std::max(mdev4_, rto_min);
        round_end_ = snd_nxt;
    }
    srtt8_ = std::max(srtt8_, 1);
    backoff_ = 0;
    recompute(limits);
}

/// DEVIATION (Linux): a falling RTT hardly raises the variance, RFC 6298 §2 (2.3) does not care
/// about the sign; and within a round trip the variance only rises. [RTT-3]
void RttEstimator::follow_linux(std::int32_t error, StreamOffset snd_una, StreamOffset snd_nxt,
                                std::int32_t rto_min) {
    if (error < 0) {
        error = -error - (mdev4_ >> 2);
        if (error > 0) error >>= 3;
    } else {
        error -= mdev4_ >> 2;
    }
    mdev4_ += error;
    if (mdev4_ > mdev_max4_) {
        mdev_max4_ = mdev4_;
        variance_ = std::max(variance_, mdev_max4_);
    }
    // [RTT-4]
    if (snd_una > round_end_.near(snd_una)) {
        if (mdev_max4_ < variance_) variance_ -= (variance_ - mdev_max4_) >> 2;
        round_end_ = snd_nxt;
        mdev_max4_ = rto_min;
    }
}

void RttEstimator::recompute(const RtoLimits& limits) {
    // RFC 6298 §2 (2.3): at least the clock's granularity is added. DEVIATION (Linux): the minimum
    // is one of the variance term, not of the sum. [RTT-5]
    const auto granularity = static_cast<std::int32_t>(limits.tick.us());
    const std::int64_t variance =
        limits.plain_variance ? std::max(variance_, granularity) : variance_;
    Duration rto = round_up_to_tick(Duration::us((srtt8_ >> 3) + variance), limits.tick);
    if (limits.whole_minimum) rto = std::max(rto, limits.minimum);
    rto_ = std::min(rto, limits.maximum);
}

// [RTT-11]
void RttEstimator::fall_back() {
    if (has_sample()) return;
    mdev4_ = mdev_max4_ = variance_ = static_cast<std::int32_t>(kFallbackRto.us());
    rto_ = kFallbackRto;
}

void RttEstimator::add_minimum(Time now, std::int64_t rtt_us, bool maybe_delayed_ack,
                               Duration window, Duration tick) {
    const auto value = static_cast<std::uint32_t>(std::min<std::int64_t>(rtt_us, UINT32_MAX - 1));
    // [RTT-13]
    if (maybe_delayed_ack && value > min_rtt_us()) return;
    const std::int64_t unit = tick.ns();
    min_rtt_.update(static_cast<std::uint32_t>(whole_units(window.ns(), unit)),
                    static_cast<std::uint32_t>(whole_units(now.ns(), unit)),
                    value != 0 ? value : static_cast<std::uint32_t>(tick.us()));
}

// [RTT-6]
void RttEstimator::back_off(Duration maximum) {
    if (backoff_ != UINT8_MAX) ++backoff_;
    rto_ = std::min(rto_ * 2, maximum);
}

void RttEstimator::forget_back_off(const RtoLimits& limits) {
    backoff_ = 0;
    if (has_sample()) recompute(limits);
}

void RttEstimator::revert_back_off(const RtoLimits& limits) {
    if (backoff_ == 0) return;
    --backoff_;
    if (has_sample())
        recompute(limits);
    else
        rto_ = kInitialRto;
    for (std::uint8_t i = 0; i < backoff_ && rto_ < limits.maximum; ++i) rto_ = rto_ * 2;
    rto_ = std::min(rto_, limits.maximum);
}

}  // namespace seedwire::tcp
