// An arriving segment, by state and step. RFC 9293 §3.10.7 as Linux runs it.
#pragma once

#include "models/tcp/parts.h"

namespace seedwire::tcp {

/// SEGMENT ARRIVES in any state of an endpoint; LISTEN, TIME-WAIT and CLOSED belong to others and
/// ignore it here.
void segment_arrives(Connection& c, Time now, const wire::Segment& segment, Output& out);

/// A waiting writer may go on if enough memory became free.
void check_space(Connection& c, Output& out);

/// RFC 5961 §7: an ACK that says where we are, at most one per rate limit.
void challenge(Connection& c, Time now, Output& out);

}  // namespace seedwire::tcp
