// When a probe of the path MTU may leave, and what its fate means. RFC 4821 §7.
#include "models/tcp/mtu_probing.h"

#include <algorithm>

#include "models/tcp/transmit.h"

namespace seedwire::tcp {
namespace {

// A probe must not be what empties the window: so many segments at least. Linux.
constexpr std::uint32_t kLeastWindow = 11;
constexpr std::int32_t kFromTheStart = 2;  // of `tcp_mtu_probing`; 1: after a black hole

std::uint32_t header_bytes(const Connection& c) {
    return kIpAndTcpHeaderBytes + (c.tcb.timestamps ? kTimestampOptionBytes : 0);
}

std::uint32_t to_mtu(const Connection& c, std::uint32_t mss) { return mss + header_bytes(c); }

std::uint32_t to_mss(const Connection& c, std::uint32_t mtu) {
    const std::uint32_t options = header_bytes(c) - kIpAndTcpHeaderBytes;
    const std::uint32_t fits = mtu > kIpAndTcpHeaderBytes ? mtu - kIpAndTcpHeaderBytes : 0;
    return std::max(std::min<std::uint32_t>(fits, c.tcb.peer_mss), kMinimumSendMss) - options;
}

/// Joins blocks until the first one holds `length` bytes.
bool gather(SendBuffer& buffer, std::uint32_t length) {
    while (buffer.head().length < length) {
        const std::uint32_t before = buffer.head().length;
        buffer.grow_head(length - before);
        if (buffer.head().length == before) return false;
    }
    return true;
}

void send_probe(Connection& c, Time now, std::uint32_t length, Output& out) {
    const StreamOffset start = c.sender.snd_nxt();
    const StreamOffset end = start + length;
    const Block block = c.send_buffer.take(length, end);
    wire::Segment& segment = begin_segment(c, now, start, c.sender.new_data_cause(), out);
    segment.payload.offset = start.value - 1;
    segment.payload.length = length;
    if (block.push) segment.flags |= wire::flag::kPsh;
    c.mark_ecn(segment, true);
    c.receiver.note_data_sent(now);
    c.tcb.last_data_sent = now;
    ++c.tcb.counters.data_segments_out;
    c.tcb.counters.bytes_sent += length;
    c.sender.on_mtu_probe_sent();
    c.sender.on_new_segment(now, start, end, block.push ? sent::kPush : std::uint16_t{0});
    c.mtu_prober()->on_probe_sent(to_mtu(c, length), start, end);
}

}  // namespace

void start_mtu_probing(Connection& c, Time now) {
    const Sysctls& sysctls = c.sysctls();
    if (sysctls.tcp_mtu_probing == 0) return;
    Seldom& some = c.seldom.make();
    if (!some.mtu_prober) some.mtu_prober = std::make_unique<MtuProber>();
    some.mtu_prober->start(now, to_mtu(c, static_cast<std::uint32_t>(sysctls.tcp_base_mss)),
                           c.tcb.peer_mss + kIpAndTcpHeaderBytes,
                           sysctls.tcp_mtu_probing >= kFromTheStart);
}

std::uint32_t bound_by_search(Connection& c, std::uint32_t mss) {
    c.mtu_prober()->limit(c.tcb.path_mtu);
    if (!c.mtu_prober()->is_enabled()) return mss;
    return std::min(mss, to_mss(c, c.mtu_prober()->low()));
}

// [PMTU-3]
MtuProbe probe_mtu(Connection& c, Time now, std::uint32_t mss, Output& out) {
    MtuProber& prober = *c.mtu_prober();
    const bool quiet = c.sender.state() == RecoveryState::Open && c.receiver.sack_count() == 0;
    if (!prober.is_enabled() || prober.is_probing() || !quiet) return MtuProbe::Skip;
    const std::uint32_t cwnd = c.sender.window().cwnd;
    if (cwnd < kLeastWindow) return MtuProbe::Skip;
    const std::uint32_t size = to_mss(c, prober.next_size());
    const auto threshold = static_cast<std::uint32_t>(c.sysctls().tcp_probe_threshold);
    if (size > to_mss(c, prober.high()) || prober.is_over(threshold)) {
        prober.restart_if_due(now, c.sysctls().tcp_probe_interval, to_mtu(c, mss));
        return MtuProbe::Skip;
    }
    // Enough behind the probe that its loss is found by duplicate ACKs.
    const std::uint32_t needed = size + (c.sender.episode().reordering + 1) * c.sender.mss();
    if (c.send_buffer.unsent_bytes() < needed || c.tcb.snd_wnd < needed) return MtuProbe::Skip;
    if (c.sender.snd_nxt() + needed > c.window_end()) return MtuProbe::Wait;
    const std::uint32_t in_flight = c.sender.in_flight();
    if (in_flight + 2 > cwnd) return in_flight == 0 ? MtuProbe::Skip : MtuProbe::Wait;
    if (!gather(c.send_buffer, size)) return MtuProbe::Skip;
    send_probe(c, now, size, out);
    return MtuProbe::Sent;
}

void judge_probe(Connection& c, Time now, bool lost, Output& out) {
    MtuProber& prober = *c.mtu_prober();
    if (lost) {
        prober.on_failure();
        c.sender.on_mtu_probe_lost();
        // It goes again in pieces that are known to fit, the window as it was. [PMTU-4]
        c.sender.on_path_mtu_reduced(now, c.sender.mss());
        return run_retransmission_loop(c, now, out);
    }
    if (c.sender.snd_una() < prober.probe_end()) return;
    c.sender.on_mtu_grown(now, to_mtu(c, c.sender.mss()), prober.probe_size());
    c.tcb.path_mtu = std::max(c.tcb.path_mtu,
                              static_cast<std::uint16_t>(prober.probe_size()));  // now it is proven
    prober.on_success();
    update_mss(c);
}

// [PMTU-6]
void search_smaller_mtu(Connection& c, Time now) {
    const Sysctls& sysctls = c.sysctls();
    std::uint32_t mss = to_mss(c, c.mtu_prober()->low()) / 2;
    mss = std::min(mss, static_cast<std::uint32_t>(sysctls.tcp_base_mss));
    mss = std::max({mss, static_cast<std::uint32_t>(sysctls.tcp_mtu_probe_floor), kMinimumSendMss});
    c.mtu_prober()->on_black_hole(now, to_mtu(c, mss));
    update_mss(c);
}

}  // namespace seedwire::tcp
