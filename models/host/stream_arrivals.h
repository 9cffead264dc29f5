// Watches over a byte stream from outside TCP: what has arrived, and that it is read in order, once
// and intact. RFC 9293 §3.4; the promise of §2.2 that every run checks.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/base/stable_hash.h"

namespace seedwire::host {

/// The parts of one stream that have arrived at its receiver, whatever TCP thinks of them.
class StreamArrivals {
public:
    struct Taken {
        std::uint64_t advanced = 0;  ///< bytes by which the part without gaps grew
        bool anything_new = false;
    };
    /// Payload [offset, offset + length) of the stream called `key` has arrived.
    Taken take(std::uint64_t key, std::uint64_t offset, std::uint32_t length);
    /// Everything before it has arrived.
    std::uint64_t prefix() const { return prefix_; }
    /// The part without gaps consists of exactly these bytes of that stream.
    bool is_intact(std::uint64_t key) const { return hash_ == content_hash(key, 0, prefix_); }
    std::size_t islands() const { return islands_ ? islands_->size() : 0; }
    void release() { islands_.reset(); }

private:
    struct Range {
        std::uint64_t begin = 0, end = 0;
    };
    using Ranges = std::vector<Range>;

    /// Of the content of a range. Additive: adjoining ranges give the sum, so the hash of a whole
    /// does not tell how it was cut, but does tell a gap, a repetition or foreign bytes.
    static std::uint64_t content_hash(std::uint64_t key, std::uint64_t begin, std::uint64_t end) {
        return prefix_hash(key, end) - prefix_hash(key, begin);
    }
    static std::uint64_t prefix_hash(std::uint64_t key, std::uint64_t length) {
        return mix_bits(key + length * 0x9E3779B97F4A7C15);
    }
    bool insert(std::uint64_t key, std::uint64_t begin, std::uint64_t end);

    std::uint64_t prefix_ = 0;
    std::uint64_t hash_ = 0;  // of the prefix and of the islands together
    // Beyond the prefix: disjoint, not touching, ascending. Most streams never need one.
    std::unique_ptr<Ranges> islands_;
};

}  // namespace seedwire::host
