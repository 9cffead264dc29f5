// FINs, resets and orphans. RFC 9293 §3.6, §3.10.4, §3.10.5 and §3.10.7.4.
#include "models/tcp/closing.h"

#include <algorithm>

#include "models/tcp/early_data.h"
#include "models/tcp/transmit.h"
#include "sim/base/assert.h"

namespace seedwire::tcp {
namespace {

// Longer waits in FIN-WAIT-2 are spent in the full endpoint first. Linux, `TCP_TIMEWAIT_LEN`.
constexpr Duration kStubLifetime = Duration::s(60);

void stop_everything(Connection& c) {
    c.tcb.handshake.release();
    if (Seldom* seldom = c.seldom.made()) seldom->timers.cancel_all();
    c.sender.stop_timer();
    c.tcb.retired = true;
}

void enter_time_wait(Connection& c, Output& out) {
    set_state(c, State::TimeWait);
    stop_everything(c);
    judge_path(c, out);
    out.events |= event::kTimeWait;
}

bool is_data_beyond(const Connection& c, const Arrival& arrival) {
    return arrival.length > 0 && arrival.data_end() > c.receiver.rcv_nxt();
}

/// Our FIN is acknowledged and no program is there any more: how long to wait for the peer's FIN.
bool orphan_reaches_fin_wait2(Connection& c, Time now, const wire::Segment& segment,
                              const Arrival& arrival, Output& out) {
    if (c.options->linger2 < Duration::zero()) {
        finish(c, Error::None, out);
        return false;
    }
    if (is_data_beyond(c, arrival)) {
        finish(c, Error::None, out);
        send_reset_reply(c, segment, wire::Cause::ResetAbort, out);
        return false;
    }
    const Duration timeout = fin_wait2_timeout(c);
    if (timeout > kStubLifetime) {
        c.arm(TimerSlot::Keepalive, c.expiry(now, timeout - kStubLifetime));
        return true;
    }
    if (arrival.fin()) {
        // It ends the wait, unless it lies behind a hole: then the wait is not without end.
        c.arm(TimerSlot::Keepalive, c.expiry(now, timeout));
        return true;
    }
    hand_over_fin_wait2(c, out);
    return false;
}

}  // namespace

void set_state(Connection& c, State next) {
    SEEDWIRE_ASSERT(is_legal_transition(c.tcb.state, next));
    c.tcb.state = next;
}

void finish(Connection& c, Error error, Output& out) {
    if (c.tcb.state == State::Closed) return;
    set_state(c, State::Closed);
    c.tcb.early = false;
    stop_everything(c);
    judge_path(c, out);
    c.send_buffer.clear();
    if (error != Error::None && !c.tcb.orphan) {
        c.tcb.error = error;
        out.events |= event::kError;
    }
    out.events |= event::kGone;
}

void receive_reset(Connection& c, Output& out) {
    // Somebody who still writes after the peer's FIN learns that nobody reads. Linux, `tcp_reset`.
    // [RST-4]
    const Error error =
        c.tcb.state == State::CloseWait ? Error::BrokenPipe : Error::ConnectionReset;
    finish(c, error, out);
}

void receive_fin(Connection& c, Time now, Output& out) {
    out.events |= event::kPeerClosed | event::kReadable;
    switch (c.tcb.state) {
        case State::Established:
            set_state(c, State::CloseWait);
            break;
        case State::FinWait1:
            // Both closed at the same time: RFC 9293 §3.6, figure 13. [CLOSE-5]
            send_ack(c, now, wire::Cause::FinAck, out);
            set_state(c, State::Closing);
            break;
        case State::FinWait2:
            send_ack(c, now, wire::Cause::FinAck, out);
            enter_time_wait(c, out);
            break;
        default:
            break;  // seen before: nothing changes
    }
}

bool advance_closing(Connection& c, Time now, const wire::Segment& segment, const Arrival& arrival,
                     Output& out) {
    if (!c.tcb.write_shut || c.sender.snd_una() != c.write_end()) return true;
    switch (c.tcb.state) {
        case State::FinWait1:
            set_state(c, State::FinWait2);
            if (!c.tcb.orphan) return true;
            return orphan_reaches_fin_wait2(c, now, segment, arrival, out);
        case State::Closing:
            enter_time_wait(c, out);
            return false;
        case State::LastAck:
            finish(c, Error::None, out);
            return false;
        default:
            return true;
    }
}

// [CLOSE-8]
bool refuses_text(const Connection& c, const Arrival& arrival) {
    const State state = c.tcb.state;
    if (peer_has_closed(state)) {
        // Old data may come again; beyond the FIN there can be none.
        return arrival.start < c.receiver.rcv_nxt() && is_data_beyond(c, arrival);
    }
    const bool waits = state == State::FinWait1 || state == State::FinWait2;
    return waits && c.tcb.read_shut && is_data_beyond(c, arrival);
}

// [CLOSE-6]
bool takes_text(const Connection& c, const Arrival& arrival) {
    if (arrival.length == 0 && !arrival.fin()) return false;
    if (may_receive_data(c.tcb.state)) return true;
    return peer_has_closed(c.tcb.state) && arrival.start < c.receiver.rcv_nxt();
}

// [CLOSE-9]
Duration fin_wait2_timeout(const Connection& c) {
    const Duration configured = c.options->linger2 > Duration::zero()
                                    ? std::min(c.options->linger2, Duration::s(120))
                                    : c.sysctls().tcp_fin_timeout;
    // Long enough for the peer to retransmit its FIN: 3.5 RTO.
    return std::max(configured, c.sender.rto() * 4 - c.sender.rto() / 2);
}

void hand_over_fin_wait2(Connection& c, Output& out) {
    stop_everything(c);
    judge_path(c, out);
    out.events |= event::kFinWait2Orphan;
}

// [CLOSE-4]
void fin_wait2_expires(Connection& c, Time now, Output& out) {
    if (fin_wait2_timeout(c) > kStubLifetime) return hand_over_fin_wait2(c, out);
    send_reset(c, now, wire::Cause::ResetAbort, out);
    finish(c, Error::None, out);
}

void close_sending_side(Connection& c, Time now, Output& out) {
    switch (c.tcb.state) {
        case State::SynReceived:
        case State::Established:
            set_state(c, State::FinWait1);
            queue_fin(c, now, out);
            break;
        case State::CloseWait:
            set_state(c, State::LastAck);
            queue_fin(c, now, out);
            break;
        case State::SynSent:
            finish(c, Error::None, out);
            break;
        default:
            break;
    }
}

void abort_connection(Connection& c, Time now, Output& out) {
    const State state = c.tcb.state;
    if (state == State::Closed) return;
    const bool half_closed = state == State::Closing || state == State::LastAck;
    const bool tells_peer = state == State::SynReceived || state == State::Established ||
                            state == State::FinWait1 || state == State::FinWait2 ||
                            state == State::CloseWait ||
                            (half_closed && c.sender.snd_nxt() != c.write_end());
    if (tells_peer && !c.tcb.retired) send_reset(c, now, wire::Cause::ResetAbort, out);
    finish(c, Error::None, out);
}

void abandon(Connection& c, Time now, Output& out) {
    c.tcb.read_shut = true;
    c.tcb.orphan = true;
    c.tcb.write_blocked = false;
    const State state = c.tcb.state;
    if (state == State::Closed || state == State::TimeWait) {
        out.events |= event::kGone;
        return;
    }
    if (c.receiver.readable() > 0) {
        // RFC 2525 §2.17: the peer must learn that its data were lost. [CLOSE-7]
        send_reset(c, now, wire::Cause::ResetAbort, out);
        return finish(c, Error::None, out);
    }
    if (c.options->linger_set && c.options->linger == Duration::zero()) {
        return abort_connection(c, now, out);
    }
    close_sending_side(c, now, out);
    if (c.tcb.state != State::FinWait2 || c.tcb.retired) return;
    if (c.options->linger2 < Duration::zero()) {
        send_reset(c, now, wire::Cause::ResetAbort, out);
        return finish(c, Error::None, out);
    }
    const Duration timeout = fin_wait2_timeout(c);
    if (timeout > kStubLifetime) {
        c.arm(TimerSlot::Keepalive, c.expiry(now, timeout - kStubLifetime));
    } else {
        hand_over_fin_wait2(c, out);
    }
}

}  // namespace seedwire::tcp
