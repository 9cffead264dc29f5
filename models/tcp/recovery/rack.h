// Lost by time: a segment is lost when one sent sufficiently later has been delivered.
// RFC 8985 §6, with Linux's rules for the reordering window.
#pragma once

#include <cstdint>

#include "models/tcp/recovery/scoreboard.h"
#include "models/tcp/stream_offset.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// What the reordering window depends on.
/// Bits of `tcp_recovery`; its first one, which switched RACK on, means nothing any more.
namespace rack_mode {
constexpr std::int32_t kStaticWindow = 2, kNoDuplicateThreshold = 4;
}
struct RackContext {
    std::uint32_t min_rtt_us = UINT32_MAX;
    std::int64_t srtt_us = 0;
    bool reordering_seen = false;
    bool in_recovery = false;   ///< Recovery or Loss
    bool at_threshold = false;  ///< as many segments SACKed as the reordering degree
};

class Rack {
public:
    /// A segment was delivered (by ACK or SACK) that was last sent at `segment.sent`.
    void on_delivered(Time now, const SentSegment& segment, std::uint32_t min_rtt_us);
    /// Adapts the window to DSACKs, once a round trip. `prior_delivered`: of this ACK's rate
    /// sample.
    void update_window(std::uint32_t prior_delivered, std::uint32_t delivered);
    void on_dsack() { dsack_seen_ = true; }
    /// A recovery ended without undo.
    void on_recovery_ended() {
        if (persist_ != 0) --persist_;
    }
    /// An undo by DSACK: one more recovery with the wide window.
    void on_undo_by_dsack() {
        if (persist_ < kPersist) ++persist_;
    }
    void look_again() { advanced_ = true; }  ///< at the next ACK, whatever it delivers

    /// Marks what is lost by now. Returns how long until the next segment would be, zero if none
    /// waits; does nothing unless something was delivered since the last call or `forced`.
    Duration detect(Time now, Scoreboard& scoreboard, const RackContext& context, bool forced);
    std::int64_t window_us(const RackContext& context) const;
    /// Sent more recently than the last delivered segment's RTT (RTO must not mark it).
    bool is_recent(Time now, const SentSegment& segment) const;
    std::uint8_t steps() const { return steps_; }

private:
    static constexpr std::uint8_t kPersist = 16;  ///< recoveries; RFC 8985 §6.2

    bool is_before(const SentSegment& segment) const;

    Time sent_;                         ///< of the most recently sent segment known to be delivered
    NearOffset end_;                    ///< its end: breaks ties within a flight
    std::uint32_t rtt_us_ = 0;          ///< saturating
    std::uint32_t last_delivered_ = 0;  ///< when the window was last widened
    std::uint8_t steps_ = 1, persist_ = 0;
    bool advanced_ = false, dsack_seen_ = false;
};

}  // namespace seedwire::tcp
