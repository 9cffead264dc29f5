// One-shot timers of an entity that owns one or many of them.
#include "sim/kernel/timer.h"

#include <algorithm>
#include <bit>

namespace seedwire {

void TimerHeap::set(std::uint32_t id, Time at) {
    if (at.is_never()) return cancel(id);
    if (id >= heap_.capacity()) heap_.grow(std::bit_ceil(std::size_t{id} + 1));
    heap_.set({at, id});
}

void TimerHeap::cancel(std::uint32_t id) {
    if (id < heap_.capacity()) heap_.remove(id);
}

Time TimerHeap::at(std::uint32_t id) const {
    return id < heap_.capacity() ? heap_.at(id) : Time::never();
}

std::optional<std::uint32_t> TimerHeap::pop_due(Time now) {
    if (heap_.empty() || heap_.top().at > now) return std::nullopt;
    const std::uint32_t id = IndexedHeap::index_of(heap_.top());
    heap_.remove(id);
    return id;
}

}  // namespace seedwire
