// Per segment in the network: sent when, how often, SACKed, lost; and how many are in flight.
// RFC 6675 §3 and §4, counted in segments as Linux does; RFC 8985 §5.2 for the send-time order.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include "models/tcp/stream_offset.h"
#include "sim/base/assert.h"
#include "sim/base/lazy.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// Names one segment for as long as it is unacknowledged; consecutive in sequence order, wraps.
using SegmentId = std::uint32_t;
constexpr SegmentId kNoSegment = UINT32_MAX;

/// Bits of SentSegment::flags.
namespace sent {
constexpr std::uint16_t kSacked = 1,  ///< reported by SACK
    kLost = 2,               ///< believed lost (its last transmission, if not kInRetransmission)
    kInRetransmission = 4,   ///< a retransmission of it counts as in flight
    kEverRetransmitted = 8,  ///< Karn's bit: never cleared
    kAppLimited = 16,        ///< sent while the application was the bottleneck
    kPush = 32,              ///< carried PSH: its repetitions do too
    kEndOfRecord = 64,       ///< MSG_EOR: not merged with what follows
    kMerged = 128,           ///< empty: its bytes belong to the segment before it
    kListed = 256,           ///< in the send-time order
    kTaken = 512,            ///< taken out by RACK: an undo does not return it
    kRateUsed = 1024,        ///< has given its delivery-rate sample
    kFin = 2048;             ///< its last octet is the FIN
}

/// What the delivery-rate estimator remembers of the moment of a transmission.
struct RateSnapshot {
    std::uint32_t delivered = 0;          ///< segments delivered so far
    std::uint32_t since_first_us = 0;     ///< from the first send of the sampled flight
    std::uint32_t since_delivery_us = 0;  ///< from the last delivery
    bool app_limited = false;
};

/// One segment, at most one MSS. 40 bytes.
struct SentSegment {
    StreamOffset start;
    Time sent;  ///< of the last transmission
    std::uint32_t rate_delivered = 0, rate_since_first_us = 0, rate_since_delivery_us = 0;
    std::uint32_t previous = kNoSegment;  ///< in send-time order
    std::uint32_t next = kNoSegment;      ///< in send-time order; SACKed: where to look on
    std::uint16_t length = 0;             ///< sequence space: a FIN counts one
    std::uint16_t flags : 12 = 0;
    std::uint16_t retransmissions : 4 = 0;  ///< how often sent again, saturating

    StreamOffset end() const { return start + length; }
    std::uint32_t payload() const { return length - (has(sent::kFin) ? 1U : 0U); }
    void set(std::uint16_t bits) { flags = static_cast<std::uint16_t>((flags | bits) & 0xfff); }
    void clear(std::uint16_t bits) { flags = static_cast<std::uint16_t>(flags & ~bits & 0xfff); }
    bool has(std::uint16_t any) const { return (flags & any) != 0; }
    bool was_retransmitted() const {
        return has(sent::kEverRetransmitted | sent::kInRetransmission);
    }
};
static_assert(sizeof(SentSegment) == 40);

/// Both in sequence order (a ring) and in the order of their last transmission (a list through the
/// ring). Counters are kept, so that nothing walks the window; marks are found by hints.
class Scoreboard {
public:
    Scoreboard() = default;

    /// Before the first segment: everything below `at` is acknowledged.
    void start_at(StreamOffset at);

    // --- what is outstanding ---
    bool empty() const { return packets_out_ == 0; }
    StreamOffset snd_una() const { return snd_una_; }
    StreamOffset snd_nxt() const { return snd_nxt_; }
    std::uint32_t packets_out() const { return packets_out_; }
    std::uint32_t sacked_out() const { return sacked_out_; }  ///< without SACK: duplicate ACKs
    std::uint32_t lost_out() const { return lost_out_; }
    std::uint32_t retrans_out() const { return retrans_out_; }
    std::uint32_t left_out() const { return sacked_out_ + lost_out_; }
    /// Linux: packets_out - (sacked_out + lost_out) + retrans_out. [SCORE-1]
    std::uint32_t in_flight() const { return packets_out_ - left_out() + retrans_out_; }
    /// Segments ever marked lost; the difference over an ACK is what that ACK lost.
    std::uint32_t total_lost() const { return total_lost_; }
    /// End of the highest SACKed segment, snd_una when nothing is SACKed.
    StreamOffset highest_sacked() const;

