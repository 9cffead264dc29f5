// Sending: what leaves, new or again, and what is remembered of it.
#include "models/tcp/recovery/sender.h"

#include "models/tcp/ack_processing.h"

namespace seedwire::tcp {

Sender::Sender(const Sysctls& sysctls, CongestionName algorithm) : sysctls_{&sysctls} {
    make_congestion_control(algorithm, sysctls, congestion_);
    episode_.reordering = static_cast<std::uint32_t>(sysctls.tcp_reordering);
}

Duration Sender::tick() const {
    return sysctls_->timer_tick == Duration::zero() ? Duration::ms(1) : sysctls_->timer_tick;
}

RtoLimits Sender::rto_limits() const {
    return {.minimum = sysctls_->tcp_rto_min,
            .maximum = sysctls_->tcp_rto_max,
            .tick = tick(),
            .plain_variance = sysctls_->follows_rfc(Difference::RttVariance),
            .whole_minimum = sysctls_->follows_rfc(Difference::MinimumRto)};
}

CongestionMoment Sender::moment(Time now) const {
    return {.now = now,
            .tick = tick(),
            .snd_una = board_.snd_una(),
            .snd_nxt = board_.snd_nxt(),
            .mss = mss_,
            .in_flight = board_.in_flight(),
            .srtt_us = rtt_.srtt_us(),
            .min_rtt_us = rtt_.min_rtt_us(),
            .pacing_rate = 0,
            .paced = congestion_->pacing_rate().has_value()};
}

void Sender::start(Time now, const SenderStart& start) {
    board_.start_at(start.snd_una);
    mss_ = start.mss;
    sack_ = start.sack;
    max_window_ = start.max_window;
    episode_.high_seq = start.snd_una;
    episode_.reordering = static_cast<std::uint32_t>(sysctls_->tcp_reordering);
    // DEVIATION (Linux): a SYN lost once is forgiven, only twice speaks of congestion. RFC 5681
    // §3.1. [OPEN-13]
    const std::uint32_t forgiven = sysctls_->follows_rfc(Difference::WindowAfterSynLoss) ? 0 : 1;
    window_.cwnd = start.syn_retransmissions > forgiven
                       ? 1
                       : static_cast<std::uint32_t>(sysctls_->initial_cwnd);
    active_.release();
    last_sent_ = now;
    congestion_->on_start(moment(now), window_);
}

/// As the handshake left it, since nothing was sent until now.
Activity& Sender::begin_activity() {
    Activity& fresh = active_.make();
    fresh.validation.on_window_changed(last_sent_);
    if (snd_una() != StreamOffset{0}) fresh.rate.on_handshake(last_sent_);
    return fresh;
}

void Sender::on_handshake_sample(Time now, Duration rtt) {
    const std::int64_t rtt_us = std::max<std::int64_t>(rtt.us(), 1);
    rtt_.add_minimum(now, rtt_us, false, sysctls_->tcp_min_rtt_wlen, tick());
    rtt_.add_sample(rtt_us, board_.snd_una(), board_.snd_nxt(), rto_limits());
}

// [PATH-3]
void Sender::recall_path(const KnownPath& known) {
    if (known.ssthresh != 0) window_.ssthresh = known.ssthresh;
    if (known.reordering != 0) episode_.reordering = known.reordering;
    if (known.srtt8_us <= rtt_.srtt8_us()) return;
    // Small packets of an idle path may have been faster than what follows.
    const Duration rtt = tick() * (Duration::us(known.srtt8_us / 8) / tick());
    rtt_.set_rto(rtt + std::max(rtt * 2, sysctls_->tcp_rto_min));
}

// [CC-8]
void Sender::set_congestion_control(Time now, CongestionName algorithm) {
    make_congestion_control(algorithm, *sysctls_, congestion_);
    congestion_->on_start(moment(now), window_);
}

std::uint64_t Sender::pacing_rate() const {
    if (const auto rate = congestion_->pacing_rate()) return *rate;
    if (!rtt_.has_sample()) return UINT64_MAX;
    // [SEND-8]
    const bool slow_start = window_.cwnd < window_.ssthresh / 2;
    const auto percent = static_cast<std::uint64_t>(slow_start ? sysctls_->tcp_pacing_ss_ratio
                                                               : sysctls_->tcp_pacing_ca_ratio);
    const std::uint64_t segments = std::max(window_.cwnd, board_.packets_out());
    // srtt8 is eight times microseconds: 8 x 10^6 / 100 per cent.
    return mss_ * segments * percent * 80'000 / static_cast<std::uint64_t>(rtt_.srtt8_us());
}

std::uint32_t Sender::current_ssthresh() const {
    if (episode_.in_reduction()) return window_.ssthresh;
    return std::max(window_.ssthresh, (window_.cwnd >> 1) + (window_.cwnd >> 2));
}

void Sender::on_write(Time now) {
    if (!sysctls_->tcp_slow_start_after_idle || !board_.empty() || congestion_->controls_window())
        return;
    if (sysctls_->follows_rfc(Difference::IdleRestart)) {
        if (now - last_sent_ > rtt_.rto()) {
            window_.cwnd =
                std::min(window_.cwnd, static_cast<std::uint32_t>(sysctls_->initial_cwnd));
        }
        return;
    }
    active().validation.restart_after_idle(
        now,
        {.last_sent = last_sent_,
         .rto = rtt_.rto(),
         .tick = tick(),
         .initial_cwnd = static_cast<std::uint32_t>(sysctls_->initial_cwnd),
         .current_ssthresh = current_ssthresh()},
        window_);
}

wire::Cause Sender::new_data_cause() const {
    // RFC 3042 §2: duplicate ACKs and SACKs let new data go before anything is declared lost.
    // [SEND-9]
    return episode_.state == RecoveryState::Disorder ? wire::Cause::LimitedTransmit
                                                     : wire::Cause::NewData;
}

void Sender::note_transmission(Time now) {
    if (board_.in_flight() == 0) congestion_->on_send_after_idle(moment(now), last_sent_);
    last_sent_ = now;
}

void Sender::on_new_segment(Time now, StreamOffset start, StreamOffset end, std::uint16_t flags) {
    Activity& active = this->active();  // before last_sent_ moves
    note_transmission(now);
    const bool idle = board_.empty();
    board_.on_sent(now, start, end, flags, active.rate.on_sent(now, idle));
    // The first one arms the RTO; others do not move it, but they end the wait for a probe. [RTO-1]
    if (idle || timer_.meaning == TimerMeaning::LossProbe) rearm_rto(now);
}

void Sender::on_send_loop_end(Time now, const SendLoopEnd& loop) {
    const bool limited = loop.cwnd_limited || board_.in_flight() >= window_.cwnd;
    if (loop.sent != 0 || limited) {
        const bool after_idle = sysctls_->tcp_slow_start_after_idle &&
                                !congestion_->controls_window() &&
                                !sysctls_->follows_rfc(Difference::WindowValidation);
        active().validation.on_send_loop_end(
            now,
            {.snd_una = board_.snd_una(),
             .snd_nxt = board_.snd_nxt(),
             .packets_out = board_.packets_out(),
             .initial_cwnd = static_cast<std::uint32_t>(sysctls_->initial_cwnd),
             .rto = rtt_.rto(),
             .tick = tick(),
             .limited = limited,
             .slow_start_after_idle = after_idle,
             .open = episode_.state == RecoveryState::Open,
             .sndbuf_blocked = loop.sndbuf_blocked},
            window_);
    }
    if (loop.sent == 0) return;
    if (episode_.in_reduction()) repairs_.make().prr.on_sent(loop.sent);
    if (!loop.probe) plan_loss_probe(now, false);
    check();
}

// --- again ---

std::optional<Retransmission> Sender::next_retransmission(const PeerWindow& peer) {
    if (board_.empty() || room() == 0) return std::nullopt;
    const SegmentId id = sysctls_->follows_rfc(Difference::LossDetection) ? board_.next_waiting()
                                                                          : board_.next_lost();
    if (id == kNoSegment) return std::nullopt;
    Retransmission next = describe(id, peer);
    if (next.id == kNoSegment) return std::nullopt;
    next.cause = cause_of(board_.at(next.id));
    return next;
}

wire::Cause Sender::cause_of(const SentSegment& segment) const {
    if (episode_.state == RecoveryState::Recovery) {
        if (segment.has(sent::kEverRetransmitted) && fast_retransmitted_)
            // [RACK-7]
            return wire::Cause::LostRetransmission;
        if (!fast_retransmitted_)
            return episode_.by_timer ? wire::Cause::RackTimeout : wire::Cause::FastRetransmit;
    }
    return wire::Cause::RecoveryRetransmit;
}

Retransmission Sender::describe(SegmentId id, const PeerWindow& peer) {
    const StreamOffset start = std::max(board_.at(id).start, board_.snd_una());
    const std::uint32_t mss = std::min<std::uint32_t>(mss_, peer.most_payload);
    std::int64_t room = peer.end - start;
    if (room <= 0) {
        // Beyond a window that shrank nothing is repeated; into a closed one the first segment is:
        // it serves as a probe. RFC 9293 §3.8.6. [RTO-15]
        if (start != board_.snd_una()) return {};
        room = mss;
    }
    const auto most = static_cast<std::uint32_t>(std::min<std::int64_t>(room, mss));
    const std::uint32_t skipped = static_cast<std::uint32_t>(start - board_.at(id).start);
    if (board_.at(id).payload() > skipped + most) {
        // A block is cut anew as a whole: what is left over goes with its next segment. Linux,
        // `tcp_retransmit_skb` of several segments.
        if (skipped == 0 && most == mss && board_.continues_block(id))
            board_.move_boundary(id, static_cast<std::uint16_t>(most));
        else
            board_.split(id, static_cast<std::uint16_t>(skipped + most));
    } else if (peer.collapse && skipped == 0 && board_.at(id).payload() < most) {
        collapse(id, peer.end, mss);
    }
    const SentSegment& segment = board_.at(id);
    return {.start = start,
            .end = segment.end(),
            .id = id,
            .push = segment.has(sent::kPush),
            .cause = wire::Cause::None};
}

void Sender::collapse(SegmentId id, StreamOffset limit, std::uint32_t mss) {
    // RFC 9293 §3.8.1 allows repacketisation: small neighbours join up to one MSS. [RTO-14]
    while (true) {
        const SegmentId next = board_.successor(id);
        if (next == kNoSegment || board_.at(id).has(sent::kEndOfRecord | sent::kFin)) return;
        const SentSegment& neighbour = board_.at(next);
        if (neighbour.has(sent::kSacked) || neighbour.end() > limit ||
            board_.at(id).payload() + neighbour.payload() > mss)
            return;
        board_.merge(id, next);
        if (!sack_ && board_.sacked_out() != 0) board_.set_duplicate_acks(board_.sacked_out() - 1);
    }
}

void Sender::on_retransmission(Time now, const Retransmission& sent) {
    note_transmission(now);
    const bool by_timeout = sent.cause == wire::Cause::RetransmissionTimeout;
    if (sent.id == board_.first() && !by_timeout) head_sent_again_ = true;
    board_.on_retransmitted(now, sent.id, !sent.rescue, active().rate.on_sent(now, false));
    Repairs& repairs = repairs_.make();
    if (!sent.rescue) repairs.highest_repeated = std::max(repairs.highest_repeated, sent.end);
    ++repairs.total_retransmissions;
    repairs.bytes_retransmitted += static_cast<std::uint64_t>(sent.end - sent.start);
    repairs.undo.on_retransmission(now);
    if (episode_.in_reduction()) repairs.prr.on_sent(1);
    if (episode_.state == RecoveryState::Recovery) fast_retransmitted_ = true;
    check();
}

void Sender::on_retransmission_loop_end(Time now) {
    if (head_sent_again_ && timer_.meaning != TimerMeaning::Reordering)
        arm(now, TimerMeaning::Retransmission, rtt_.rto());
    head_sent_again_ = false;
}

AckOutcome Sender::on_ack(Time now, const AckInput& input) {
    AckOutcome outcome = AckProcessing{*this, now, input}.run();
    check();
    return outcome;
}

}  // namespace seedwire::tcp
