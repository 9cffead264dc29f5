// Named streams of random numbers, and the distributions drawn from them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sim/base/quantity.h"
#include "sim/base/time.h"

namespace seedwire {

/// The ten-round Philox function of four 64-bit words: a block of random bits for each counter.
std::array<std::uint64_t, 4> philox4x64(std::array<std::uint64_t, 4> counter,
                                        std::array<std::uint64_t, 2> key);

/// One independent sequence of random numbers, named after its single use:
///     RandomStream loss{seed, "link/a->b/loss"};
/// The state depends on (seed, name) only. Creating, removing or drawing from any other
/// stream cannot change this one. Counter-based (Philox4x64-10): a draw is a function of
/// (seed, name, index), so recording, replaying, shrinking and common random numbers come for
/// free. Every distribution is ours: integer arithmetic, no <random>, the same on every compiler.
class RandomStream {
public:
    RandomStream(std::uint64_t seed, std::string_view name);

    std::uint64_t next();                      ///< uniform over all 64-bit values
    std::uint64_t below(std::uint64_t bound);  ///< uniform over [0, bound), unbiased; bound > 0
    bool chance(Probability p);                ///< true with probability p, one draw always
    Duration uniform(Duration low, Duration high);  ///< over [low, high]
    Duration exponential(Duration mean);
    Duration normal(Duration mean, Duration standard_deviation);  ///< may be negative
    /// Pareto with the given mean; `shape` > 1 (about 3 is usual).
    Duration pareto(Duration mean, Ratio shape);
    /// A quarter normal and three quarters Pareto around the mean, as netem's distribution of that
    /// name, scaled to this standard deviation; may be negative.
    Duration pareto_normal(Duration mean, Duration standard_deviation);

    std::uint64_t index() const { return index_; }  ///< 64-bit values drawn so far

private:
    std::array<std::uint64_t, 2> key_;
    std::array<std::uint64_t, 4> block_{};
    std::uint64_t index_ = 0;
};

}  // namespace seedwire
