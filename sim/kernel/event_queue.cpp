// The rarely taken ways of the event queues.
#include "sim/kernel/event_queue.h"

#include <algorithm>

namespace seedwire {

void WheelQueue::reset(std::size_t entities) {
    near_.reset(entities);
    entries_.assign(entities, {});
    moving_.reserve(entities);
    first_.fill(kNone);
    count_.fill(0);
    used_.fill(0);
    used_levels_ = 0;
    base_ = Time::zero();
    size_ = 0;
    operations_until_relief_ = 0;
}

void WheelQueue::take_out(std::uint32_t slot) {
    for (std::uint32_t rank = first_[slot]; rank != kNone; rank = entries_[rank].next) {
        moving_.push_back(entries_[rank].key);
    }
    first_[slot] = kNone;
    count_[slot] = 0;
    mark_unused(slot);
}

void WheelQueue::put_back() {
    for (const EventKey& key : moving_) {
        const std::uint32_t rank = IndexedHeap::index_of(key);
        entries_[rank].key = key;  // that of an entry in the heap was not kept up to date
        link(rank, entries_[rank]);
    }
    moving_.clear();
}

void WheelQueue::refill() {
    SEEDWIRE_ASSERT(used_levels_ != 0);
    for (;;) {
        const auto level = static_cast<std::uint32_t>(std::countr_zero(used_levels_));
        const auto digit = static_cast<std::uint32_t>(std::countr_zero(used_[level]));
        const std::uint32_t slot = level * kSlotsPerLevel + digit;
        if (level == 0 || count_[slot] <= kFew) {
            take_near(slot);
            return;
        }
        // The start of the slot: the digits above are those of the base, the digits below are zero.
        const std::uint32_t shift = level * kDigitBits;
        const auto base = static_cast<std::uint64_t>(base_.ns());
        const std::uint64_t above =
            level + 1 == kLevels ? 0 : base >> (shift + kDigitBits) << (shift + kDigitBits);
        base_ = Time::from_ns(static_cast<std::int64_t>(above | std::uint64_t{digit} << shift));
        take_out(slot);
        put_back();
    }
}

void WheelQueue::take_near(std::uint32_t slot) {
    Time latest;
    for (std::uint32_t rank = first_[slot]; rank != kNone; rank = entries_[rank].next) {
        Entry& entry = entries_[rank];
        entry.slot = kNear;
        latest = std::max(latest, entry.key.at);
        near_.set(entry.key);
    }
    first_[slot] = kNone;
    count_[slot] = 0;
    mark_unused(slot);
    base_ = latest + Duration::ns(1);
    // Where the base has stepped over the border of slots, those that it now begins belong to the
    // levels below.
    const auto base = static_cast<std::uint64_t>(base_.ns());
    const auto crossed = static_cast<std::uint32_t>(std::countr_zero(base)) / kDigitBits;
    for (std::uint32_t level = std::min(crossed, kLevels - 1); level >= 1; --level) {
        const auto digit =
            static_cast<std::uint32_t>(base >> (level * kDigitBits)) & (kSlotsPerLevel - 1);
        if ((used_[level] >> digit & 1) == 0) continue;
        take_out(level * kSlotsPerLevel + digit);
        put_back();
    }
}

void WheelQueue::relieve() {
    // Costs as much as it moves; so it may do that once in so many operations.
    if (operations_until_relief_ > 0) {
        --operations_until_relief_;
        return;
    }
    for (std::size_t i = 0; i < near_.size(); ++i) moving_.push_back(near_[i]);
    const auto middle = moving_.begin() + kFew;
    std::nth_element(moving_.begin(), middle, moving_.end());
    const Time base = middle->at;
    std::erase_if(moving_, [base](const EventKey& key) { return key.at < base; });
    for (const EventKey& key : moving_) near_.remove(IndexedHeap::index_of(key));
    // Of the wheel, only what agrees with the old base down to the digit in which the two bases
    // differ changes its level.
    const auto difference =
        static_cast<std::uint64_t>(base.ns()) ^ static_cast<std::uint64_t>(base_.ns());
    const auto highest = static_cast<std::uint32_t>(std::bit_width(difference | 1)) - 1;
    for (std::uint32_t level = 0; level < highest / kDigitBits; ++level) {
        while (used_[level] != 0) {
            const auto digit = static_cast<std::uint32_t>(std::countr_zero(used_[level]));
            take_out(level * kSlotsPerLevel + digit);
        }
    }
    operations_until_relief_ = 4 * moving_.size();
    base_ = base;
    put_back();
}

}  // namespace seedwire
