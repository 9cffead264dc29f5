// Moves of the congestion state machine, and what each takes from the window or gives back.
// RFC 5681 §3.1 and §3.2, RFC 6675 §5, RFC 4015 §3.
#include <algorithm>

#include "models/tcp/recovery/sender.h"

namespace seedwire::tcp {

void Sender::set_state(Time now, RecoveryState state) {
    episode_.state = state;
    congestion_->on_state(moment(now), state);
}

bool Sender::any_retransmission_outstanding() const {
    if (board_.retrans_out() != 0) return true;
    const SegmentId first = board_.first();
    return first != kNoSegment && board_.at(first).has(sent::kEverRetransmitted);
}

std::uint32_t Sender::retransmissions_in_flight() const {
    const bool probe = active_->probe.is_outstanding() && active_->probe.is_retransmission();
    return board_.retrans_out() + (probe ? 1U : 0U);
}

std::uint32_t Sender::reduced_ssthresh(Time now) {
    Window used = window_;
    if (sysctls_->follows_rfc(Difference::FlightSize)) used.cwnd = board_.packets_out();
    return congestion_->ssthresh(moment(now), used);
}

// [RECOV-3]
void Sender::begin_reduction(Time now) {
    episode_.high_seq = board_.snd_nxt();
    active().probe.forget();
    window_.growth = 0;
    repairs_.make().prr.begin(window_.cwnd);
    window_.ssthresh = reduced_ssthresh(now);
    // RFC 6675 §5 (4.2); control_window() lets the first retransmission go even so.
    if (sysctls_->follows_rfc(Difference::WindowInRecovery)) window_.cwnd = window_.ssthresh;
    reduced_ = true;
}

// [RECOV-4]
void Sender::end_reduction(Time now) {
    if (congestion_->controls_window()) return;
    if (window_.ssthresh < kInfiniteSsthresh &&
        (episode_.state == RecoveryState::Cwr || repairs_->undo.is_active() ||
         sysctls_->follows_rfc(Difference::Undo))) {
        window_.cwnd = window_.ssthresh;
        active().validation.on_window_changed(now);
    }
}

void Sender::remember_for_undo() {
    Undo& undo = repairs_.make().undo;
    if (sysctls_->follows_rfc(Difference::Undo)) return undo.end();
    undo.begin(board_.snd_una(), retransmissions_in_flight());
}

// [RECOV-2]
void Sender::enter_recovery(Time now, bool ece) {
    Undo& undo = repairs_.make().undo;
    if (!any_retransmission_outstanding()) undo.clear_stamp();
    undo.prior_ssthresh = 0;
    remember_for_undo();
    if (!episode_.in_reduction()) {
        // After ECE the reduction is deserved even if nothing was lost.
        if (!ece) undo.prior_ssthresh = current_ssthresh();
        begin_reduction(now);
    }
    fast_retransmitted_ = false;
    repairs_.make().highest_repeated = board_.snd_una();
    repairs_.make().rescued = false;
    episode_.by_timer = false;
    set_state(now, RecoveryState::Recovery);
}

// [ECN-5]
void Sender::enter_cwr(Time now) {
    forbid_window_undo();
    if (episode_.state >= RecoveryState::Cwr) return;
    end_undo();
    const std::uint32_t before = window_.cwnd;
    begin_reduction(now);
    if (sysctls_->cc_abe) {
        // A mark comes from a short queue, a loss from a long one: RFC 8511 §3. [ECN-7]
        window_.ssthresh = std::max(before * congestion_->marked_percent() / 100, 2U);
    }
    set_state(now, RecoveryState::Cwr);
}

void Sender::mark_lost_by_timeout(Time now) {
    const SegmentId first = board_.first();
    // Acknowledged up to a segment that had been SACKed: the receiver has thrown it away. [RTO-8]
    const bool reneged = board_.at(first).has(sent::kSacked);
    if (reneged) {
        board_.forget_sacks();
        episode_.reneged = true;
    } else if (!sack_) {
        board_.set_duplicate_acks(0);
    }
    const bool by_time = !sysctls_->follows_rfc(Difference::LossDetection);
    for (SegmentId id = first; id != kNoSegment; id = board_.successor(id)) {
        // What was sent more recently than an RTT may still arrive. RFC 8985 §8. [RTO-5]
        if (by_time && !reneged && id != first && active_->rack.is_recent(now, board_.at(id)))
            continue;
        board_.mark_lost(id);
    }
}

void Sender::enter_loss(Time now) {
    const RecoveryState before = episode_.state;
    if (!board_.empty()) mark_lost_by_timeout(now);
    // Once per window, not once per timeout. RFC 5681 §3.1. [RTO-7]
    if (before <= RecoveryState::Disorder || episode_.high_seq <= board_.snd_una() ||
        (before == RecoveryState::Loss && episode_.retransmits == 0)) {
        Repairs& repairs = repairs_.make();
        repairs.undo.prior_ssthresh = current_ssthresh();
        repairs.prr.set_prior_cwnd(window_.cwnd);
        window_.ssthresh = reduced_ssthresh(now);
        remember_for_undo();
    }
    // [RTO-6]
    window_.cwnd = board_.in_flight() + 1;
    window_.growth = 0;
    active().validation.on_window_changed(now);
    // Many SACKs and yet a timeout: the degree of reordering was overestimated. [RTO-9]
    const auto initial = static_cast<std::uint32_t>(sysctls_->tcp_reordering);
    if (before <= RecoveryState::Disorder && board_.sacked_out() >= initial)
        episode_.reordering = std::min(episode_.reordering, initial);
    set_state(now, RecoveryState::Loss);
    episode_.high_seq = board_.snd_nxt();
    active().probe.forget();
    reduced_ = true;
    // RFC 5682 §3.1, step 1: not when an earlier recovery was still going on, unless this timeout
    // repeats one. [FRTO-4]
    episode_.frto =
        sysctls_->tcp_frto != 0 && (before < RecoveryState::Recovery || episode_.retransmits != 0);
}

// [UNDO-3]
void Sender::undo_reduction(Time now, bool unmark_lost) {
    if (unmark_lost) board_.unmark_all_lost();
    const std::uint32_t prior_ssthresh = repairs_->undo.prior_ssthresh;
    if (prior_ssthresh != 0) {
        window_.cwnd = congestion_->undone_cwnd(window_, repairs_->prr.prior_cwnd());
        if (prior_ssthresh > window_.ssthresh) {
            window_.ssthresh = prior_ssthresh;
            withdraw_cwr_ = true;
        }
    }
    active().validation.on_window_changed(now);
    end_undo();
    active().rack.look_again();
    undone_ = true;
}

// [RECOV-5]
void Sender::keep_open(Time now) {
    const bool disorder = board_.left_out() != 0 || any_retransmission_outstanding();
    const RecoveryState state = disorder ? RecoveryState::Disorder : RecoveryState::Open;
    if (episode_.state == state) return;
    set_state(now, state);
    episode_.high_seq = board_.snd_nxt();
}

// [RACK-8]
void Sender::note_reordering(StreamOffset low) {
    const StreamOffset high = board_.highest_sacked();
    if (low >= high || mss_ == 0) return;
    const auto distance = static_cast<std::uint64_t>(high - low);
    if (distance > std::uint64_t{episode_.reordering} * mss_)
        episode_.reordering = static_cast<std::uint32_t>(
            std::min<std::uint64_t>((distance + mss_ - 1) / mss_,
                                    static_cast<std::uint64_t>(sysctls_->tcp_max_reordering)));
    ++episode_.reordering_seen;
}

void Sender::newreno_mark_head(bool advanced) {
    // Without SACK: the third duplicate ACK, then each partial ACK, condemns the head. RFC 6582
    // §3.2. [NEWRENO-1]
    const bool condemned = episode_.state < RecoveryState::Recovery
                               ? board_.sacked_out() >= episode_.reordering
                               // [NEWRENO-2]
                               : episode_.state == RecoveryState::Recovery && advanced;
    const SegmentId first = board_.first();
    if (!condemned || board_.at(first).has(sent::kLost)) return;
    board_.mark_lost(first);
}

Duration Sender::detect_loss(Time now, bool forced) {
    if (sysctls_->follows_rfc(Difference::LossDetection)) {
        mark_lost_by_count();
        return {};
    }
    return active().rack.detect(
        now, board_,
        {.min_rtt_us = rtt_.min_rtt_us(),
         .srtt_us = rtt_.srtt_us(),
         .reordering_seen = episode_.reordering_seen != 0,
         .in_recovery = episode_.in_recovery(),
         .at_threshold = board_.sacked_out() >= episode_.reordering &&
                         (sysctls_->tcp_recovery & rack_mode::kNoDuplicateThreshold) == 0},
        forced);
}

// [PMTU-5]
void Sender::on_mtu_grown(Time now, std::uint32_t former, std::uint32_t size) {
    window_.cwnd = std::max<std::uint32_t>(
        static_cast<std::uint32_t>(std::uint64_t{window_.cwnd} * former / size), 1);
    window_.growth = 0;
    window_.ssthresh = current_ssthresh();
    active().validation.on_window_changed(now);
}

bool Sender::on_path_mtu_reduced(Time now, std::uint32_t mss) {
    mss_ = mss;
    for (SegmentId id = board_.first(); id != kNoSegment; id = board_.successor(id))
        if (board_.at(id).payload() > mss) board_.mark_lost(id);
    if (board_.lost_out() == 0) return false;
    if (!sack_ && board_.left_out() > board_.packets_out())
        board_.set_duplicate_acks(board_.packets_out() - board_.lost_out());
    // The path became narrower, not fuller: the window stays. [PMTU-1]
    if (episode_.state != RecoveryState::Loss) {
        episode_.high_seq = board_.snd_nxt();
        window_.ssthresh = current_ssthresh();
        forbid_window_undo();
        end_undo();
        set_state(now, RecoveryState::Loss);
    }
    return true;
}

}  // namespace seedwire::tcp
