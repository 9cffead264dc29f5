// What an acknowledgement means to the congestion state machine: leave, go on with or enter
// Disorder, CWR, Recovery and Loss. RFC 6675 §5, RFC 6582 §3.2, RFC 5682 §3, RFC 4015 §3, in
// Linux's order.
#include "models/tcp/ack_processing.h"

namespace seedwire::tcp {

// [RECOV-1]
void AckProcessing::alert() {
    Episode& episode = s_.episode_;
    if (s_.board_.empty() && s_.board_.sacked_out() != 0) s_.board_.set_duplicate_acks(0);
    // [UNDO-4]
    if (in_.ece) s_.forbid_window_undo();  // the reduction is due whatever proves spurious
    if (check_reneging()) return;

    if (episode.state == RecoveryState::Open)
        s_.clear_retransmission_stamp();
    else if (s_.snd_una() >= episode.high_seq && leave_finished_state())
        return;

    bool retransmit = true;
    if (episode.state == RecoveryState::Recovery)
        retransmit = in_recovery();
    else if (episode.state == RecoveryState::Loss)
        retransmit = in_loss();
    else
        retransmit = elsewhere();
    if (retransmit) out_.send = AfterAck::Retransmissions;
}

bool AckProcessing::check_reneging() {
    if (!reneging_ || !out_.advanced) return false;
    // RFC 2018 §8 allows it. Perhaps only ACKs were reordered: give progress a moment, then treat
    // it as a timeout. [SCORE-6]
    const Duration grace = std::max(Duration::us(s_.rtt_.srtt8_us() >> 4), Duration::ms(10));
    s_.arm(now_, TimerMeaning::Retransmission, grace);
    set_timer_ = false;
    out_.reneging = true;
    return true;
}

/// True: nothing more to do.
bool AckProcessing::leave_finished_state() {
    if (s_.episode_.state == RecoveryState::Cwr) {
        // Held until something beyond is acknowledged, so that the CWR bit reaches the receiver.
        if (s_.snd_una() != s_.episode_.high_seq) {
            s_.end_reduction(now_);
            s_.set_state(now_, RecoveryState::Open);
        }
    } else if (s_.episode_.state == RecoveryState::Recovery) {
        if (!s_.sack_) s_.board_.set_duplicate_acks(0);
        if (undo_recovery()) return true;
        s_.end_reduction(now_);
    }
    return false;
}

bool AckProcessing::in_recovery() {
    if (!out_.advanced) {
        if (!s_.sack_) add_duplicate_acks();
    } else if (undo_partial()) {
        return false;
    }
    if (undo_by_dsack()) try_to_open();
    identify_loss();
    if (s_.episode_.state == RecoveryState::Recovery) return true;
    if (s_.board_.lost_out() == 0) return false;
    // Undone, and yet something is evidently lost: a new recovery.
    s_.enter_recovery(now_, in_.ece);
    return true;
}

bool AckProcessing::in_loss() {
    process_loss();
    identify_loss();
    // process_loss() has decided what to send, unless the reduction was undone or retransmissions
    // were lost again.
    if (s_.episode_.state != RecoveryState::Open && !lost_retransmission_) return false;
    return elsewhere();
}

bool AckProcessing::elsewhere() {
    if (!s_.sack_) {
        if (out_.advanced) s_.board_.set_duplicate_acks(0);
        add_duplicate_acks();
    }
    if (s_.episode_.state <= RecoveryState::Disorder) undo_by_dsack();
    identify_loss();
    if (s_.board_.lost_out() == 0) {
        try_to_open();
        return false;
    }
    const bool calm = s_.episode_.state < RecoveryState::Cwr;
    if (calm && in_.mtu_probe.value != 0 && s_.snd_una() == in_.mtu_probe) {
        out_.mtu_probe_lost = true;  // nothing to reduce the window for
        return false;
    }
    s_.enter_recovery(now_, in_.ece);
    return true;
}

void AckProcessing::process_loss() {
    Episode& episode = s_.episode_;
    const bool recovered = s_.snd_una() >= episode.high_seq;
    if (out_.advanced && undo_loss(false)) return;
    if (episode.frto) {
        // RFC 5682 §3.1: an original was delivered after the timeout, so that was spurious.
        // [FRTO-1]
        if (original_delivered_ && undo_loss(true)) return;
        if (s_.snd_nxt() > episode.high_seq) {
            // [FRTO-3]
            if (data_sacked_ || duplicate_acks_ != 0) episode.frto = false;  // step 3.a
        } else if (out_.advanced && !recovered) {
            episode.high_seq = s_.snd_nxt();
            // Step 2.b: new data will show whether originals still arrive. [FRTO-2]
            if (in_.has_unsent && in_.window_end > s_.snd_nxt()) {
                out_.send = AfterAck::NewData;
                return;
            }
            episode.frto = false;
        }
    }
    if (recovered) {
        undo_recovery();
        return;
    }
    if (!s_.sack_) {
        if (s_.snd_nxt() > episode.high_seq && duplicate_acks_ != 0)
            add_duplicate_acks();
        else if (out_.advanced)
            s_.board_.set_duplicate_acks(0);
    }
    out_.send = AfterAck::Retransmissions;
}

void AckProcessing::identify_loss() {
    if (s_.board_.empty()) return;
    if (!s_.sack_) return s_.newreno_mark_head(out_.advanced);
    const std::uint32_t before = s_.board_.retrans_out();
    const Duration wait = s_.detect_loss(now_, false);
    if (wait > Duration::zero()) {
        // Late, not yet lost: look again then, with two milliseconds of slack. [RACK-5]
        s_.arm(now_, TimerMeaning::Reordering, wait + Duration::ms(2));
        set_timer_ = false;
    }
    if (before > s_.board_.retrans_out()) lost_retransmission_ = true;
}

void AckProcessing::try_to_open() {
    if (!s_.any_retransmission_outstanding()) s_.clear_retransmission_stamp();
    if (in_.ece) s_.enter_cwr(now_);
    if (s_.episode_.state != RecoveryState::Cwr) s_.keep_open(now_);
}

// --- undo ---

bool AckProcessing::at_guard_without_sack() const {
    return !s_.sack_ && s_.snd_una() >= s_.episode_.high_seq;
}

bool AckProcessing::holds_without_sack() {
    // RFC 6582 §4.1: until something beyond high_seq is acknowledged, late duplicates could start
    // another fast retransmit. [NEWRENO-5]
    if (s_.snd_una() != s_.episode_.high_seq || s_.sack_) return false;
    if (!s_.any_retransmission_outstanding()) s_.clear_retransmission_stamp();
    return true;
}

/// True: the state is held.
bool AckProcessing::undo_recovery() {
    if (s_.repairs_->undo.may_undo(in_.echo, at_guard_without_sack()))
        s_.undo_reduction(now_, false);
    else
        s_.active().rack.on_recovery_ended();
    if (holds_without_sack()) return true;
    s_.set_state(now_, RecoveryState::Open);
    s_.episode_.reneged = false;
    return false;
}

/// True: new data may go, but nothing more is marked or sent again.
bool AckProcessing::undo_partial() {
    if (!s_.repairs_->undo.is_active() ||
        !s_.repairs_->undo.is_original(in_.echo, at_guard_without_sack()))
        return false;
    // The hole was filled by an original that came late. [UNDO-5]
    s_.note_reordering(prior_una_);
    if (s_.board_.retrans_out() != 0) return true;
    if (!s_.any_retransmission_outstanding()) s_.clear_retransmission_stamp();
    s_.undo_reduction(now_, true);
    s_.keep_open(now_);
    return false;
}

bool AckProcessing::undo_by_dsack() {
    if (!s_.repairs_->undo.all_needless()) return false;
    s_.active().rack.on_undo_by_dsack();
    s_.undo_reduction(now_, false);
    return true;
}

bool AckProcessing::undo_loss(bool frto) {
    if (!frto && !s_.repairs_->undo.may_undo(in_.echo, at_guard_without_sack())) return false;
    s_.undo_reduction(now_, true);
    s_.episode_.retransmits = 0;
    if (holds_without_sack()) return true;
    if (frto || s_.sack_) {
        s_.set_state(now_, RecoveryState::Open);
        s_.episode_.reneged = false;
    }
    return true;
}

// --- without SACK: duplicate ACKs stand for SACKed segments, RFC 6582 ---

// [NEWRENO-4]
void AckProcessing::limit_duplicate_acks(std::uint32_t acked) {
    const Scoreboard& board = s_.board_;
    const std::uint32_t holes = std::min(std::max(board.lost_out(), 1U), board.packets_out());
    if (board.sacked_out() + holes <= board.packets_out()) return;
    s_.board_.set_duplicate_acks(board.packets_out() - holes);
    // More duplicates than segments that could cause them: reordering.
    s_.episode_.reordering = std::min(board.packets_out() + acked,
                                      static_cast<std::uint32_t>(s_.sysctls_->tcp_max_reordering));
    ++s_.episode_.reordering_seen;
}

void AckProcessing::add_duplicate_acks() {
    if (duplicate_acks_ == 0) return;
    const std::uint32_t before = s_.board_.sacked_out();
    s_.board_.set_duplicate_acks(before + duplicate_acks_);
    limit_duplicate_acks(0);
    if (s_.board_.sacked_out() > before)
        s_.active().rate.count_delivered(s_.board_.sacked_out() - before);
}

void AckProcessing::remove_duplicate_acks(std::uint32_t acked) {
    const std::uint32_t known = s_.board_.sacked_out();
    // One segment filled the hole; the others had announced themselves by duplicates.
    s_.active().rate.count_delivered(acked > known ? acked - known : 1);
    s_.board_.set_duplicate_acks(acked - 1 >= known ? 0 : known - (acked - 1));
    limit_duplicate_acks(acked);
}

}  // namespace seedwire::tcp
