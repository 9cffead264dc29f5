// SEND, RECEIVE, CLOSE's half, socket options, ICMP. RFC 9293 §3.9.1, §3.9.2.2 and §3.10.
#include "models/tcp/user_calls.h"

#include <algorithm>

#include "models/tcp/closing.h"
#include "models/tcp/establishment.h"
#include "models/tcp/timeouts.h"
#include "models/tcp/transmit.h"
#include "models/tcp/urgent.h"

namespace seedwire::tcp {
namespace {

// Smaller path MTUs than this are not believed. Linux, `ip_rt_min_pmtu`. [PMTU-2]
constexpr std::uint32_t kLeastPathMtu = 552;

// [BUF-4]
bool may_begin_block(const Connection& c) {
    if (!c.send_buffer.accepts_block()) return false;
    const std::uint32_t low_water = c.notsent_low_water();
    return low_water == 0 || c.send_buffer.unsent_bytes() < low_water;
}

/// The handshake is not complete, and nothing may travel before.
bool is_opening(const Connection& c) {
    return c.tcb.state == State::SynSent || (c.tcb.state == State::SynReceived && !c.tcb.early);
}

/// More than half of the peer's largest window was queued since the last PSH. [SEND-5]
bool must_push(const Connection& c) {
    const StreamOffset end = c.write_end();
    return end > c.tcb.pushed.near(end) + c.tcb.max_window / 2;
}

void mark_push(Connection& c) {
    c.send_buffer.mark_push();
    c.tcb.pushed = c.write_end();
}

/// Rate samples must not blame the path while the program is the bottleneck. Linux,
/// `tcp_rate_check_app_limited`. [SEND-12]
void note_if_app_limited(Connection& c) {
    const Scoreboard& board = c.sender.scoreboard();
    if (c.send_buffer.unsent_bytes() < c.sender.mss() && c.sender.room() > 0 &&
        board.lost_out() <= board.retrans_out()) {
        c.sender.note_app_limited();
    }
}

/// A further block: idle restart is judged here, since now something will be sent.
void begin_block(Connection& c, Time now, std::uint32_t length) {
    if (c.sender.packets_out() == 0) c.sender.on_write(now);
    c.tcb.push_once = false;
    if (!c.has_unsent()) c.note_busy(now);
    c.send_buffer.append_block(length);
}

/// A block is full, or the window's worth is: let it go without waiting for the end of the write.
void push_full_block(Connection& c, Time now, std::uint32_t mss, Output& out) {
    if (must_push(c)) {
        mark_push(c);
        push_pending(c, now, hold::kPush, out);
    } else if (c.send_buffer.head_is_last()) {
        run_send_loop(c, now, mss, hold::kPush, SendLoop::OneBlock, out);
    }
}

/// What the path takes bounds what we ask the peer for, too; and a SYN with data was probably too
/// large itself. Linux, `tcp_simple_retransmit`.
void narrow_opening(Connection& c, Time now, std::uint32_t mtu, Output& out) {
    c.link_mtu = static_cast<std::uint16_t>(std::min<std::uint32_t>(c.link_mtu, mtu));
    if (!c.tcb.syn_data) return;
    Handshake& h = c.tcb.handshake.make();
    if (h.repeats != UINT8_MAX) ++h.repeats;
    send_syn(c, now, wire::Cause::PathMtuReduced, out);
}

/// With an urgent octet on the way: a read ends before it, and the next one leaves it out.
std::uint32_t read_past_mark(Connection& c, Time now, std::uint32_t at_most, bool gone,
                             Output& out) {
    std::uint32_t taken = 0;
    while (taken < at_most && c.receiver.readable() > 0) {
        const UrgentStep step = step_to_mark(c, at_most, taken);
        if (step.stop) break;
        const ReadOutcome outcome = c.receiver.read(step.skip + step.take, c.receiver_context());
        if (outcome.ack && !gone && !c.tcb.retired) send_ack(c, now, outcome.ack.cause, out);
        taken += step.take;
        if (step.skip > 0) c.seldom.make().urgent.left_out += step.skip;
        pass_urgent_mark(c);
    }
    return taken;
}

}  // namespace

bool may_write(const Connection& c) {
    const bool open = c.tcb.state == State::Established || c.tcb.state == State::CloseWait;
    return (open || (c.tcb.early && c.tcb.state == State::SynReceived)) && !c.tcb.write_shut;
}

std::uint32_t write_bytes(Connection& c, Time now, std::uint32_t length, WriteMode mode,
                          Output& out) {
    if (is_opening(c)) {
        c.tcb.writer_waits = c.tcb.write_blocked = true;
        return 0;
    }
    if (!may_write(c) || length == 0) return 0;
    if (c.seldom->limits.is(SendLimit::SendBuffer)) {
        c.seldom.make().limits.end(now, SendLimit::SendBuffer,
                                   c.sender.packets_out() == 0 && !c.has_unsent());
    }
    note_if_app_limited(c);
    const std::uint32_t mss = current_mss(c);
    const std::uint32_t goal = size_goal(c, mss);
    std::uint32_t taken = 0;
    while (taken < length) {
        const std::uint32_t room = c.send_buffer.tail_room(goal);
        const std::uint32_t part = std::min(length - taken, room != 0 ? room : goal);
        if (room != 0) {
            c.send_buffer.append_to_tail(part, taken == 0);
        } else {
            if (!may_begin_block(c)) break;
            begin_block(c, now, part);
        }
        taken += part;
        c.tcb.write_end = c.write_end() + part;
        if (taken < length) push_full_block(c, now, mss, out);
    }
    c.tcb.write_blocked = taken < length;
    if (taken == 0) return 0;
    if (c.tcb.write_blocked) {
        // Out of memory: what is there must go, or nothing would ever make room.
        mark_push(c);
        if (mode == WriteMode::Urgent) mark_urgent(c);
        push_pending(c, now, hold::kPush, out);
        return taken;
    }
    if (mode == WriteMode::EndOfRecord) c.send_buffer.mark_end_of_record();
    if (mode != WriteMode::More || must_push(c)) mark_push(c);
    if (mode == WriteMode::Urgent) mark_urgent(c);
    push_pending(c, now, mode == WriteMode::More ? std::uint8_t{hold::kCork} : hold_setting(c),
                 out);
    return taken;
}

std::uint32_t read_bytes(Connection& c, Time now, std::uint32_t at_most, Output& out) {
    if (is_opening(c)) return 0;
    const bool gone = c.tcb.state == State::Closed || c.tcb.state == State::TimeWait;
    // A connection that never was has received nothing.
    if (gone && c.receiver.readable() == 0) return 0;
    if (c.tcb.urgent) [[unlikely]]
        return read_past_mark(c, now, at_most, gone, out);
    const ReadOutcome outcome = c.receiver.read(at_most, c.receiver_context());
    if (outcome.ack && !gone && !c.tcb.retired) send_ack(c, now, outcome.ack.cause, out);
    return outcome.taken;
}

void shut_write(Connection& c, Time now, Output& out) {
    if (c.tcb.write_shut) return;
    close_sending_side(c, now, out);
}

void change_options(Connection& c, Time now, const SocketOptions& options, Output& out) {
    const SocketOptions& before = *c.options;
    c.options = &options;
    if (options.congestion != before.congestion) {
        c.sender.set_congestion_control(now, options.congestion);
    }
    if (options.send_buffer_locked && options.send_buffer != 0) {
        c.send_buffer.set_limit(static_cast<std::uint32_t>(options.send_buffer));
    }
    if (options.max_pacing_rate != 0) c.seldom.make().pacer.activate();
    const bool started = c.is_synchronized();
    if (started && options.receive_buffer != before.receive_buffer && options.receive_buffer != 0) {
        c.receiver.set_buffer(static_cast<std::uint32_t>(options.receive_buffer));
    }
    if (started && options.window_clamp != before.window_clamp && options.window_clamp != 0) {
        c.receiver.set_clamp(static_cast<std::uint32_t>(options.window_clamp));
    }
    if (options.keepalive != before.keepalive || options.keepalive_idle != before.keepalive_idle) {
        const bool counts = started && c.tcb.state != State::TimeWait && !c.tcb.retired;
        if (counts) restart_keepalive(c, now);
    }
    if (!started || c.tcb.retired) return;
    // The end of TCP_CORK lets go at once what it had held; so does TCP_NODELAY, even of a corked
    // socket, though there only what is queued now. Linux, `__tcp_sock_set_nodelay`. [NAGLE-2]
    const bool no_delay = options.nodelay && !before.nodelay;
    const bool uncorked = before.cork && !options.cork;
    if (no_delay || (uncorked && options.nodelay)) c.tcb.push_once = true;
    if (no_delay || uncorked) push_pending(c, now, out);
    if (!c.has_unsent()) c.tcb.push_once = false;
}

void change_quick_ack(Connection& c, bool on, Time now, Output& out) {
    if (!c.is_synchronized() || c.tcb.retired) return;
    const bool open = c.tcb.state == State::Established || c.tcb.state == State::CloseWait;
    if (const AckDecision ack = c.receiver.set_quick_ack(on, open, c.receiver_context())) {
        send_ack(c, now, ack.cause, out);
    }
}

std::uint32_t writable_bytes(const Connection& c) {
    if (!may_write(c) || !c.send_buffer.is_worth_waking()) return 0;
    const std::uint32_t low_water = c.notsent_low_water();
    if (low_water != 0 && c.send_buffer.unsent_bytes() * std::uint64_t{2} >= low_water) return 0;
    const std::uint32_t mss = current_mss(c);
    const std::uint32_t goal = size_goal(c, mss);
    std::uint32_t bytes = c.send_buffer.tail_room(goal);
    // Each further block may begin while memory is below the limit, whatever it adds.
    if (c.send_buffer.accepts_block()) {
        const std::uint32_t free = c.send_buffer.limit() - c.send_buffer.memory();
        const std::uint32_t block = goal + SendBuffer::kBlockOverhead;
        bytes += (free + block - 1) / block * goal;
    }
    return bytes;
}

void icmp_error(Connection& c, Time now, Error error, bool hard, wire::SeqNum quoted, Output& out) {
    if (c.tcb.state == State::Closed || c.tcb.retired) return;
    const bool opening = c.tcb.state == State::SynSent || c.tcb.state == State::SynReceived;
    if (opening && !(c.tcb.early && c.seldom->fast_open.adopted)) {
        // RFC 5461 §4.1: while connecting, soft errors abort too; the program may try elsewhere.
        // [ICMP-1]
        if (quoted == c.tcb.iss) finish(c, error, out);
        return;
    }
    const StreamOffset at = from_wire(quoted, c.tcb.iss, c.sender.snd_una());
    // [ICMP-3]
    if (at - c.sender.snd_una() < 0 || at > c.sender.snd_nxt()) return;
    const bool unreachable = error == Error::HostUnreachable || error == Error::NetworkUnreachable;
    if (unreachable && at == c.sender.snd_una()) c.sender.revert_back_off(now);
    // RFC 1122 §4.2.3.9 has hard errors abort; RFC 5927 §4.1 and Linux do not believe them.
    if (hard && c.sysctls().follows_rfc(Difference::IcmpHardErrors)) return finish(c, error, out);
    // IP_RECVERR: the next call fails, and the connection goes on. [ERRQ-4]
    if (c.options->receive_errors) {
        c.tcb.error = error;
        out.events |= event::kError;
        return;
    }
    // [ICMP-2]
    c.tcb.soft_error = error;
}

void packet_too_big(Connection& c, Time now, std::uint32_t mtu, wire::SeqNum quoted, Output& out) {
    if (c.tcb.state == State::Closed || c.tcb.retired) return;
    const bool opening = c.tcb.state == State::SynSent || c.tcb.state == State::SynReceived;
    const StreamOffset at = from_wire(quoted, c.tcb.iss, c.sender.snd_una());
    if (!opening && (at - c.sender.snd_una() < 0 || at > c.sender.snd_nxt())) return;
    mtu = std::max(mtu, kLeastPathMtu);
    if (mtu >= c.tcb.path_mtu) return;
    c.tcb.path_mtu = static_cast<std::uint16_t>(mtu);
    update_mss(c);
    if (c.tcb.state == State::SynSent) return narrow_opening(c, now, mtu, out);
    if (opening || !c.sender.on_path_mtu_reduced(now, c.sender.mss())) return;
    const std::size_t before = out.segments.size();
    run_retransmission_loop(c, now, out);
    for (std::size_t i = before; i < out.segments.size(); ++i) {
        out.segments[i].cause = wire::Cause::PathMtuReduced;
    }
}

}  // namespace seedwire::tcp
