// SEGMENT ARRIVES in SYN-RECEIVED and the synchronized states, step by step.
// RFC 9293 §3.10.7.4, RFC 5961 §3 to §5; Linux, `tcp_rcv_state_process`, `tcp_ack`.
#include "models/tcp/arrival.h"

#include <algorithm>
#include <array>

#include "models/tcp/closing.h"
#include "models/tcp/early_data.h"
#include "models/tcp/establishment.h"
#include "models/tcp/mtu_probing.h"
#include "models/tcp/timeouts.h"
#include "models/tcp/transmit.h"
#include "models/tcp/urgent.h"
#include "sim/base/assert.h"

namespace seedwire::tcp {
namespace {

TimestampEcho echo_of(Time now, const Arrival& arrival) {
    TimestampEcho echo;
    if (!arrival.has_timestamps || arrival.ts_echo == 0) return echo;
    echo.present = true;
    echo.sent_ms =
        timestamp_clock_ms(now) - static_cast<std::int32_t>(arrival.ts_now - arrival.ts_echo);
    return echo;
}

std::uint32_t scaled_window(const Connection& c, const wire::Segment& segment) {
    const int shift = segment.has(wire::flag::kSyn) ? 0 : c.tcb.snd_wscale;
    return static_cast<std::uint32_t>(segment.window) << shift;
}

/// RFC 9293 §3.10.7.4, fifth check: SND.WL1 and SND.WL2, as Linux compares them. [SEND-10]
bool may_update_window(const Connection& c, StreamOffset ack, StreamOffset seq,
                       std::uint32_t window) {
    const StreamOffset snd_wl1 = c.tcb.snd_wl1.near(c.receiver.rcv_nxt());
    return ack > c.sender.snd_una() || seq > snd_wl1 ||
           (seq == snd_wl1 && (window > c.tcb.snd_wnd || window == 0));
}

Arrival describe_arrival(const Connection& c, Time now, const wire::Segment& segment) {
    Arrival arrival;
    arrival.start = from_wire(segment.seq, c.tcb.irs, c.receiver.rcv_nxt());
    arrival.length = segment.payload.length;
    arrival.option_bytes = wire::option_bytes(segment);
    arrival.flags = segment.flags;
    arrival.has_timestamps = segment.has_timestamps && c.tcb.timestamps;
    arrival.ts_value = segment.ts_value;
    arrival.ts_echo = segment.ts_echo;
    arrival.ts_now = timestamp_value(now, c.timestamp_offset);
    // Only of a segment that PAWS suspects.
    if (segment.has(wire::flag::kAck) && arrival.has_timestamps &&
        c.receiver.paws().is_suspicious(arrival.ts_value)) [[unlikely]] {
        const StreamOffset ack = from_wire(segment.ack, c.tcb.iss, c.sender.snd_una());
        arrival.repeats_ack = ack == c.sender.snd_una() &&
                              !may_update_window(c, ack, arrival.start, scaled_window(c, segment));
    }
    // As the segment found the connection: the handshake's last ACK is no receiver's RTT sample.
    arrival.established = c.tcb.state == State::Established;
    arrival.fin_opens_passive_close =
        c.tcb.state == State::Established || c.tcb.state == State::SynReceived;
    return arrival;
}

/// RFC 5961 §3.2: only a RST whose sequence number the peer must know ends the connection. [RST-1]
bool is_credible_reset(const Connection& c, const Arrival& arrival) {
    const StreamOffset expected = c.receiver.rcv_nxt();
    if (arrival.start == expected) return true;
    const bool after_fin = c.tcb.state == State::CloseWait || c.tcb.state == State::LastAck ||
                           c.tcb.state == State::Closing;
    // A peer that aborts after its FIN may not count the FIN. Linux, `tcp_reset_check`.
    if (after_fin && arrival.start + 1 == expected) return true;
    return c.tcb.sack && !c.receiver.reassembly().empty() &&
           arrival.start == c.receiver.highest_sacked();
}

/// The peer's SYN-ACK of a simultaneous open: its SYN again, with the ACK of ours.
bool completes_simultaneous_open(const Connection& c, const wire::Segment& segment,
                                 const Arrival& arrival) {
    return c.tcb.state == State::SynReceived && c.tcb.simultaneous &&
           segment.has(wire::flag::kAck) && arrival.length == 0 && !arrival.fin() &&
           arrival.start == StreamOffset{0} && acknowledges_syn(c, segment.ack);
}

/// Checks 1 to 4 of RFC 9293 §3.10.7.4: sequence number, RST, SYN. True: go on.
bool passes_checks(Connection& c, Time now, const wire::Segment& segment, const Arrival& arrival,
                   Output& out) {
    const Acceptance acceptance = c.receiver.check(now, arrival, c.path_timing());
    if (!acceptance) {
        if (arrival.rst()) {
            if (!acceptance.failed_paws && is_credible_reset(c, arrival)) {
                receive_reset(c, out);
            }
            return false;
        }
        if (acceptance.verdict == Acceptance::Verdict::Drop) return false;
        if (arrival.syn() && !acceptance.failed_paws) {
            challenge(c, now, out);
        } else if (c.may_challenge(now, arrival.length > 0 && !arrival.syn())) {
            c.receiver.note_refused(arrival, c.sysctls());
            send_ack(c, now, acceptance.cause, out);
        }
        return false;
    }
    if (arrival.rst()) {
        // [RST-2]
        if (is_credible_reset(c, arrival)) {
            receive_reset(c, out);
        } else {
            challenge(c, now, out);
        }
        return false;
    }
    // [RST-3]
    if (arrival.syn() && !completes_simultaneous_open(c, segment, arrival)) {
        if (c.tcb.early) {
            send_reset_reply(c, segment, wire::Cause::ResetRefused, out);
        } else {
            challenge(c, now, out);
        }
        return false;
    }
    return true;
}

/// Nothing is in flight, so this ACK is about the closed window. RFC 9293 §3.8.6.1. [PERSIST-3]
void answer_to_probe(Connection& c, Time now) {
    if (!c.has_unsent()) return;
    const Block& head = c.send_buffer.head();
    const StreamOffset end = c.sender.snd_nxt() + head.length + (head.fin ? 1U : 0U);
    if (end <= c.window_end()) {
        c.reset_persist();
        if (c.sender.timer().meaning == TimerMeaning::WindowProbe) c.sender.stop_timer();
        return;
    }
    arm_window_probe(c, now);
}

bool update_window(Connection& c, Time now, StreamOffset ack, const Arrival& arrival,
                   std::uint32_t window) {
    if (!may_update_window(c, ack, arrival.start, window)) return false;
    c.tcb.snd_wl1 = arrival.start;
    if (c.tcb.snd_wnd == window) return true;
    c.tcb.snd_wnd = window;
    if (c.has_unsent()) c.sender.on_write(now);  // a long closed window is idleness too
    if (window > c.tcb.max_window) {
        c.tcb.max_window = window;
        update_mss(c);
    }
    return true;
}

void send_after_ack(Connection& c, Time now, AfterAck what, Output& out) {
    if (what == AfterAck::NewData) {
        const StreamOffset before = c.sender.snd_nxt();
        push_pending(c, now, hold::kNoDelay, out);
        if (c.sender.snd_nxt() > before) return;
        c.sender.on_frto_without_new_data();
        what = AfterAck::Retransmissions;
    }
    if (what == AfterAck::Retransmissions) run_retransmission_loop(c, now, out);
}

/// A segment with ECT or CE has come.
void note_ecn(Connection& c, Time now, const wire::Segment& segment) {
    if (segment.ecn == wire::Ecn::Ce) c.ecn.note_mark();
    if (!c.ecn.is_accurate()) return;
    AccurateEcn& accurate = c.seldom.make().accurate_ecn;
    if (segment.ecn == wire::Ecn::Ce) accurate.count_mark();
    accurate.bytes().count(segment.ecn, segment.payload.length);
    // Where the option is spared it still comes so often per round trip. Linux,
    // `tcp_accecn_option_beacon_check`. [ACCECN-11]
    const std::int32_t beacon = c.sysctls().tcp_ecn_option_beacon;
    if (beacon > 0 &&
        (now - accurate.bytes().last_sent()) * beacon >= Duration::us(c.sender.rtt().srtt_us()))
        accurate.bytes().demand();
}

/// How many marks this ACK tells of; an ACK that brings nothing new may have been overtaken.
/// [ACCECN-7]
std::uint32_t marks_told(Connection& c, const wire::Segment& segment, std::int64_t progress) {
    if (segment.has(wire::flag::kSyn) || (progress <= 0 && segment.sack.count == 0)) return 0;
    const auto bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(progress, 0));
    const auto segments = static_cast<std::uint32_t>((bytes + c.sender.mss() - 1) / c.sender.mss());
    return c.seldom.make().accurate_ecn.take_marks(segment, segments, bytes, c.sender.mss());
}

/// What the sender makes of an ACK that may be news to it, and what leaves then.
void acknowledge(Connection& c, Time now, const wire::Segment& segment, const Arrival& arrival,
                 AckInput& input, Output& out) {
    const StreamOffset una = c.sender.snd_una();
    const bool probing = c.mtu_prober() && c.mtu_prober()->is_probing();
    input.echo = echo_of(now, arrival);
    input.window_end = std::max(input.ack, una) + c.tcb.snd_wnd;
    input.carries_data = arrival.end() > arrival.start;
    std::uint32_t marks = 0;
    if (c.ecn.is_accurate()) {
        marks = marks_told(c, segment, input.ack - una);
        input.ece = marks > 0;
    } else {
        input.ece = c.ecn.is_echo(segment);
    }
    input.has_unsent = c.has_unsent();
    if (probing) [[unlikely]]
        input.mtu_probe = c.mtu_prober()->probe_start();
    const AckOutcome outcome = c.sender.on_ack(now, input);

    if (input.ece) c.seldom.make().delivered_ce += marks != 0 ? marks : outcome.delivered;
    if (outcome.advanced) {
        c.send_buffer.acknowledge(c.sender.snd_una());
        if (c.sender.snd_una() == c.write_end()) out.events |= event::kAllAcknowledged;
        if (c.sender.packets_out() == 0) c.note_answered(now);
        if (c.tcb.urgent) [[unlikely]]
            on_urgent_acknowledged(c);
    }
    if (probing) [[unlikely]]
        judge_probe(c, now, outcome.mtu_probe_lost, out);
    if (outcome.reduced) c.ecn.queue_cwr();
    if (outcome.withdraw_cwr) c.ecn.withdraw_cwr();
    if (outcome.queue_empty_before) answer_to_probe(c, now);
    send_after_ack(c, now, outcome.send, out);
}

[[gnu::noinline]] void acknowledge_with_sack(Connection& c, Time now, const wire::Segment& segment,
                                             const Arrival& arrival, AckInput& input, Output& out) {
    const StreamOffset una = c.sender.snd_una();
    std::array<SackRange, 4> blocks;
    std::size_t count = 0;
    for (std::size_t i = 0; i < segment.sack.count; ++i) {
        const StreamOffset left = from_wire(segment.sack.block[i].left, c.tcb.iss, una);
        const StreamOffset right = from_wire(segment.sack.block[i].right, c.tcb.iss, una);
        if (left - StreamOffset{0} < 0 || right - StreamOffset{0} < 0) continue;
        blocks[count++] = {left, right};
    }
    input.sack = {blocks.data(), count};
    acknowledge(c, now, segment, arrival, input, out);
}

/// RFC 9293 §3.10.7.4, fifth check, in the synchronized states. False: drop the segment.
bool process_ack(Connection& c, Time now, const wire::Segment& segment, const Arrival& arrival,
                 Output& out) {
    const StreamOffset una = c.sender.snd_una();
    AckInput input;
    input.ack = from_wire(segment.ack, c.tcb.iss, una);
    const std::int64_t progress = input.ack - una;
    // RFC 5961 §5.2: what was never sent, or is older than any window, is not the peer's. [SEQ-5]
    const auto oldest =
        static_cast<std::int64_t>(std::min<std::uint64_t>(c.tcb.max_window, c.bytes_acked()));
    if (progress < -oldest || (progress > 0 && input.ack > c.sender.snd_nxt())) {
        challenge(c, now, out);
        return false;
    }
    // What this ACK lets leave echoes the ACK itself. [PAWS-4]
    c.receiver.note_accepted(now, arrival);
    if (progress >= 0) {
        input.window_changed = update_window(c, now, input.ack, arrival, scaled_window(c, segment));
        c.tcb.soft_error = Error::None;
        if (Seldom* seldom = c.seldom.made()) seldom->persist.note_answer();
        c.tcb.last_ack_received = now;
    }
    if (c.tcb.sack && segment.sack.count > 0) {
        acknowledge_with_sack(c, now, segment, arrival, input, out);
    } else if (progress == 0 && !c.ecn.is_enabled() && c.sender.awaits_no_ack() &&
               !c.mtu_prober()) {
        // Data from a peer to whom nothing was sent: every segment of a one-way transfer.
        answer_to_probe(c, now);
    } else {
        acknowledge(c, now, segment, arrival, input, out);
    }
    return true;
}

/// RFC 9293 §3.10.7.4, sixth check: not once the peer's FIN has come.
bool may_be_urgent(State state) {
    return state == State::Established || state == State::FinWait1 || state == State::FinWait2;
}

/// The payload must be the bytes that the peer's stream has at this position: identity of the data
/// end to end, whatever the network did. Forged segments (scripts) prove nothing.
void check_identity(const Arrival& arrival, const wire::Segment& segment) {
    if (arrival.length == 0 || segment.cause == wire::Cause::Script) return;
    SEEDWIRE_ASSERT(segment.payload.offset + 1 == arrival.start.value);
}

void process_text(Connection& c, Time now, const wire::Segment& segment, Arrival& arrival,
                  Output& out) {
    check_identity(arrival, segment);
    if (arrival.length > 0) {
        c.tcb.last_data_received = now;
        const EcnReaction reaction = c.ecn.on_data(segment);
        if (reaction == EcnReaction::QuickAcks) arrival.ecn_quick_acks = 2;
    }
    if (c.receiver.must_acknowledge_first(arrival)) {
        send_ack(c, now, wire::Cause::CompressedSack, out);
    }
    const DataOutcome outcome = c.receiver.on_data(now, arrival, c.receiver_context());
    if (outcome.readable) out.events |= event::kReadable;
    if (outcome.fin_reached) receive_fin(c, now, out);
}

}  // namespace

