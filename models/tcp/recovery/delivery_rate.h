// Delivery-rate samples: how many segments per how long reached the peer. Internet draft
// draft-cheng-iccrg-delivery-rate-estimation, as Linux runs it.
#pragma once

#include <cstdint>

#include "models/tcp/recovery/scoreboard.h"
#include "models/tcp/stream_offset.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// One sample per ACK. Negative: invalid.
struct RateSample {
    std::uint32_t prior_delivered = 0;  ///< `delivered` when the sampled segment was sent; 0 = none
    std::int64_t delivered = -1;        ///< segments over the interval
    std::int64_t interval_us = -1;
    bool app_limited = false;
    // while the sample is being collected
    std::int64_t send_phase_us = 0, since_prior_us = 0;
    StreamOffset last_end;
    bool has_candidate = false;
};

class DeliveryRate {
public:
    std::uint32_t delivered() const { return delivered_; }
    void count_delivered(std::uint32_t segments) { delivered_ += segments; }

    /// The SYN is the first segment delivered.
    void on_handshake(Time now) {
        delivered_ = 1;
        first_sent_ = last_delivery_ = now;
    }
    /// To be stored with a segment sent now; `idle`: nothing was outstanding.
    RateSnapshot on_sent(Time now, bool idle);
    /// A segment was delivered, by ACK or SACK, for the first time.
    void on_delivered(Time now, const SentSegment& segment, RateSample& sample);
    /// The ACK is processed; `newly_delivered` segments. Invalid after reneging.
    void finish(Time now, std::uint32_t newly_delivered, bool reneged, std::uint32_t min_rtt_us,
                RateSample& sample);
    /// The application does not fill the window until what is in flight now is delivered.
    void set_app_limited(std::uint32_t in_flight) {
        const std::uint32_t until = delivered_ + in_flight;
        app_limited_until_ = until != 0 ? until : 1;
    }
    bool is_app_limited() const { return app_limited_until_ != 0; }
    /// tcp_info's delivery_rate: the last sample that was not application limited, or a higher one.
    std::uint64_t bytes_per_second(std::uint32_t mss) const;

private:
    Time first_sent_, last_delivery_;
    std::uint32_t delivered_ = 0, app_limited_until_ = 0;
    std::uint32_t rate_delivered_ = 0, rate_interval_us_ = 0;
};

}  // namespace seedwire::tcp
