// Hash functions with a written definition: the same value on every machine, compiler and version,
// so that they may decide about random streams and routes.
#pragma once

#include <cstdint>
#include <string_view>

namespace seedwire {

/// Spreads every input bit over all output bits; a bijection. Definition (the finaliser of
/// SplitMix64): x ^= x >> 30; x *= 0xBF58476D1CE4E5B9; x ^= x >> 27; x *= 0x94D049BB133111EB;
/// x ^= x >> 31.
constexpr std::uint64_t mix_bits(std::uint64_t x) {
    x ^= x >> 30;
    x *= 0xBF58476D1CE4E5B9;
    x ^= x >> 27;
    x *= 0x94D049BB133111EB;
    x ^= x >> 31;
    return x;
}

/// Of a text, by its bytes. Definition: h = 0xCBF29CE484222325; for each byte b: h = (h ^ b) *
/// 0x100000001B3 (FNV-1a, 64 bits); then mix_bits(h).
constexpr std::uint64_t stable_hash(std::string_view text) {
    std::uint64_t h = 0xCBF29CE484222325;
    for (char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    return mix_bits(h);
}

/// Of an integer. Definition: mix_bits(value + 0x9E3779B97F4A7C15).
constexpr std::uint64_t stable_hash(std::uint64_t value) {
    return mix_bits(value + 0x9E3779B97F4A7C15);
}

/// Of an ordered pair: combine_hash(a, b) differs from combine_hash(b, a). Definition:
/// mix_bits(a * 0x9E3779B97F4A7C15 + stable_hash(b)).
constexpr std::uint64_t combine_hash(std::uint64_t a, std::uint64_t b) {
    return mix_bits(a * 0x9E3779B97F4A7C15 + stable_hash(b));
}

}  // namespace seedwire
