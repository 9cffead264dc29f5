// Islands beyond the first hole. RFC 9293 §3.10.7.4.
#include "models/tcp/receive/reassembly.h"

#include <algorithm>

#include "sim/base/assert.h"

namespace seedwire::tcp {
namespace {

// An idle connection keeps no more than a handful of entries.
constexpr std::size_t kKeptCapacity = 16;

}  // namespace

StreamOffset Reassembly::highest_end() const {
    SEEDWIRE_ASSERT(!empty());
    return islands_.back().range.right;
}

/// The first island that ends at or behind `start`: what a segment from `start` may touch.
std::size_t Reassembly::find(StreamOffset start) const {
    if (empty() || islands_.back().range.right < start) return islands_.size();
    const std::size_t last = islands_.size() - 1;
    if (islands_[last].range.left <= start) return last;
    const auto begin = islands_.begin() + static_cast<std::ptrdiff_t>(first_);
    const auto found = std::lower_bound(
        begin, islands_.end(), start,
        [](const Island& island, StreamOffset at) { return island.range.right < at; });
    return static_cast<std::size_t>(found - islands_.begin());
}

// [SEQ-7]
Reassembly::Insertion Reassembly::insert(StreamRange range, std::uint32_t memory) {
    SEEDWIRE_ASSERT(range.left < range.right);
    const std::size_t from = find(range.left);
    Insertion result;
    Island merged{range, 1, memory};
    std::size_t to = from;
    for (; to < islands_.size() && islands_[to].range.left <= range.right; ++to) {
        const Island& island = islands_[to];
        if (island.range.left <= range.left && range.right <= island.range.right) {
            return {false, range};
        }
        const StreamRange overlap{std::max(range.left, island.range.left),
                                  std::min(range.right, island.range.right)};
        if (overlap.left < overlap.right) {
            // A second duplicate is reported only if it continues the first one.
            if (!result.duplicate) {
                result.duplicate = overlap;
            } else if (overlap.left <= result.duplicate->right) {
                result.duplicate->right = overlap.right;
            }
        }
        merged.range.left = std::min(merged.range.left, island.range.left);
        merged.range.right = std::max(merged.range.right, island.range.right);
        // A packet that covers an island whole takes its place, so that duplicates cost nothing.
        const bool covered = range.left <= island.range.left && island.range.right <= range.right;
        if (covered) {
            memory_ -= island.memory;
            packets_ -= island.packets;
        } else {
            merged.memory += island.memory;
            merged.packets += island.packets;
        }
    }
    memory_ += memory;
    packets_ += 1;
    if (from == to) {
        islands_.insert(islands_.begin() + static_cast<std::ptrdiff_t>(from), merged);
    } else {
        islands_[from] = merged;
        erase(from + 1, to);
    }
    result.kept = true;
    return result;
}

std::optional<Island> Reassembly::take_reached(StreamOffset rcv_nxt) {
    if (empty() || rcv_nxt < islands_[first_].range.left) return std::nullopt;
    const Island island = islands_[first_++];
    memory_ -= island.memory;
    packets_ -= island.packets;
    release_if_empty();
    // Moving the rest down only when half of the array is used up keeps taking cheap.
    if (first_ > kKeptCapacity && first_ > islands_.size() / 2) {
        islands_.erase(islands_.begin(), islands_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
    return island;
}

Island Reassembly::drop_last() {
    SEEDWIRE_ASSERT(!empty());
    const Island island = islands_.back();
    islands_.pop_back();
    memory_ -= island.memory;
    packets_ -= island.packets;
    release_if_empty();
    return island;
}

void Reassembly::clear() {
    first_ = islands_.size();
    memory_ = packets_ = 0;
    release_if_empty();
}

void Reassembly::erase(std::size_t from, std::size_t to) {
    islands_.erase(islands_.begin() + static_cast<std::ptrdiff_t>(from),
                   islands_.begin() + static_cast<std::ptrdiff_t>(to));
}

void Reassembly::release_if_empty() {
    if (!empty()) return;
    first_ = 0;
    if (islands_.capacity() > kKeptCapacity) {
        islands_ = {};
    } else {
        islands_.clear();
    }
}

bool Reassembly::is_consistent() const {
    std::uint32_t memory = 0;
    std::uint32_t packets = 0;
    for (std::size_t i = first_; i < islands_.size(); ++i) {
        const Island& island = islands_[i];
        if (island.range.right <= island.range.left || island.packets == 0) return false;
        if (i > first_ && island.range.left <= islands_[i - 1].range.right) return false;
        memory += island.memory;
        packets += island.packets;
    }
    return memory == memory_ && packets == packets_;
}

}  // namespace seedwire::tcp
