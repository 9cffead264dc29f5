// How a connection comes into being: SYN-SENT, SYN-RECEIVED, and the step into ESTABLISHED.
// RFC 9293 §3.5 and §3.10.7.3; Linux, `tcp_rcv_synsent_state_process`, `tcp_init_transfer`.
#pragma once

#include "models/tcp/parts.h"

namespace seedwire::tcp {

/// The first SYN of an active open. RFC 9293 §3.10.1.
void open_actively(Connection& c, Time now, Output& out);
/// The endpoint that a listener's completed request becomes, in SYN-RECEIVED.
void open_passively(Connection& c, Time now, const PassiveOpen& handshake);
/// RFC 9293 §3.10.7.3.
void arrives_in_syn_sent(Connection& c, Time now, const wire::Segment& segment, Output& out);
/// The ACK of our SYN has come in SYN-RECEIVED.
void complete_in_syn_received(Connection& c, Time now, const wire::Segment& segment, Output& out);
/// Does this acknowledgement cover our SYN, and nothing that was never sent?
bool acknowledges_syn(const Connection& c, wire::SeqNum ack);
/// The send buffer that the window asks for, unless SO_SNDBUF was set.
void grow_send_buffer(Connection& c);

}  // namespace seedwire::tcp
