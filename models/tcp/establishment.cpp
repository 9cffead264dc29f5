// SYN-SENT, SYN-RECEIVED, and the step into ESTABLISHED. RFC 9293 §3.5 and §3.10.7.3.
#include "models/tcp/establishment.h"

#include <algorithm>

#include "models/tcp/arrival.h"
#include "models/tcp/closing.h"
#include "models/tcp/early_data.h"
#include "models/tcp/mtu_probing.h"
#include "models/tcp/transmit.h"
#include "sim/base/assert.h"

namespace seedwire::tcp {
namespace {

// The SYN goes again almost at once after an ACK that cannot be ours: two ticks. Linux,
// `TCP_TIMEOUT_MIN`.
constexpr std::int64_t kShortestTimeoutTicks = 2;

/// Our SYN's options, as far as agree() looks at them.
wire::Segment offered(const Handshake& h) {
    wire::Segment ours;
    ours.has_timestamps = h.offered_timestamps;
    ours.syn.sack_permitted = h.offered_sack;
    ours.syn.window_scale = h.offered_scaling ? h.window.scale : std::int8_t{-1};
    return ours;
}

void adopt(Connection& c, const Agreement& agreement) {
    c.tcb.timestamps = agreement.timestamps;
    c.tcb.sack = agreement.sack;
    c.tcb.scaling = agreement.scaling;
    c.tcb.snd_wscale = agreement.send_scale;
    c.tcb.rcv_wscale = agreement.receive_scale;
    c.tcb.peer_mss = agreement.peer_mss;
}

void start_receiver(Connection& c, Time now, std::uint32_t ts_recent) {
    const Handshake& h = *c.tcb.handshake;
    ReceiverStart facts;
    const std::uint32_t deducted = c.tcb.timestamps ? kTimestampOptionBytes : 0;
    facts.window.buffer = receive_buffer_bytes(c.sysctls(), *c.options);
    facts.window.window = h.window.window;
    // Without scaling more than 64 KiB cannot be expressed.
    facts.window.clamp =
        c.tcb.scaling ? h.window.clamp : std::min<std::uint32_t>(h.window.clamp, UINT16_MAX);
    facts.window.advertised_mss = static_cast<std::uint16_t>(c.advertised_mss() - deducted);
    facts.window.scale = c.tcb.rcv_wscale;
    facts.window.buffer_locked = c.options->receive_buffer_locked;
    facts.send_mss = c.sender.mss();
    facts.sack = c.tcb.sack;
    facts.timestamps = c.tcb.timestamps;
    facts.ts_recent = ts_recent;
    c.receiver.start(now, facts, c.sysctls());
}

/// SYN retransmissions as far as they count against the initial window: not when the timestamp
/// echo shows that the first SYN had arrived. Linux, `tcp_try_undo_spurious_syn`. [OPEN-14]
std::uint32_t counted_syn_retransmissions(const Connection& c, const wire::Segment& reply) {
    const Handshake& h = *c.tcb.handshake;
    if (c.tcb.syn_timeouts == 0) return 0;
    const std::uint32_t first = timestamp_value(h.first_sent, c.timestamp_offset);
    if (c.tcb.timestamps && reply.has_timestamps && reply.ts_echo == first) return 0;
    return c.tcb.syn_timeouts + std::uint32_t{h.repeats};
}

/// The round trip of SYN and SYN-ACK, if it is known. [RTT-10]
void sample_handshake(Connection& c, Time now, const wire::Segment& reply) {
    const Handshake& h = *c.tcb.handshake;
    if (c.tcb.syn_timeouts > 0 && c.sysctls().follows_rfc(Difference::RtoAfterSynLoss)) {
        c.sender.on_no_handshake_sample();
    } else if (c.tcb.syn_timeouts == 0 && h.repeats == 0) {
        c.sender.on_handshake_sample(now, now - h.first_sent);
    } else if (c.tcb.timestamps && reply.has_timestamps && reply.ts_echo != 0) {
        // Which SYN was answered only the echo knows; in whole milliseconds, at least one.
        const std::uint32_t ms = timestamp_value(now, c.timestamp_offset) - reply.ts_echo;
        c.sender.on_handshake_sample(now, Duration::ms(std::max<std::int64_t>(ms, 1)));
    } else {
        c.sender.on_no_handshake_sample();
    }
}

/// `acked`: up to where the SYN and the data that it may have carried are acknowledged.
void start_sender(Connection& c, Time now, const wire::Segment& reply, StreamOffset acked) {
    SenderStart start;
    start.snd_una = start.snd_nxt = acked;
    start.mss = c.sender.mss();
    start.sack = c.tcb.sack;
    start.syn_retransmissions = counted_syn_retransmissions(c, reply);
    start.max_window = c.tcb.max_window;
    c.sender.start(now, start);
    sample_handshake(c, now, reply);
    c.sender.recall_path(c.tcb.handshake->known);
}

void start_keepalive(Connection& c, Time now) {
    if (!c.options->keepalive) return;
    const Duration idle = c.options->keepalive_idle == Duration::zero()
                              ? c.sysctls().tcp_keepalive_time
                              : c.options->keepalive_idle;
    c.arm(TimerSlot::Keepalive, c.expiry(now, idle));
}

/// Common to both opens.
void establish(Connection& c, Time now, Output& out) {
    set_state(c, State::Established);
    c.tcb.last_data_sent = c.tcb.last_data_received = c.tcb.last_ack_received = now;
    c.tcb.handshake.release();
    grow_send_buffer(c);
    start_keepalive(c, now);
    out.events |= event::kEstablished;
    if (c.tcb.write_blocked) {
        c.tcb.write_blocked = false;
        out.events |= event::kWritable;
    }
}

/// A server with Fast Open may send data beside its SYN-ACK. True: a FIN was there too, after which
/// the ACK waits for the program. Linux, `tcp_fastopen_add_skb`.
bool take_syn_ack_data(Connection& c, Time now, const wire::Segment& syn_ack, Output& out) {
    const std::uint32_t length = syn_ack.payload.length;
    if (length > 0) {
        ++c.tcb.counters.data_segments_in;
        c.tcb.last_data_received = now;
        c.receiver.take_syn_data(length, wire::option_bytes(syn_ack), false);
        out.events |= event::kReadable;
    }
    if (!syn_ack.has(wire::flag::kFin)) return false;
    c.receiver.take_syn_fin();
    receive_fin(c, now, out);
    return true;
}

void receive_syn(Connection& c, const wire::Segment& syn) {
    c.tcb.irs = syn.seq;
    c.tcb.snd_wl1 = StreamOffset{0};
    // [OPT-13]
    c.tcb.snd_wnd = syn.window;  // never scaled: RFC 7323 §2.2
    c.tcb.max_window = std::max(c.tcb.max_window, c.tcb.snd_wnd);
}

/// Only an option that came is answered by one. RFC 9768 §3.2.3.2.1. [ACCECN-8]
void note_option(Connection& c, const wire::Segment& segment) {
    if (!segment.accurate_ecn.is_present() || c.sysctls().tcp_ecn_option == ecn_option::kOff)
        return;
    EcnByteCounters& bytes = c.seldom.make().accurate_ecn.bytes();
    bytes.note_option_seen();
    bytes.demand();
}

/// The SYN-ACK's answer to what our SYN offered. RFC 3168 §6.1.1, RFC 9768 §3.1.2.
void agree_on_ecn(Connection& c, const wire::Segment& syn_ack) {
    const Handshake& h = *c.tcb.handshake;
    if (!h.offered_ecn) return;
    if (h.offered_accurate_ecn && ace::is_echo(ace::of(syn_ack))) {
        c.enable_accurate_ecn(ace::echo_of(syn_ack.ecn), true);
        note_option(c, syn_ack);
    } else if (syn_ack.has(wire::flag::kEce) && !syn_ack.has(wire::flag::kCwr)) {
        c.ecn.enable();
    }
}

/// RFC 9293 §3.5, figure 7: both sides sent SYNs. [OPEN-9]
void open_simultaneously(Connection& c, Time now, const wire::Segment& syn, Output& out) {
    receive_syn(c, syn);
    adopt(c, agree(offered(*c.tcb.handshake), syn, *c.options));
    update_mss(c);
    start_receiver(c, now, syn.ts_value);
    c.tcb.simultaneous = true;
    if (c.sysctls().tcp_ecn != 0 && c.tcb.handshake->offered_ecn && syn.has(wire::flag::kEce) &&
        syn.has(wire::flag::kCwr)) {
        c.ecn.enable();
    }
    set_state(c, State::SynReceived);
    send_syn_ack(c, now, wire::Cause::SimultaneousOpen, out);
}

/// The SYN-ACK's own content: Fast Open, data beside it, and the ACK that it deserves.
/// `sent_again`: our SYN had to be repeated. [OPEN-2]
void answer_syn_ack(Connection& c, Time now, const wire::Segment& syn_ack, bool refused,
                    bool sent_again, Output& out) {
    // [OPEN-3]
    bool saves_ack = c.tcb.writer_waits || c.options->defer_accept != 0;
    if (c.tcb.fast_open_asked || c.tcb.syn_data) {
        learn_from_syn_ack(c, syn_ack, refused, sent_again, out);
        // What is sent again carries the ACK; data beside such a SYN-ACK are left to come again.
        if (refused) return run_retransmission_loop(c, now, out);
        if (c.tcb.syn_data && c.write_end() == c.sender.snd_una()) {
            out.events |= event::kAllAcknowledged;
        }
        saves_ack = take_syn_ack_data(c, now, syn_ack, out) || saves_ack;
    }
    if (saves_ack) {
        c.receiver.delay_handshake_ack(now);
    } else {
        send_ack(c, now, wire::Cause::HandshakeAck, out);
    }
}

bool echoes_our_syn(const Connection& c, Time now, const wire::Segment& segment) {
    if (!c.tcb.handshake->offered_timestamps || !segment.has_timestamps || segment.ts_echo == 0) {
        return true;
    }
    const std::uint32_t first = timestamp_value(c.tcb.handshake->first_sent, c.timestamp_offset);
    const std::uint32_t last = timestamp_value(now, c.timestamp_offset);
    return segment.ts_echo - first <= last - first;
}

}  // namespace

void grow_send_buffer(Connection& c) {
    if (c.options->send_buffer_locked) return;
    const std::uint32_t mss = std::max<std::uint32_t>(c.tcb.peer_mss, c.sender.mss());
    const std::uint32_t wanted =
        autotuned_send_buffer(mss, c.sender.window().cwnd, c.sender.episode().reordering);
    const auto most = static_cast<std::uint32_t>(c.sysctls().tcp_wmem[2]);
    if (c.send_buffer.limit() < wanted) c.send_buffer.set_limit(std::min(wanted, most));
}

void open_actively(Connection& c, Time now, Output& out) {
    Handshake& h = c.tcb.handshake.make();
    const wire::Segment syn = make_syn(now, c.sysctls(), *c.options, c.environment(), h.window);
    h.first_sent = now;
    h.offered_timestamps = syn.has_timestamps;
    h.offered_sack = syn.syn.sack_permitted;
    h.offered_scaling = syn.syn.window_scale >= 0;
    h.offered_ecn = syn.has(wire::flag::kEce);
    h.offered_accurate_ecn = syn.has(wire::flag::kAe);
    set_state(c, State::SynSent);
    c.arm_handshake(c.expiry(now, h.rto));
    send_syn(c, now, wire::Cause::Open, out);
}

void open_passively(Connection& c, Time now, const PassiveOpen& handshake) {
    Handshake& h = c.tcb.handshake.make();
    c.tcb.passive = true;
    c.tcb.iss = handshake.initial_sequence;
    c.tcb.irs = handshake.peer_initial_sequence;
    h.first_sent = handshake.syn_ack_sent;
    c.tcb.syn_timeouts = static_cast<std::uint8_t>(std::min(handshake.retransmissions, 255U));
    h.repeats = static_cast<std::uint8_t>(std::min(handshake.answered_repeats, 255U));
    adopt(c, agree(handshake.syn_ack, handshake.syn, *c.options));
    // The clamp is not in the request: it follows from the same buffer as the window did.
    const std::uint32_t deducted = c.tcb.timestamps ? kTimestampOptionBytes : 0;
    h.window = initial_receive_window(c.sysctls(), *c.options, c.advertised_mss() - deducted,
                                      c.tcb.scaling);
    if (handshake.receive_window != 0) h.window.window = handshake.receive_window;
    const std::uint32_t echo = ace::of(handshake.syn_ack);
    if (handshake.syn.has(wire::flag::kAe) && ace::is_echo(echo)) {
        c.enable_accurate_ecn(echo, false);
    } else if (handshake.ecn) {
        c.ecn.enable();
    }
    c.tcb.snd_wl1 = StreamOffset{0};
    update_mss(c);
    start_receiver(c, now, handshake.syn.ts_value);
    set_state(c, State::SynReceived);
    if (handshake.early) begin_early(c, now, handshake);
}

bool acknowledges_syn(const Connection& c, wire::SeqNum ack) {
    const StreamOffset at = from_wire(ack, c.tcb.iss, StreamOffset{1});
    const StreamOffset end = c.tcb.early ? c.sender.snd_nxt() : syn_data_end(c);
    return at - StreamOffset{1} >= 0 && at <= end;
}

void arrives_in_syn_sent(Connection& c, Time now, const wire::Segment& segment, Output& out) {
    if (segment.has(wire::flag::kAck)) {
        const bool acceptable = acknowledges_syn(c, segment.ack);
        if (!acceptable || !echoes_our_syn(c, now, segment)) {
            // [OPEN-6]
            if (!acceptable && c.tcb.syn_timeouts == 0) {
                const Duration tick = c.sysctls().timer_tick == Duration::zero()
                                          ? Duration::ms(1)
                                          : c.sysctls().timer_tick;
                c.arm_handshake(c.expiry(now, tick * kShortestTimeoutTicks));
            }
            send_reset_reply(c, segment, wire::Cause::ResetRefused, out);
            return;
        }
        // [OPEN-7]
        if (segment.has(wire::flag::kRst)) return finish(c, Error::ConnectionRefused, out);
        // [OPEN-8]
        if (!segment.has(wire::flag::kSyn)) return;

        receive_syn(c, segment);
        adopt(c, agree(offered(*c.tcb.handshake), segment, *c.options));
        agree_on_ecn(c, segment);
        start_mtu_probing(c, now);
        update_mss(c);
        start_receiver(c, now, segment.ts_value);
        const StreamOffset acked = from_wire(segment.ack, c.tcb.iss, StreamOffset{1});
        start_sender(c, now, segment, acked);
        const bool refused = c.tcb.syn_data && restore_syn_data(c, now, acked);
        const bool sent_again = c.tcb.syn_timeouts > 0 || c.tcb.handshake->repeats > 0;
        establish(c, now, out);
        answer_syn_ack(c, now, segment, refused, sent_again, out);
        return;
    }
    if (segment.has(wire::flag::kRst) || !segment.has(wire::flag::kSyn)) return;
    open_simultaneously(c, now, segment, out);
}

void complete_in_syn_received(Connection& c, Time now, const wire::Segment& segment, Output& out) {
    const bool syn = segment.has(wire::flag::kSyn);
    c.tcb.snd_wnd = static_cast<std::uint32_t>(segment.window)
                    << (syn ? 0 : static_cast<int>(c.tcb.snd_wscale));
    c.tcb.max_window = std::max(c.tcb.max_window, c.tcb.snd_wnd);
    c.tcb.snd_wl1 = from_wire(segment.seq, c.tcb.irs, c.receiver.rcv_nxt());
    if (c.ecn.is_accurate()) {
        c.seldom.make().accurate_ecn.start_from(ace::of(segment));
        note_option(c, segment);
    }
    update_mss(c);
    if (c.tcb.early) {
        if (!c.sender.rtt().has_sample()) sample_handshake(c, now, segment);
        leave_early(c, now, out);
    } else {
        const StreamOffset acked = from_wire(segment.ack, c.tcb.iss, StreamOffset{1});
        start_mtu_probing(c, now);
        start_sender(c, now, segment, acked);
        if (c.tcb.syn_data && restore_syn_data(c, now, acked)) {
            run_retransmission_loop(c, now, out);
        }
    }
    establish(c, now, out);
    if (syn) {
        // The peer's SYN-ACK repeats its SYN: said so by a DSACK. RFC 2883 §4. [OPEN-10]
        c.receiver.report_duplicate({StreamOffset{0}, StreamOffset{1}}, c.sysctls());
        send_ack(c, now, wire::Cause::HandshakeAck, out);
    }
}

}  // namespace seedwire::tcp
