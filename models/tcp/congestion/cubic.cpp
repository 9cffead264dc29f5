// CUBIC: the window is a cubic function of the time since the last loss, whatever the RTT; at least
// as fast as Reno would be. RFC 9438 §4, in the integers of Linux.
#include <algorithm>

#include "models/tcp/congestion/hystart.h"
#include "models/tcp/congestion/registry.h"
#include "sim/base/fixed_math.h"
#include "sim/base/lazy.h"

namespace seedwire::tcp {

namespace {

constexpr std::uint32_t kBeta = 717;  // of 1024: 0.7, RFC 9438 §4.6
constexpr std::uint32_t kBetaScale = 1024;
constexpr std::uint64_t kC = 410;  // of 1024: 0.4, RFC 9438 §5.1
constexpr std::uint64_t kCubeFactor = (std::uint64_t{1} << 40) / kC;  // of a second/1024, cubed
// Eight times Reno's segments per increase at equal loss, 3(1-beta)/(1+beta), RFC 9438 §4.3.
constexpr std::uint32_t kFriendliness = 8 * (kBetaScale + kBeta) / 3 / (kBetaScale - kBeta);

/// The host's coarse clock; wraps.
std::uint32_t ticks(Time at, Duration tick) {
    return static_cast<std::uint32_t>(at.ns() / tick.ns());
}
constexpr std::string_view kHystartDetect = "hystart_detect";

std::int32_t ticks_per_second(Duration tick) {
    return static_cast<std::int32_t>(Duration::s(1) / tick);
}

std::uint32_t bounded(std::int64_t rtt_us) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(rtt_us, 1, UINT32_MAX));
}

/// The algorithm once the window matters.
class Curve {
public:
    /// Slow start begins again. [CUBIC-7]
    void restart(const CongestionMoment& moment) {
        forget();
        hystart_.restart(moment);
    }
    /// So far the window was small: the present round of HyStart, the smallest RTT (0: none).
    void begin(Time round_start, StreamOffset round_end, std::uint32_t delay_min_us,
               std::uint8_t tests) {
        hystart_.resume(round_start, round_end);
        hystart_.detect_by(tests);
        delay_min_us_ = delay_min_us;
    }

    void on_rtt_sample(const CongestionMoment& moment, std::int64_t rtt_us, Window& window) {
        // Right after a reduction the queue is still full: no measure of the path.
        const std::uint32_t now = ticks(moment.now, moment.tick);
        if (epoch_running() &&
            static_cast<std::int32_t>(now - epoch_) < ticks_per_second(moment.tick))
            return;
        const std::uint32_t delay_us = bounded(rtt_us);
        if (delay_min_us_ == 0 || delay_us < delay_min_us_) delay_min_us_ = delay_us;
        if (!hystart_.found() && window.in_slow_start() &&
            hystart_.on_rtt_sample(moment, delay_us, delay_min_us_, window.cwnd))
            window.ssthresh = window.cwnd;
    }

    /// Congestion avoidance; `delivered`: what slow start has left over.
    void grow(const CongestionMoment& moment, std::uint32_t delivered, Window& window) {
        update(moment, window.cwnd, delivered);
        window.grow(std::max(per_increase_, 1U), delivered);
    }

    std::uint32_t ssthresh(const Window& window) {
        origin_ = 0;
        // Fast convergence: whoever is still below the last maximum gives room. RFC 9438 §4.7.
        // [CUBIC-2]
        last_max_ = window.cwnd < last_max_ ? window.cwnd * (kBetaScale + kBeta) / (2 * kBetaScale)
                                            : window.cwnd;
        // [CUBIC-1]
        return std::max(window.cwnd * kBeta / kBetaScale, 2U);
    }

