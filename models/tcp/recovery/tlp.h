// Tail loss probe: when the last segments of a flight may be lost, ask with one more segment
// instead of waiting for the RTO. RFC 8985 §7.
#pragma once

#include <cstdint>

#include "models/tcp/recovery/rtt_estimator.h"
#include "models/tcp/stream_offset.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

class TailLossProbe {
public:
    /// PTO. RFC 8985 §7.2; `until_rto`: never later than the RTO would be (ignored unless
    /// positive).
    static Duration timeout(const RttEstimator& rtt, std::uint32_t packets_out, Duration rto_min,
                            Duration until_rto);

    bool is_outstanding() const { return outstanding_; }
    bool is_retransmission() const { return retransmission_; }
    /// Where the probe ended. `near`: anything in flight.
    StreamOffset high_seq(StreamOffset near) const { return high_seq_.near(near); }
    void on_sent(StreamOffset snd_nxt, bool retransmission) {
        outstanding_ = true;
        retransmission_ = retransmission;
        high_seq_ = snd_nxt;
    }
    void forget() { outstanding_ = false; }

    /// What an ACK says about the probe. RFC 8985 §7.4.2.
    enum class Verdict : std::uint8_t { Nothing, NoLoss, RepairedLoss };
    struct Ack {
        StreamOffset ack;
        bool dsack_of_probe = false;
        bool pure_duplicate = false;  ///< no progress, no data, no window change, nothing SACKed
    };
    Verdict on_ack(const Ack& ack) const;

private:
    NearOffset high_seq_;
    bool outstanding_ = false, retransmission_ = false;
};

}  // namespace seedwire::tcp
