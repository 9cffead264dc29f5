// Reading and writing the presentation language of TLS: big-endian numbers, vectors that carry
// their length. RFC 8446 §3.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "sim/base/assert.h"
#include "sim/base/stable_hash.h"

namespace seedwire::tls {

using Bytes = std::span<const std::uint8_t>;

/// Takes a structure apart from front to back. What does not fit makes it fail() for good; a failed
/// reader yields zeros and empty vectors, so that a parser asks once, at the end.
class ByteReader {
public:
    explicit ByteReader(Bytes bytes) : rest_{bytes} {}

    bool failed() const { return failed_; }
    bool is_empty() const { return rest_.empty(); }
    /// Nothing failed and nothing is left over.
    bool is_complete() const { return !failed_ && rest_.empty(); }
    std::size_t left() const { return rest_.size(); }
    void fail() { failed_ = true, rest_ = {}; }

    std::uint32_t number(std::size_t width) {
        std::uint32_t value = 0;
        for (const std::uint8_t byte : take(width)) value = value << 8 | byte;
        return value;
    }
    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u24() { return number(3); }
    std::uint32_t u32() { return number(4); }
    std::uint64_t u64() {
        const std::uint64_t high = number(4);
        return high << 32 | number(4);
    }
    Bytes take(std::size_t count) {
        if (count > rest_.size()) {
            fail();
            return {};
        }
        const Bytes taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }
    /// opaque x<floor..2^(8 * width) - 1>
    Bytes vector(std::size_t width, std::size_t floor = 0) {
        const Bytes taken = take(number(width));
        if (taken.size() < floor) fail();
        return taken;
    }

private:
    Bytes rest_;
    bool failed_ = false;
};

/// Puts a structure together in storage of a known size. Vectors are opened, filled and closed.
class ByteWriter {
public:
    explicit ByteWriter(std::span<std::uint8_t> storage)
        : begin_{storage.data()}, at_{begin_}, end_{begin_ + storage.size()} {}

    std::size_t size() const { return static_cast<std::size_t>(at_ - begin_); }
    Bytes written() const { return {begin_, size()}; }
    std::uint8_t* at(std::size_t offset) const { return begin_ + offset; }

    void number(std::uint32_t value, std::size_t width) {
        std::uint8_t* out = grow(width);
        for (std::size_t i = width; i-- > 0; value >>= 8) out[i] = static_cast<std::uint8_t>(value);
    }
    void u8(std::uint32_t value) { *grow(1) = static_cast<std::uint8_t>(value); }
    void u16(std::uint32_t value) { number(value, 2); }
    void u24(std::uint32_t value) { number(value, 3); }
    void u32(std::uint32_t value) { number(value, 4); }
    void u64(std::uint64_t value) {
        number(static_cast<std::uint32_t>(value >> 32), 4);
        number(static_cast<std::uint32_t>(value), 4);
    }
    void bytes(Bytes content) {
        if (!content.empty()) std::memcpy(grow(content.size()), content.data(), content.size());
    }
    void text(std::string_view content) {
        if (!content.empty()) std::memcpy(grow(content.size()), content.data(), content.size());
    }
    void zeros(std::size_t count) {
        if (count > 0) std::memset(grow(count), 0, count);
    }
    /// `count` bytes that look random: the function of `key` defined in fill_bytes().
    void filler(std::uint64_t key, std::size_t count);

    /// Leaves room for a length of `width` bytes; close() writes what was appended since.
    std::size_t open(std::size_t width) {
        grow(width);
        return size();
    }
    void close(std::size_t opened, std::size_t width) {
        auto length = static_cast<std::uint32_t>(size() - opened);
        for (std::size_t i = 1; i <= width; ++i, length >>= 8)
            begin_[opened - i] = static_cast<std::uint8_t>(length);
    }

private:
    std::uint8_t* grow(std::size_t count) {
        SEEDWIRE_ASSERT(count <= static_cast<std::size_t>(end_ - at_));
        std::uint8_t* out = at_;
        at_ += count;
        return out;
    }

    std::uint8_t* begin_;
    std::uint8_t* at_;
    std::uint8_t* end_;
};

/// Eight bytes, least significant first, on any machine.
inline std::uint64_t load_word(const std::uint8_t* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return word;
}
inline void store_word(std::uint64_t word, std::uint8_t* at) {
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    std::memcpy(at, &word, sizeof word);
}

/// Writes the words mix_bits(key + index * 0x9E3779B97F4A7C15), index from 0, least significant
/// byte first, and cuts the last one: filler where real TLS has random or encrypted bytes.
inline void fill_bytes(std::uint64_t key, std::span<std::uint8_t> out) {
    std::size_t i = 0;
    for (; i + 8 <= out.size(); i += 8) {
        store_word(mix_bits(key), out.data() + i);
        key += 0x9E3779B97F4A7C15;
    }
    std::uint64_t word = mix_bits(key);
    for (; i < out.size(); ++i, word >>= 8) out[i] = static_cast<std::uint8_t>(word);
}
inline void ByteWriter::filler(std::uint64_t key, std::size_t count) {
    if (count > 0) fill_bytes(key, {grow(count), count});
}

/// A hash of `bytes` with a written definition: h = combine_hash(seed, size); for each eight bytes,
/// least significant first, the last ones filled up with zeros: h = (h ^ word) *
/// 0xBF58476D1CE4E5B9, h = h ^ h >> 29; at the end mix_bits(h).
inline std::uint64_t hash_bytes(std::uint64_t seed, Bytes bytes) {
    std::uint64_t h = combine_hash(seed, bytes.size());
    const auto take = [&h](std::uint64_t word) {
        h = (h ^ word) * 0xBF58476D1CE4E5B9;
        h ^= h >> 29;
    };
    std::size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8) take(load_word(bytes.data() + i));
    if (i < bytes.size()) {
        std::uint64_t word = 0;
        for (std::size_t k = i; k < bytes.size(); ++k)
            word |= std::uint64_t{bytes[k]} << (8 * (k - i));
        take(word);
    }
    return mix_bits(h);
}

}  // namespace seedwire::tls
