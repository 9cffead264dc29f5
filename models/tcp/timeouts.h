// What happens when time passes: retransmission, probes, keepalive, delayed ACKs, giving up.
// RFC 9293 §3.8.3, §3.8.4, §3.8.6.1 and §3.10.8; Linux, `tcp_timer.c`.
#pragma once

#include "models/tcp/parts.h"

namespace seedwire::tcp {

void time_passes(Connection& c, Time now, Output& out);
/// The earliest moment at which time_passes() has something to do.
Time earliest_timeout(const Connection& c);
/// Nothing is in flight and the window is closed: ask again after the backed-off interval.
void arm_window_probe(Connection& c, Time now);
/// SO_KEEPALIVE or its times were changed.
void restart_keepalive(Connection& c, Time now);

/// The time that `retries` exponential timeouts take, starting at `base`. RFC 9293 §3.8.3 (R2).
Duration modelled_timeout(std::int32_t retries, Duration base, Duration maximum);

}  // namespace seedwire::tcp
