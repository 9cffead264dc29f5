// What has arrived: the prefix in order, and islands beyond the first hole.
// RFC 9293 §3.10.7.4; Linux, `tcp_data_queue_ofo`, `tcp_ofo_queue`.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/tcp/stream_offset.h"

namespace seedwire::tcp {

/// Positions [left, right) of the stream.
struct StreamRange {
    StreamOffset left, right;
    constexpr bool operator==(const StreamRange&) const = default;
    constexpr std::uint64_t length() const { return right.value - left.value; }
};

/// A contiguous stretch behind a hole, and the packets it consists of.
struct Island {
    StreamRange range;
    std::uint32_t packets = 0;
    std::uint32_t memory = 0;  ///< bytes charged for them
};

/// Islands in ascending order, never touching each other. Appending to the last one, starting a
/// new last one and consuming the first one take constant time; anything else a binary search and
/// a move of the islands behind.
class Reassembly {
public:
    bool empty() const { return first_ == islands_.size(); }
    std::size_t size() const { return islands_.size() - first_; }
    const Island& operator[](std::size_t i) const { return islands_[first_ + i]; }
    StreamOffset highest_end() const;  ///< requires: not empty
    std::uint32_t memory() const { return memory_; }
    std::uint32_t packets() const { return packets_; }

    struct Insertion {
        bool kept = false;  ///< false: every octet was there already
        /// What had been there already, to be reported as RFC 2883 §4 asks.
        std::optional<StreamRange> duplicate;
    };
    /// A segment beyond the first hole that costs `memory` bytes.
    Insertion insert(StreamRange range, std::uint32_t memory);

    /// The islands that a prefix up to `rcv_nxt` touches: takes the first one out.
    std::optional<Island> take_reached(StreamOffset rcv_nxt);
    /// Gives up the last island (memory ran out, or it lies beyond the FIN).
    Island drop_last();
    void clear();
    bool is_consistent() const;

private:
    std::size_t find(StreamOffset start) const;
    void erase(std::size_t from, std::size_t to);
    void release_if_empty();

    std::vector<Island> islands_;
    std::size_t first_ = 0;  ///< islands before it are consumed
    std::uint32_t memory_ = 0, packets_ = 0;
};

}  // namespace seedwire::tcp
