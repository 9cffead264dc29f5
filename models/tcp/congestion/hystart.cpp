#include "models/tcp/congestion/hystart.h"

#include <algorithm>

#include "models/tcp/recovery/rtt_estimator.h"

namespace seedwire::tcp {

namespace {

// The parameters of Linux's module, in their units.
constexpr std::int64_t kTrainGapUs = 2000;   // a longer pause ends the train
constexpr std::uint8_t kMinimumSamples = 8;  // per round, for the delay test
constexpr std::uint32_t kDelayLeastUs = 4000, kDelayMostUs = 16000;

/// What a receiver's or a link's batching may add: up to 1 ms, less on a very fast path (the time
/// of four blocks of 64 KiB).
std::int64_t ack_delay_us(std::uint64_t pacing_rate) {
    constexpr std::uint64_t kFourBlocks = 4 * std::uint64_t{65536};  // bytes
    if (pacing_rate == 0) return 0;
    return static_cast<std::int64_t>(
        std::min<std::uint64_t>(1000, kFourBlocks * 1'000'000 / pacing_rate));
}

}  // namespace

void HyStart::resume(Time start, StreamOffset end) {
    round_start_ = last_ack_ = start;
    round_end_ = end;
    current_rtt_us_ = UINT32_MAX;
    samples_ = 0;
}

void HyStart::begin_round(const CongestionMoment& moment) { resume(moment.now, moment.snd_nxt); }

void HyStart::restart(const CongestionMoment& moment) {
    begin_round(moment);
    found_ = false;
}

bool HyStart::on_rtt_sample(const CongestionMoment& moment, std::uint32_t delay_us,
                            std::uint32_t delay_min_us, std::uint32_t cwnd) {
    if (moment.snd_una > round_end_) begin_round(moment);
    // [HYSTART-3]
    if (cwnd < kLowWindow) return false;

    // The ACKs of a flight that fills the pipe come as one train, half an RTT long. [HYSTART-1]
    if ((tests_ & hystart::kTrain) != 0 &&
        microseconds_between(last_ack_, moment.now) <= kTrainGapUs) {
        last_ack_ = moment.now;
        std::int64_t threshold_us = delay_min_us + ack_delay_us(moment.pacing_rate);
        if (!moment.paced) threshold_us >>= 1;
        if (microseconds_between(round_start_, moment.now) > threshold_us) found_ = true;
    }
    if ((tests_ & hystart::kDelay) == 0) return found_;
    // A queue builds up: even the smallest RTT of the round has grown. [HYSTART-2]
    current_rtt_us_ = std::min(current_rtt_us_, delay_us);
    if (samples_ < kMinimumSamples) {
        ++samples_;
    } else if (current_rtt_us_ >
               delay_min_us + std::clamp(delay_min_us >> 3, kDelayLeastUs, kDelayMostUs)) {
        found_ = true;
    }
    return found_;
}

}  // namespace seedwire::tcp
