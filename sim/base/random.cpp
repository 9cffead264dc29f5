// Named streams of random numbers: Philox4x64-10 of Salmon, Moraes, Dror and Shaw, "Parallel random
// numbers: as easy as 1, 2, 3" (SC 2011), and distributions in integer arithmetic.
#include "sim/base/random.h"

#include <algorithm>

#include "sim/base/assert.h"
#include "sim/base/fixed_math.h"
#include "sim/base/stable_hash.h"

namespace seedwire {
namespace {

/// Rounds value_q32 / 2^32 to the nearest whole number and keeps it within a Duration.
Duration saturated(Int128 value_q32) {
    const Int128 rounded = (value_q32 + (Int128{1} << 31)) >> 32;
    return Duration::ns(
        static_cast<std::int64_t>(std::clamp(rounded, Int128{INT64_MIN}, Int128{INT64_MAX})));
}

Int128 q32(Duration d) { return Int128{d.ns()} * (Int128{1} << 32); }

/// A number of the standard normal distribution in Q32.32 from two uniform ones (Box and Muller,
/// 1958): always two draws, so that the position in the stream stays predictable. The radius is
/// good to 2^-28.
std::int64_t standard_normal_q32(std::uint64_t u, std::uint64_t turn) {
    const std::uint64_t squared_radius = 2 * negative_ln_q32(u);   // Q32.32, below 2^39
    const std::uint64_t radius_q28 = isqrt(squared_radius << 24);  // sqrt of Q8.56
    return static_cast<std::int64_t>((Int128{radius_q28} * cosine_q62(turn)) >> 58);
}

/// (u / 2^64)^(-1 / shape) in Q32.32: a Pareto number with minimum 1. Saturates at 2^64 - 1.
std::uint64_t standard_pareto_q32(std::uint64_t u, Ratio shape) {
    if (u == 0) return std::uint64_t{1} << 32;  // 0 stands for 2^64
    const std::uint64_t minus_log2 = (std::uint64_t{64} << 32) - log2_q32(u);
    const UInt128 exponent = UInt128{minus_log2} * shape.denominator / shape.numerator;
    if (exponent >= UInt128{32} << 32) return UINT64_MAX;
    return exp2_q32(static_cast<std::int64_t>(exponent));
}

// netem's Pareto-normal, a quarter of a normal number and three quarters of 4/3 (p - 3/2), where p
// is a Pareto number with shape 3 and minimum 1: its mean is 3/2, its variance 3/4. DEVIATION
// (netem): the sum has the standard deviation sqrt(1/16 + 3/4) = sqrt(13)/4 there, about 0.90 of
// what was asked for; here it is scaled by the inverse, so that the deviation is the one that was
// written.
constexpr Ratio kParetoNormalShape{3, 1};
constexpr std::int64_t kParetoMeanQ32 = std::int64_t{3} << 31;
constexpr std::int64_t kParetoNormalScaleQ32 = 4'764'838'404;  // 4 / sqrt(13) * 2^32

}  // namespace

std::array<std::uint64_t, 4> philox4x64(std::array<std::uint64_t, 4> counter,
                                        std::array<std::uint64_t, 2> key) {
    constexpr std::uint64_t multiplier0 = 0xD2E7470EE14C6C93;
    constexpr std::uint64_t multiplier1 = 0xCA5A826395121157;
    constexpr std::uint64_t weyl0 = 0x9E3779B97F4A7C15;  // golden ratio - 1
    constexpr std::uint64_t weyl1 = 0xBB67AE8584CAA73B;  // sqrt(3) - 1
    for (int round = 0; round < 10; ++round) {
        const UInt128 product0 = UInt128{multiplier0} * counter[0];
        const UInt128 product1 = UInt128{multiplier1} * counter[2];
        counter = {static_cast<std::uint64_t>(product1 >> 64) ^ counter[1] ^ key[0],
                   static_cast<std::uint64_t>(product1),
                   static_cast<std::uint64_t>(product0 >> 64) ^ counter[3] ^ key[1],
                   static_cast<std::uint64_t>(product0)};
        key[0] += weyl0;
        key[1] += weyl1;
    }
    return counter;
}

RandomStream::RandomStream(std::uint64_t seed, std::string_view name)
    : key_{seed, stable_hash(name)} {}

std::uint64_t RandomStream::next() {
    const std::uint64_t position = index_ % 4;
    if (position == 0) block_ = philox4x64({index_ / 4, 0, 0, 0}, key_);
    ++index_;
    return block_[position];
}

std::uint64_t RandomStream::below(std::uint64_t bound) {
    SEEDWIRE_ASSERT(bound > 0);
    // Lemire, "Fast random integer generation in an interval" (2019): the high half of a product is
    // uniform once the few low halves that would be served twice are refused.
    UInt128 product = UInt128{next()} * bound;
    if (static_cast<std::uint64_t>(product) < bound) {
        const std::uint64_t refused = (0 - bound) % bound;
        while (static_cast<std::uint64_t>(product) < refused) product = UInt128{next()} * bound;
    }
    return static_cast<std::uint64_t>(product >> 64);
}

bool RandomStream::chance(Probability p) {
    // draw / 2^64 < p, cross-multiplied: exact at 0 and 1, within 2^-64 elsewhere. The draw is made
    // whatever p is, so that changing p does not shift the stream.
    return UInt128{next()} * p.ratio.denominator < UInt128{p.ratio.numerator} << 64;
}

Duration RandomStream::uniform(Duration low, Duration high) {
    SEEDWIRE_ASSERT(low <= high);
    const std::uint64_t span =
        static_cast<std::uint64_t>(high.ns()) - static_cast<std::uint64_t>(low.ns());
    const std::uint64_t offset = span == UINT64_MAX ? next() : below(span + 1);
    return Duration::ns(static_cast<std::int64_t>(static_cast<std::uint64_t>(low.ns()) + offset));
}

Duration RandomStream::exponential(Duration mean) {
    SEEDWIRE_ASSERT(mean >= Duration::zero());
    return saturated(Int128{mean.ns()} * Int128{negative_ln_q32(next())});
}

Duration RandomStream::normal(Duration mean, Duration standard_deviation) {
    const std::uint64_t u = next();
    const std::uint64_t turn = next();
    return saturated(q32(mean) + Int128{standard_deviation.ns()} * standard_normal_q32(u, turn));
}

Duration RandomStream::pareto(Duration mean, Ratio shape) {
    SEEDWIRE_ASSERT(mean >= Duration::zero());
    SEEDWIRE_ASSERT(shape.numerator > shape.denominator);
    // The mean of a Pareto number is minimum * shape / (shape - 1).
    const UInt128 mean_q32 = UInt128{static_cast<std::uint64_t>(mean.ns())} << 32;
    const UInt128 excess = shape.numerator - shape.denominator;
    const auto minimum_q32 =
        static_cast<Int128>(mean_q32 / shape.numerator * excess +
                            mean_q32 % shape.numerator * excess / shape.numerator);
    const std::uint64_t factor_q32 = standard_pareto_q32(next(), shape);
    // 95 + 64 bits do not fit: multiply the whole and the fractional part of the factor apart.
    const Int128 whole = Int128{factor_q32 >> 32};
    const Int128 fraction = Int128{factor_q32 & UINT32_MAX};
    Int128 product = 0;
    if (__builtin_mul_overflow(minimum_q32, whole, &product)) return Duration::max();
    return saturated(product + (minimum_q32 >> 32) * fraction +
                     (((minimum_q32 & Int128{UINT32_MAX}) * fraction) >> 32));
}

Duration RandomStream::pareto_normal(Duration mean, Duration standard_deviation) {
    const std::uint64_t u = next();
    const std::uint64_t turn = next();
    const Int128 quarter_normal = standard_normal_q32(u, turn) / 4;
    const Int128 pareto = Int128{standard_pareto_q32(next(), kParetoNormalShape)} - kParetoMeanQ32;
    const Int128 standard = ((quarter_normal + pareto) * kParetoNormalScaleQ32) >> 32;
    return saturated(q32(mean) + Int128{standard_deviation.ns()} * standard);
}

}  // namespace seedwire
