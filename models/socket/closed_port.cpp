// Resets of closed ports. RFC 9293 §3.10.7.1.
#include "models/socket/closed_port.h"

namespace seedwire::socket {

// [LISTEN-16]
std::optional<wire::Segment> reset_for(const wire::Segment& segment, wire::Cause cause) {
    if (segment.has(wire::flag::kRst)) return std::nullopt;
    wire::Segment reset;
    reset.cause = cause;
    reset.flags = wire::flag::kRst;
    if (segment.has(wire::flag::kAck)) {
        reset.seq = segment.ack;
    } else {
        reset.flags |= wire::flag::kAck;
        reset.ack = segment.end();
    }
    return reset;
}

}  // namespace seedwire::socket
