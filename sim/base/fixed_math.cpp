// Logarithms, powers and the cosine in fixed point.
#include "sim/base/fixed_math.h"

#include <array>

namespace seedwire {
namespace {

// ln 2 in Q0.64: 0.693147180559945309417...
constexpr std::uint64_t kLn2Q64 = 0xB17217F7D1CF79AB;
// A quarter turn, pi / 2, in Q2.62: 1.570796326794896619231...
constexpr std::uint64_t kHalfPiQ62 = 0x6487ED5110B4611A;

/// 2^(1/2), 2^(1/4), ..., 2^(1/2^32) in Q1.63: each is the square root of the one before.
constexpr std::array<std::uint64_t, 32> roots_of_two() {
    std::array<std::uint64_t, 32> roots{};
    UInt128 previous = UInt128{1} << 64;  // 2 in Q1.63
    for (std::uint64_t& root : roots) {
        root = isqrt(previous << 63);
        previous = root;
    }
    return roots;
}
constexpr std::array<std::uint64_t, 32> kRootsOfTwo = roots_of_two();

constexpr std::uint64_t high_half(std::uint64_t a, std::uint64_t b) {
    return static_cast<std::uint64_t>((UInt128{a} * b) >> 64);
}

/// The cosine of an angle in Q2.62 radians between 0 and pi / 2, by its Taylor series
/// 1 - x²/(1·2) · (1 - x²/(3·4) · (1 - ...)), innermost first. The first term left out,
/// (pi/2)^26 / 26!, is below 2^-70.
std::uint64_t cosine_of_radians(std::uint64_t angle_q62) {
    constexpr std::uint64_t one = std::uint64_t{1} << 62;
    const auto square = static_cast<std::uint64_t>((UInt128{angle_q62} * angle_q62) >> 62);
    std::uint64_t sum = one;
    for (std::uint64_t k = 23; k >= 1; k -= 2) {
        const auto term = static_cast<std::uint64_t>((UInt128{square} * sum) >> 62) / (k * (k + 1));
        sum = term < one ? one - term : 0;
        if (k == 1) break;
    }
    return sum;
}

}  // namespace

std::uint64_t log2_q32(std::uint64_t x) {
    SEEDWIRE_ASSERT(x > 0);
    const auto exponent = static_cast<unsigned>(std::bit_width(x)) - 1;
    std::uint64_t mantissa = x << (63 - exponent);  // Q1.63, from 1 to below 2
    std::uint64_t result = exponent;
    for (int bit = 0; bit < 32; ++bit) {
        const std::uint64_t squared = high_half(mantissa, mantissa);  // Q2.62
        const std::uint64_t carry = squared >> 63;                    // 2 or more
        mantissa = squared << (1 - carry);
        result = result << 1 | carry;
    }
    return result;
}

std::uint64_t exp2_fraction_q63(std::uint32_t fraction) {
    std::uint64_t result = std::uint64_t{1} << 63;
    for (std::size_t i = 0; i < kRootsOfTwo.size(); ++i) {
        if ((fraction >> (31 - i) & 1) == 0) continue;
        result = static_cast<std::uint64_t>((UInt128{result} * kRootsOfTwo[i]) >> 63);
    }
    return result;
}

std::uint64_t exp2_q32(std::int64_t exponent_q32) {
    const std::int64_t whole = exponent_q32 >> 32;
    if (whole >= 32) return UINT64_MAX;
    if (whole < -32) return 0;
    const std::uint64_t mantissa = exp2_fraction_q63(static_cast<std::uint32_t>(exponent_q32));
    const auto shift = static_cast<unsigned>(31 - whole);  // from Q1.63 to Q32.32
    return shift >= 64 ? 0 : mantissa >> shift;
}

std::uint64_t negative_ln_q32(std::uint64_t u) {
    if (u == 0) return 0;
    return high_half((std::uint64_t{64} << 32) - log2_q32(u), kLn2Q64);
}

std::int64_t cosine_q62(std::uint64_t turn) {
    constexpr std::uint64_t quarter = std::uint64_t{1} << 62;
    const std::uint64_t within = turn & (quarter - 1);
    const auto quadrant = static_cast<unsigned>(turn >> 62);
    // Quadrants 1 and 3 run backwards: the cosine of what is missing to the next quarter.
    const std::uint64_t position = (quadrant & 1) != 0 ? quarter - within : within;
    const auto angle = static_cast<std::uint64_t>((UInt128{position} * kHalfPiQ62) >> 62);
    const auto cosine = static_cast<std::int64_t>(cosine_of_radians(angle));
    return quadrant == 1 || quadrant == 2 ? -cosine : cosine;
}

}  // namespace seedwire
