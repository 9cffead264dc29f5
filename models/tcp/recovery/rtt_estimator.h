// Smoothed RTT, its variance, the RTO with its back-off, and the windowed minimum RTT.
// RFC 6298 §2 and §5, with Linux's variance term and Linux's choice of samples.
#pragma once

#include <cstdint>

#include "models/tcp/recovery/windowed_extremum.h"
#include "models/tcp/stream_offset.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// Of whole microseconds of the clock, not of the difference: as a host reads its clock.
constexpr std::int64_t microseconds_between(Time from, Time to) {
    return to.ns() / 1000 - from.ns() / 1000;
}

struct RtoLimits {
    Duration minimum;             ///< of the variance term, tcp_rto_min_us
    Duration maximum;             ///< tcp_rto_max_ms
    Duration tick;                ///< timers count these; 1 ms where timers are exact
    bool plain_variance = false;  ///< Difference::RttVariance
    bool whole_minimum = false;   ///< Difference::MinimumRto: of the RTO, not of the variance
};

/// Integers in microseconds, as the wire's history demands: the RTO of a trace depends on each
/// shift.
class RttEstimator {
public:
    /// Before any sample. RFC 6298 §2 (2.1). [RTT-12]
    static constexpr Duration kInitialRto = Duration::s(1);
    /// The handshake gave no sample. RFC 6298 §5 (5.7).
    static constexpr Duration kFallbackRto = Duration::s(3);

    /// `snd_una` and `snd_nxt` bound the round trip in which the variance may only rise.
    void add_sample(std::int64_t rtt_us, StreamOffset snd_una, StreamOffset snd_nxt,
                    const RtoLimits& limits);
    /// After a handshake without a sample.
    void fall_back();
    void add_minimum(Time now, std::int64_t rtt_us, bool maybe_delayed_ack, Duration window,
                     Duration tick);

    bool has_sample() const { return srtt8_ != 0; }
    std::int64_t srtt_us() const { return srtt8_ >> 3; }
    std::int64_t srtt8_us() const { return srtt8_; }      ///< eight times the smoothed RTT
    std::int64_t mdev_us() const { return mdev4_ >> 2; }  ///< tcp_info's rttvar
    /// 0xffffffff while unknown.
    std::uint32_t min_rtt_us() const { return min_rtt_.best(); }
    bool has_minimum() const { return min_rtt_.best() != UINT32_MAX; }

    Duration rto() const { return rto_; }  ///< in whole ticks, back-off included
    std::uint32_t backoff() const { return backoff_; }
    /// The timer has expired: twice as long next time. RFC 6298 §5 (5.5).
    void back_off(Duration maximum);
    void forget_back_off(const RtoLimits& limits);  ///< the RTO is that of the samples again
    /// An unreachable of RFC 6069 takes one step back.
    void revert_back_off(const RtoLimits& limits);
    void set_rto(Duration rto) { rto_ = rto; }

    RttEstimator() { min_rtt_.reset(0, UINT32_MAX); }

private:
    void follow_linux(std::int32_t error, StreamOffset snd_una, StreamOffset snd_nxt,
                      std::int32_t rto_min);
    void recompute(const RtoLimits& limits);

    Duration rto_ = kInitialRto;
    NearOffset round_end_;  ///< snd_nxt when the round trip began
    std::int32_t srtt8_ = 0, mdev4_ = 0, mdev_max4_ = 0, variance_ = 0;
    WindowedMinimum min_rtt_;
    std::uint8_t backoff_ = 0;
};

}  // namespace seedwire::tcp