void challenge(Connection& c, Time now, Output& out) {
    if (!c.may_challenge(now, false)) return;
    const std::int32_t limit = c.sysctls().tcp_challenge_ack_limit;
    if (out.challenges != nullptr && !out.challenges->allow(now, limit)) return;
    send_ack(c, now, wire::Cause::ChallengeAck, out);
}

void check_space(Connection& c, Output& out) {
    if (!c.tcb.write_blocked || !may_queue_data(c.tcb.state)) return;
    if (c.sender.room() > 0) grow_send_buffer(c);
    const std::uint32_t low_water = c.notsent_low_water();
    if (low_water != 0 && c.send_buffer.unsent_bytes() * std::uint64_t{2} >= low_water) return;
    if (!c.send_buffer.is_worth_waking()) return;
    c.tcb.write_blocked = false;
    out.events |= event::kWritable;
}

void segment_arrives(Connection& c, Time now, const wire::Segment& segment, Output& out) {
    ++c.tcb.counters.segments_in;
    if (segment.payload.length > 0) ++c.tcb.counters.data_segments_in;
    const State state = c.tcb.state;
    if (state == State::SynSent) return arrives_in_syn_sent(c, now, segment, out);
    if (state == State::Closed || state == State::Listen || state == State::TimeWait) return;
    // RFC 9293 §3.10.7.4: without ACK, RST and SYN a segment means nothing here. [SEQ-4]
    const std::uint16_t meaningful = wire::flag::kAck | wire::flag::kRst | wire::flag::kSyn;
    if ((segment.flags & meaningful) == 0) return;
    if (c.tcb.early && answer_repeated_syn(c, now, segment, out)) return;

    Arrival arrival = describe_arrival(c, now, segment);
    if (!passes_checks(c, now, segment, arrival, out)) return;
    if (!segment.has(wire::flag::kAck)) return;
    if (segment.ecn != wire::Ecn::NotEct) note_ecn(c, now, segment);
    if (c.tcb.state == State::SynReceived) {
        if (!acknowledges_syn(c, segment.ack)) {
            // RFC 9293 §3.10.7.4: whoever acknowledges something else is of another connection.
            // [OPEN-11]
            return send_reset_reply(c, segment, wire::Cause::ResetRefused, out);
        }
        // [OPEN-12]
        complete_in_syn_received(c, now, segment, out);
        // Data sent early may be acknowledged along with the SYN.
        const StreamOffset ack = from_wire(segment.ack, c.tcb.iss, c.sender.snd_una());
        if (ack > c.sender.snd_una())
            process_ack(c, now, segment, arrival, out);
        else
            c.receiver.note_accepted(now, arrival);
    } else {
        if (!process_ack(c, now, segment, arrival, out)) return;
        if (c.tcb.early) leave_early(c, now, out);
        if (!advance_closing(c, now, segment, arrival, out)) return;
    }
    if (c.ecn.on_flags(segment, c.seldom->accurate_ecn) == EcnReaction::AckNow)
        arrival.ecn_ack_now = true;
    if (refuses_text(c, arrival)) {
        receive_reset(c, out);
        return send_reset_reply(c, segment, wire::Cause::ResetAbort, out);
    }
    const bool text = takes_text(c, arrival);
    if (segment.has(wire::flag::kUrg) || c.tcb.urgent) [[unlikely]]
        if (may_be_urgent(c.tcb.state)) receive_urgent(c, segment, arrival.start, out);
    if (text) process_text(c, now, segment, arrival, out);
    if (c.tcb.state == State::Closed || c.tcb.state == State::TimeWait) return;
    push_pending(c, now, out);
    check_space(c, out);
    if (!text) return;
    if (const AckDecision ack = c.receiver.decide_ack(now, c.receiver_context())) {
        send_ack(c, now, ack.cause, out);
    }
}

}  // namespace seedwire::tcp
