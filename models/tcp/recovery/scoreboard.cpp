#include "models/tcp/recovery/scoreboard.h"

#include <algorithm>

namespace seedwire::tcp {

namespace {

/// Lost, and its retransmission not on the way: waits to be sent again.
bool waits(const SentSegment& segment) {
    return segment.has(sent::kLost) && !segment.has(sent::kInRetransmission | sent::kSacked);
}

}  // namespace

void Scoreboard::start_at(StreamOffset at) {
    SEEDWIRE_ASSERT(empty());
    snd_una_ = snd_nxt_ = at;
}

StreamOffset Scoreboard::highest_sacked() const {
    return sacked_out_ == 0 ? snd_una_ : std::max(flight_->highest_sacked, snd_una_);
}

SegmentId Scoreboard::first() const {
    return flight_->head == flight_->tail ? kNoSegment : flight_->head;
}

SegmentId Scoreboard::last() const {
    for (SegmentId id = flight_->tail; id != flight_->head;)
        if (!at(--id).has(sent::kMerged)) return id;
    return kNoSegment;
}

SegmentId Scoreboard::successor(SegmentId id) const {
    while (++id != flight_->tail)
        if (!at(id).has(sent::kMerged)) return id;
    return kNoSegment;
}

// --- the ring ---

void Scoreboard::reserve_one() {
    Flight& flight = flight_.make();
    if (flight.tail - flight.head < flight.capacity()) return;
    const std::uint32_t mask = 2 * flight.capacity() - 1;
    auto larger = std::make_unique<SentSegment[]>(mask + 1);
    for (SegmentId id = flight.head; id != flight.tail; ++id) larger[id & mask] = flight.entry(id);
    flight.many = std::move(larger);
    flight.ring = flight.many.get();
    flight.mask = mask;
}

void Scoreboard::release_if_idle() {
    // Nothing refers to an old id any more, so numbering starts anew; and a connection that has
    // nothing outstanding should not keep the memory of its largest window.
    if (flight_->head == flight_->tail) flight_.release();
}

void Scoreboard::on_sent(Time now, StreamOffset start, StreamOffset end, std::uint16_t flags,
                         const RateSnapshot& rate) {
    SEEDWIRE_ASSERT(start == snd_nxt_);
    SEEDWIRE_ASSERT(end - start > 0 && end - start <= UINT16_MAX);
    reserve_one();
    const SegmentId id = flight().tail++;
    SEEDWIRE_ASSERT(id != kNoSegment);
    SentSegment& segment = entry(id);
    segment = {};
    segment.start = start;
    segment.length = static_cast<std::uint16_t>(end - start);
    segment.set(flags & (sent::kPush | sent::kEndOfRecord | sent::kFin));
    stamp(now, id, rate);
    snd_nxt_ = end;
    ++packets_out_;
}

void Scoreboard::stamp(Time now, SegmentId id, const RateSnapshot& rate) {
    SentSegment& segment = entry(id);
    segment.sent = now;
    segment.rate_delivered = rate.delivered;
    segment.rate_since_first_us = rate.since_first_us;
    segment.rate_since_delivery_us = rate.since_delivery_us;
    segment.clear(sent::kAppLimited | sent::kRateUsed | sent::kTaken);
    if (rate.app_limited) segment.set(sent::kAppLimited);
    if (segment.has(sent::kListed)) remove_from_send_order(id);
    append_to_send_order(id);
}

void Scoreboard::on_retransmitted(Time now, SegmentId id, bool counted, const RateSnapshot& rate) {
    SEEDWIRE_ASSERT(holds(id));
    SentSegment& segment = entry(id);
    if (segment.has(sent::kSacked)) {
        // Only a probe repeats what was SACKed: the order of sending is not for delivered ones.
        SEEDWIRE_ASSERT(!counted);
        segment.set(sent::kEverRetransmitted);
        return;
    }
    stamp(now, id, rate);
    segment.set(sent::kEverRetransmitted);
    if (segment.retransmissions != 15) segment.retransmissions = (segment.retransmissions + 1) & 15;
    // After an undo an earlier retransmission may still count: one of a segment is enough.
    if (counted && !segment.has(sent::kInRetransmission)) {
        segment.set(sent::kInRetransmission);
        ++retrans_out_;
    }
}

void Scoreboard::pop_head() {
    Flight& flight = this->flight();
    const SegmentId head = flight.head;
    const SentSegment& segment = flight.entry(head);
    if (!segment.has(sent::kMerged)) {
        if (segment.has(sent::kSacked | sent::kLost | sent::kInRetransmission)) {
            // Without SACK sacked_out counts duplicate ACKs and no segment is marked.
            if (segment.has(sent::kSacked)) --sacked_out_;
            if (segment.has(sent::kLost)) --lost_out_;
            if (segment.has(sent::kInRetransmission)) --retrans_out_;
        }
        if (segment.has(sent::kListed)) {
            if (flight.list_head == head && segment.next != kNoSegment) {
                // Most often the first one sent leaves, and others follow.
                flight.list_head = segment.next;
                flight.entry(segment.next).previous = kNoSegment;
            } else {
                remove_from_send_order(head);
            }
        }
        --packets_out_;
    }
    if (flight.lost_hint == head) ++flight.lost_hint;
    flight.head = head + 1;
}

// --- the order of last transmissions ---

void Scoreboard::append_to_send_order(SegmentId id) {
    SentSegment& segment = entry(id);
    segment.previous = flight().list_tail;
    segment.next = kNoSegment;
    (flight().list_tail == kNoSegment ? flight().list_head : entry(flight().list_tail).next) = id;
    flight().list_tail = id;
    segment.set(sent::kListed);
}

void Scoreboard::remove_from_send_order(SegmentId id) {
    SentSegment& segment = entry(id);
    (segment.previous == kNoSegment ? flight().list_head : entry(segment.previous).next) =
        segment.next;
    (segment.next == kNoSegment ? flight().list_tail : entry(segment.next).previous) =
        segment.previous;
    segment.previous = segment.next = kNoSegment;
    segment.clear(sent::kListed);
}

void Scoreboard::insert_into_send_order(SegmentId id, SegmentId after) {
    const SegmentId next = after == kNoSegment ? flight().list_head : entry(after).next;
    SentSegment& segment = entry(id);
    segment.previous = after;
    segment.next = next;
    (after == kNoSegment ? flight().list_head : entry(after).next) = id;
    (next == kNoSegment ? flight().list_tail : entry(next).previous) = id;
    segment.set(sent::kListed);
}

void Scoreboard::take_from_send_order(SegmentId id) {
    SentSegment& segment = entry(id);
    if (segment.has(sent::kListed)) remove_from_send_order(id);
    segment.set(sent::kTaken);
}

// --- marks ---

SegmentId Scoreboard::locate(StreamOffset offset) {
    const auto low = static_cast<std::uint32_t>(offset.value);
    for (const Place& place : flight().places)
        if (place.offset == low && holds(place.id) && at(place.id).start == offset) return place.id;
    std::uint32_t begin = 0, count = flight().tail - flight().head;
    while (count != 0) {
        const std::uint32_t half = count / 2;
        if (entry(flight().head + begin + half).start < offset) {
            begin += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    const SegmentId found = flight().head + begin;
    if (found != flight().tail && entry(found).start == offset) {
        flight().places[flight().next_place] = {low, found};
        flight().next_place = static_cast<std::uint8_t>((flight().next_place + 1) % kRemembered);
    }
    return found;
}

SegmentId Scoreboard::beyond_sacked(SegmentId id) {
    // SACKed segments point ahead, and the pointers grow longer by use, as in a union-find forest.
    while (id != flight().tail && entry(id).has(sent::kSacked)) {
        SentSegment& segment = entry(id);
        if (segment.next != flight().tail && entry(segment.next).has(sent::kSacked))
            segment.next = entry(segment.next).next;
        id = segment.next;
    }
    return id;
}

void Scoreboard::mark_sacked(SegmentId id) {
    SentSegment& segment = entry(id);
    if (segment.has(sent::kLost)) {
        if (segment.has(sent::kInRetransmission)) --retrans_out_;
        segment.clear(sent::kLost | sent::kInRetransmission);
        --lost_out_;
    }
    // A retransmission of a segment that is not (or no longer) believed lost stays in flight.
    if (segment.has(sent::kListed)) remove_from_send_order(id);
    segment.set(sent::kSacked | sent::kRateUsed);
    segment.next = id + 1;
    ++sacked_out_;
    flight().highest_sacked = std::max(flight().highest_sacked, segment.end());
}

void Scoreboard::lower_lost_hint(SegmentId id) {
    if (id - flight().head < flight().lost_hint - flight().head) flight().lost_hint = id;
}

bool Scoreboard::mark_lost(SegmentId id) {
    SentSegment& segment = entry(id);
    if (segment.has(sent::kSacked)) return false;
    if (!segment.has(sent::kLost)) {
        segment.set(sent::kLost);
        ++lost_out_;
    } else if (segment.has(sent::kInRetransmission)) {
        segment.clear(sent::kInRetransmission);
        --retrans_out_;
    } else {
        return false;
    }
    ++total_lost_;
    if (waits(segment)) {
        if (segment.has(sent::kListed)) remove_from_send_order(id);
        lower_lost_hint(id);
    }
    return true;
}

void Scoreboard::clear_retransmission(SegmentId id) {
    SentSegment& segment = entry(id);
    if (!segment.has(sent::kInRetransmission)) return;
    segment.clear(sent::kInRetransmission);
    --retrans_out_;
    if (waits(segment)) {
        if (segment.has(sent::kListed)) remove_from_send_order(id);
        lower_lost_hint(id);
    }
}

void Scoreboard::unmark_all_lost() {
    if (lost_out_ == 0) return;
    SegmentId after = kNoSegment;
    for (SegmentId id = flight().head; id != flight().tail; ++id) {
        SentSegment& segment = entry(id);
        if (!segment.has(sent::kLost)) continue;
        segment.clear(sent::kLost);
        if (segment.has(sent::kListed | sent::kTaken | sent::kSacked | sent::kMerged)) continue;
        // Back to its place by time. Originals were sent in order, so the search goes on from
        // there.
        if (after != kNoSegment && entry(after).sent > segment.sent) after = kNoSegment;
        SegmentId next = after == kNoSegment ? flight().list_head : entry(after).next;
        while (next != kNoSegment && entry(next).sent <= segment.sent) {
            after = next;
            next = entry(next).next;
        }
        insert_into_send_order(id, after);
        after = id;
    }
    lost_out_ = 0;
    flight().lost_hint = flight().tail;
}

void Scoreboard::forget_sacks() {
    for (SegmentId id = flight().head; id != flight().tail; ++id) {
        SentSegment& segment = entry(id);
        if (!segment.has(sent::kSacked)) continue;
        segment.clear(sent::kSacked);
        segment.set(sent::kTaken);
        segment.previous = segment.next = kNoSegment;
    }
    sacked_out_ = 0;
}

void Scoreboard::set_duplicate_acks(std::uint32_t count) { sacked_out_ = count; }

// --- retransmission ---

SegmentId Scoreboard::next_lost() {
    return retrans_out_ >= lost_out_ ? kNoSegment : next_waiting();
}

SegmentId Scoreboard::next_waiting() {
    if (lost_out_ == 0) return kNoSegment;
    while (flight().lost_hint != flight().tail && !waits(entry(flight().lost_hint)))
        ++flight().lost_hint;
    return flight().lost_hint == flight().tail ? kNoSegment : flight().lost_hint;
}

bool Scoreboard::continues_block(SegmentId id) const {
    const SegmentId next = id + 1;
    if (next == flight_->tail) return false;
    const SentSegment& a = at(id);
    const SentSegment& b = at(next);
    constexpr std::uint16_t kUnlike = sent::kSacked | sent::kMerged | sent::kInRetransmission;
    constexpr std::uint16_t kEnds = sent::kPush | sent::kEndOfRecord | sent::kFin;
    // A block leaves at one instant, and only its last segment has PSH.
    return a.has(sent::kLost) && b.has(sent::kLost) && a.sent == b.sent &&
           !a.has(kUnlike | kEnds) && !b.has(kUnlike) &&
           std::uint32_t{a.length} + b.length <= UINT16_MAX;
}

void Scoreboard::move_boundary(SegmentId id, std::uint16_t length) {
    SEEDWIRE_ASSERT(continues_block(id));
    SentSegment& first = entry(id);
    SentSegment& second = entry(id + 1);
    SEEDWIRE_ASSERT(length > 0 && length < first.length);
    const std::uint16_t moved = static_cast<std::uint16_t>(first.length - length);
    first.length = length;
    second.start = first.end();
    second.length = static_cast<std::uint16_t>(second.length + moved);
    flight().places.fill({});
}

void Scoreboard::split(SegmentId id, std::uint16_t length) {
    SEEDWIRE_ASSERT(holds(id));
    SEEDWIRE_ASSERT(length > 0 && length < at(id).length);
    reserve_one();
    for (SegmentId move = flight().tail++; move != id + 1; --move) entry(move) = entry(move - 1);
    SentSegment& first = entry(id);
    SentSegment& second = entry(id + 1);
    second = first;
    const auto renumber = [&](std::uint32_t& link) {
        if (link != kNoSegment && link - flight().head > id - flight().head) ++link;
    };
    for (SegmentId i = flight().head; i != flight().tail; ++i) {
        renumber(entry(i).previous);
        renumber(entry(i).next);
    }
    renumber(flight().list_head);
    renumber(flight().list_tail);
    if (flight().lost_hint - flight().head > id - flight().head) ++flight().lost_hint;
    flight().places.fill({});

    first.length = length;
    first.clear(sent::kPush | sent::kEndOfRecord | sent::kFin);
    second.start = first.end();
    second.length = static_cast<std::uint16_t>(second.length - length);
    second.clear(sent::kListed);
    ++packets_out_;
    if (first.has(sent::kSacked)) {
        ++sacked_out_;
        first.next = id + 1;
    }
    if (first.has(sent::kLost)) ++lost_out_;
    if (first.has(sent::kInRetransmission)) ++retrans_out_;
    if (first.has(sent::kListed)) insert_into_send_order(id + 1, id);
}

void Scoreboard::merge(SegmentId id, SegmentId next) {
    SentSegment& segment = entry(id);
    SentSegment& gone = entry(next);
    SEEDWIRE_ASSERT(segment.end() == gone.start);
    SEEDWIRE_ASSERT(!segment.has(sent::kSacked) && !gone.has(sent::kSacked));
    SEEDWIRE_ASSERT(std::uint32_t{segment.length} + gone.length <= UINT16_MAX);
    segment.length = static_cast<std::uint16_t>(segment.length + gone.length);
    segment.set(gone.flags &
                (sent::kPush | sent::kEndOfRecord | sent::kFin | sent::kEverRetransmitted));
    if (gone.has(sent::kLost)) --lost_out_;
    if (gone.has(sent::kInRetransmission)) --retrans_out_;
    if (gone.has(sent::kListed)) remove_from_send_order(next);
    --packets_out_;
    gone.length = 0;
    gone.flags = sent::kMerged;
    // Those that were swallowed before stand in between: all begin where the swallower now ends.
    for (SegmentId empty = id + 1; empty != next + 1; ++empty) entry(empty).start = segment.end();
}

// --- checks ---

void Scoreboard::check() const {
    SEEDWIRE_ASSERT(left_out() <= packets_out_);
    SEEDWIRE_ASSERT(retrans_out_ <= packets_out_);
    SEEDWIRE_ASSERT(packets_out_ <= flight_->tail - flight_->head);
    SEEDWIRE_ASSERT(snd_una_ <= snd_nxt_);
#ifndef NDEBUG
    constexpr std::uint32_t kSmall =
        128;  // above it a check per ACK would make debug runs quadratic
    if (flight_->tail - flight_->head <= kSmall) SEEDWIRE_ASSERT(is_consistent());
#endif
}

bool Scoreboard::is_consistent() const {
    std::uint32_t packets = 0, sacked = 0, lost = 0, again = 0, listed = 0;
    for (SegmentId id = flight_->head; id != flight_->tail; ++id) {
        const SentSegment& segment = at(id);
        if (id + 1 != flight_->tail && segment.end() != at(id + 1).start) return false;
        if (segment.has(sent::kMerged)) continue;
        if (segment.has(sent::kSacked) && segment.has(sent::kLost | sent::kListed)) return false;
        if (waits(segment) && id - flight_->head < flight_->lost_hint - flight_->head) return false;
        ++packets;
        sacked += segment.has(sent::kSacked) ? 1 : 0;
        lost += segment.has(sent::kLost) ? 1 : 0;
        again += segment.has(sent::kInRetransmission) ? 1 : 0;
        listed += segment.has(sent::kListed) ? 1 : 0;
    }
    // Without SACK no segment is marked, whatever sacked_out_ says.
    if (sacked != 0 && sacked != sacked_out_) return false;
    if (packets != packets_out_ || lost != lost_out_ || again != retrans_out_) return false;
    if (flight_->head != flight_->tail && at(flight_->tail - 1).end() != snd_nxt_) return false;
    if (flight_->head != flight_->tail && at(flight_->head).end() <= snd_una_) return false;
    for (SegmentId id = flight_->list_head; id != kNoSegment; id = at(id).next) {
        if (listed-- == 0 || !at(id).has(sent::kListed)) return false;
        const SegmentId next = at(id).next;
        if (next == kNoSegment ? id != flight_->list_tail : at(next).previous != id) return false;
        if (next != kNoSegment && at(next).sent < at(id).sent) return false;
    }
    return listed == 0;
}

}  // namespace seedwire::tcp
