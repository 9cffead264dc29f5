// The peer's timestamp clock: refusing segments from before (PAWS), and what to echo.
// RFC 7323 §4.3 and §5; Linux, `tcp_paws_check`, `tcp_disordered_ack_check`,
// `tcp_replace_ts_recent`.
#pragma once

#include <cstdint>

#include "sim/base/time.h"

namespace seedwire::tcp {

/// What PAWS says about a segment.
enum class PawsVerdict : std::uint8_t {
    Pass,
    Drop,        ///< an old pure ACK: not worth an answer
    Acknowledge  ///< drop it and answer with an ACK, rate limited for segments without data
};

/// What PAWS needs to know about a segment beside its TSval.
struct PawsSegment {
    std::uint32_t ts_value = 0;
    bool pure_ack = false;         ///< ACK is set; no data, SYN or FIN
    bool before_expected = false;  ///< SEG.SEQ < RCV.NXT
    bool expected = false;         ///< SEG.SEQ = RCV.NXT
    /// SEG.ACK = SND.UNA, and the window it carries is not to be taken.
    bool repeats_ack = false;
};

/// TS.Recent of RFC 7323 and its age.
class Paws {
public:
    /// From the SYN or SYN-ACK.
    void set(Time now, std::uint32_t ts_value) {
        ts_recent_ = ts_value;
        stamp_ = now;
    }
    /// Its timestamp lies before TS.Recent: PawsSegment::repeats_ack may matter.
    bool is_suspicious(std::uint32_t ts_value) const {
        return static_cast<std::int32_t>(ts_recent_ - ts_value) > 0;
    }
    PawsVerdict check(Time now, const PawsSegment& segment, Duration rto) const;
    /// After all checks of the segment: it replaces TS.Recent if it begins at or before the last
    /// ACK sent, so that with a hole the echo stays at the segment before it. RFC 7323 §4.3 (2).
    void update(Time now, std::uint32_t ts_value, bool starts_at_or_before_last_ack);

    std::uint32_t ts_recent() const { return ts_recent_; }
    Time stamp() const { return stamp_; }

private:
    bool is_not_older(Time now, std::uint32_t ts_value, std::int32_t slack) const;

    std::uint32_t ts_recent_ = 0;
    Time stamp_;
};

}  // namespace seedwire::tcp
