// The timers of many owners in one heap: each owner has a dense id and at most one entry.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/base/time.h"

namespace seedwire::socket {

/// Lazy: an entry may stand for a moment earlier than its owner's deadline, which costs one look
/// when it comes up and saves moving it at every segment. Those of one instant come in the order of
/// ids. Allocates only when a larger id appears.
class Deadlines {
public:
    bool empty() const { return heap_.empty(); }
    std::size_t size() const { return heap_.size(); }
    Time earliest() const { return heap_.empty() ? Time::never() : heap_.front().at; }
    /// The moment of the entry of `id`, or Time::never().
    Time at(std::uint32_t id) const {
        return id < position_.size() && position_[id] != kAbsent ? heap_[position_[id]].at
                                                                 : Time::never();
    }
    /// Sets or moves the entry of `id`; Time::never() removes it.
    void set(std::uint32_t id, Time at);
    /// Makes sure that `id` comes up no later than `at`.
    void lower(std::uint32_t id, Time at) {
        if (at < this->at(id)) set(id, at);
    }
    void remove(std::uint32_t id);
    /// Takes out the first entry. Requires: not empty.
    std::uint32_t pop();

private:
    static constexpr std::uint32_t kAbsent = UINT32_MAX;
    static constexpr std::size_t kChildren = 4;  // half the levels of a binary heap
    struct Entry {
        Time at;
        std::uint32_t id = 0;
        bool before(const Entry& other) const {
            return at != other.at ? at < other.at : id < other.id;
        }
    };
    void place(std::size_t position, const Entry& entry);
    void sift_up(std::size_t position, const Entry& entry);
    void sift_down(std::size_t position, const Entry& entry);

    std::vector<Entry> heap_;
    std::vector<std::uint32_t> position_;  // by id
};

}  // namespace seedwire::socket
