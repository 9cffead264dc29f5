#include "models/tcp/recovery/delivery_rate.h"

#include <algorithm>

#include "models/tcp/recovery/rtt_estimator.h"
#include "sim/base/fixed_math.h"

namespace seedwire::tcp {

namespace {

std::uint32_t saturated(std::int64_t microseconds) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(microseconds, 0, UINT32_MAX));
}

}  // namespace

RateSnapshot DeliveryRate::on_sent(Time now, bool idle) {
    if (idle) first_sent_ = last_delivery_ = now;
    return {.delivered = delivered_,
            .since_first_us = saturated(microseconds_between(first_sent_, now)),
            .since_delivery_us = saturated(microseconds_between(last_delivery_, now)),
            .app_limited = app_limited_until_ != 0};
}

void DeliveryRate::on_delivered(Time now, const SentSegment& segment, RateSample& sample) {
    if (segment.has(sent::kRateUsed)) return;
    // The one sent last describes the most recent flight.
    const bool later = segment.sent > first_sent_ ||
                       (segment.sent == first_sent_ && segment.end() > sample.last_end);
    if (sample.prior_delivered != 0 && !later) return;
    sample.prior_delivered = segment.rate_delivered;
    sample.app_limited = segment.has(sent::kAppLimited);
    sample.last_end = segment.end();
    sample.send_phase_us = segment.rate_since_first_us;
    sample.since_prior_us =
        microseconds_between(segment.sent, now) + segment.rate_since_delivery_us;
    sample.has_candidate = true;
    first_sent_ = segment.sent;
}

// [SEND-14]
void DeliveryRate::finish(Time now, std::uint32_t newly_delivered, bool reneged,
                          std::uint32_t min_rtt_us, RateSample& sample) {
    if (app_limited_until_ != 0 && static_cast<std::int32_t>(delivered_ - app_limited_until_) > 0)
        app_limited_until_ = 0;
    if (newly_delivered != 0) last_delivery_ = now;
    if (!sample.has_candidate || reneged) return;
    sample.delivered = delivered_ - sample.prior_delivered;
    const std::int64_t interval_us = std::max(sample.send_phase_us, sample.since_prior_us);
    // Faster than the path: the sample would be nonsense.
    if (interval_us < min_rtt_us) return;
    sample.interval_us = interval_us;
    const auto interval = static_cast<std::uint64_t>(interval_us);
    const auto segments = static_cast<std::uint64_t>(sample.delivered);
    if (!sample.app_limited || segments * rate_interval_us_ >= rate_delivered_ * interval) {
        rate_delivered_ = static_cast<std::uint32_t>(segments);
        rate_interval_us_ = saturated(interval_us);
    }
}

std::uint64_t DeliveryRate::bytes_per_second(std::uint32_t mss) const {
    if (rate_interval_us_ == 0) return 0;
    return mul_div(std::uint64_t{rate_delivered_} * mss, 1'000'000, rate_interval_us_);
}

}  // namespace seedwire::tcp
