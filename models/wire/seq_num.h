// TCP sequence numbers. RFC 9293 §3.4.
#pragma once

#include <cstdint>

namespace seedwire::wire {

/// A TCP sequence number: arithmetic modulo 2^32, ordered as RFC 1982 §3.2 and RFC 9293 §3.4.
/// There is deliberately no operator<=>: the order is not transitive, so a SeqNum must never
/// key a sorted container.
class SeqNum {
public:
    constexpr SeqNum() = default;
    explicit constexpr SeqNum(std::uint32_t raw) : raw_{raw} {}
    constexpr std::uint32_t raw() const { return raw_; }
    constexpr SeqNum operator+(std::uint32_t n) const { return SeqNum{raw_ + n}; }
    constexpr SeqNum operator-(std::uint32_t n) const { return SeqNum{raw_ - n}; }
    constexpr SeqNum& operator+=(std::uint32_t n) { return *this = *this + n; }
    /// The signed distance from b to a. Requires: they differ by less than 2^31.
    friend constexpr std::int32_t operator-(SeqNum a, SeqNum b) {
        return static_cast<std::int32_t>(a.raw_ - b.raw_);
    }
    friend constexpr bool operator==(SeqNum, SeqNum) = default;
    friend constexpr bool operator<(SeqNum a, SeqNum b) { return a - b < 0; }
    friend constexpr bool operator<=(SeqNum a, SeqNum b) { return a - b <= 0; }
    friend constexpr bool operator>(SeqNum a, SeqNum b) { return a - b > 0; }
    friend constexpr bool operator>=(SeqNum a, SeqNum b) { return a - b >= 0; }

private:
    std::uint32_t raw_ = 0;
};

constexpr SeqNum later(SeqNum a, SeqNum b) { return a < b ? b : a; }
constexpr SeqNum earlier(SeqNum a, SeqNum b) { return a < b ? a : b; }

}  // namespace seedwire::wire
