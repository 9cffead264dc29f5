// Where the letter of RFC 6675 holds: losses by count, and what room in recovery is spent on when
// nothing is known to be lost. RFC 6675 §4.
#include <utility>

#include "models/tcp/recovery/sender.h"

namespace seedwire::tcp {

/// IsLost() of RFC 6675 §4, counted in segments. What was sent again is left to the RTO.
void Sender::mark_lost_by_count() {
    constexpr std::uint32_t kDuplicateThreshold = 3;
    std::uint32_t above = board_.sacked_out();
    for (SegmentId id = board_.first(); id != kNoSegment && above >= kDuplicateThreshold;
         id = board_.successor(id)) {
        const SentSegment& segment = board_.at(id);
        if (segment.has(sent::kSacked)) {
            --above;
        } else if (!segment.has(sent::kLost) && !segment.was_retransmitted()) {
            board_.mark_lost(id);
        }
    }
}

bool Sender::guesses_losses() const {
    return sack_ && episode_.state == RecoveryState::Recovery &&
           sysctls_->follows_rfc(Difference::LossDetection);
}

/// Rule (3): not SACKed, above what was repeated, below a SACKed octet.
SegmentId Sender::lowest_unrepeated() const {
    const StreamOffset edge = board_.highest_sacked();
    for (SegmentId id = board_.first(); id != kNoSegment; id = board_.successor(id)) {
        const SentSegment& segment = board_.at(id);
        if (segment.start >= edge) break;
        if (!segment.has(sent::kSacked) && segment.end() > repairs_->highest_repeated) return id;
    }
    return kNoSegment;
}

/// Rule (4): the last one that is not SACKed.
SegmentId Sender::highest_missing() const {
    SegmentId found = kNoSegment;
    for (SegmentId id = board_.first(); id != kNoSegment; id = board_.successor(id))
        if (!board_.at(id).has(sent::kSacked)) found = id;
    return found;
}

std::optional<Retransmission> Sender::next_guess(const PeerWindow& peer) {
    if (board_.empty() || room() == 0) return std::nullopt;
    SegmentId id = lowest_unrepeated();
    const bool rescue = id == kNoSegment;
    if (rescue) {
        // Once per recovery.
        if (std::exchange(repairs_.make().rescued, true)) return std::nullopt;
        id = highest_missing();
        if (id == kNoSegment) return std::nullopt;
    }
    Retransmission guess = describe(id, peer);
    if (guess.id == kNoSegment) return std::nullopt;
    guess.cause = wire::Cause::RecoveryRetransmit;
    guess.rescue = rescue;
    return guess;
}

}  // namespace seedwire::tcp
