// The pending events of a simulation: at most one for each entity, smallest EventKey first.
#pragma once

#include <cstdint>

#include "sim/kernel/indexed_heap.h"

namespace seedwire {

/// Few entries: everything in one indexed heap.
///
/// Every queue has the members used here and pops the same keys in the same order; which one is
/// used can change nothing but the speed.
class HeapQueue {
public:
    void reset(std::size_t entities) { heap_.reset(entities); }
    bool empty() const { return heap_.empty(); }
    std::size_t size() const { return heap_.size(); }
    /// The smallest key. Requires: not empty.
    EventKey top() const { return heap_.top(); }
    /// Adds the one entry of the entity whose rank is in the key, or moves it.
    void set(EventKey key) { heap_.set(key); }
    /// Removes the entry of an entity if there is one.
    void remove(std::uint32_t rank) { heap_.remove(rank); }

private:
    IndexedHeap heap_;
};

}  // namespace seedwire
