// What answers a segment that no socket wants. RFC 9293 §3.10.7.1, §3.5.2.
#pragma once

#include <optional>

#include "models/wire/segment.h"

namespace seedwire::socket {

/// The reset for a segment without a connection; nothing for a reset. Carries no options and no
/// window. Linux, `tcp_v4_send_reset`.
std::optional<wire::Segment> reset_for(const wire::Segment& segment, wire::Cause cause);

}  // namespace seedwire::socket
