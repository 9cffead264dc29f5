// How a connection ends: FINs in both directions, resets, abandonment by its program.
// RFC 9293 §3.6 and §3.10.4; Linux, `tcp_fin`, `__tcp_close`, `tcp_rcv_state_process`.
#pragma once

#include "models/tcp/parts.h"

namespace seedwire::tcp {

/// A credible RST has come. RFC 9293 §3.10.7.4, second check.
void receive_reset(Connection& c, Output& out);
/// The peer's FIN came in order. RFC 9293 §3.10.7.4, eighth check.
void receive_fin(Connection& c, Time now, Output& out);
/// After the ACK of `arrival`: is our FIN acknowledged, and what follows? False: the connection has
/// gone or been handed to a stub, the segment is used up.
bool advance_closing(Connection& c, Time now, const wire::Segment& segment, const Arrival& arrival,
                     Output& out);
/// Data for a program that will never read it, which must be told to the peer. RFC 9293 §3.10.7.4
/// leaves it open; RFC 1122 §4.2.2.13 asks for a reset.
bool refuses_text(const Connection& c, const Arrival& arrival);
/// Is the text of the segment processed in this state?
bool takes_text(const Connection& c, const Arrival& arrival);

/// CLOSE by the program, data unread or not. RFC 9293 §3.10.4, RFC 2525 §2.17.
void abandon(Connection& c, Time now, Output& out);
/// ABORT. RFC 9293 §3.10.5.
void abort_connection(Connection& c, Time now, Output& out);
/// The FIN of a half close or a close. RFC 9293 §3.10.4.
void close_sending_side(Connection& c, Time now, Output& out);
/// Nobody waits for the FIN of an orphan in FIN-WAIT-2 for ever. Linux, `tcp_fin_time`.
Duration fin_wait2_timeout(const Connection& c);
/// A stub takes the orphan in FIN-WAIT-2 over for the rest of its time.
void hand_over_fin_wait2(Connection& c, Output& out);
/// The timer of an orphan in FIN-WAIT-2: a stub takes over, or if it had all of its time a reset
/// ends the connection. Linux, `tcp_keepalive_timer`.
void fin_wait2_expires(Connection& c, Time now, Output& out);

}  // namespace seedwire::tcp
