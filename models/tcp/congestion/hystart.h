// Leaving slow start before the first loss: HyStart, by the length of an ACK train and by the rise
// of the RTT. Ha and Rhee, "Taming the elephants: new TCP slow start" (2011), as Linux runs it for
// CUBIC; RFC 9406 describes its successor.
#pragma once

#include <cstdint>

#include "models/tcp/congestion/congestion_control.h"
#include "models/tcp/stream_offset.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// The tests, as the module parameter `hystart_detect` of Linux numbers them. [HYSTART-4]
namespace hystart {
constexpr std::uint8_t kTrain = 1, kDelay = 2, kBoth = 3;
}

class HyStart {
public:
    /// Segments; below it only rounds are counted.
    static constexpr std::uint32_t kLowWindow = 16;

    /// A connection begins, or slow start after an RTO.
    void restart(const CongestionMoment& moment);
    /// In a round that began at `start` and ends when `end` is acknowledged, with no ACK counted.
    void resume(Time start, StreamOffset end);
    /// Which of the tests count: bits of namespace hystart.
    void detect_by(std::uint8_t tests) { tests_ = tests; }
    /// An RTT sample in slow start, before this ACK's growth; `delay_min_us` includes it. True:
    /// found, cwnd should become ssthresh.
    bool on_rtt_sample(const CongestionMoment& moment, std::uint32_t delay_us,
                       std::uint32_t delay_min_us, std::uint32_t cwnd);
    bool found() const { return found_; }

private:
    void begin_round(const CongestionMoment& moment);

    Time round_start_, last_ack_;
    StreamOffset round_end_;
    std::uint32_t current_rtt_us_ = UINT32_MAX;
    std::uint8_t samples_ = 0;
    bool found_ = false;
    std::uint8_t tests_ = hystart::kBoth;
};

}  // namespace seedwire::tcp
