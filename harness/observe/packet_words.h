// Words for what happens to packets, the same in ladders, captures and verdicts.
#pragma once

#include <optional>
#include <string>

#include "models/net/network.h"
#include "models/trace/recorder.h"

namespace seedwire::observe {

/// What a description must look up.
struct SegmentNames {
    const trace::Connections* connections = nullptr;
    const net::Network* network = nullptr;
};

/// How a packet ended before its destination's transport saw it.
struct Loss {
    trace::DropReason reason = trace::DropReason::None;  ///< None: it did not
    std::uint32_t direction = trace::kNone;              ///< where, if on a link
    std::uint32_t node = trace::kNone;                   ///< where, if inside a node
    std::uint32_t fault = trace::kNoFault;               ///< the exact fault that did it

    explicit operator bool() const { return reason != trace::DropReason::None; }
};

/// "lost: faults[0] on line.up", "dropped: queue on core.down", "dropped: ttl at north"; empty if
/// it was not lost.
std::string loss_text(const Loss& loss, const SegmentNames& names);

/// Why a segment was sent, where that is not obvious; else empty. `rto` is the one that ran out, if
/// it is known: "retransmission: RTO 1 s".
std::string cause_text(wire::Cause cause, std::optional<Duration> rto);

/// "SYN", "SYN+ACK", "FIN+ACK", "ACK", "DATA", "RST": the word people use for it.
std::string segment_word(const wire::Packet& packet);

/// "line.up": how scenarios call a link direction.
std::string direction_name(const net::Network& network, std::uint32_t direction);

/// Milliseconds rounded to microseconds: "0.000", "1020.048".
std::string milliseconds_text(Time at);

}  // namespace seedwire::observe