    // --- one segment ---
    SegmentId first() const;  ///< kNoSegment when empty
    SegmentId last() const;   ///< likewise
    const SentSegment& at(SegmentId id) const {
        const Flight& flight = *flight_;
        SEEDWIRE_ASSERT(id - flight.head < flight.tail - flight.head);
        return flight.entry(id);
    }
    /// First in send-time order, kNoSegment when none: neither SACKed nor lost and waiting.
    SegmentId oldest_sent() const { return flight_->list_head; }

    // --- changes ---
    void on_sent(Time now, StreamOffset start, StreamOffset end, std::uint16_t flags,
                 const RateSnapshot& rate);
    /// `counted`: as a retransmission in flight; a tail loss probe is not.
    void on_retransmitted(Time now, SegmentId id, bool counted, const RateSnapshot& rate);
    /// Cumulative ACK: calls visit(const SentSegment&) for each segment wholly covered, in order,
    /// before it goes. Returns how many.
    template <class Visit>
    std::uint32_t acknowledge(StreamOffset ack, Visit&& visit);
    /// Marks what [left, right) covers wholly and was not marked yet; calls
    /// visit(const SentSegment& before, SegmentId) for each, before the mark is set. Amortised
    /// cost: what is newly marked.
    template <class Visit>
    std::uint32_t sack(StreamOffset left, StreamOffset right, Visit&& visit);
    /// The segments that [left, right) covers wholly, marked or not: for a DSACK.
    template <class Visit>
    void for_each_covered(StreamOffset left, StreamOffset right, Visit&& visit);
    /// Marks `id` lost, or its retransmission lost again. Returns whether anything changed.
    bool mark_lost(SegmentId id);
    void take_from_send_order(SegmentId id);  ///< by RACK, when it has marked `id`; until resent
    void clear_retransmission(SegmentId id);  ///< a DSACK says that both copies arrived
    /// After an undo: nothing is lost, only late.
    void unmark_all_lost();
    /// The receiver has thrown away what it had SACKed. RFC 2018 §8.
    void forget_sacks();
    /// Without SACK the number of duplicate ACKs stands for sacked_out.
    void set_duplicate_acks(std::uint32_t count);

    // --- retransmission ---
    /// The first lost segment whose retransmission is not in flight, kNoSegment when none.
    /// [SCORE-7]
    SegmentId next_lost();
    /// The same where repetitions in flight may be of segments that nobody believes lost.
    SegmentId next_waiting();
    /// Cuts `id` so that its first part has `length` bytes. Costs a walk: path MTU changes only.
    void split(SegmentId id, std::uint16_t length);
    /// Does the next segment belong to the same block as `id`, and is it as lost?
    bool continues_block(SegmentId id) const;
    /// Cuts `id` to `length` bytes; the next segment takes the rest. Requires: continues_block().
    void move_boundary(SegmentId id, std::uint16_t length);
    /// Lets `id` swallow its successor `next`.
    void merge(SegmentId id, SegmentId next);
    SegmentId successor(SegmentId id) const;  ///< skips merged ones, kNoSegment at the end

    /// Recounts everything. For tests and debug builds: walks the window.
    bool is_consistent() const;
    /// Cheap ones always, all of them in debug builds while the window is small.
    void check() const;
    std::uint32_t capacity() const { return flight_.made() != nullptr ? flight_->capacity() : 0; }

private:
    static constexpr std::uint32_t kRemembered = 4;  ///< block starts, to find them again at once
    struct Place {
        std::uint32_t offset = 0;  ///< low 32 bits
        SegmentId id = kNoSegment;
    };
    /// What exists only while something is outstanding, and goes with the last segment.
    struct Flight {
        static constexpr std::uint32_t kFew = 2;  ///< requests and keystrokes are no longer

