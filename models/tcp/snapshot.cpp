// tcp_info and its smaller relatives. Linux, `tcp_get_info`.
#include "models/tcp/snapshot.h"

#include "models/tcp/closing.h"

namespace seedwire::tcp {
namespace {

// tcpi_options, linux/tcp.h.
constexpr std::uint8_t kOptionTimestamps = 1, kOptionSack = 2, kOptionScaling = 4, kOptionEcn = 8,
                       kOptionEcnSeen = 16, kOptionSynData = 32, kOptionFastOpenChild = 128;

std::uint8_t option_bits(const Connection& c) {
    std::uint8_t bits = 0;
    if (c.tcb.timestamps) bits |= kOptionTimestamps;
    if (c.tcb.sack) bits |= kOptionSack;
    if (c.tcb.scaling) bits |= kOptionScaling;
    if (c.ecn.is_enabled()) bits |= kOptionEcn;
    if (c.ecn.has_seen_ect()) bits |= kOptionEcnSeen;
    if (c.tcb.syn_data_acked) bits |= kOptionSynData;
    if (c.seldom->fast_open.child) bits |= kOptionFastOpenChild;
    return bits;
}

void describe_sending(const Connection& c, Time now, Info& info) {
    const Sender& s = c.sender;
    const Scoreboard& board = s.scoreboard();
    info.ca_state = s.state();
    info.retransmits = s.episode().retransmits;
    info.backoff = static_cast<std::uint8_t>(s.rtt().backoff() + c.seldom->persist.backoff());
    info.probes = static_cast<std::uint8_t>(c.seldom->persist.unanswered());
    info.rto = s.rto().us();
    info.rtt = s.rtt().srtt_us();
    info.rttvar = s.rtt().mdev_us();
    info.min_rtt = s.rtt().has_minimum() ? s.rtt().min_rtt_us() : 0;
    info.unacked = board.packets_out();
    info.sacked = board.sacked_out();
    info.lost = board.lost_out();
    info.retrans = board.retrans_out();
    info.snd_ssthresh = s.window().ssthresh;
    info.snd_cwnd = s.window().cwnd;
    info.reordering = s.episode().reordering;
    info.reord_seen = s.episode().reordering_seen;
    info.total_retrans = s.total_retransmissions() + c.tcb.syn_timeouts;
    info.total_rto = s.total_timeouts();
    info.dsack_dups = s.dsack_duplicates();
    info.delivered = s.delivered();
    info.bytes_retrans = s.bytes_retransmitted();
    info.pacing_rate = s.pacing_rate();
    info.delivery_rate = s.delivery_rate();
    info.last_data_sent = now - c.tcb.last_data_sent;
    info.rwnd_limited = c.seldom->limits.spent(now, SendLimit::ReceiveWindow).us();
    info.sndbuf_limited = c.seldom->limits.spent(now, SendLimit::SendBuffer).us();
    info.busy_time =
        info.rwnd_limited + info.sndbuf_limited + c.seldom->limits.spent(now, SendLimit::Busy).us();
}

void describe_receiving(const Connection& c, Time now, Info& info) {
    const Receiver& r = c.receiver;
    info.ato = r.acks().ato().us();
    info.rcv_mss = r.acks().rcv_mss();
    info.rcv_rtt = r.rtt().eighths_us() / 8;
    info.rcv_ssthresh = r.window().threshold();
    info.rcv_space = r.window().space();
    info.rcv_wnd = r.offered_window();
    info.bytes_received = r.bytes_received();
    info.rcv_ooopack = r.out_of_order_packets();
    info.last_data_recv = now - c.tcb.last_data_received;
    info.last_ack_recv = now - c.tcb.last_ack_received;
}

}  // namespace

Glance take_glance(const Connection& c) {
    Glance glance;
    glance.state = c.tcb.state;
    glance.recovery = c.sender.state();
    glance.cwnd = c.sender.window().cwnd;
    glance.ssthresh = c.sender.window().ssthresh;
    glance.in_flight = c.sender.in_flight();
    return glance;
}

Info take_info(const Connection& c, Time now) {
    Info info;
    info.state = c.tcb.state;
    info.options = option_bits(c);
    info.snd_wscale = c.tcb.snd_wscale;
    info.rcv_wscale = c.tcb.rcv_wscale;
    info.fastopen_client_fail = static_cast<std::uint8_t>(c.seldom->fast_open.failure);
    info.snd_mss = c.sender.mss();
    const std::uint32_t deducted = c.tcb.timestamps ? kTimestampOptionBytes : 0;
    info.advmss = c.advertised_mss() - deducted;
    info.pmtu = c.tcb.path_mtu;
    info.snd_wnd = c.tcb.snd_wnd;
    describe_sending(c, now, info);
    describe_receiving(c, now, info);
    const Counters& counters = c.tcb.counters;
    // The SYN of an active open counts as one acknowledged byte. [INFO-1]
    info.bytes_acked =
        c.bytes_acked() + (!c.tcb.passive && c.is_synchronized() ? std::uint64_t{1} : 0);
    info.bytes_sent = counters.bytes_sent;
    info.delivered_ce = c.seldom->delivered_ce;
    info.segs_in = counters.segments_in;
    info.segs_out = counters.segments_out;
    info.data_segs_in = counters.data_segments_in;
    info.data_segs_out = counters.data_segments_out;
    info.notsent_bytes = c.send_buffer.unsent_bytes();
    return info;
}

PathExperience take_experience(const Connection& c) {
    const Sender& s = c.sender;
    PathExperience experience;
    experience.srtt8_us = static_cast<std::uint32_t>(s.rtt().srtt8_us());
    experience.cwnd = s.window().cwnd;
    experience.ssthresh = s.window().ssthresh;
    experience.reordering = s.episode().reordering;
    experience.backed_off = s.rtt().backoff() != 0;
    experience.open = s.state() == RecoveryState::Open;
    return experience;
}

Remains take_remains(const Connection& c) {
    Remains remains;
    remains.snd_nxt = to_wire(c.sender.snd_nxt(), c.tcb.iss);
    remains.rcv_nxt = to_wire(c.receiver.rcv_nxt(), c.tcb.irs);
    remains.rcv_wnd = c.receiver.offered_window();
    remains.rcv_wscale = c.tcb.rcv_wscale;
    remains.has_timestamps = c.tcb.timestamps;
    remains.ts_recent = c.receiver.ts_recent();
    remains.ts_offset = c.timestamp_offset;
    remains.ts_recent_stamp = c.receiver.paws().stamp();
    remains.fin_wait2_timeout = fin_wait2_timeout(c);
    return remains;
}

}  // namespace seedwire::tcp
