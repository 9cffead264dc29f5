#include "harness/study/sampling.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <utility>

#include "sim/base/assert.h"
#include "sim/base/random.h"

namespace seedwire::study {

std::vector<std::vector<double>> latin_hypercube(std::size_t points, std::size_t dimensions,
                                                 std::uint64_t seed) {
    std::vector<std::vector<double>> made(points, std::vector<double>(dimensions));
    for (std::size_t d = 0; d < dimensions; ++d) {
        RandomStream random{seed, fmt::format("study/latin_hypercube/{}", d)};
        std::vector<std::size_t> parts(points);
        for (std::size_t i = 0; i < points; ++i) parts[i] = i;
        for (std::size_t i = points; i > 1; --i) std::swap(parts[i - 1], parts[random.below(i)]);
        for (std::size_t i = 0; i < points; ++i)
            made[i][d] = (static_cast<double>(parts[i]) + 0.5) / static_cast<double>(points);
    }
    return made;
}

namespace {

constexpr std::size_t kBits = 32;

/// Degree and coefficients of a primitive polynomial, and the first direction numbers.
struct Direction {
    unsigned degree, coefficients;
    std::array<std::uint32_t, 5> first;
};
// Joe and Kuo, "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci.
// Comput. 30 (2008): dimensions 2 to 10.
constexpr std::array<Direction, kSobolDimensions - 1> kDirections{
    Direction{1, 0, {1}},
    Direction{2, 1, {1, 3}},
    Direction{3, 1, {1, 3, 1}},
    Direction{3, 2, {1, 1, 1}},
    Direction{4, 1, {1, 1, 3, 3}},
    Direction{4, 4, {1, 3, 5, 13}},
    Direction{5, 2, {1, 1, 5, 5, 17}},
    Direction{5, 4, {1, 1, 5, 5, 5}},
    Direction{5, 7, {1, 1, 7, 11, 19}}};

std::array<std::uint32_t, kBits> direction_numbers(std::size_t dimension) {
    std::array<std::uint32_t, kBits> v{};
    if (dimension == 0) {
        for (std::size_t i = 0; i < kBits; ++i) v[i] = 1U << (kBits - 1 - i);
        return v;
    }
    const Direction& d = kDirections[dimension - 1];
    for (std::size_t i = 0; i < kBits; ++i) {
        if (i < d.degree) {
            v[i] = d.first[i] << (kBits - 1 - i);
            continue;
        }
        v[i] = v[i - d.degree] ^ (v[i - d.degree] >> d.degree);
        for (unsigned k = 1; k < d.degree; ++k)
            if (((d.coefficients >> (d.degree - 1 - k)) & 1U) != 0) v[i] ^= v[i - k];
    }
    return v;
}

}  // namespace

std::vector<std::vector<double>> sobol(std::size_t points, std::size_t dimensions) {
    SEEDWIRE_ASSERT(dimensions <= kSobolDimensions);
    std::vector<std::vector<double>> made(points, std::vector<double>(dimensions));
    for (std::size_t d = 0; d < dimensions; ++d) {
        const auto v = direction_numbers(d);
        std::uint32_t x = 0;
        for (std::size_t i = 0; i < points; ++i) {
            // Gray code order: one bit changes from point to point; the first is the origin's.
            x ^= v[static_cast<std::size_t>(std::countr_one(i))];
            made[i][d] = static_cast<double>(x) / 4294967296.0;
        }
    }
    return made;
}

}  // namespace seedwire::study
