// A binary heap's wider cousin: a 4-ary heap of EventKeys that knows where each of them is.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "sim/base/assert.h"
#include "sim/base/int128.h"
#include "sim/kernel/entity.h"

namespace seedwire {

/// Orders EventKeys, at most one for each index; the index is the low 32 bits of EventKey::order.
/// Four children a node: half the levels of a binary heap, and the four keys share a cache line.
class IndexedHeap {
public:
    static std::uint32_t index_of(const EventKey& key) {
        return static_cast<std::uint32_t>(key.order);
    }

    /// Empties the heap and makes room for indices below `count`.
    void reset(std::size_t count) {
        keys_.clear();
        keys_.reserve(count);
        position_.assign(count, kAbsent);
    }
    /// Makes room for indices below `count`, keeping what is there.
    void grow(std::size_t count) {
        if (count <= position_.size()) return;
        position_.resize(count, kAbsent);
        keys_.reserve(position_.capacity());  // which has grown by a factor, not by one
    }

    bool empty() const { return keys_.empty(); }
    std::size_t size() const { return keys_.size(); }
    std::size_t capacity() const { return position_.size(); }
    bool contains(std::uint32_t index) const { return position_[index] != kAbsent; }
    /// The moment of an entry; Time::never() if there is none.
    Time at(std::uint32_t index) const {
        const std::uint32_t position = position_[index];
        return position == kAbsent ? Time::never() : keys_[position].at;
    }
    /// The smallest key. Requires: not empty.
    const EventKey& top() const { return keys_.front(); }
    /// The key at a position of the array, in no useful order.
    const EventKey& operator[](std::size_t position) const { return keys_[position]; }

    /// Adds the entry of index_of(key), or moves it.
    void set(EventKey key) {
        std::uint32_t position = position_[index_of(key)];
        if (position == kAbsent) {
            position = static_cast<std::uint32_t>(keys_.size());
            keys_.push_back(key);
            sift_up(position, key);
        } else if (before(key, keys_[position])) {
            sift_up(position, key);
        } else {
            sift_down(position, key);
        }
    }
    /// Removes the entry if there is one.
    void remove(std::uint32_t index) {
        const std::uint32_t position = position_[index];
        if (position == kAbsent) return;
        position_[index] = kAbsent;
        const EventKey last = keys_.back();
        keys_.pop_back();
        if (position == keys_.size()) return;
        // The last key takes the free place: down from there, or up if the place is in a branch
        // whose keys are all later.
        if (position > 0 && before(last, keys_[(position - 1) / kChildren])) {
            sift_up(position, last);
        } else {
            sift_down(position, last);
        }
    }
    void clear() {
        for (const EventKey& key : keys_) position_[index_of(key)] = kAbsent;
        keys_.clear();
    }

private:
    static constexpr std::uint32_t kAbsent = UINT32_MAX;
    static constexpr std::size_t kChildren = 4;

    // One 128-bit comparison, without branches. Times in a queue are not negative.
    static bool before(const EventKey& a, const EventKey& b) { return packed(a) < packed(b); }
    static UInt128 packed(const EventKey& key) {
        return UInt128{static_cast<std::uint64_t>(key.at.ns())} << 64 | key.order;
    }

    void place(std::size_t position, const EventKey& key) {
        keys_[position] = key;
        position_[index_of(key)] = static_cast<std::uint32_t>(position);
    }
    void sift_up(std::size_t position, EventKey key) {
        while (position > 0) {
            const std::size_t parent = (position - 1) / kChildren;
            if (!before(key, keys_[parent])) break;
            place(position, keys_[parent]);
            position = parent;
        }
        place(position, key);
    }
    void sift_down(std::size_t position, EventKey key) {
        const std::size_t size = keys_.size();
        for (;;) {
            const std::size_t first = kChildren * position + 1;
            if (first >= size) break;
            std::size_t least = first;
            if (first + kChildren <= size) {
                // A tournament of independent comparisons.
                const std::size_t left = first + before(keys_[first + 1], keys_[first]);
                const std::size_t right = first + 2 + before(keys_[first + 3], keys_[first + 2]);
                least = before(keys_[right], keys_[left]) ? right : left;
            } else {
                for (std::size_t child = first + 1; child < size; ++child) {
                    if (before(keys_[child], keys_[least])) least = child;
                }
            }
            if (!before(keys_[least], key)) break;
            place(position, keys_[least]);
            position = least;
        }
        place(position, key);
    }

    std::vector<EventKey> keys_;
    std::vector<std::uint32_t> position_;  // by index
};

}  // namespace seedwire
