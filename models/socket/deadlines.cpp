// A 4-ary heap that knows where each owner's entry is.
#include "models/socket/deadlines.h"

#include <algorithm>

#include "sim/base/assert.h"

namespace seedwire::socket {

void Deadlines::set(std::uint32_t id, Time at) {
    if (at.is_never()) return remove(id);
    if (id >= position_.size()) position_.resize(id + 1, kAbsent);
    const Entry entry{at, id};
    const std::uint32_t position = position_[id];
    if (position == kAbsent) {
        heap_.push_back(entry);
        sift_up(heap_.size() - 1, entry);
    } else if (entry.before(heap_[position])) {
        sift_up(position, entry);
    } else {
        sift_down(position, entry);
    }
}

void Deadlines::remove(std::uint32_t id) {
    if (id >= position_.size() || position_[id] == kAbsent) return;
    const std::uint32_t position = position_[id];
    position_[id] = kAbsent;
    const Entry last = heap_.back();
    heap_.pop_back();
    if (position == heap_.size()) return;
    if (position > 0 && last.before(heap_[(position - 1) / kChildren])) {
        sift_up(position, last);
    } else {
        sift_down(position, last);
    }
}

std::uint32_t Deadlines::pop() {
    SEEDWIRE_ASSERT(!heap_.empty());
    const std::uint32_t id = heap_.front().id;
    remove(id);
    return id;
}

void Deadlines::place(std::size_t position, const Entry& entry) {
    heap_[position] = entry;
    position_[entry.id] = static_cast<std::uint32_t>(position);
}

void Deadlines::sift_up(std::size_t position, const Entry& entry) {
    while (position > 0) {
        const std::size_t parent = (position - 1) / kChildren;
        if (!entry.before(heap_[parent])) break;
        place(position, heap_[parent]);
        position = parent;
    }
    place(position, entry);
}

void Deadlines::sift_down(std::size_t position, const Entry& entry) {
    const std::size_t size = heap_.size();
    for (;;) {
        const std::size_t first = kChildren * position + 1;
        if (first >= size) break;
        std::size_t least = first;
        const std::size_t end = std::min(first + kChildren, size);
        for (std::size_t child = first + 1; child < end; ++child) {
            if (heap_[child].before(heap_[least])) least = child;
        }
        if (!heap_[least].before(entry)) break;
        place(position, heap_[least]);
        position = least;
    }
    place(position, entry);
}

}  // namespace seedwire::socket
