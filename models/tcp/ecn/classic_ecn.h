// Explicit congestion notification as two nodes echo it. RFC 3168 §6.1.
#pragma once

#include <cstdint>

#include "models/wire/segment.h"

namespace seedwire::tcp {

/// What the receiving side wants acknowledged at once because of a mark.
enum class EcnReaction : std::uint8_t { None, QuickAcks, AckNow };

/// Both halves of classic ECN on one connection; inert until agreed in the handshake.
class ClassicEcn {
public:
    void enable() { enabled_ = true; }
    bool is_enabled() const { return enabled_; }
    bool has_seen_ect() const { return seen_ect_; }

    // --- receiver: CE in, ECE out until CWR comes. RFC 3168 §6.1.3 ---
    /// A segment with data arrived. [ECN-3]
    EcnReaction on_data(const wire::Segment& segment) {
        if (!enabled_) return EcnReaction::None;
        EcnReaction reaction = EcnReaction::None;
        if (segment.ecn == wire::Ecn::NotEct) {
            // Once marks were seen, an unmarked segment is probably a retransmission: the peer is
            // in trouble and needs feedback soon. Linux, `__tcp_ecn_check_ce`. [ECN-4]
            if (seen_ect_) reaction = EcnReaction::QuickAcks;
            return reaction;
        }
        if (segment.ecn == wire::Ecn::Ce && !echo_) {
            echo_ = true;
            reaction = EcnReaction::QuickAcks;
        }
        seen_ect_ = true;
        return reaction;
    }
    /// CWR stops the echo; with data it is acknowledged at once, so that the sender learns it soon.
    EcnReaction on_flags(const wire::Segment& segment) {
        if (!enabled_ || !segment.has(wire::flag::kCwr)) return EcnReaction::None;
        echo_ = false;
        return segment.payload.length > 0 ? EcnReaction::AckNow : EcnReaction::None;
    }

    // --- sender: CWR on the first new data after a reduction. RFC 3168 §6.1.2 ---
    bool is_echo(const wire::Segment& segment) const {
        return enabled_ && segment.has(wire::flag::kEce) && !segment.has(wire::flag::kSyn);
    }
    void queue_cwr() { cwr_pending_ = enabled_; }
    /// The window was restored: nothing to report any more.
    void withdraw_cwr() { cwr_pending_ = false; }

    // --- marks of outgoing segments ---
    /// ECE goes on every acknowledgement; ECT(0) and CWR on new data only. RFC 3168 §6.1.4, §6.1.5.
    /// [ECN-2]
    void mark(wire::Segment& segment, bool new_data) {
        if (!enabled_) return;
        if (echo_) segment.flags |= wire::flag::kEce;
        if (!new_data) return;
        segment.ecn = wire::Ecn::Ect0;
        if (cwr_pending_) {
            cwr_pending_ = false;
            segment.flags |= wire::flag::kCwr;
        }
    }

private:
    bool enabled_ : 1 = false;
    bool echo_ : 1 = false;  ///< ECE goes out with each acknowledgement
    bool seen_ect_ : 1 = false;
    bool cwr_pending_ : 1 = false;
};

}  // namespace seedwire::tcp
