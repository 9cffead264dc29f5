// The pending events of a simulation: at most one for each entity, smallest EventKey first.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "sim/base/assert.h"
#include "sim/kernel/indexed_heap.h"

namespace seedwire {

// Both queues have the same members and pop the same keys in the same order; which one is used can
// change nothing but the speed.

/// Few entries: everything in one indexed heap.
class HeapQueue {
public:
    /// Empties the queue and makes room for ranks below `entities`.
    void reset(std::size_t entities) { heap_.reset(entities); }
    bool empty() const { return heap_.empty(); }
    std::size_t size() const { return heap_.size(); }
    /// The smallest key. Requires: not empty.
    EventKey top() { return heap_.top(); }
    /// Adds the one entry of the entity whose rank is in the key, or moves it.
    void set(EventKey key) { heap_.set(key); }
    /// Removes the entry of an entity if there is one.
    void remove(std::uint32_t rank) { heap_.remove(rank); }

private:
    IndexedHeap heap_;
};

/// Many entries: a heap for what is due next, a hierarchical timing wheel for the rest (Varghese
/// and Lauck, "Hashed and hierarchical timing wheels", 1987). Adding, moving and removing in the
/// wheel take constant time.
///
/// The wheel knows times relative to `base_`. An entry is in the level of the highest 6-bit digit
/// in which its time differs from the base, in the slot of that digit; so the first slot in use of
/// the lowest level in use holds the earliest entries. When the heap has run dry that slot is
/// emptied into it, if it holds few, or else is spread over the levels below. Everything earlier
/// than the base is in the heap, so an order within a slot is never needed.
class WheelQueue {
public:
    void reset(std::size_t entities);
    bool empty() const { return size_ == 0; }
    std::size_t size() const { return size_; }
    EventKey top() {
        if (near_.empty()) [[unlikely]]
            refill();
        return near_.top();
    }
    void set(EventKey key) {
        const std::uint32_t rank = IndexedHeap::index_of(key);
        Entry& entry = entries_[rank];
        if (entry.slot == kNowhere) {
            ++size_;
        } else if (entry.slot != kNear) {
            unlink(entry);
        } else if (key.at < base_) {
            near_.set(key);
            return;
        } else {
            near_.remove(rank);
        }
        entry.key = key;
        if (key.at < base_) {
            entry.slot = kNear;
            near_.set(key);
            if (near_.size() > kMostNear) [[unlikely]]
                relieve();
        } else {
            link(rank, entry);
        }
    }
    void remove(std::uint32_t rank) {
        Entry& entry = entries_[rank];
        if (entry.slot == kNowhere) return;
        if (entry.slot == kNear) {
            near_.remove(rank);
        } else {
            unlink(entry);
        }
        entry.slot = kNowhere;
        --size_;
    }

private:
    static constexpr std::uint32_t kDigitBits = 6;
    static constexpr std::uint32_t kSlotsPerLevel = 1U << kDigitBits;
    static constexpr std::uint32_t kLevels = 11;  // 66 bits: all of a Time
    static constexpr std::uint32_t kSlots = kLevels * kSlotsPerLevel;
    static constexpr std::uint16_t kNowhere = UINT16_MAX;
    static constexpr std::uint16_t kNear = UINT16_MAX - 1;  // in the heap
    static constexpr std::uint32_t kNone = UINT32_MAX;
    /// A slot with at most so many entries goes to the heap as it is (measured: 16 to 64 are
    /// alike).
    static constexpr std::uint32_t kFew = 32;
    /// More than so many in the heap: the base is too far ahead.
    static constexpr std::size_t kMostNear = 512;

    struct Entry {
        EventKey key;
        std::uint32_t next = kNone;  // in the list of its slot
        std::uint32_t previous = kNone;
        std::uint16_t slot = kNowhere;
    };

    void link(std::uint32_t rank, Entry& entry) {
        const auto at = static_cast<std::uint64_t>(entry.key.at.ns());
        const std::uint64_t difference = at ^ static_cast<std::uint64_t>(base_.ns());
        // Bit 0 set: equal times belong to level 0.
        const auto highest = static_cast<std::uint32_t>(std::bit_width(difference | 1)) - 1;
        const std::uint32_t level = highest / kDigitBits;
        const auto digit =
            static_cast<std::uint32_t>(at >> (level * kDigitBits)) & (kSlotsPerLevel - 1);
        const std::uint32_t slot = level * kSlotsPerLevel + digit;
        entry.slot = static_cast<std::uint16_t>(slot);
        entry.previous = kNone;
        entry.next = first_[slot];
        if (entry.next != kNone) entries_[entry.next].previous = rank;
        first_[slot] = rank;
        ++count_[slot];
        used_[level] |= std::uint64_t{1} << digit;
        used_levels_ |= 1U << level;
    }
    void unlink(Entry& entry) {
        const std::uint32_t slot = entry.slot;
        if (entry.next != kNone) entries_[entry.next].previous = entry.previous;
        if (entry.previous != kNone) {
            entries_[entry.previous].next = entry.next;
        } else {
            first_[slot] = entry.next;
        }
        if (--count_[slot] == 0) mark_unused(slot);
    }
    void mark_unused(std::uint32_t slot) {
        std::uint64_t& used = used_[slot / kSlotsPerLevel];
        used &= ~(std::uint64_t{1} << (slot % kSlotsPerLevel));
        if (used == 0) used_levels_ &= ~(1U << (slot / kSlotsPerLevel));
    }
    /// Fills the heap with the earliest entries of the wheel and moves the base behind them.
    void refill();
    /// Empties a slot into the heap and moves the base behind its latest entry.
    void take_near(std::uint32_t slot);
    /// Empties a slot into moving_; put_back() links those into the wheel again.
    void take_out(std::uint32_t slot);
    void put_back();
    /// Moves the base back so that most of the heap returns to the wheel.
    void relieve();

    IndexedHeap near_;
    std::vector<Entry> entries_;    // by rank
    std::vector<EventKey> moving_;  // between take_out() and put_back()
    std::array<std::uint32_t, kSlots> first_{};
    std::array<std::uint32_t, kSlots> count_{};
    std::array<std::uint64_t, kLevels> used_{};  // which slots of a level hold entries
    std::uint32_t used_levels_ = 0;
    Time base_;  // everything earlier is in the heap, everything else in the wheel
    std::size_t size_ = 0;
    std::size_t operations_until_relief_ = 0;
};

}  // namespace seedwire
