// Roots, products, logarithms and powers of integers and fixed-point numbers: no floating point, so
// the same result everywhere. Q32.32 means 32 integer and 32 fraction bits in one 64-bit integer.
#pragma once

#include <bit>
#include <cstdint>

#include "sim/base/assert.h"
#include "sim/base/int128.h"

namespace seedwire {

/// The number of bits of x: 0 for 0, 1 for 1, 3 for 4.
constexpr int bit_width_of(UInt128 x) {
    const auto high = static_cast<std::uint64_t>(x >> 64);
    return static_cast<int>(high != 0 ? 64 + std::bit_width(high)
                                      : std::bit_width(static_cast<std::uint64_t>(x)));
}

/// The largest r with r * r <= n.
constexpr std::uint64_t isqrt(std::uint64_t n) {
    if (n == 0) return 0;
    // Newton's method from above falls until it has arrived.
    std::uint64_t r = std::uint64_t{1} << ((std::bit_width(n) + 1) / 2);
    for (;;) {
        const std::uint64_t next = (r + n / r) / 2;
        if (next >= r) return r;
        r = next;
    }
}
constexpr std::uint64_t isqrt(UInt128 n) {
    if (n <= UINT64_MAX) return isqrt(static_cast<std::uint64_t>(n));
    const int bits = (bit_width_of(n) + 1) / 2;
    UInt128 r = bits >= 64 ? UInt128{UINT64_MAX} : UInt128{1} << bits;
    for (;;) {
        const UInt128 next = (r + n / r) / 2;
        if (next >= r) return static_cast<std::uint64_t>(r);
        r = next;
    }
}

/// The largest r with r * r * r <= n.
constexpr std::uint64_t icbrt(std::uint64_t n) {
    if (n == 0) return 0;
    std::uint64_t r = std::uint64_t{1} << ((std::bit_width(n) + 2) / 3);
    for (;;) {
        const std::uint64_t next = (2 * r + n / (r * r)) / 3;
        if (next >= r) return r;
        r = next;
    }
}

/// a * b / c rounded down, exact in between. Requires: c > 0 and a result below 2^64.
constexpr std::uint64_t mul_div(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    std::uint64_t product = 0;
    if (!__builtin_mul_overflow(a, b, &product)) return product / c;
    const UInt128 quotient = UInt128{a} * b / c;
    SEEDWIRE_ASSERT(quotient <= UINT64_MAX);
    return static_cast<std::uint64_t>(quotient);
}
/// The same, rounded up.
constexpr std::uint64_t mul_div_ceil(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    std::uint64_t product = 0;
    if (!__builtin_mul_overflow(a, b, &product)) return product / c + (product % c != 0 ? 1 : 0);
    const UInt128 exact = UInt128{a} * b;
    const UInt128 quotient = exact / c + (exact % c != 0 ? 1 : 0);
    SEEDWIRE_ASSERT(quotient <= UINT64_MAX);
    return static_cast<std::uint64_t>(quotient);
}

/// log2(x) in Q32.32, by repeated squaring; at most 2^-32 + 2^-61 below the true value, never
/// above. Requires: x > 0.
std::uint64_t log2_q32(std::uint64_t x);

/// 2^(fraction / 2^32) in Q1.63, between 2^63 and 2^64 - 1; relative error below 2^-56.
std::uint64_t exp2_fraction_q63(std::uint32_t fraction);

/// 2^(exponent / 2^32) in Q32.32, rounded down; relative error below 2^-56 before the rounding;
/// UINT64_MAX from 2^32 on.
std::uint64_t exp2_q32(std::int64_t exponent_q32);

/// -ln(u / 2^64) in Q32.32 for u in 1 ... 2^64 - 1, and 0 for u = 0, which stands for 2^64; error
/// below 2^-31. With a uniform u: an exponentially distributed number with mean 1.
std::uint64_t negative_ln_q32(std::uint64_t u);

/// The cosine of a turn (2^64 is a full one) in Q2.62; error below 2^-58.
std::int64_t cosine_q62(std::uint64_t turn);

}  // namespace seedwire
