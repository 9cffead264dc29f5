// Watches over a byte stream from outside TCP: what has arrived, and that it is read in order, once
// and intact. RFC 9293 §3.4; the promise of §2.2 that every run checks.
#pragma once

#include <cstdint>
#include <vector>

#include "models/wire/payload.h"

namespace seedwire::host {

/// The parts of one stream that have arrived at its receiver, whatever TCP thinks of them.
class StreamArrivals {
public:
    struct Taken {
        std::uint64_t advanced = 0;  ///< bytes by which the part without gaps grew
        bool anything_new = false;
    };
    /// Payload [offset, offset + length) has arrived.
    Taken take(std::uint64_t offset, std::uint32_t length);
    /// Everything before it has arrived.
    std::uint64_t prefix() const { return prefix_; }
    std::size_t islands() const { return islands_.size(); }
    void release() { std::vector<Range>{}.swap(islands_); }

private:
    struct Range {
        std::uint64_t begin = 0, end = 0;
    };
    bool insert(std::uint64_t begin, std::uint64_t end);

    std::uint64_t prefix_ = 0;
    std::vector<Range> islands_;  // beyond the prefix, disjoint, not touching, ascending
};

}  // namespace seedwire::host
