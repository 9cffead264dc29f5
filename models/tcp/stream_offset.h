// Positions in one direction of a connection, counted from its ISN and never wrapping.
#pragma once

#include <compare>
#include <cstdint>

#include "models/wire/seq_num.h"

namespace seedwire::tcp {

/// The SYN is at 0, the first byte of data at 1. State is kept in these, ordered like numbers;
/// wire::SeqNum exists on the wire only. RFC 9293 §3.4.
struct StreamOffset {
    std::uint64_t value = 0;
    constexpr auto operator<=>(const StreamOffset&) const = default;
    constexpr StreamOffset operator+(std::uint64_t n) const { return {value + n}; }
    constexpr StreamOffset operator-(std::uint64_t n) const { return {value - n}; }
    constexpr StreamOffset& operator+=(std::uint64_t n) {
        value += n;
        return *this;
    }
    /// Signed distance from b to a.
    friend constexpr std::int64_t operator-(StreamOffset a, StreamOffset b) {
        return static_cast<std::int64_t>(a.value - b.value);
    }
};

constexpr wire::SeqNum to_wire(StreamOffset offset, wire::SeqNum initial) {
    return initial + static_cast<std::uint32_t>(offset.value);
}

/// The offset nearest to `near` that `seq` can stand for. Something from before the ISN (an old
/// duplicate) becomes a value beyond 2^63: compare with signed differences where that can happen.
/// [WIRE-2]
constexpr StreamOffset from_wire(wire::SeqNum seq, wire::SeqNum initial, StreamOffset near) {
    const std::int32_t distance = seq - to_wire(near, initial);
    return {near.value + static_cast<std::uint64_t>(static_cast<std::int64_t>(distance))};
}

/// The low half of an offset: enough for what is only looked at while it lies within 2^31 of some
/// other offset.
class NearOffset {
public:
    constexpr NearOffset() = default;
    constexpr NearOffset(StreamOffset offset)  // NOLINT(google-explicit-constructor)
        : low_{static_cast<std::uint32_t>(offset.value)} {}
    constexpr StreamOffset near(StreamOffset other) const {
        return from_wire(wire::SeqNum{low_}, wire::SeqNum{0}, other);
    }

private:
    std::uint32_t low_ = 0;
};

}  // namespace seedwire::tcp
