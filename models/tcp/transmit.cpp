// The send loop: which block leaves next, how long it is, what holds it back.
// RFC 9293 §3.8.6.2.1 (Nagle, silly windows), RFC 5681 §3.1; Linux, `tcp_write_xmit`.
#include "models/tcp/transmit.h"

#include <algorithm>

#include "models/tcp/arrival.h"
#include "models/tcp/mtu_probing.h"
#include "sim/base/assert.h"

namespace seedwire::tcp {
namespace {

// What a transmit buffer may hold: 64 KiB less room for headers. Bytes. Linux, `sk_gso_max_size`.
constexpr std::uint32_t kLargestBlock = 65536 - 257;
// A block is sized to last about 1 ms at the pacing rate, plus, on short paths, a share of
// kLargestBlock that halves per 512 us of RTT. Linux, `tcp_tso_autosize`. [SEND-6]
constexpr int kBlockRateShift = 10;
constexpr int kBlockRttShift = 9;
// Deferral is for senders that are busy: the last send, and the next ACK, within 1 ms. Linux,
// `tcp_tso_should_defer`.
constexpr Duration kDeferral = Duration::ms(1);

std::uint32_t segments_in(std::uint32_t bytes, std::uint32_t mss) {
    return bytes <= mss ? 1 : (bytes + mss - 1) / mss;
}

std::uint32_t largest_block_segments(const Connection& c, std::uint32_t mss) {
    if (c.sysctls().follows_rfc(Difference::Blocks)) return 1;
    std::uint64_t bytes = c.pacing_rate() >> kBlockRateShift;
    const std::uint32_t share = c.sender.rtt().min_rtt_us() >> kBlockRttShift;
    if (share < 32) bytes += kLargestBlock >> share;
    bytes = std::min<std::uint64_t>(bytes, kLargestBlock);
    return std::max(static_cast<std::uint32_t>(bytes) / mss,
                    static_cast<std::uint32_t>(c.sysctls().tcp_min_tso_segs));
}

/// Minshall's variant of Nagle: a short segment waits while an earlier short one is outstanding.
/// [NAGLE-1]
bool is_held(const Connection& c, bool partial, std::uint8_t held_by) {
    if (!partial || (held_by & hold::kPush) != 0) return false;
    // [NAGLE-3]
    if (held_by & hold::kCork) return true;
    if (held_by != 0 || c.sender.packets_out() == 0) return false;
    if (c.sysctls().follows_rfc(Difference::Nagle)) return true;
    return c.tcb.last_small > c.sender.snd_una() && c.tcb.last_small <= c.sender.snd_nxt();
}

/// RFC 9293 §3.8.6.2.1 (3): a rest of the window is used if it is half of the largest ever offered.
bool is_worth_a_rest(const Connection& c, std::uint64_t rest) {
    return c.sysctls().follows_rfc(Difference::SenderSillyWindow) && rest > 0 &&
           rest >= c.tcb.max_window / 2;
}

bool fits_window(const Connection& c, const Block& head, std::uint32_t mss) {
    const std::int64_t window = c.window_end() - c.sender.snd_nxt();
    if (window > 0 && is_worth_a_rest(c, static_cast<std::uint64_t>(window))) return true;
    const StreamOffset start = c.sender.snd_nxt();
    const StreamOffset end =
        head.length > mss ? start + mss : start + head.length + (head.fin ? 1U : 0U);
    return end <= c.window_end();
}

/// Where the head block is cut: at whole segments that fit, its short tail only if nothing holds
/// it. [SEND-2]
std::uint32_t cut_of_head(const Connection& c, std::uint32_t mss, std::uint32_t segments,
                          std::uint8_t held_by) {
    const Block& head = c.send_buffer.head();
    const auto window = static_cast<std::uint64_t>(c.window_end() - c.sender.snd_nxt());
    const std::uint32_t most = mss * segments;
    if (most <= window && !c.send_buffer.head_is_last()) return most;
    const auto needed = static_cast<std::uint32_t>(std::min<std::uint64_t>(head.length, window));
    if (most <= needed) return most;
    const std::uint32_t partial = needed % mss;
    const bool rest_of_window = needed < head.length && partial != 0;
    if (rest_of_window && c.sysctls().follows_rfc(Difference::SenderSillyWindow)) {
        return is_worth_a_rest(c, partial) ? needed : needed - partial;
    }
    return is_held(c, partial != 0, held_by) ? needed - partial : needed;
}

struct Deferral {
    bool wait = false;
    bool for_cwnd = false;
};

/// May a block of several segments wait for more window or data? Linux, `tcp_tso_should_defer`.
/// [SEND-7]
Deferral defer(const Connection& c, Time now, std::uint32_t most_segments) {
    if (c.sender.episode().in_recovery() || now - c.tcb.last_transmission > kDeferral) return {};
    const Block& head = c.send_buffer.head();
    const std::uint64_t mss = c.sender.mss();
    const auto send_window = static_cast<std::uint64_t>(c.window_end() - c.sender.snd_nxt());
    const std::uint64_t congestion_window = c.sender.room() * mss;
    const std::uint64_t limit = std::min(send_window, congestion_window);
    if (limit >= most_segments * mss) return {};
    if (!c.send_buffer.head_is_last() && limit >= head.length) return {};
    const auto divisor = static_cast<std::uint64_t>(c.sysctls().tcp_tso_win_divisor);
    if (divisor != 0) {
        const std::uint64_t whole =
            std::min<std::uint64_t>(c.tcb.snd_wnd, c.sender.window().cwnd * mss);
        if (limit >= whole / divisor) return {};
    } else if (limit > 3 * mss) {
        return {};  // without a divisor three segments are a burst: Linux,
                    // `tcp_max_tso_deferred_mss`
    }
    const Scoreboard& board = c.sender.scoreboard();
    if (board.empty()) return {};
    const Duration srtt = Duration::ns(c.sender.rtt().srtt8_us() * 1000 / 8);
    const Duration until_ack = board.at(board.first()).sent + srtt - now;
    if (until_ack > std::min(srtt / 2, kDeferral)) return {};
    if (congestion_window < send_window) {
        if (congestion_window <= head.length) return {true, true};
    } else if (send_window <= head.length) {
        return {true, false};
    }
    if (head.fin || head.end_of_record) return {};
    return {true, false};
}

/// The first `length` bytes of the head leave as one block: consecutive segments with equal
/// headers.
std::uint32_t send_block(Connection& c, Time now, std::uint32_t length, std::uint32_t mss,
                         Output& out) {
    const StreamOffset start = c.sender.snd_nxt();
    const bool whole = length == c.send_buffer.head().length;
    const bool ends = whole && c.send_buffer.head().fin;
    const StreamOffset end = start + length + (ends ? 1U : 0U);
    const Block block = c.send_buffer.take(length, end);
    const std::uint32_t count = segments_in(length, mss);
    const wire::Cause cause = block.fin ? wire::Cause::Close : c.sender.new_data_cause();

    const std::size_t first = out.segments.size();
    const std::uint16_t flags = begin_segment(c, now, start, cause, out).flags;
    for (std::uint32_t i = 0; i < count; ++i) {
        const bool last = i + 1 == count;
        const StreamOffset from = start + std::uint64_t{i} * mss;
        if (i > 0) out.segments.push_back(out.segments[first]);
        wire::Segment& sent = out.segments.back();
        sent.seq = to_wire(from, c.tcb.iss);
        sent.payload.offset = from.value - 1;
        sent.payload.length = last ? length - i * mss : mss;
        sent.flags = flags;
        sent.ecn = wire::Ecn::NotEct;
        std::uint16_t kept = 0;
        c.mark_ecn(sent, sent.payload.length > 0);
        if (last) {
            // A block of several segments ends with PSH whatever the program asked for. [SEND-4]
            if (block.push || count > 1) sent.flags |= wire::flag::kPsh;
            if (block.fin) sent.flags |= wire::flag::kFin;
            if (block.push) kept |= sent::kPush;
            if (block.end_of_record) kept |= sent::kEndOfRecord;
        }
        c.sender.on_new_segment(now, from, last ? end : from + mss, kept);
    }
    if (length > 0) {
        c.receiver.note_data_sent(now);
        c.tcb.last_data_sent = now;
        c.tcb.counters.data_segments_out += count;
        c.tcb.counters.bytes_sent += length;
        if (c.seldom->pacer.is_active()) {
            c.seldom.make().pacer.on_sent(now, length, c.pacing_rate(),
                                          c.tcb.counters.data_segments_out);
        }
    }
    c.tcb.counters.segments_out += count - 1;  // begin_segment counted one
    if (length < count * mss) c.tcb.last_small = end;
    // While cwnd is not yet filled again, a waiting writer's buffer may grow.
    check_space(c, out);
    return count;
}

/// What keeps the rest from being sent, for tcp_info.
void note_limits(Connection& c, Time now, bool window_limited, bool sent) {
    if (window_limited) return c.seldom.make().limits.begin(now, SendLimit::ReceiveWindow);
    const bool unsent = c.has_unsent();
    if (c.seldom->limits.is(SendLimit::ReceiveWindow)) {
        c.seldom.make().limits.end(now, SendLimit::ReceiveWindow,
                                   !unsent && c.sender.packets_out() == 0);
    }
    // Everything is out, the window has room, and the program waits for buffer.
    if (sent && !unsent && c.tcb.write_blocked && c.sender.room() > 0) {
        c.seldom.make().limits.begin(now, SendLimit::SendBuffer);
    }
}

bool is_paced_out(Connection& c, Time now) {
    if (!c.seldom->pacer.is_active() || now >= c.seldom->pacer.next_departure()) return false;
    c.arm(TimerSlot::Pacing, c.seldom->pacer.next_departure());
    return true;
}

}  // namespace

std::uint8_t hold_setting(const Connection& c) {
    return static_cast<std::uint8_t>((c.options->nodelay ? hold::kNoDelay : 0) |
                                     (c.options->cork ? hold::kCork : 0) |
                                     (c.tcb.push_once ? hold::kPush : 0));
}

// [OPT-9]
namespace {

std::uint32_t mss_beside_blocks(const Connection& c) {
    if (!c.tcb.sack) return c.sender.mss();
    const std::uint32_t others = c.tcb.timestamps ? kTimestampOptionBytes : 0;
    const std::uint32_t room = (40 - others - 4) / 8;
    const std::uint32_t blocks = std::min<std::uint32_t>(c.receiver.sack_count(), room);
    return blocks == 0 ? c.sender.mss() : c.sender.mss() - (4 + 8 * blocks);
}

/// The option of accurate ECN takes its room from the payload, too.
std::uint32_t mss_beside_counters(const Connection& c) {
    const std::uint32_t mss = mss_beside_blocks(c);
    const std::uint32_t timestamps = c.tcb.timestamps ? kTimestampOptionBytes : 0;
    return mss - c.accurate_option_bytes(timestamps + c.sender.mss() - mss);
}

}  // namespace

std::uint32_t current_mss(const Connection& c) {
    if (c.ecn.is_accurate()) [[unlikely]]
        return mss_beside_counters(c);
    return mss_beside_blocks(c);
}

PeerWindow Connection::peer_window() const {
    return {window_end(), sysctls().tcp_retrans_collapse, current_mss(*this)};
}

// [SEND-3]
std::uint32_t size_goal(const Connection& c, std::uint32_t mss) {
    const std::uint32_t options = c.tcb.timestamps ? kTimestampOptionBytes : 0;
    const std::uint32_t most = bound_to_half_window(kLargestBlock, c.tcb.max_window, options);
    return std::max(most / mss * mss, mss);
}

void update_mss(Connection& c) {
    std::uint32_t mss =
        effective_mss(c.tcb.path_mtu, c.tcb.peer_mss, c.tcb.timestamps, c.tcb.max_window);
    if (c.mtu_prober()) [[unlikely]]
        mss = bound_by_search(c, mss);
    c.sender.set_mss(mss);
    c.sender.note_peer_window(c.tcb.max_window);
}

// [SEND-1]
std::uint32_t run_send_loop(Connection& c, Time now, std::uint32_t mss, std::uint8_t held_by,
                            SendLoop mode, Output& out) {
    SendLoopEnd end;
    end.probe = mode == SendLoop::Probe;
    end.sndbuf_blocked = c.tcb.write_blocked;
    std::uint32_t most = largest_block_segments(c, mss);
    if (c.tcb.urgent && c.seldom->urgent.sending) [[unlikely]] {
        // Each segment has a pointer of its own, and nothing holds back what is urgent. Linux,
        // `tcp_urg_mode`. [URG-2]
        most = 1;
        held_by |= hold::kPush;
    }
    if (c.mtu_prober() && mode == SendLoop::All) [[unlikely]] {
        const MtuProbe probe = probe_mtu(c, now, mss, out);
        if (probe == MtuProbe::Wait) return 0;
        if (probe == MtuProbe::Sent) end.sent = 1;
    }
    bool window_limited = false;
    while (c.send_buffer.has_unsent()) {
        if (is_paced_out(c, now)) break;
        std::uint32_t quota = std::min(c.sender.room(), std::max(c.sender.window().cwnd / 2, 1U));
        if (quota == 0) {
            if (mode != SendLoop::Probe) break;
            quota = 1;
        }
        quota = std::min(quota, most);
        if (quota * mss > c.send_buffer.head().length) {
            c.send_buffer.grow_head(quota * mss - c.send_buffer.head().length);
        }
        const Block& head = c.send_buffer.head();
        if (!fits_window(c, head, mss)) {
            window_limited = true;
            break;
        }
        const std::uint8_t hold = c.send_buffer.head_is_last() ? held_by : hold::kPush;
        if (head.length <= mss) {
            const bool passes = (hold & hold::kPush) != 0 || head.fin;
            if (!passes && is_held(c, head.length < mss, hold)) break;
        } else if (mode == SendLoop::All && !c.sysctls().follows_rfc(Difference::Blocks)) {
            const Deferral deferral = defer(c, now, most);
            end.cwnd_limited = end.cwnd_limited || deferral.for_cwnd;
            if (deferral.wait) break;
        }
        std::uint32_t limit = head.length > mss ? cut_of_head(c, mss, quota, held_by) : mss;
        limit = static_cast<std::uint32_t>(
            std::min<std::int64_t>(limit, c.window_end() - c.sender.snd_nxt()));
        end.sent += send_block(c, now, std::min(head.length, limit), mss, out);
        if (mode != SendLoop::All) break;
    }
    c.sender.on_send_loop_end(now, end);
    note_limits(c, now, window_limited, end.sent > 0);
    return end.sent;
}

void push_pending(Connection& c, Time now, std::uint8_t held_by, Output& out) {
    if (!c.has_unsent() || !(may_transmit_data(c.tcb.state) || c.tcb.early)) return;
    const std::uint32_t sent = run_send_loop(c, now, current_mss(c), held_by, SendLoop::All, out);
    // Until the handshake is complete the SYN-ACK's timer is the only one.
    if (c.tcb.early) return c.sender.stop_timer();
    // Nothing sent, nothing in flight: only a probe can get this going again. [NAGLE-4]
    if (sent == 0 && c.sender.packets_out() == 0 && c.has_unsent() &&
        c.sender.timer().meaning == TimerMeaning::None) {
        c.sender.arm_window_probe(now, std::max(c.sender.rto(), c.sysctls().tcp_rto_min));
    }
}

void push_pending(Connection& c, Time now, Output& out) {
    if (c.has_unsent()) push_pending(c, now, hold_setting(c), out);
}

}  // namespace seedwire::tcp