    void on_send_after_idle(const CongestionMoment& moment, Time last_sent) {
        // Time in which the application sent nothing does not count. RFC 9438 §5.8. [CUBIC-6]
        const std::uint32_t now = ticks(moment.now, moment.tick);
        const auto idle = static_cast<std::int32_t>(now - ticks(last_sent, moment.tick));
        if (!epoch_running() || idle <= 0) return;
        epoch_ += static_cast<std::uint32_t>(idle);
        if (static_cast<std::int32_t>(epoch_ - now) > 0) epoch_ = now;
    }

private:
    bool epoch_running() const { return origin_ != 0; }
    void forget() {
        per_increase_ = last_max_ = last_cwnd_ = last_time_ = origin_ = k_ = delay_min_us_ = 0;
        epoch_ = delivered_ = reno_window_ = 0;
    }

    /// How many delivered segments are worth one segment of window now.
    void update(const CongestionMoment& moment, std::uint32_t cwnd, std::uint32_t delivered) {
        const std::uint32_t now = ticks(moment.now, moment.tick);
        const std::int32_t hz = ticks_per_second(moment.tick);
        delivered_ += delivered;
        if (last_cwnd_ == cwnd && static_cast<std::int32_t>(now - last_time_) <= hz / 32) return;
        if (!epoch_running() || now != last_time_) {
            last_cwnd_ = cwnd;
            last_time_ = now;
            if (!epoch_running()) begin_epoch(now, cwnd, delivered);
            follow_curve(moment, now, cwnd);
        }
        keep_up_with_reno(cwnd);
        per_increase_ = std::max(per_increase_, 2U);
    }

    void begin_epoch(std::uint32_t now, std::uint32_t cwnd, std::uint32_t delivered) {
        epoch_ = now;
        delivered_ = delivered;
        reno_window_ = cwnd;
        if (last_max_ <= cwnd) {
            k_ = 0;
            origin_ = cwnd;
        } else {
            k_ = static_cast<std::uint32_t>(icbrt(kCubeFactor * (last_max_ - cwnd)));
            origin_ = last_max_;
        }
    }

    /// W(t) = C (t - K)^3 + origin, one RTT ahead. RFC 9438 §4.2; times in seconds/1024. [CUBIC-3]
    void follow_curve(const CongestionMoment& moment, std::uint32_t now, std::uint32_t cwnd) {
        const Duration ahead = Duration::us(delay_min_us_);
        const std::int64_t ahead_ticks = (ahead.ns() + moment.tick.ns() - 1) / moment.tick.ns();
        const std::uint64_t t =
            (static_cast<std::uint64_t>(static_cast<std::int32_t>(now - epoch_) + ahead_ticks)
             << 10) /
            static_cast<std::uint64_t>(ticks_per_second(moment.tick));
        const std::uint64_t offset = t < k_ ? k_ - t : t - k_;
        // Saturates: beyond some hours since the last loss the curve is steeper than any window.
        constexpr std::uint64_t kFarthest = 1U << 18;
        const std::uint64_t near = std::min(offset, kFarthest);
        const auto delta = static_cast<std::uint32_t>((kC * near * near * near) >> 40);
        const std::uint32_t target = t < k_ ? origin_ - delta : origin_ + delta;
        per_increase_ = target > cwnd ? cwnd / (target - cwnd) : 100 * cwnd;
        // No loss so far, hence no curve: at least 5 % per round trip. [CUBIC-5]
        if (last_max_ == 0) per_increase_ = std::min(per_increase_, 20U);
    }

    /// Never slower than Reno with the same loss. RFC 9438 §4.3. [CUBIC-4]
    void keep_up_with_reno(std::uint32_t cwnd) {
        const std::uint32_t per_segment = std::max((cwnd * kFriendliness) >> 3, 1U);
        if (delivered_ > per_segment) {
            const std::uint32_t steps = (delivered_ - 1) / per_segment;
            delivered_ -= steps * per_segment;
            reno_window_ += steps;
        }
        if (reno_window_ > cwnd)
            per_increase_ = std::min(per_increase_, cwnd / (reno_window_ - cwnd));
    }

