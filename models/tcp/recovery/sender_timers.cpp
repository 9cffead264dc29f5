// The retransmission timer: which of its meanings comes next, and what its expiry does.
// RFC 6298 §5, RFC 8985 §6.3 and §7.
#include <algorithm>

#include "models/tcp/recovery/sender.h"

namespace seedwire::tcp {

Duration Sender::until_rto(Time now) const {
    const SegmentId first = board_.first();
    if (first == kNoSegment) return rtt_.rto();
    return Duration::us(rtt_.rto().us() - microseconds_between(board_.at(first).sent, now));
}

// [TLP-4]
bool Sender::plan_loss_probe(Time now, bool advancing) {
    const std::int32_t setting = sysctls_->tcp_early_retrans;
    if ((setting != 3 && setting != 4) || board_.empty() || !sack_ ||
        (episode_.state != RecoveryState::Open && episode_.state != RecoveryState::Cwr))
        return false;
    const Duration rto = advancing ? rtt_.rto() : until_rto(now);
    arm(now, TimerMeaning::LossProbe,
        TailLossProbe::timeout(rtt_, board_.packets_out(), sysctls_->tcp_rto_min, rto));
    return true;
}

void Sender::rearm_rto(Time now) {
    // [RTO-2]
    if (board_.empty()) return timer_.stop();
    Duration delay = rtt_.rto();
    // A probe or reordering timer stood in for the RTO, which had begun when the head was sent.
    // [RTO-3]
    if (timer_.meaning == TimerMeaning::LossProbe || timer_.meaning == TimerMeaning::Reordering)
        delay = std::max(until_rto(now), Duration::us(1));
    arm(now, TimerMeaning::Retransmission, delay);
}

void Sender::restart_timer(Time now) {
    if (!plan_loss_probe(now, true)) rearm_rto(now);
}

/// Few segments in flight, and out of the first slow start: no ACKs will come that could repair a
/// loss sooner, and none that many of them could harm. Linux, `tcp_stream_is_thin`. [RTO-16]
bool Sender::is_thin() const {
    constexpr std::uint32_t kFew = 4;
    constexpr std::uint8_t kLinearRetries = 6;
    return board_.packets_out() < kFew && window_.ssthresh < kInfiniteSsthresh &&
           episode_.retransmits <= kLinearRetries;
}

Retransmission Sender::on_retransmission_timeout(Time now, const PeerWindow& peer, bool orphan,
                                                 bool linear) {
    SEEDWIRE_ASSERT(!board_.empty());
    timer_.stop();
    const bool closed_window = peer.end <= board_.snd_una();
    enter_loss(now);
    // Into a closed window it is a probe, not a sign of loss that could end the connection.
    if (!closed_window || orphan) {
        if (episode_.retransmits != UINT8_MAX) ++episode_.retransmits;
        ++repairs_.make().total_timeouts;
    }
    Retransmission head = describe(board_.first(), peer);
    head.cause = wire::Cause::RetransmissionTimeout;
    if (linear && is_thin()) {
        rtt_.forget_back_off(rto_limits());
    } else {
        rtt_.back_off(sysctls_->tcp_rto_max);
    }
    arm(now, TimerMeaning::Retransmission, rtt_.rto());
    return head;
}

bool Sender::on_reordering_timeout(Time now) {
    const std::uint32_t in_flight = board_.in_flight();
    detect_loss(now, true);
    if (board_.in_flight() == in_flight) return false;
    if (episode_.state != RecoveryState::Recovery) {
        enter_recovery(now, false);
        episode_.by_timer = true;
        // As if one segment had been delivered: the first retransmission may go.
        if (!congestion_->controls_window())
            window_.cwnd = repairs_.make().prr.on_ack(window_.cwnd, window_.ssthresh,
                                                      board_.in_flight(), 1, false);
    }
    check();
    return true;
}

void Sender::on_reordering_timeout_end(Time now) {
    head_sent_again_ = false;
    if (timer_.meaning != TimerMeaning::Retransmission) rearm_rto(now);
}

LossProbe Sender::on_loss_probe(Time now, bool new_data_fits, std::uint32_t most_payload) {
    if (board_.empty()) {
        timer_.stop();
        return {};
    }
    // At most one at a time.
    if (!active_->probe.is_outstanding()) {
        // [TLP-2]
        if (new_data_fits) return {LossProbe::Kind::New, {}};
        const SegmentId last = board_.last();
        // Options that it did not have the first time, SACK blocks, may take room from it.
        const std::uint32_t most = std::min(mss_, most_payload);
        if (board_.at(last).payload() > most) board_.split(last, static_cast<std::uint16_t>(most));
        const SentSegment& segment = board_.at(last);
        return {LossProbe::Kind::Again,
                {.start = std::max(segment.start, board_.snd_una()),
                 .end = segment.end(),
                 .id = last,
                 .push = segment.has(sent::kPush),
                 .cause = wire::Cause::TailLossProbe}};
    }
    rearm_rto(now);
    return {};
}

void Sender::on_probe_sent(Time now, const LossProbe& probe, bool sent) {
    if (sent) {
        const bool again = probe.kind == LossProbe::Kind::Again;
        if (again) {
            note_transmission(now);
            board_.on_retransmitted(now, probe.segment.id, false,
                                    active().rate.on_sent(now, false));
            Repairs& repairs = repairs_.make();
            ++repairs.total_retransmissions;
            repairs.bytes_retransmitted +=
                static_cast<std::uint64_t>(probe.segment.end - probe.segment.start);
        }
        active().probe.on_sent(board_.snd_nxt(), again);
        // Unlike the probe's own timer, the next one is a full RTO from now. [TLP-3]
        timer_.stop();
    }
    rearm_rto(now);
    check();
}

// [ICMP-4]
void Sender::revert_back_off(Time now) {
    if (episode_.retransmits == 0 || rtt_.backoff() == 0 || board_.empty()) return;
    rtt_.revert_back_off(rto_limits());
    arm(now, TimerMeaning::Retransmission, std::max(until_rto(now), Duration::us(1)));
}

}  // namespace seedwire::tcp
