// Points spread evenly over a cube of many dimensions: coordinates from 0 to 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace seedwire::study {

/// Each dimension is cut into `points` equal parts, and each part holds one point, at its middle;
/// which parts come together is drawn with the seed (McKay, Beckman and Conover, 1979).
std::vector<std::vector<double>> latin_hypercube(std::size_t points, std::size_t dimensions,
                                                 std::uint64_t seed);

constexpr std::size_t kSobolDimensions = 10;

/// The first points of Sobol's sequence behind the origin, with the direction numbers of Joe and
/// Kuo (new-joe-kuo-6, 2008). At most kSobolDimensions dimensions.
std::vector<std::vector<double>> sobol(std::size_t points, std::size_t dimensions);

}  // namespace seedwire::study
