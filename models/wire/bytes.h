// Big-endian numbers in byte buffers, and the Internet checksum. RFC 791 §3.1, RFC 1071.
#pragma once

#include <cstdint>
#include <span>

namespace seedwire::wire {

constexpr void put16(std::uint8_t* at, std::uint32_t value) {
    at[0] = static_cast<std::uint8_t>(value >> 8);
    at[1] = static_cast<std::uint8_t>(value);
}
constexpr void put32(std::uint8_t* at, std::uint32_t value) {
    put16(at, value >> 16);
    put16(at + 2, value & 0xFFFF);
}
constexpr std::uint16_t get16(const std::uint8_t* at) {
    return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}
constexpr std::uint32_t get32(const std::uint8_t* at) {
    return std::uint32_t{get16(at)} << 16 | get16(at + 2);
}

/// The ones' complement of the ones' complement sum of 16-bit words. RFC 1071 §1.
class Checksum {
public:
    constexpr void add(std::span<const std::uint8_t> bytes) {
        std::size_t at = 0;
        if (odd_ && !bytes.empty()) sum_ += bytes[at++];
        odd_ = odd_ && bytes.empty();
        for (; at + 1 < bytes.size(); at += 2) sum_ += get16(bytes.data() + at);
        if (at < bytes.size()) {
            sum_ += std::uint64_t{bytes[at]} << 8;
            odd_ = true;
        }
    }
    constexpr void add16(std::uint32_t word) { sum_ += word; }
    constexpr void add32(std::uint32_t word) { sum_ += (word >> 16) + (word & 0xFFFF); }
    constexpr std::uint16_t value() const {
        std::uint64_t sum = sum_;
        while (sum > 0xFFFF) sum = (sum >> 16) + (sum & 0xFFFF);
        return static_cast<std::uint16_t>(~sum);
    }

private:
    std::uint64_t sum_ = 0;
    bool odd_ = false;  // the next byte is the low half of a word
};

}  // namespace seedwire::wire
