// Headers of outgoing segments, and every segment that carries no new data: retransmissions,
// acknowledgements, probes, resets, SYNs. RFC 9293 §3.10.8, §3.5.2, §3.8.6.1.
#include <algorithm>

#include "models/tcp/transmit.h"
#include "models/tcp/urgent.h"
#include "sim/base/assert.h"

namespace seedwire::tcp {
namespace {

// Copied faster than made.
const wire::Segment kBlank;

constexpr std::uint32_t kOptionSpace = 40;  // RFC 9293 §3.1: the header is at most 60 octets

std::uint8_t sack_room(const Connection& c) {
    const std::uint32_t others = c.tcb.timestamps ? kTimestampOptionBytes : 0;
    return static_cast<std::uint8_t>((kOptionSpace - others - 4) / 8);
}

/// SND.NXT as far as the peer's window allows: a sequence number that it will accept. Linux,
/// `tcp_acceptable_seq`. [SEND-11]
StreamOffset acceptable_sequence(const Connection& c) {
    const StreamOffset next = c.sender.snd_nxt();
    const StreamOffset edge = c.window_end();
    if (next <= edge) return next;
    const std::int64_t beyond = next - edge;
    if (c.tcb.scaling && beyond < (std::int64_t{1} << c.tcb.rcv_wscale)) return next;
    return edge;
}

void describe_syn(const Connection& c, Time now, wire::Segment& syn) {
    const Handshake& h = *c.tcb.handshake;
    syn.seq = c.tcb.iss;
    syn.window = h.window.field();
    syn.syn.mss = c.advertised_mss();
    syn.syn.window_scale = h.offered_scaling ? h.window.scale : std::int8_t{-1};
    syn.syn.sack_permitted = h.offered_sack;
    if (h.offered_timestamps) {
        syn.has_timestamps = true;
        syn.ts_value = timestamp_value(now, c.timestamp_offset);
    }
}

/// The first fields of the option that fit into `room`: at least those that changed. Linux,
/// `tcp_options_fit_accecn`. [ACCECN-9]
std::uint8_t fields_that_fit(const EcnByteCounters& bytes, std::uint32_t room) {
    for (std::uint8_t fields = EcnByteCounters::kFields; fields > 0; --fields) {
        if (fields < bytes.least_fields()) return 0;
        const wire::AccurateEcnOption option = bytes.option(fields);
        if (((option.bytes() + 3) & ~3U) <= room) return fields;
    }
    return 0;
}

}  // namespace

wire::Segment& begin_segment(Connection& c, Time now, StreamOffset seq, wire::Cause cause,
                             Output& out) {
    wire::Segment& segment = out.segments.emplace_back(kBlank);
    segment.seq = to_wire(seq, c.tcb.iss);
    segment.flags = wire::flag::kAck;
    segment.cause = cause;
    segment.window = c.receiver.select_window(c.sysctls());
    segment.ack = to_wire(c.receiver.rcv_nxt(), c.tcb.irs);
    if (c.tcb.sack && c.receiver.sack_count() > 0) [[unlikely]]
        segment.sack = c.receiver.take_sack(c.tcb.irs, sack_room(c));
    if (c.tcb.timestamps) {
        segment.has_timestamps = true;
        segment.ts_value = timestamp_value(now, c.timestamp_offset);
        segment.ts_echo = c.receiver.ts_recent();
    }
    if (c.tcb.urgent) [[unlikely]]
        put_urgent_pointer(c, seq, segment);
    c.receiver.note_ack_sent();
    c.tcb.last_transmission = now;
    ++c.tcb.counters.segments_out;
    return segment;
}

std::uint32_t Connection::accurate_option_bytes(std::uint32_t others) const {
    const bool spared = sysctls().tcp_ecn_option == ecn_option::kWhereNeeded;
    const EcnByteCounters& bytes = seldom->accurate_ecn.bytes();
    if (!ecn.is_accurate() || !bytes.is_due(spared)) return 0;
    const std::uint8_t fields = fields_that_fit(bytes, kOptionSpace - others);
    return fields == 0 ? 0 : (bytes.option(fields).bytes() + 3) & ~3U;
}

void Connection::mark_accurately(wire::Segment& segment) {
    AccurateEcn& accurate = seldom.make().accurate_ecn;
    accurate.mark(segment);
    segment.accurate_ecn = {};  // it may be a copy of the one before
    const bool spared = sysctls().tcp_ecn_option == ecn_option::kWhereNeeded;
    if (!accurate.bytes().is_due(spared)) return;
    const std::uint8_t fields =
        fields_that_fit(accurate.bytes(), kOptionSpace - wire::option_bytes(segment));
    if (fields == 0) return;
    segment.accurate_ecn = accurate.bytes().option(fields);
    accurate.bytes().note_sent(tcb.last_transmission);
}

void retransmit(Connection& c, Time now, const Retransmission& lost, Output& out) {
    if (c.mtu_prober()) c.mtu_prober()->forget_probe();  // what it would tell is not clear any more
    wire::Segment& segment = begin_segment(c, now, lost.start, lost.cause, out);
    // [CLOSE-3]
    const bool fin = c.tcb.write_shut && lost.end == c.write_end();
    const auto space = static_cast<std::uint32_t>(lost.end - lost.start);
    segment.payload.offset = lost.start.value - 1;
    segment.payload.length = space - (fin ? 1U : 0U);
    if (fin) segment.flags |= wire::flag::kFin;
    if (lost.push && segment.payload.length > 0) segment.flags |= wire::flag::kPsh;
    c.mark_ecn(segment, false);
    if (segment.payload.length > 0) {
        c.receiver.note_data_sent(now);
        c.tcb.last_data_sent = now;
        ++c.tcb.counters.data_segments_out;
        c.tcb.counters.bytes_sent += segment.payload.length;
    }
}

void run_retransmission_loop(Connection& c, Time now, Output& out) {
    while (const auto lost = c.sender.next_retransmission(c.peer_window())) {
        retransmit(c, now, *lost, out);
        c.sender.on_retransmission(now, *lost);
    }
    c.sender.on_retransmission_loop_end(now);
    if (!c.sender.guesses_losses()) return;
    push_pending(c, now, out);
    while (const auto guess = c.sender.next_guess(c.peer_window())) {
        retransmit(c, now, *guess, out);
        c.sender.on_retransmission(now, *guess);
    }
}

void send_ack(Connection& c, Time now, wire::Cause cause, Output& out) {
    wire::Segment& segment = begin_segment(c, now, acceptable_sequence(c), cause, out);
    c.mark_ecn(segment, false);
}

void send_probe(Connection& c, Time now, wire::Cause cause, Output& out) {
    const std::int64_t offered = c.window_end() - c.sender.snd_nxt();
    const bool octet = offered <= 0 && cause == wire::Cause::ZeroWindowProbe &&
                       c.sysctls().follows_rfc(Difference::ZeroWindowProbe);
    if (c.has_unsent() && (offered > 0 || octet)) {
        // The window is open, but too small for what silly-window avoidance wants: use what there
        // is. RFC 9293 §3.8.6.1 also sends an octet into a closed one. [PERSIST-4]
        const std::uint64_t window = octet ? 1 : static_cast<std::uint64_t>(offered);
        const std::uint32_t mss = current_mss(c);
        const Block& head = c.send_buffer.head();
        const std::uint32_t length =
            static_cast<std::uint32_t>(std::min<std::uint64_t>({head.length, mss, window}));
        const bool whole = length == head.length;
        const StreamOffset start = c.sender.snd_nxt();
        const StreamOffset end = start + length + (whole && head.fin ? 1U : 0U);
        c.tcb.pushed = std::max(c.tcb.pushed.near(end), end);
        const Block block = c.send_buffer.take(length, end);
        wire::Segment& segment = begin_segment(c, now, start, cause, out);
        segment.payload.offset = start.value - 1;
        segment.payload.length = length;
        if (length > 0) segment.flags |= wire::flag::kPsh;
        if (block.fin) segment.flags |= wire::flag::kFin;
        c.mark_ecn(segment, length > 0);
        if (length > 0) {
            c.receiver.note_data_sent(now);
            c.tcb.last_data_sent = now;
            ++c.tcb.counters.data_segments_out;
            c.tcb.counters.bytes_sent += length;
        }
        if (length < mss) c.tcb.last_small = end;
        c.sender.on_new_segment(now, start, end, sent::kPush);
        return;
    }
    // [PERSIST-2]
    if (c.tcb.urgent && c.seldom->urgent.sending && cause == wire::Cause::ZeroWindowProbe) {
        // The pointer goes ahead of the octet, with a number that the peer expects. [URG-3]
        c.mark_ecn(begin_segment(c, now, c.sender.snd_una(), cause, out), false);
    }
    wire::Segment& segment = begin_segment(c, now, c.sender.snd_una() - 1, cause, out);
    c.mark_ecn(segment, false);
}

void send_reset(Connection& c, Time now, wire::Cause cause, Output& out) {
    wire::Segment& segment = begin_segment(c, now, acceptable_sequence(c), cause, out);
    segment.flags |= wire::flag::kRst;
}

// [RST-5]
void send_reset_reply(Connection& c, const wire::Segment& answered, wire::Cause cause,
                      Output& out) {
    if (answered.has(wire::flag::kRst)) return;
    wire::Segment segment;
    segment.flags = wire::flag::kRst;
    segment.cause = cause;
    if (answered.has(wire::flag::kAck)) {
        segment.seq = answered.ack;
    } else {
        segment.flags |= wire::flag::kAck;
        segment.ack = answered.end();
    }
    ++c.tcb.counters.segments_out;
    out.segments.push_back(segment);
}

// [TFO-6]
void send_syn(Connection& c, Time now, wire::Cause cause, Output& out) {
    wire::Segment syn;
    describe_syn(c, now, syn);
    syn.flags = wire::flag::kSyn;
    syn.cause = cause;
    const Handshake& h = *c.tcb.handshake;
    // RFC 3168 §6.1.1.1: perhaps the ECN bits were what killed the first SYN. If it was its answer
    // that got lost, the next SYN-ACK may still agree.
    // Accurate ECN gets a second try: RFC 9768 §3.1.4.1. [ECN-6] [ACCECN-6]
    const int tries = h.offered_accurate_ecn ? 2 : 1;
    const bool falls_back = c.sysctls().tcp_ecn_fallback && c.tcb.syn_timeouts + h.repeats >= tries;
    if (h.offered_ecn && !falls_back) {
        syn.flags |= wire::flag::kEce | wire::flag::kCwr;
        if (h.offered_accurate_ecn) syn.flags |= wire::flag::kAe;
    }
    ++c.tcb.counters.segments_out;
    out.segments.push_back(syn);
}

void send_syn_ack(Connection& c, Time now, wire::Cause cause, Output& out) {
    wire::Segment syn;
    describe_syn(c, now, syn);
    syn.flags = wire::flag::kSyn | wire::flag::kAck;
    syn.cause = cause;
    syn.ack = to_wire(c.receiver.rcv_nxt(), c.tcb.irs);
    if (syn.has_timestamps) syn.ts_echo = c.receiver.ts_recent();
    c.ecn.mark_syn_ack(syn, c.seldom->accurate_ecn);
    ++c.tcb.counters.segments_out;
    out.segments.push_back(syn);
}

// [CLOSE-1]
void queue_fin(Connection& c, Time now, Output& out) {
    SEEDWIRE_ASSERT(!c.tcb.write_shut);
    c.tcb.write_shut = true;
    if (!c.has_unsent()) c.note_busy(now);
    c.send_buffer.append_fin();
    c.tcb.write_end = c.write_end() + 1;
    push_pending(c, now, hold::kNoDelay, out);
}

}  // namespace seedwire::tcp
