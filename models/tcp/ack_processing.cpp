#include "models/tcp/ack_processing.h"

#include <array>

#include "models/tcp/timestamp_clock.h"

namespace seedwire::tcp {

namespace {

constexpr std::size_t kMostBlocks = 4;  // what the option space holds, RFC 2018 §3

bool spurious(const SentSegment& segment, const TimestampEcho& echo) {
    return segment.was_retransmitted() && echo.present &&
           echo.sent_ms < timestamp_clock_ms(segment.sent);
}

}  // namespace

AckOutcome AckProcessing::run() {
    s_.reduced_ = s_.undone_ = s_.withdraw_cwr_ = false;
    prior_una_ = s_.snd_una();
    prior_delivered_ = s_.delivered();
    prior_lost_ = s_.board_.total_lost();
    prior_in_flight_ = s_.board_.in_flight();
    prior_highest_sacked_ = s_.sack_ ? s_.board_.highest_sacked() : prior_una_;
    SEEDWIRE_ASSERT(in_.ack <= s_.snd_nxt());

    out_.old = in_.ack < prior_una_;
    out_.advanced = in_.ack > prior_una_;
    out_.queue_empty_before = s_.board_.empty();
    if (out_.advanced) s_.episode_.retransmits = 0;
    take_sack();
    if (out_.old) {
        // Late, but its SACK blocks may be news. [SCORE-5]
        if (!in_.sack.empty()) alert();
    } else if (out_.queue_empty_before) {
        take_cumulative();
        if (dsacked_) alert();
        process_probe();
    } else {
        take_cumulative();
        s_.active().rack.update_window(sample_.prior_delivered, s_.delivered());
        process_probe();
        const bool plain = is_plain_duplicate();
        const bool alarming = data_sacked_ || in_.ece || dsacked_;
        if (plain || alarming || s_.episode_.state != RecoveryState::Open) {
            if (plain && !out_.advanced && !dsacked_) {
                duplicate_acks_ = 1;
                out_.duplicate = true;
            }
            alert();
        }
        if (set_timer_) s_.restart_timer(now_);
        finish();
        control_window();
    }
    out_.delivered = s_.delivered() - prior_delivered_;
    out_.lost = s_.board_.total_lost() - prior_lost_;
    out_.undone = s_.undone_;
    out_.reduced = s_.reduced_ && !s_.withdraw_cwr_;
    out_.withdraw_cwr = s_.withdraw_cwr_;
    return out_;
}

// [NEWRENO-3]
bool AckProcessing::is_plain_duplicate() const {
    return !in_.carries_data && !in_.window_changed && !out_.acked_data;
}

// --- SACK: RFC 2018, RFC 2883 ---

void AckProcessing::take_sack() {
    lowest_late_ = s_.snd_nxt();
    if (!s_.sack_ || in_.sack.empty()) return;
    const bool dsack = check_dsack();
    if (s_.board_.empty()) return;

    std::array<SackRange, kMostBlocks> blocks;
    std::size_t count = 0;
    for (std::size_t i = 0; i < in_.sack.size() && count < kMostBlocks; ++i) {
        const SackRange block = in_.sack[i];
        const bool duplicate = i == 0 && dsack;
        if (!is_valid_block(block, duplicate) || block.right <= prior_una_) continue;
        if (duplicate) mark_duplicates(block);
        // In sequence order, since a segment found late is late against what was SACKed before.
        std::size_t place = count++;
        for (; place != 0 && blocks[place - 1].left > block.left; --place)
            blocks[place] = blocks[place - 1];
        blocks[place] = block;
    }
    for (std::size_t i = 0; i < count; ++i) mark_sacked(blocks[i]);
    if (dsack && in_.sack[0].right > prior_una_) {
        s_.board_.for_each_covered(
            in_.sack[0].left, in_.sack[0].right,
            [&](const SentSegment&, SegmentId id) { s_.board_.clear_retransmission(id); });
    }
    if (s_.episode_.state != RecoveryState::Loss || s_.repairs_->undo.is_active())
        s_.note_reordering(lowest_late_);
}

bool AckProcessing::check_dsack() {
    // RFC 2883 §4: the first block lies below the ACK, or inside the second block. [SCORE-3]
    const SackRange first = in_.sack[0];
    if (first.left >= in_.ack) {
        if (in_.sack.size() < 2) return false;
        const SackRange second = in_.sack[1];
        if (first.right > second.right || first.left < second.left) return false;
    }
    const std::uint32_t segments = count_dsack(first);
    if (segments == 0) return false;
    if (first.right <= prior_una_ && s_.repairs_->undo.counts_duplicates(first.right))
        s_.repairs_.make().undo.on_duplicates(segments);
    return true;
}

std::uint32_t AckProcessing::count_dsack(const SackRange& block) {
    if (block.left >= block.right) return 0;
    const auto length = static_cast<std::uint64_t>(block.right - block.left);
    if (length > s_.max_window_) return 0;  // more than was ever allowed to be sent: nonsense
    std::uint32_t segments = 1;
    if (length > s_.mss_)
        segments = static_cast<std::uint32_t>((length + s_.mss_ - 1) / s_.mss_);
    else if (s_.active_->probe.is_outstanding() &&
             s_.active_->probe.high_seq(block.right) == block.right)
        dsack_of_probe_ = true;
    Repairs& repairs = s_.repairs_.make();
    repairs.dsack_duplicates += segments;
    // More copies than were ever sent again: the network made them. [SCORE-4]
    if (repairs.dsack_duplicates > repairs.total_retransmissions) return 0;
    // A static window does not learn. [RACK-10]
    const bool learns = (s_.sysctls().tcp_recovery & rack_mode::kStaticWindow) == 0;
    if (s_.episode_.reordering_seen != 0 && !dsack_of_probe_ && learns) s_.active().rack.on_dsack();
    dsacked_ = true;
    s_.active().rate.count_delivered(segments);
    return segments;
}

// [SCORE-2]
bool AckProcessing::is_valid_block(const SackRange& block, bool dsack) const {
    const StreamOffset una = std::max(in_.ack, prior_una_);
    if (block.right > s_.snd_nxt() || block.left >= block.right) return false;
    if (block.left > una) return true;
    // A DSACK lies below snd_una, and not further back than the present episode.
    if (!dsack || !s_.repairs_->undo.is_active() || block.right > una) return false;
    if (block.left >= s_.repairs_->undo.marker()) return true;
    if (block.right <= s_.repairs_->undo.marker()) return false;
    return block.left + s_.max_window_ >= block.right;
}

void AckProcessing::mark_duplicates(const SackRange& block) {
    s_.board_.for_each_covered(block.left, block.right, [&](const SentSegment& segment, SegmentId) {
        if (!segment.was_retransmitted()) return;
        if (s_.repairs_->undo.counts_duplicates(segment.end()))
            s_.repairs_.make().undo.on_duplicates(1);
        if (segment.has(sent::kSacked)) lowest_late_ = std::min(lowest_late_, segment.start);
    });
}

void AckProcessing::mark_sacked(const SackRange& block) {
    // What the cumulative ACK covers is dealt with there.
    const StreamOffset left = std::max(block.left, in_.ack);
    if (left >= block.right) return;
    const std::uint32_t marked = s_.board_.sack(
        left, block.right,
        [&](const SentSegment& segment, SegmentId) { note_delivered_by_sack(segment); });
    if (marked == 0) return;
    data_sacked_ = true;
    s_.active().rate.count_delivered(marked);
}

void AckProcessing::note_delivered_by_sack(const SentSegment& segment) {
    s_.active().rack.on_delivered(now_, segment, s_.rtt_.min_rtt_us());
    s_.active().rate.on_delivered(now_, segment, sample_);
    if (segment.was_retransmitted()) return;
    // Never sent again and yet later than what followed it: reordering.
    if (segment.start < s_.board_.highest_sacked())
        lowest_late_ = std::min(lowest_late_, segment.start);
    if (segment.end() <= s_.episode_.high_seq) original_delivered_ = true;
    if (first_sacked_sent_.is_never()) first_sacked_sent_ = segment.sent;
    last_sacked_sent_ = segment.sent;
}

// --- the cumulative acknowledgement ---

void AckProcessing::note_acknowledged(const SentSegment& segment) {
    if (segment.was_retransmitted()) {
        retransmission_acked_ = true;
    } else if (!segment.has(sent::kSacked)) {
        last_acked_sent_ = segment.sent;
        if (first_acked_sent_.is_never()) first_acked_sent_ = segment.sent;
        lowest_late_ = std::min(lowest_late_, segment.start);
        if (segment.end() <= s_.episode_.high_seq) original_delivered_ = true;
    }
    if (!segment.has(sent::kSacked) && s_.sack_) {
        s_.active().rate.count_delivered(1);
        if (!spurious(segment, in_.echo))
            s_.active().rack.on_delivered(now_, segment, s_.rtt_.min_rtt_us());
    }
    s_.active().rate.on_delivered(now_, segment, sample_);
}

void AckProcessing::take_cumulative() {
    if (out_.advanced) out_.bytes_acked = static_cast<std::uint64_t>(in_.ack - prior_una_);
    const bool nothing_sacked = s_.board_.sacked_out() == 0;
    lowest_late_ = s_.snd_nxt();
    const std::uint32_t acked = s_.board_.acknowledge(
        in_.ack, [&](const SentSegment& segment) { note_acknowledged(segment); });
    out_.acked_data = acked != 0;
    const SegmentId head = s_.board_.first();
    reneging_ = head != kNoSegment && s_.board_.at(head).has(sent::kSacked);
    // A lone small segment, acknowledged alone: perhaps after the peer's delayed-ACK timer.
    maybe_delayed_ = acked == 1 && !retransmission_acked_ && nothing_sacked && !data_sacked_ &&
                     !in_.ece && !dsacked_ && out_.bytes_acked < s_.mss_ &&
                     sample_.prior_delivered + 1 == s_.delivered();
    const std::int64_t sack_rtt_us = take_rtt();
    if (acked != 0) {
        set_timer_ = true;
        if (!s_.sack_) {
            remove_duplicate_acks(acked);
            // Without SACK nobody can tell which copy was acknowledged.
            if (retransmission_acked_) original_delivered_ = false;
        } else if (lowest_late_ < prior_highest_sacked_) {
            s_.note_reordering(lowest_late_);
        }
    } else if (head != kNoSegment && sack_rtt_us >= 0 &&
               sack_rtt_us > microseconds_between(s_.board_.at(head).sent, now_)) {
        // What was SACKed left before the head did: the head deserves a full RTO. Otherwise SACKs
        // of later data could put the timeout off for ever. [RTO-4]
        set_timer_ = true;
    }
    if (cc_rtt_us_ < 0) return;
    CongestionMoment moment = s_.moment(now_);
    // A division that only slow start needs here.
    if (s_.window_.in_slow_start()) moment.pacing_rate = s_.pacing_rate();
    s_.congestion_->on_rtt_sample(moment, cc_rtt_us_, s_.window_);
}

std::int64_t AckProcessing::take_rtt() {
    std::int64_t rtt_us = -1, sack_rtt_us = -1;
    // Karn: nothing of what is covered was sent twice. RFC 6298 §3.
    if (!first_acked_sent_.is_never() && !retransmission_acked_) {
        // [RTT-7]
        rtt_us = microseconds_between(first_acked_sent_, now_);
        cc_rtt_us_ = microseconds_between(last_acked_sent_, now_);
    }
    if (!first_sacked_sent_.is_never()) {
        sack_rtt_us = microseconds_between(first_sacked_sent_, now_);
        cc_rtt_us_ = microseconds_between(last_sacked_sent_, now_);
    }
    // [RTT-8]
    if (rtt_us < 0) rtt_us = sack_rtt_us;
    if (rtt_us < 0 && out_.acked_data && in_.echo.present) {
        // RFC 7323 §4.1: the echo tells which transmission was answered, to a millisecond. [RTT-9]
        const std::int64_t elapsed_ms = timestamp_clock_ms(now_) - in_.echo.sent_ms;
        if (elapsed_ms >= 0) rtt_us = cc_rtt_us_ = std::max<std::int64_t>(elapsed_ms, 1) * 1000;
    }
    if (rtt_us < 0) return -1;
    s_.rtt_.add_minimum(now_, cc_rtt_us_, maybe_delayed_, s_.sysctls_->tcp_min_rtt_wlen, s_.tick());
    s_.rtt_.add_sample(rtt_us, s_.snd_una(), s_.snd_nxt(), s_.rto_limits());
    out_.rtt_us = rtt_us;
    return sack_rtt_us;
}

// --- the end ---

void AckProcessing::process_probe() {
    const bool pure = is_plain_duplicate() && !out_.advanced && !data_sacked_;
    switch (s_.active_->probe.on_ack({in_.ack, dsack_of_probe_, pure})) {
        case TailLossProbe::Verdict::Nothing:
            return;
        case TailLossProbe::Verdict::NoLoss:
            s_.active().probe.forget();
            return;
        case TailLossProbe::Verdict::RepairedLoss:
            // The probe filled a hole that nobody else has seen: reduce as a recovery would have.
            // [TLP-5]
            s_.begin_reduction(now_);
            s_.set_state(now_, RecoveryState::Cwr);
            s_.end_reduction(now_);
            s_.keep_open(now_);
            return;
    }
}

void AckProcessing::finish() {
    s_.active().rate.finish(now_, s_.delivered() - prior_delivered_, s_.episode_.reneged,
                            s_.rtt_.min_rtt_us(), sample_);
}

void AckProcessing::control_window() {
    CongestionAck ack{.delivered = s_.delivered() - prior_delivered_,
                      .lost = s_.board_.total_lost() - prior_lost_,
                      .prior_in_flight = prior_in_flight_,
                      .total_delivered = s_.delivered(),
                      .limited = s_.active_->validation.may_grow(s_.window_),
                      .maybe_delayed = maybe_delayed_,
                      .rtt_us = cc_rtt_us_,
                      .state = s_.episode_.state,
                      .rate = sample_};
    const Sysctls& sysctls = *s_.sysctls_;
    if (sysctls.follows_rfc(Difference::WindowValidation)) ack.limited = true;
    if (s_.window_.in_slow_start() && sysctls.follows_rfc(Difference::SlowStart))
        ack.delivered = std::min(ack.delivered, 1U);
    if (s_.congestion_->controls_window()) {
        s_.congestion_->on_every_ack(s_.moment(now_), ack, s_.window_);
    } else if (s_.episode_.in_reduction() && sysctls.follows_rfc(Difference::WindowInRecovery)) {
        // RFC 6675 §5 (4.3): the first retransmission does not ask for room.
        const bool first = s_.episode_.in_recovery() && !s_.fast_retransmitted_;
        s_.window_.cwnd =
            first ? std::max(s_.window_.ssthresh, s_.board_.in_flight() + 1) : s_.window_.ssthresh;
    } else if (s_.episode_.in_reduction()) {
        s_.window_.cwnd = s_.repairs_.make().prr.on_ack(s_.window_.cwnd, s_.window_.ssthresh,
                                                        s_.board_.in_flight(), ack.delivered,
                                                        out_.advanced && ack.lost == 0);
        s_.active().validation.on_window_changed(now_);
    } else {
        // With much reordering any delivery counts, otherwise only progress in order. [CC-4]
        const bool reordered =
            s_.episode_.reordering > static_cast<std::uint32_t>(s_.sysctls_->tcp_reordering);
        if (!out_.acked_data && !(reordered && data_sacked_)) return;
        s_.congestion_->on_ack(s_.moment(now_), ack, s_.window_);
        s_.active().validation.on_window_changed(now_);
    }
}

}  // namespace seedwire::tcp
