// Fast Open on a connection: data in the SYN, and a server that answers before the handshake is
// complete. RFC 7413 §4.2.
#include "models/tcp/early_data.h"

#include <algorithm>

#include "models/tcp/closing.h"
#include "models/tcp/establishment.h"
#include "models/tcp/mtu_probing.h"
#include "models/tcp/transmit.h"

namespace seedwire::tcp {
namespace {

constexpr StreamOffset kFirstByte{1};
// Left free in a SYN with data for options that boxes on the way may add. Linux,
// `MAX_TCP_OPTION_SPACE`. Bytes.
constexpr std::uint32_t kOptionReserve = 40;

/// Data that fit beside a SYN: the peer's segment size, if an earlier connection has told it.
/// [TFO-3]
std::uint32_t room_in_syn(const Connection& c, const FastOpenRequest& request) {
    const std::uint32_t fits =
        c.tcb.path_mtu > kIpAndTcpHeaderBytes ? c.tcb.path_mtu - kIpAndTcpHeaderBytes : 0;
    std::uint32_t mss = request.mss != 0 ? request.mss : c.advertised_mss();
    if (c.options->maxseg != 0) mss = std::min<std::uint32_t>(mss, c.options->maxseg);
    mss = std::max(std::min(mss, fits), kMinimumSendMss);
    return mss - kOptionReserve;
}

}  // namespace

std::uint32_t add_syn_data(Connection& c, Time now, const FastOpenRequest& request,
                           wire::Segment& syn) {
    syn.syn.fast_open = request.option;
    c.seldom.make().fast_open.failure = request.failure;
    c.tcb.fast_open_asked = request.option.length != wire::FastOpenOption::kAbsent;
    c.seldom.make().fast_open.experimental = request.option.experimental;
    c.seldom.make().fast_open.watched = request.watched;
    const std::uint32_t bytes = std::min(request.bytes, room_in_syn(c, request));
    if (bytes == 0) return 0;
    syn.payload = {0, bytes};
    syn.cause = wire::Cause::FastOpen;
    c.tcb.syn_data = true;
    c.tcb.write_end = c.tcb.pushed = kFirstByte + bytes;
    c.send_buffer.append_block(bytes);
    c.send_buffer.take(bytes, c.write_end());
    c.note_busy(now);
    c.tcb.last_data_sent = now;
    ++c.tcb.counters.data_segments_out;
    c.tcb.counters.bytes_sent += bytes;
    return bytes;
}

StreamOffset syn_data_end(const Connection& c) {
    // Nothing more can be written before the handshake is complete.
    return c.tcb.syn_data ? c.write_end() : kFirstByte;
}

bool restore_syn_data(Connection& c, Time now, StreamOffset acked) {
    const StreamOffset end = syn_data_end(c);
    const std::uint32_t mss = c.sender.mss();
    c.send_buffer.acknowledge(acked);
    for (StreamOffset start = acked; start < end;) {
        const StreamOffset next = std::min(start + mss, end);
        c.sender.on_new_segment(now, start, next, next == end ? sent::kPush : std::uint16_t{0});
        start = next;
    }
    if (acked == end) return false;
    // No sign of congestion: the window stays. A path that takes segments of no size loses all.
    // [TFO-7]
    c.sender.on_path_mtu_reduced(now, 0);
    c.sender.set_mss(mss);
    return true;
}

void learn_from_syn_ack(Connection& c, const wire::Segment& syn_ack, bool refused, bool sent_again,
                        Output& out) {
    constexpr std::int8_t kAbsent = wire::FastOpenOption::kAbsent;
    FastOpenNews& news = out.fast_open;
    news.answered = true;
    news.mss = syn_ack.syn.mss != 0 ? syn_ack.syn.mss : kDefaultPeerMss;
    news.cookie = fast_open_option(syn_ack);
    if (!c.tcb.fast_open_asked) {
        news.cookie.length = kAbsent;
    } else if (!sent_again && news.cookie.length == kAbsent && !c.tcb.syn_data) {
        news.other_format = c.seldom->fast_open.experimental ? 2 : 1;
    }
    if (refused) {
        c.seldom.make().fast_open.failure =
            sent_again ? FastOpenFailure::SynRetransmitted : FastOpenFailure::DataNotAcknowledged;
    } else {
        c.tcb.syn_data_acked = c.tcb.syn_data;
    }
    out.events |= event::kFastOpenNews;
}

void note_timeouts(Connection& c, std::uint32_t timeouts, bool gives_up, Output& out) {
    constexpr std::uint32_t kSuspicious = 2;  // the third expiry in a row
    if (!c.tcb.fast_open_asked && !c.tcb.syn_data && !c.tcb.syn_data_acked) return;
    if (timeouts != kSuspicious && !(timeouts < kSuspicious && gives_up)) return;
    if (c.tcb.state == State::SynSent) {
        c.seldom.make().fast_open.failure = FastOpenFailure::SynRetransmitted;
    }
    if (c.seldom->fast_open.child) return;  // a server does not choose to use Fast Open
    out.fast_open.blackhole = true;
    out.events |= event::kFastOpenNews;
}

void judge_path(const Connection& c, Output& out) {
    if (!c.tcb.fast_open_asked) return;
    FastOpenNews& news = out.fast_open;
    if (c.tcb.counters.data_segments_in == 0) {
        // A FIN that came alone, and out of order: what preceded it was swallowed.
        news.blackhole = news.blackhole || c.receiver.out_of_order_packets() > 0;
    } else if (c.seldom->fast_open.watched) {
        news.works = true;
    }
    if (news.blackhole || news.works) out.events |= event::kFastOpenNews;
}

// --- server -------------------------------------------------------------------------------------

void begin_early(Connection& c, Time now, const PassiveOpen& open) {
    c.tcb.early = c.seldom.make().fast_open.child = true;
    Handshake& h = c.tcb.handshake.make();
    h.offered_timestamps = c.tcb.timestamps;
    h.offered_sack = c.tcb.sack;
    h.offered_scaling = c.tcb.scaling;
    c.tcb.snd_wnd = c.tcb.max_window = open.syn.window;  // never scaled: RFC 7323 §2.2
    update_mss(c);
    start_mtu_probing(c, now);
    SenderStart start;
    start.mss = c.sender.mss();
    start.sack = c.tcb.sack;
    start.max_window = c.tcb.max_window;
    c.sender.start(now, start);
    c.sender.on_no_handshake_sample();  // none yet
    grow_send_buffer(c);
    c.tcb.last_data_sent = c.tcb.last_ack_received = c.tcb.last_data_received = now;
    ++c.tcb.counters.segments_in;
    const std::uint32_t length = open.syn.payload.length;
    if (length > 0) {
        ++c.tcb.counters.data_segments_in;
        c.tcb.syn_data_acked = true;
        c.receiver.take_syn_data(length, wire::option_bytes(open.syn), true);
    }
    c.arm_handshake(c.expiry(now, h.rto));
}

void leave_early(Connection& c, Time now, Output& out) {
    c.tcb.early = false;
    c.tcb.handshake.release();
    // Until now the SYN-ACK's timer was the only one.
    if (c.sender.packets_out() > 0) c.sender.rearm_after_handshake(now);
    out.events |= event::kFastOpenNews;
}

bool answer_repeated_syn(Connection& c, Time now, const wire::Segment& segment, Output& out) {
    constexpr std::uint16_t kControl =
        wire::flag::kSyn | wire::flag::kAck | wire::flag::kRst | wire::flag::kFin;
    if (segment.seq != c.tcb.irs || (segment.flags & kControl) != wire::flag::kSyn) return false;
    if (c.may_challenge(now, false)) {
        Handshake& h = c.tcb.handshake.make();
        if (h.repeats != UINT8_MAX) ++h.repeats;
        send_syn_ack(c, now, wire::Cause::SynRepeated, out);
    }
    return true;
}

void early_timeout(Connection& c, Time now, Output& out) {
    Handshake& h = c.tcb.handshake.make();
    h.expiry = Time::never();
    // One more than without Fast Open: the program may hold the connection already. [TFO-12]
    const std::int32_t most =
        c.options->syn_count != 0 ? c.options->syn_count : c.sysctls().tcp_synack_retries + 1;
    if (c.tcb.syn_timeouts >= most) return finish(c, Error::TimedOut, out);
    // RFC 5681 §3.1, as after a handshake: two losses mean congestion.
    if (c.tcb.syn_timeouts == 1) c.sender.on_handshake_loss(now);
    ++c.tcb.syn_timeouts;
    out.expired_rto = h.rto;
    send_syn_ack(c, now, wire::Cause::SynAckTimeout, out);
    h.rto = std::min(h.rto * 2, c.sysctls().tcp_rto_max);
    c.arm_handshake(c.expiry(now, h.rto));
}

}  // namespace seedwire::tcp
