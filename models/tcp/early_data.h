// Data that travel before the handshake is complete: TCP Fast Open on a connection.
// RFC 7413 §4.2; Linux, `tcp_send_syn_data`, `tcp_rcv_fastopen_synack`,
// `tcp_fastopen_create_child`.
#pragma once

#include <cstdint>

#include "models/tcp/fast_open/client.h"
#include "models/tcp/parts.h"

namespace seedwire::tcp {

// --- client ---
/// Adds option and data to the SYN that is about to leave; returns how many bytes.
std::uint32_t add_syn_data(Connection& c, Time now, const FastOpenRequest& request,
                           wire::Segment& syn);
/// One beyond the last byte that our SYN carried.
StreamOffset syn_data_end(const Connection& c);
/// The sender was started at the SYN-ACK's acknowledgement: what of the SYN's data lies beyond it
/// is lost, and waits to be sent again. True: there is something.
bool restore_syn_data(Connection& c, Time now, StreamOffset acked);
/// The SYN-ACK has come: what it says about Fast Open. `refused`: it left data unacknowledged.
/// `sent_again`: our SYN had to be repeated.
void learn_from_syn_ack(Connection& c, const wire::Segment& syn_ack, bool refused, bool sent_again,
                        Output& out);
/// The retransmission timer has expired for the `timeouts`-th time in a row, before the next
/// transmission. `gives_up`: that was the last one.
void note_timeouts(Connection& c, std::uint32_t timeouts, bool gives_up, Output& out);
/// The connection is over: did Fast Open do well on this path?
void judge_path(const Connection& c, Output& out);

// --- server ---
/// A connection that begins with a SYN: it may be written to and read from at once.
void begin_early(Connection& c, Time now, const PassiveOpen& handshake);
/// The handshake is complete after all.
void leave_early(Connection& c, Time now, Output& out);
/// The SYN came again. True: that is all the segment was.
bool answer_repeated_syn(Connection& c, Time now, const wire::Segment& segment, Output& out);
/// The SYN-ACK's timer has expired.
void early_timeout(Connection& c, Time now, Output& out);

}  // namespace seedwire::tcp