    std::uint32_t per_increase_ = 0;               ///< segments delivered per segment of growth
    std::uint32_t last_max_ = 0;                   ///< cwnd at the last loss; 0 = none
    std::uint32_t last_cwnd_ = 0, last_time_ = 0;  ///< of the last look at the curve; ticks
    std::uint32_t origin_ = 0, k_ = 0;  ///< of the curve: segments (0: no epoch), seconds/1024
    std::uint32_t delay_min_us_ = 0;
    std::uint32_t epoch_ = 0;                        ///< its start, ticks
    std::uint32_t delivered_ = 0, reno_window_ = 0;  ///< Reno's progress in this epoch
    HyStart hystart_;
};

/// In slow start with a small window, where most connections spend their lives, it needs to know
/// little; the rest comes when that is over.
class Cubic : public CongestionControl {
public:
    void on_start(const CongestionMoment& moment, Window&) override {
        curve_.release();
        delay_min_us_ = 0;
        begin_round(moment);
    }
    void on_rtt_sample(const CongestionMoment& moment, std::int64_t rtt_us,
                       Window& window) override {
        const bool small = window.in_slow_start() && window.cwnd < HyStart::kLowWindow;
        if (curve_.made() != nullptr || !small)
            return curve(moment).on_rtt_sample(moment, rtt_us, window);
        const std::uint32_t delay_us = bounded(rtt_us);
        if (delay_min_us_ == 0 || delay_us < delay_min_us_) delay_min_us_ = delay_us;
        if (moment.snd_una > round_end_.near(moment.snd_una)) begin_round(moment);
    }
    void on_ack(const CongestionMoment& moment, const CongestionAck& ack, Window& window) override {
        if (!ack.limited) return;
        std::uint32_t delivered = ack.delivered;
        if (window.in_slow_start()) {
            delivered = window.slow_start(delivered);
            if (delivered == 0) return;
        }
        curve(moment).grow(moment, delivered, window);
    }
    std::uint32_t marked_percent() const override { return 85; }
    std::uint32_t ssthresh(const CongestionMoment& moment, const Window& window) override {
        return curve(moment).ssthresh(window);
    }
    void on_state(const CongestionMoment& moment, RecoveryState state) override {
        if (state == RecoveryState::Loss) curve(moment).restart(moment);
    }
    void on_send_after_idle(const CongestionMoment& moment, Time last_sent) override {
        if (Curve* curve = curve_.made()) curve->on_send_after_idle(moment, last_sent);
    }

private:
    void begin_round(const CongestionMoment& moment) {
        round_start_ = moment.now;
        round_end_ = moment.snd_nxt;
    }
    virtual std::uint8_t tests() const { return hystart::kBoth; }
    Curve& curve(const CongestionMoment& moment) {
        Curve* made = curve_.made();
        if (made == nullptr) [[unlikely]] {
            made = &curve_.make();
            made->begin(round_start_, round_end_.near(moment.snd_una), delay_min_us_, tests());
        }
        return *made;
    }

    Lazy<Curve> curve_;
    Time round_start_;
    NearOffset round_end_;
    std::uint32_t delay_min_us_ = 0;
};

/// A type of its own, since few connections want it and all would carry the number.
template <std::uint8_t kTests>
class CubicWith final : public Cubic {
    std::uint8_t tests() const override { return kTests; }
};

void make_cubic(const Parameters& parameters, CongestionSlot& slot) {
    switch (parameters.is_declared(kHystartDetect) ? parameters.integer(kHystartDetect)
                                                   : hystart::kBoth) {
        case 0:
            return slot.emplace<CubicWith<0>>();
        case hystart::kTrain:
            return slot.emplace<CubicWith<hystart::kTrain>>();
        case hystart::kDelay:
            return slot.emplace<CubicWith<hystart::kDelay>>();
        default:
            return slot.emplace<CubicWith<hystart::kBoth>>();
    }
}

}  // namespace

extern const CongestionPlugin cubic_plugin;
const CongestionPlugin cubic_plugin{
    .name = "cubic",
    .summary = "grows by a cubic function of time since the last loss, with HyStart",
    .reference = "RFC 9438",
    .parameters = {{kHystartDetect, Quantity::Integer, "3",
                    "tests of HyStart: 1 ACK train, 2 delay, 3 both, 0 none"}},
    .make = make_cubic};

}  // namespace seedwire::tcp
