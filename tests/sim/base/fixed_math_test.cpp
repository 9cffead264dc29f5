#include "sim/base/fixed_math.h"

#include <cmath>
#include <cstdlib>

#include "sim/base/random.h"
#include "tests/support/catch.h"

using namespace seedwire;

namespace {

/// Numbers of every magnitude, and the ends of the range.
template <class Check>
void for_many(Check check) {
    RandomStream random{1, "fixed_math"};
    for (std::uint64_t n = 0; n < 2000; ++n) check(n);
    for (unsigned bit = 0; bit < 64; ++bit) {
        const std::uint64_t power = std::uint64_t{1} << bit;
        check(power - 1), check(power), check(power + 1);
    }
    check(UINT64_MAX);
    for (int i = 0; i < 20'000; ++i) check(random.next() >> random.below(64));
}

}  // namespace

TEST_CASE("Square roots are rounded down", "[fixed_math]") {
    for_many([](std::uint64_t n) {
        const UInt128 r = isqrt(n);
        REQUIRE((r * r <= n && (r + 1) * (r + 1) > n));
        const UInt128 square = UInt128{n} * n;
        REQUIRE(isqrt(square) == n);
        if (n > 0) REQUIRE(isqrt(square - 1) == n - 1);
        if (n > 0) REQUIRE(isqrt(square + 2 * UInt128{n}) == n);
    });
    CHECK(isqrt(~UInt128{0}) == UINT64_MAX);
}

TEST_CASE("Cube roots are rounded down", "[fixed_math]") {
    for_many([](std::uint64_t n) {
        const UInt128 r = icbrt(n);
        REQUIRE((r * r * r <= n && (r + 1) * (r + 1) * (r + 1) > n));
    });
}

TEST_CASE("Products are divided without loss in between", "[fixed_math]") {
    CHECK(mul_div(UINT64_MAX, UINT64_MAX, UINT64_MAX) == UINT64_MAX);
    CHECK(mul_div(10, 10, 3) == 33);
    CHECK(mul_div_ceil(10, 10, 3) == 34);
    CHECK(mul_div_ceil(10, 9, 3) == 30);
    CHECK(mul_div(UINT64_MAX, 6, 7) == static_cast<std::uint64_t>(UInt128{UINT64_MAX} * 6 / 7));
    CHECK(mul_div_ceil(UINT64_MAX, 5, 7) == mul_div(UINT64_MAX, 5, 7) + 1);
    CHECK(mul_div_ceil(0, 5, 7) == 0);
}

TEST_CASE("Logarithms lie at most 2^-32 below the truth", "[fixed_math]") {
    for_many([](std::uint64_t n) {
        if (n == 0) return;
        const long double truth = std::log2(static_cast<long double>(n));
        const long double value = static_cast<long double>(log2_q32(n)) / 4294967296.0L;
        INFO(n);
        REQUIRE(value <= truth + 1e-15L);
        REQUIRE(truth - value < 1.000001L / 4294967296.0L);
    });
    CHECK(log2_q32(1) == 0);
    CHECK(log2_q32(std::uint64_t{1} << 63) == std::uint64_t{63} << 32);
}

TEST_CASE("Powers of two keep 56 bits", "[fixed_math]") {
    RandomStream random{2, "exp2"};
    for (int i = 0; i < 20'000; ++i) {
        const auto fraction = static_cast<std::uint32_t>(random.next());
        const long double truth =
            std::exp2(static_cast<long double>(fraction) / 4294967296.0L) * 0x1p63L;
        const auto value = static_cast<long double>(exp2_fraction_q63(fraction));
        REQUIRE(std::fabs(value / truth - 1) < 0x1p-56L);
    }
    CHECK(exp2_fraction_q63(0) == std::uint64_t{1} << 63);
    CHECK(exp2_q32(0) == std::uint64_t{1} << 32);
    CHECK(exp2_q32(std::int64_t{5} << 32) == std::uint64_t{32} << 32);
    CHECK(exp2_q32(-(std::int64_t{1} << 32)) == std::uint64_t{1} << 31);
    CHECK(exp2_q32(-(std::int64_t{32} << 32)) == 1);
    CHECK(exp2_q32(-(std::int64_t{33} << 32)) == 0);
    CHECK(exp2_q32(std::int64_t{32} << 32) == UINT64_MAX);
    CHECK(exp2_q32(INT64_MIN) == 0);
}

TEST_CASE("exp2 undoes log2", "[fixed_math]") {
    for_many([](std::uint64_t n) {
        if (n == 0 || n >= std::uint64_t{1} << 32) return;
        const auto back =
            static_cast<long double>(exp2_q32(static_cast<std::int64_t>(log2_q32(n)))) /
            4294967296.0L;
        REQUIRE(std::fabs(back / static_cast<long double>(n) - 1) < 1e-9L);
    });
}

TEST_CASE("The natural logarithm of a uniform number is good to 2^-31", "[fixed_math]") {
    for_many([](std::uint64_t n) {
        if (n == 0) return;
        const long double truth = 64 * std::log(2.0L) - std::log(static_cast<long double>(n));
        const long double value = static_cast<long double>(negative_ln_q32(n)) / 4294967296.0L;
        REQUIRE(std::fabs(value - truth) < 0x1p-31L);
    });
    CHECK(negative_ln_q32(0) == 0);
}

TEST_CASE("The cosine is good to 2^-58 and symmetric", "[fixed_math]") {
    const long double pi = std::acos(-1.0L);
    for_many([pi](std::uint64_t turn) {
        const long double truth = std::cos(2 * pi * static_cast<long double>(turn) * 0x1p-64L);
        const long double value = static_cast<long double>(cosine_q62(turn)) * 0x1p-62L;
        INFO(turn);
        REQUIRE(std::fabs(value - truth) < 0x1p-58L);
        REQUIRE(std::abs(cosine_q62(turn) - cosine_q62(0 - turn)) <= 2);
    });
    CHECK(cosine_q62(0) == std::int64_t{1} << 62);
    CHECK(cosine_q62(std::uint64_t{1} << 63) == -(std::int64_t{1} << 62));
}
