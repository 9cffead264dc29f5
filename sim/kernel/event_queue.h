// The pending events of a simulation: at most one for each entity, smallest EventKey first.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "sim/base/int128.h"
#include "sim/kernel/indexed_heap.h"

namespace seedwire {

// Both queues have the same members and pop the same keys in the same order; which one is used can
// change nothing but the speed.

/// A complete binary tree with a leaf for each entity; every inner node holds the smaller key of
/// its two children (a winner tree), the root the smallest of all. Putting the executed entity back
/// takes one comparison a level, without a branch that could be mispredicted, and the addresses on
/// the way up do not depend on the outcomes. A wake() for later than the neighbours ends after a
/// level or two.
class TournamentQueue {
public:
    /// Empties the queue and makes room for ranks below `entities`.
    void reset(std::size_t entities) {
        leaves_ = std::bit_ceil(std::max<std::size_t>(entities, 2));
        nodes_.assign(2 * leaves_, packed(kIdle));
    }
    bool empty() const { return is_idle(nodes_[1]); }
    std::size_t size() const {  // counted anew: nobody asks often
        return static_cast<std::size_t>(
            std::count_if(nodes_.begin() + static_cast<std::ptrdiff_t>(leaves_), nodes_.end(),
                          [](UInt128 leaf) { return !is_idle(leaf); }));
    }
    /// The smallest key. Requires: not empty.
    EventKey top() const { return unpacked(nodes_[1]); }
    /// Adds the one entry of the entity whose rank is in the key, or moves it; at Time::never(),
    /// removes it.
    void set(EventKey key) {
        const std::size_t leaf = leaves_ + IndexedHeap::index_of(key);
        nodes_[leaf] = packed(key);
        if (static_cast<std::uint64_t>(nodes_[1]) == key.order) {
            replay_to_root(leaf, packed(key));
        } else {
            replay(leaf, packed(key));
        }
    }
    /// Adds the entry, or moves it to an earlier time. Requires: it was not there, or later.
    void advance(EventKey key) {
        const UInt128 earlier = packed(key);
        UInt128* nodes = nodes_.data();
        std::size_t node = leaves_ + IndexedHeap::index_of(key);
        for (; node > 0 && earlier < nodes[node]; node /= 2) nodes[node] = earlier;
    }
    /// Removes the entry of an entity if there is one.
    void remove(std::uint32_t rank) {
        const EventKey old = unpacked(nodes_[leaves_ + rank]);
        if (!old.at.is_never()) set({Time::never(), old.order});
    }
    /// Who comes after the one with that rank: the order of the smallest key of all others, and
    /// that of a small one behind it, perhaps the next. UINT64_MAX: nobody.
    struct RunnersUp {
        std::uint64_t next, later;
    };
    RunnersUp runners_up(std::uint32_t rank) const {
        const UInt128* nodes = nodes_.data();
        UInt128 next = packed(kIdle), later = packed(kIdle);
        for (std::size_t node = leaves_ + rank; node > 1; node /= 2) {
            const UInt128 sibling = nodes[node ^ 1];
            later = std::min(later, std::max(next, sibling));
            next = std::min(next, sibling);
        }
        return {static_cast<std::uint64_t>(next), static_cast<std::uint64_t>(later)};
    }

private:
    static constexpr EventKey kIdle{Time::never(), UINT64_MAX};

    // Keys are kept as the 128-bit integers by which they compare. As pairs of words, compilers
    // would put them together in vector registers, and waiting for two stores to become one load
    // costs four times as much as all the rest (GCC 12 -O3, clang 14).
    static UInt128 packed(const EventKey& key) {
        return UInt128{static_cast<std::uint64_t>(key.at.ns())} << 64 | key.order;
    }
    static EventKey unpacked(UInt128 node) {
        return {Time::from_ns(static_cast<std::int64_t>(node >> 64)),
                static_cast<std::uint64_t>(node)};
    }
    static bool is_idle(UInt128 node) {
        return static_cast<std::uint64_t>(node >> 64) == INT64_MAX;
    }

    // It was the smallest: everything up to the root changes. Offsets in bytes save two
    // instructions a level.
    void replay_to_root(std::size_t leaf, UInt128 key) {
        char* const bytes = reinterpret_cast<char*>(nodes_.data());
        for (std::size_t at = leaf * sizeof(UInt128); at > sizeof(UInt128);) {
            const UInt128 sibling =
                *reinterpret_cast<const UInt128*>(bytes + (at ^ sizeof(UInt128)));
            key = sibling < key ? sibling : key;
            at = at / 2 & ~(sizeof(UInt128) - 1);
            *reinterpret_cast<UInt128*>(bytes + at) = key;
        }
    }
    void replay(std::size_t node, UInt128 key) {
        UInt128* nodes = nodes_.data();
        for (; node > 1; node /= 2) {
            const UInt128 sibling = nodes[node ^ 1];
            key = sibling < key ? sibling : key;
            if (nodes[node / 2] == key) return;
            nodes[node / 2] = key;
        }
    }

    std::vector<UInt128> nodes_;  // the root at 1, the children of i at 2i and 2i + 1; 0 is unused
    std::size_t leaves_ = 0;      // a power of two
};

/// The same with an indexed heap, whose cost depends on the pending entries alone. It is here to be
/// compared with: the tree is faster at every size (bench/event_queue.cpp).
class HeapQueue {
public:
    void reset(std::size_t entities) { heap_.reset(entities); }
    bool empty() const { return heap_.empty(); }
    std::size_t size() const { return heap_.size(); }
    EventKey top() const { return heap_.top(); }
    void set(EventKey key) {
        if (key.at.is_never()) return heap_.remove(IndexedHeap::index_of(key));
        heap_.set(key);
    }
    void advance(EventKey key) { heap_.set(key); }
    void remove(std::uint32_t rank) { heap_.remove(rank); }

private:
    IndexedHeap heap_;
};

}  // namespace seedwire
