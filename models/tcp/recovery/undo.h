// Was the reduction an illusion? By timestamps (Eifel, RFC 3522 §3.2), by DSACK (RFC 3708 §2); what
// to restore then (RFC 4015 §3).
#pragma once

#include <cstdint>

#include "models/tcp/stream_offset.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// A timestamp echo, translated to the sender's own clock.
struct TimestampEcho {
    bool present = false;      ///< the segment had timestamps and TSecr was not zero
    std::int64_t sent_ms = 0;  ///< ms since the start of the run; the offset taken away, unwrapped
};

class Undo {
public:
    /// An episode begins at `snd_una` with so many retransmissions already in flight.
    void begin(StreamOffset snd_una, std::uint32_t retransmissions_in_flight) {
        marker_ = snd_una;
        active_ = true;
        open_ = retransmissions_in_flight != 0
                    ? static_cast<std::int32_t>(retransmissions_in_flight)
                    : -1;
    }
    void end() { active_ = false; }
    bool is_active() const { return active_; }
    StreamOffset marker() const { return marker_; }

    void on_retransmission(Time now);
    /// Nothing that was sent again is outstanding.
    void clear_stamp() { first_retransmission_ = Time::never(); }
    /// When the first retransmission of the episode was sent, Time::never() if none was.
    Time first_retransmission() const { return first_retransmission_; }
    /// A DSACK tells of `segments` needless copies.
    void on_duplicates(std::uint32_t segments);
    bool counts_duplicates(StreamOffset end) const { return active_ && open_ > 0 && end > marker_; }

    /// Every retransmission was needless. [UNDO-2]
    bool all_needless() const { return active_ && open_ == 0; }
    /// The ACK was caused by something sent before the first retransmission. `held`: a connection
    /// without SACK waits at high_seq, where the stamp was cleared although segments were resent.
    bool is_original(const TimestampEcho& echo, bool held) const;
    bool may_undo(const TimestampEcho& echo, bool held) const {
        return active_ && (open_ == 0 || is_original(echo, held));
    }

    /// What the reduction took; 0 forbids the undo of cwnd (ECN, RFC 3168 §6.1.2).
    std::uint32_t prior_ssthresh = 0;

private:
    StreamOffset marker_;
    Time first_retransmission_ = Time::never();
    std::int32_t open_ = -1;  ///< retransmissions not yet reported needless; -1 = none was sent
    bool active_ = false;
};

}  // namespace seedwire::tcp
