// What leaves, when and why: blocks, retransmissions, probes, acknowledgements, resets, SYNs.
// RFC 9293 §3.8.6.2.1 and §3.10.8; Linux, `tcp_write_xmit` and its surroundings.
#pragma once

#include <cstdint>

#include "models/tcp/parts.h"

namespace seedwire::tcp {

/// What may hold back a segment shorter than the MSS, as bits; none = the Nagle algorithm.
namespace hold {
constexpr std::uint8_t kNoDelay = 1,  ///< TCP_NODELAY
    kCork = 2,                        ///< TCP_CORK, MSG_MORE
    kPush = 4;                        ///< send, whatever was set
}
/// As the socket's options have it.
std::uint8_t hold_setting(const Connection& c);

/// How far a run of the send loop goes.
enum class SendLoop : std::uint8_t { All, OneBlock, Probe };

/// Payload of a full segment now, SACK blocks deducted. RFC 6691 §2.
std::uint32_t current_mss(const Connection& c);
/// Bytes that a block may have: a multiple of the MSS, at most half of the peer's largest window.
std::uint32_t size_goal(const Connection& c, std::uint32_t mss);
/// Path MTU, the peer's MSS or its largest window changed.
void update_mss(Connection& c);

/// Sends what the windows, Nagle and deferral allow; returns how many segments.
std::uint32_t run_send_loop(Connection& c, Time now, std::uint32_t mss, std::uint8_t held_by,
                            SendLoop mode, Output& out);
/// The same for all that waits, and arms the probe timer if nothing is in flight then.
void push_pending(Connection& c, Time now, std::uint8_t held_by, Output& out);
/// The same with the socket's own setting, as after each arriving segment.
void push_pending(Connection& c, Time now, Output& out);

/// Lost segments, in sequence order, while the window permits.
void run_retransmission_loop(Connection& c, Time now, Output& out);
void retransmit(Connection& c, Time now, const Retransmission& lost, Output& out);

/// Header of a segment with ACK at `seq`: acknowledgement, window, timestamps, SACK blocks. It pays
/// every acknowledgement that is owed.
/// Appended to `out`.
wire::Segment& begin_segment(Connection& c, Time now, StreamOffset seq, wire::Cause cause,
                             Output& out);
void send_ack(Connection& c, Time now, wire::Cause cause, Output& out);
/// One segment into a window that is closed or too small: data as far as they fit, with PSH, else
/// an old sequence number that the peer must answer. RFC 9293 §3.8.6.1, §3.8.4.
void send_probe(Connection& c, Time now, wire::Cause cause, Output& out);
/// RST of a connection that ends by our decision. RFC 9293 §3.5.2 and §3.10.5.
void send_reset(Connection& c, Time now, wire::Cause cause, Output& out);
/// RST in reply to a segment that cannot be ours, as a closed port would send it. RFC 9293 §3.5.2.
void send_reset_reply(Connection& c, const wire::Segment& answered, wire::Cause cause, Output& out);
void send_syn(Connection& c, Time now, wire::Cause cause, Output& out);
void send_syn_ack(Connection& c, Time now, wire::Cause cause, Output& out);
/// FIN behind what is queued; sends at once what the windows allow. RFC 9293 §3.9.1 (CLOSE).
void queue_fin(Connection& c, Time now, Output& out);

}  // namespace seedwire::tcp