        Flight() = default;
        Flight(const Flight&) = delete;
        Flight& operator=(const Flight&) = delete;
        SentSegment& entry(SegmentId id) { return ring[id & mask]; }
        const SentSegment& entry(SegmentId id) const { return ring[id & mask]; }
        std::uint32_t capacity() const { return mask + 1; }

        SentSegment* ring = few;  ///< or what `many` owns
        std::uint32_t mask = kFew - 1;
        SegmentId head = 0, tail = 0;  ///< [head, tail) are in the ring
        SegmentId list_head = kNoSegment, list_tail = kNoSegment;
        SegmentId lost_hint = 0;  ///< no lost segment waits below
        StreamOffset highest_sacked;
        std::array<Place, kRemembered> places;
        std::uint8_t next_place = 0;
        SentSegment few[kFew];  // no std::array: `ring` may point here before it is made
        std::unique_ptr<SentSegment[]> many;
    };

    bool holds(SegmentId id) const {
        const Flight& flight = *flight_;
        return id - flight.head < flight.tail - flight.head;
    }
    Flight& flight() { return *flight_.made(); }  ///< only while something is outstanding
    SentSegment& entry(SegmentId id) { return flight().entry(id); }
    SegmentId locate(StreamOffset offset);  ///< first segment with start >= offset, may be the tail
    SegmentId beyond_sacked(SegmentId id);  ///< first id at or after `id` that is not SACKed
    void append_to_send_order(SegmentId id);
    void remove_from_send_order(SegmentId id);
    void reserve_one();
    void release_if_idle();
    void pop_head();
    void mark_sacked(SegmentId id);
    void lower_lost_hint(SegmentId id);
    void stamp(Time now, SegmentId id, const RateSnapshot& rate);
    void insert_into_send_order(SegmentId id, SegmentId after);

    Lazy<Flight> flight_;
    StreamOffset snd_una_, snd_nxt_;
    std::uint32_t packets_out_ = 0, sacked_out_ = 0, lost_out_ = 0, retrans_out_ = 0;
    std::uint32_t total_lost_ = 0;
};

template <class Visit>
std::uint32_t Scoreboard::acknowledge(StreamOffset ack, Visit&& visit) {
    std::uint32_t count = 0;
    if (ack > snd_una_) snd_una_ = ack;
    Flight* flight = flight_.made();
    if (flight == nullptr) return 0;
    while (flight->head != flight->tail) {
        const SentSegment& first = flight->entry(flight->head);
        if (first.end() > ack) break;
        if (!first.has(sent::kMerged)) {
            visit(first);
            ++count;
        }
        pop_head();
    }
    release_if_idle();
    return count;
}

template <class Visit>
std::uint32_t Scoreboard::sack(StreamOffset left, StreamOffset right, Visit&& visit) {
    std::uint32_t count = 0;
    if (flight_.made() == nullptr) return 0;
    SegmentId id = locate(left);
    while (true) {
        id = beyond_sacked(id);
        if (id == flight().tail || entry(id).end() > right) break;
        if (!entry(id).has(sent::kMerged)) {
            visit(std::as_const(entry(id)), id);
            mark_sacked(id);
            ++count;
        }
        ++id;
    }
    return count;
}

template <class Visit>
void Scoreboard::for_each_covered(StreamOffset left, StreamOffset right, Visit&& visit) {
    if (flight_.made() == nullptr) return;
    for (SegmentId id = locate(left); id != flight().tail && entry(id).end() <= right; ++id)
        if (!entry(id).has(sent::kMerged)) visit(std::as_const(entry(id)), id);
}

}  // namespace seedwire::tcp
