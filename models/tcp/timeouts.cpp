// Timers and giving up. RFC 9293 §3.8.3, §3.8.4, §3.8.6.1 and §3.10.8, RFC 5482.
#include "models/tcp/timeouts.h"

#include <algorithm>

#include "models/tcp/arrival.h"
#include "models/tcp/closing.h"
#include "models/tcp/early_data.h"
#include "models/tcp/mtu_probing.h"
#include "models/tcp/transmit.h"

namespace seedwire::tcp {
namespace {

// Orphans whose peer still might answer get so many tries. Linux, `tcp_orphan_retries`. [RTO-12]
constexpr std::int32_t kLivelyOrphanRetries = 8;

Duration keepalive_time(const Connection& c) {
    return c.options->keepalive_idle != Duration::zero() ? c.options->keepalive_idle
                                                         : c.sysctls().tcp_keepalive_time;
}

Duration keepalive_interval(const Connection& c) {
    return c.options->keepalive_interval != Duration::zero() ? c.options->keepalive_interval
                                                             : c.sysctls().tcp_keepalive_intvl;
}

std::uint32_t keepalive_probes(const Connection& c) {
    return static_cast<std::uint32_t>(c.options->keepalive_probes != 0
                                          ? c.options->keepalive_probes
                                          : c.sysctls().tcp_keepalive_probes);
}

std::int32_t orphan_retries(const Connection& c, bool alive) {
    std::int32_t retries = c.sysctls().tcp_orphan_retries;
    if (c.tcb.soft_error != Error::None && !alive) retries = 0;
    return retries == 0 && alive ? kLivelyOrphanRetries : retries;
}

/// ETIMEDOUT, or what an ICMP message had said before. RFC 1122 §4.2.3.9.
void give_up(Connection& c, Output& out) {
    finish(c, c.tcb.soft_error != Error::None ? c.tcb.soft_error : Error::TimedOut, out);
}

/// R2 of RFC 9293 §3.8.3, decided by time and not by count; TCP_USER_TIMEOUT replaces it. [RTO-10]
bool is_hopeless(const Connection& c, Time now) {
    if (c.sender.episode().retransmits == 0) return false;
    const Time since = c.sender.first_retransmission();
    if (since.is_never()) return false;
    if (c.options->user_timeout != Duration::zero()) {
        return now - since >= c.options->user_timeout;
    }
    std::int32_t retries = c.sysctls().tcp_retries2;
    if (c.tcb.orphan) retries = orphan_retries(c, c.sender.rto() < c.sysctls().tcp_rto_max);
    return now - since >=
           modelled_timeout(retries, c.sysctls().tcp_rto_min, c.sysctls().tcp_rto_max);
}

/// The window is closed with data in flight: retransmissions are probes, and only silence ends
/// them. [RTO-13]
bool is_silent_too_long(const Connection& c, Time now) {
    const Time since = c.sender.first_retransmission();
    const Duration trying = since.is_never() ? Duration::zero() : now - since;
    Duration limit = c.sysctls().tcp_rto_max * 2;
    if (c.options->user_timeout != Duration::zero()) {
        if (trying > c.options->user_timeout) return true;
        limit = std::min(limit, c.options->user_timeout);
    }
    return now - c.tcb.last_ack_received > limit && trying > limit;
}

/// R1 of RFC 9293 §3.8.3: perhaps it is the size of the segments.
void suspect_black_hole(Connection& c, Time now) {
    if (!c.mtu_prober() || c.sender.episode().retransmits == 0) return;
    const Time since = c.sender.first_retransmission();
    if (since.is_never()) return;
    const Duration patience = modelled_timeout(c.sysctls().tcp_retries1, c.sysctls().tcp_rto_min,
                                               c.sysctls().tcp_rto_max);
    if (now - since >= patience) search_smaller_mtu(c, now);
}

void retransmission_timeout(Connection& c, Time now, Output& out) {
    const bool probing = c.tcb.snd_wnd == 0 && !c.tcb.orphan;
    const bool hopeless = probing ? is_silent_too_long(c, now) : is_hopeless(c, now);
    if (!probing) note_timeouts(c, c.sender.episode().retransmits, hopeless, out);
    if (hopeless) return give_up(c, out);
    if (!probing) suspect_black_hole(c, now);
    out.expired_rto = c.sender.rto();  // before it is backed off
    const bool linear = c.tcb.state == State::Established &&
                        (c.options->thin_linear_timeouts || c.sysctls().tcp_thin_linear_timeouts);
    const Retransmission lost =
        c.sender.on_retransmission_timeout(now, c.peer_window(), c.tcb.orphan, linear);
    retransmit(c, now, lost, out);
    c.sender.on_retransmission(now, lost);
    if (c.options->user_timeout != Duration::zero()) {
        // Fire exactly when the user's patience ends. Linux, `tcp_clamp_rto_to_user_timeout`.
        // [RTO-11]
        const Time since = c.sender.first_retransmission();
        if (!since.is_never()) {
            const Time end = since + c.options->user_timeout;
            c.sender.shorten_timer(c.expiry(now, std::max(end - now, Duration::ms(1))));
        }
    }
}

void loss_probe(Connection& c, Time now, Output& out) {
    const bool fits = c.has_unsent() && [&c] {
        const Block& head = c.send_buffer.head();
        const std::uint32_t mss = current_mss(c);
        const StreamOffset end = head.length > mss
                                     ? c.sender.snd_nxt() + mss
                                     : c.sender.snd_nxt() + head.length + (head.fin ? 1U : 0U);
        return end <= c.window_end();
    }();
    const LossProbe probe = c.sender.on_loss_probe(now, fits, current_mss(c));
    bool sent = false;
    if (probe.kind == LossProbe::Kind::New) {
        const std::size_t before = out.segments.size();
        sent = run_send_loop(c, now, current_mss(c), hold::kNoDelay, SendLoop::Probe, out) > 0;
        for (std::size_t i = before; i < out.segments.size(); ++i) {
            out.segments[i].cause = wire::Cause::TailLossProbe;
        }
    } else if (probe.kind == LossProbe::Kind::Again) {
        retransmit(c, now, probe.segment, out);
        sent = true;
    } else {
        return;
    }
    c.sender.on_probe_sent(now, probe, sent);
}

void reordering_timeout(Connection& c, Time now, Output& out) {
    if (c.sender.on_reordering_timeout(now)) {
        while (const auto lost = c.sender.next_retransmission(c.peer_window())) {
            retransmit(c, now, *lost, out);
            c.sender.on_retransmission(now, *lost);
        }
    }
    c.sender.on_reordering_timeout_end(now);
    push_pending(c, now, out);
}

/// Linux, `tcp_probe_timer` and `tcp_send_probe0`. [PERSIST-5]
void window_probe_timeout(Connection& c, Time now, Output& out) {
    c.sender.stop_timer();
    if (c.sender.packets_out() > 0 || !c.has_unsent()) return c.reset_persist();
    const bool first = c.seldom->persist.first_probe().is_never();
    c.seldom.make().persist.note_probe_due(now);
    const Duration patience = c.options->user_timeout;
    if (!first && patience != Duration::zero() &&
        now - c.seldom->persist.first_probe() >= patience) {
        return give_up(c, out);
    }
    std::int32_t most = c.sysctls().tcp_retries2;
    if (c.tcb.orphan) {
        const bool alive =
            c.seldom->persist.interval(c.sender.rto(), c.sysctls().tcp_rto_min,
                                       c.sysctls().tcp_rto_max) < c.sysctls().tcp_rto_max;
        most = orphan_retries(c, alive);
        if (!alive && c.seldom->persist.backoff() >= static_cast<std::uint32_t>(most)) {
            return give_up(c, out);
        }
    }
    if (c.seldom->persist.unanswered() >= static_cast<std::uint32_t>(most)) return give_up(c, out);

    const bool corked = c.sender.snd_nxt() < c.window_end();
    send_probe(c, now, corked ? wire::Cause::CorkTimeout : wire::Cause::ZeroWindowProbe, out);
    if (c.sender.packets_out() > 0 || !c.has_unsent()) return c.reset_persist();
    c.seldom.make().persist.note_window_probe(static_cast<std::uint32_t>(c.sysctls().tcp_retries2));
    arm_window_probe(c, now);
}

/// SYN, or SYN-ACK of a simultaneous open, unanswered. Linux, `tcp_retransmit_timer`.
void handshake_timeout(Connection& c, Time now, Output& out) {
    if (c.tcb.early) return early_timeout(c, now, out);
    Handshake& h = c.tcb.handshake.make();
    h.expiry = Time::never();
    const bool active = c.tcb.state == State::SynSent;
    const std::int32_t retries =
        c.options->syn_count != 0 ? c.options->syn_count : c.sysctls().tcp_syn_retries;
    const std::int32_t most = retries + (active ? c.sysctls().tcp_syn_linear_timeouts : 0);
    const Duration patience =
        c.options->user_timeout != Duration::zero()
            ? c.options->user_timeout
            : modelled_timeout(retries, Duration::s(1), c.sysctls().tcp_rto_max);
    // [OPEN-5]
    const bool late = c.tcb.syn_timeouts > 0 && now - h.first_sent >= patience;
    const bool hopeless = c.tcb.syn_timeouts >= most || late;
    note_timeouts(c, c.tcb.syn_timeouts, hopeless, out);
    if (hopeless) return give_up(c, out);
    ++c.tcb.syn_timeouts;
    out.expired_rto = h.rto;
    if (active) {
        send_syn(c, now, wire::Cause::SynTimeout, out);
    } else {
        send_syn_ack(c, now, wire::Cause::SynAckTimeout, out);
    }
    // [OPEN-4]
    if (!active || c.tcb.syn_timeouts > c.sysctls().tcp_syn_linear_timeouts) {
        h.rto = std::min(h.rto * 2, c.sysctls().tcp_rto_max);
    }
    Duration next = h.rto;
    if (c.options->user_timeout != Duration::zero()) {
        next =
            std::min(next, std::max(h.first_sent + c.options->user_timeout - now, Duration::ms(1)));
    }
    c.arm_handshake(c.expiry(now, next));
}

/// Linux, `tcp_keepalive_timer`. [KEEP-1]
void keepalive_timeout(Connection& c, Time now, Output& out) {
    c.cancel(TimerSlot::Keepalive);
    if (c.tcb.state == State::FinWait2 && c.tcb.orphan) return fin_wait2_expires(c, now, out);
    if (!c.options->keepalive || c.tcb.state == State::Closed || c.tcb.state == State::SynSent) {
        return;
    }
    Duration next = keepalive_time(c);
    if (c.sender.packets_out() == 0 && !c.has_unsent()) {
        const Duration idle = now - std::max(c.tcb.last_data_received, c.tcb.last_ack_received);
        if (idle >= keepalive_time(c)) {
            const Duration patience = c.options->user_timeout;
            const bool exhausted = patience != Duration::zero()
                                       ? idle >= patience && c.seldom->persist.unanswered() > 0
                                       : c.seldom->persist.unanswered() >= keepalive_probes(c);
            // [KEEP-2]
            if (exhausted) {
                send_reset(c, now, wire::Cause::ResetTimeout, out);
                return give_up(c, out);
            }
            send_probe(c, now, wire::Cause::Keepalive, out);
            c.seldom.make().persist.note_keepalive_probe();
            next = keepalive_interval(c);
        } else {
            next = keepalive_time(c) - idle;
        }
    }
    c.arm(TimerSlot::Keepalive, c.expiry(now, next));
}

void retransmission_timer(Connection& c, Time now, Output& out) {
    switch (c.sender.timer().meaning) {
        case TimerMeaning::Retransmission:
            return retransmission_timeout(c, now, out);
        case TimerMeaning::LossProbe:
            return loss_probe(c, now, out);
        case TimerMeaning::Reordering:
            return reordering_timeout(c, now, out);
        case TimerMeaning::WindowProbe:
            return window_probe_timeout(c, now, out);
        case TimerMeaning::None:
            return;
    }
}

}  // namespace

Duration modelled_timeout(std::int32_t retries, Duration base, Duration maximum) {
    Duration total;
    Duration interval = std::min(base, maximum);
    for (std::int32_t i = 0; i <= retries; ++i) {
        total += interval;
        interval = std::min(interval * 2, maximum);
    }
    return total;
}

void arm_window_probe(Connection& c, Time now) {
    Duration delay = c.seldom->persist.interval(c.sender.rto(), c.sysctls().tcp_rto_min,
                                                c.sysctls().tcp_rto_max);
    if (c.options->user_timeout != Duration::zero() &&
        !c.seldom->persist.first_probe().is_never()) {
        // Linux, `tcp_clamp_probe0_to_user_timeout`.
        const Duration left = c.seldom->persist.first_probe() + c.options->user_timeout - now;
        delay = std::min(delay, std::max(left, Duration::ms(1)));
    }
    c.sender.arm_window_probe(now, delay);
}

void restart_keepalive(Connection& c, Time now) {
    if (!c.options->keepalive) return c.cancel(TimerSlot::Keepalive);
    const Duration idle = now - std::max(c.tcb.last_data_received, c.tcb.last_ack_received);
    const Duration left = std::max(keepalive_time(c) - idle, Duration::ms(1));
    c.arm(TimerSlot::Keepalive, c.expiry(now, left));
}

Time earliest_timeout(const Connection& c) {
    if (c.tcb.retired || c.tcb.state == State::Closed) return Time::never();
    Time earliest = c.receiver.next_deadline();
    if (const Handshake* handshake = c.tcb.handshake.made()) {
        earliest = std::min(earliest, handshake->expiry);
    }
    if (const Seldom* seldom = c.seldom.made()) {
        earliest = std::min(earliest, seldom->timers.earliest());
    }
    if (c.sender.timer().meaning != TimerMeaning::None) {
        earliest = std::min(earliest, c.sender.timer().deadline);
    }
    return earliest;
}

void time_passes(Connection& c, Time now, Output& out) {
    if (c.tcb.retired || c.tcb.state == State::Closed) return;
    if (c.receiver.next_deadline() <= now) {
        if (const AckDecision ack = c.receiver.on_deadline(now, c.receiver_context())) {
            send_ack(c, now, ack.cause, out);
        }
    }
    if (c.tcb.handshake->expiry <= now) handshake_timeout(c, now, out);
    if (c.sender.timer().meaning != TimerMeaning::None && c.sender.timer().deadline <= now) {
        retransmission_timer(c, now, out);
    }
    if (c.seldom->timers.is_due(TimerSlot::Keepalive, now)) keepalive_timeout(c, now, out);
    if (c.seldom->timers.is_due(TimerSlot::Pacing, now)) {
        c.cancel(TimerSlot::Pacing);
        push_pending(c, now, out);
    }
    check_space(c, out);
}

}  // namespace seedwire::tcp
