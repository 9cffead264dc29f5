// ECN on a connection, in whichever form the handshake has agreed on. RFC 3168, RFC 9768.
#pragma once

#include <cstdint>

#include "models/tcp/ecn/accurate_ecn.h"
#include "models/tcp/ecn/classic_ecn.h"

namespace seedwire::tcp {

/// The counters of accurate ECN are handed in: few connections have any.
class Ecn {
public:
    void enable() { classic_.enable(); }
    void enable_accurate() { accurate_ = true; }
    bool is_enabled() const { return classic_.is_enabled() || accurate_; }
    bool is_accurate() const { return accurate_; }
    bool has_seen_ect() const { return classic_.has_seen_ect() || seen_mark_; }

    // --- receiver ---
    void note_mark() { seen_mark_ = true; }
    EcnReaction on_data(const wire::Segment& segment) { return classic_.on_data(segment); }
    EcnReaction on_flags(const wire::Segment& segment, const AccurateEcn& counters) {
        if (!accurate_) return classic_.on_flags(segment);
        return counters.must_acknowledge() ? EcnReaction::AckNow : EcnReaction::None;
    }

    // --- sender ---
    bool is_echo(const wire::Segment& segment) const { return classic_.is_echo(segment); }
    void queue_cwr() { classic_.queue_cwr(); }
    void withdraw_cwr() { classic_.withdraw_cwr(); }

    /// Every segment but SYN and RST, of a connection with classic ECN or none.
    void mark(wire::Segment& segment, bool new_data) { classic_.mark(segment, new_data); }
    /// A SYN-ACK.
    void mark_syn_ack(wire::Segment& segment, const AccurateEcn& counters) const {
        if (accurate_) {
            ace::put(segment, counters.handshake_echo());
        } else if (classic_.is_enabled()) {
            segment.flags |= wire::flag::kEce;
        }
    }

private:
    ClassicEcn classic_;
    bool accurate_ = false, seen_mark_ = false;
};

}  // namespace seedwire::tcp
