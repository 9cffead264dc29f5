#include "harness/sweep/interval.h"

#include <cmath>

#include "sim/base/random.h"
#include "tests/support/catch.h"

using namespace seedwire;
using namespace seedwire::sweep;

namespace {

enum class Law { Normal, Exponential, Uniform };

double draw(RandomStream& random, Law law) {
    const auto second = Duration::s(1);
    switch (law) {
        case Law::Normal:
            return static_cast<double>(random.normal(Duration::s(10), Duration::s(2)).ns()) / 1e9;
        case Law::Exponential:
            return static_cast<double>(random.exponential(second).ns()) / 1e9;
        case Law::Uniform:
            return static_cast<double>(random.uniform(Duration::zero(), second).ns()) / 1e9;
    }
    return 0;
}

/// The share of synthetic studies whose 95 % interval holds the truth.
template <class Estimate>
double coverage(Law law, std::size_t repetitions, double truth, int studies, Estimate estimate) {
    RandomStream random{7, "test/coverage"};
    int covered = 0;
    for (int s = 0; s < studies; ++s) {
        std::vector<double> values;
        for (std::size_t i = 0; i < repetitions; ++i) values.push_back(draw(random, law));
        const auto interval = estimate(values);
        REQUIRE(interval);
        covered += interval->low <= truth && truth <= interval->high ? 1 : 0;
    }
    return static_cast<double>(covered) / studies;
}

}  // namespace

TEST_CASE("sums keep what is small beside what is large", "[sweep][statistics]") {
    CompensatedSum sum;
    for (const double v : {1e16, 1.0, 1.0, -1e16}) sum.add(v);
    CHECK(sum.value() == 2.0);
}

TEST_CASE("Student's interval has the textbook width", "[sweep][statistics]") {
    // n = 5, mean 3, s = 1.5811; t(0.975, 4) = 2.7764: half the width is 1.9632.
    const auto half = half_width({1, 2, 3, 4, 5}, 0.95);
    REQUIRE(half);
    CHECK(std::fabs(*half - 1.9632432) < 1e-6);
    CHECK_FALSE(half_width({1}, 0.95));
}

TEST_CASE("the median of 20 lies between the 6th and the 15th", "[sweep][statistics]") {
    std::vector<double> values;
    for (int i = 1; i <= 20; ++i) values.push_back(i);
    const auto interval = interval_of_percentile(values, 0.5, 0.95);
    REQUIRE(interval);
    CHECK(interval->low == 6);
    CHECK(interval->high == 15);
    CHECK(percentile(values, 0.5) == 10);
    CHECK(percentile(values, 0.95) == 19);
    CHECK_FALSE(interval_of_percentile({1, 2, 3}, 0.95, 0.95));
}

TEST_CASE("a 95 % interval of the mean covers 93 to 97 %", "[sweep][statistics]") {
    const auto of_mean = [](const std::vector<double>& v) { return interval_of_mean(v, 0.95); };
    for (const auto& [law, truth] :
         {std::pair{Law::Normal, 10.0}, {Law::Exponential, 1.0}, {Law::Uniform, 0.5}}) {
        const double share = coverage(law, 30, truth, 500, of_mean);
        INFO(static_cast<int>(law) << " " << share);
        CHECK(share >= 0.93);
        CHECK(share <= 0.97);
    }
}

TEST_CASE("a 95 % interval of a median covers at least 95 %, of 50 not 98 %",
          "[sweep][statistics]") {
    const auto of_median = [](const std::vector<double>& v) {
        return interval_of_percentile(v, 0.5, 0.95);
    };
    for (const auto& [law, truth] :
         {std::pair{Law::Normal, 10.0}, {Law::Exponential, std::log(2.0)}, {Law::Uniform, 0.5}}) {
        const double share = coverage(law, 50, truth, 4000, of_median);
        INFO(static_cast<int>(law) << " " << share);
        CHECK(share >= 0.945);
        CHECK(share <= 0.98);
    }
}
