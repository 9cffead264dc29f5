#include "sim/base/random.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "sim/base/stable_hash.h"
#include "tests/support/catch.h"

using namespace seedwire;
using namespace seedwire::literals;

namespace {

/// The Kolmogorov-Smirnov statistic of a sample against a distribution function, times sqrt(n):
/// above 1.63 once in a hundred samples, above 1.95 once in a thousand. Seeds are fixed.
double kolmogorov_smirnov(std::vector<double> sample, const std::function<double(double)>& cdf) {
    std::sort(sample.begin(), sample.end());
    const auto n = static_cast<double>(sample.size());
    double largest = 0;
    for (std::size_t i = 0; i < sample.size(); ++i) {
        const double expected = cdf(sample[i]);
        largest = std::max({largest, std::fabs(expected - static_cast<double>(i) / n),
                            std::fabs(expected - static_cast<double>(i + 1) / n)});
    }
    return largest * std::sqrt(n);
}

template <class Draw>
std::vector<double> sample_of(std::size_t count, Draw draw) {
    std::vector<double> sample;
    for (std::size_t i = 0; i < count; ++i) sample.push_back(draw());
    return sample;
}

double chi_square(const std::vector<int>& counts, double expected) {
    double sum = 0;
    for (int count : counts) sum += (count - expected) * (count - expected) / expected;
    return sum;
}

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

double ns(Duration d) { return static_cast<double>(d.ns()); }

constexpr std::size_t kDraws = 100'000;

}  // namespace

TEST_CASE("Philox4x64-10 gives the published known answers", "[random]") {
    // The known-answer vectors of the authors' Random123 library.
    using Block = std::array<std::uint64_t, 4>;
    constexpr std::uint64_t ones = UINT64_MAX;
    CHECK(philox4x64({0, 0, 0, 0}, {0, 0}) ==
          Block{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b});
    CHECK(philox4x64({ones, ones, ones, ones}, {ones, ones}) ==
          Block{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0});
    CHECK(
        philox4x64({0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
                   {0x452821e638d01377, 0xbe5466cf34e90c6c}) ==
        Block{0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6});
}

TEST_CASE("A draw is a function of seed, name and index", "[random]") {
    RandomStream stream{7, "link/a->b/loss"};
    const std::array<std::uint64_t, 2> key{7, stable_hash("link/a->b/loss")};
    for (std::uint64_t i = 0; i < 10; ++i) {
        CHECK(stream.index() == i);
        CHECK(stream.next() == philox4x64({i / 4, 0, 0, 0}, key)[i % 4]);
    }
    CHECK(RandomStream(7, "a").next() != RandomStream(7, "b").next());
    CHECK(RandomStream(7, "a").next() != RandomStream(8, "a").next());
}

TEST_CASE("The bits of next() are even", "[random]") {
    RandomStream stream{1, "bits"};
    std::vector<int> ones(64);
    for (std::size_t i = 0; i < kDraws; ++i) {
        const std::uint64_t draw = stream.next();
        for (std::size_t bit = 0; bit < 64; ++bit) ones[bit] += static_cast<int>(draw >> bit & 1);
    }
    // 64 degrees of freedom: 112 is exceeded once in ten thousand.
    double sum = 0;
    for (int count : ones) sum += std::pow((count - 5e4) / (0.5 * std::sqrt(1e5)), 2);
    CHECK(sum < 112);
}

TEST_CASE("below() is uniform and unbiased", "[random]") {
    RandomStream stream{1, "below"};
    const auto bound = GENERATE(as<std::uint64_t>{}, 1, 2, 3, 10, 97, 100);
    std::vector<int> counts(bound);
    for (std::size_t i = 0; i < kDraws; ++i) ++counts[stream.below(bound)];
    const auto freedom = static_cast<double>(bound - 1);
    CHECK(chi_square(counts, static_cast<double>(kDraws) / static_cast<double>(bound)) <=
          freedom + 4 * std::sqrt(2 * freedom));
    // Three quarters of the range: a modulo would hit the first quarter twice as often.
    const std::uint64_t large = std::uint64_t{3} << 62;
    int low = 0;
    for (std::size_t i = 0; i < kDraws; ++i) low += stream.below(large) < large / 3 ? 1 : 0;
    CHECK(std::fabs(low - kDraws / 3.0) < 4 * std::sqrt(kDraws * 2 / 9.0));
}

TEST_CASE("chance() holds its probability and always takes one draw", "[random]") {
    const Probability p = GENERATE(Probability{{0, 1}}, Probability{{1, 1000}}, Probability{{1, 3}},
                                   Probability{{9, 10}}, Probability{{1, 1}});
    RandomStream stream{2, "chance"};
    int hits = 0;
    for (std::size_t i = 0; i < kDraws; ++i) hits += stream.chance(p) ? 1 : 0;
    CHECK(stream.index() == kDraws);
    const double share =
        static_cast<double>(p.ratio.numerator) / static_cast<double>(p.ratio.denominator);
    CHECK(std::fabs(hits - kDraws * share) <= 4 * std::sqrt(kDraws * share * (1 - share)));
}

TEST_CASE("uniform() covers its closed interval evenly", "[random]") {
    RandomStream stream{3, "uniform"};
    std::vector<int> counts(11);
    for (std::size_t i = 0; i < kDraws; ++i) {
        ++counts[static_cast<std::size_t>(stream.uniform(Duration::ns(-5), 5_ns).ns() + 5)];
    }
    CHECK(chi_square(counts, kDraws / 11.0) < 29.6);  // 10 degrees of freedom, 0.001
    CHECK(stream.uniform(7_ms, 7_ms) == 7_ms);
    const auto sample = sample_of(kDraws, [&] { return ns(stream.uniform(1_ms, 3_ms)); });
    CHECK(kolmogorov_smirnov(sample, [](double x) { return (x - 1e6) / 2e6; }) < 1.95);
    for (int i = 0; i < 100; ++i) stream.uniform(Duration::ns(INT64_MIN), Duration::max());
}

TEST_CASE("exponential() follows its law", "[random]") {
    RandomStream stream{4, "exponential"};
    const auto sample = sample_of(kDraws, [&] { return ns(stream.exponential(20_ms)); });
    CHECK(kolmogorov_smirnov(sample, [](double x) { return 1 - std::exp(-x / 20e6); }) < 1.95);
    CHECK(stream.index() == kDraws);
    CHECK(stream.exponential(Duration::zero()) == Duration::zero());
}

TEST_CASE("normal() follows its law and takes two draws", "[random]") {
    RandomStream stream{5, "normal"};
    const auto sample = sample_of(kDraws, [&] { return ns(stream.normal(10_ms, 4_ms)); });
    CHECK(kolmogorov_smirnov(sample, [](double x) { return normal_cdf((x - 10e6) / 4e6); }) < 1.95);
    CHECK(stream.index() == 2 * kDraws);
    CHECK(*std::min_element(sample.begin(), sample.end()) < 0);
    CHECK(stream.normal(10_ms, Duration::zero()) == 10_ms);
}

TEST_CASE("pareto() follows its law and has the mean asked for", "[random]") {
    const Ratio shape = GENERATE(Ratio{3, 1}, Ratio{3, 2}, Ratio{101, 100});
    RandomStream stream{6, "pareto"};
    const auto sample = sample_of(kDraws, [&] { return ns(stream.pareto(20_ms, shape)); });
    const double alpha =
        static_cast<double>(shape.numerator) / static_cast<double>(shape.denominator);
    const double minimum = 20e6 * (alpha - 1) / alpha;
    CHECK(kolmogorov_smirnov(sample, [&](double x) {
              return x <= minimum ? 0 : 1 - std::pow(minimum / x, alpha);
          }) < 1.95);
    CHECK(stream.index() == kDraws);
    if (alpha == 3) {
        double sum = 0;
        for (double x : sample) sum += x;
        CHECK(std::fabs(sum / kDraws / 20e6 - 1) < 0.01);
    }
}

TEST_CASE("pareto_normal() is a quarter normal and three quarters Pareto", "[random]") {
    RandomStream stream{7, "pareto_normal"};
    const auto sample =
        sample_of(kDraws, [&] { return (ns(stream.pareto_normal(10_ms, 1_ms)) - 10e6) / 1e6; });
    // The sum of z / 4 and p - 3/2, with p Pareto of shape 3 and minimum 1: the distribution
    // function is that of the normal part, averaged over the quantiles of the other.
    std::vector<double> pareto;
    constexpr int steps = 2000;
    for (int i = 0; i < steps; ++i) {
        pareto.push_back(std::pow((i + 0.5) / steps, -1.0 / 3) - 1.5);
    }
    std::vector<double> part(sample.begin(), sample.begin() + 20'000);
    CHECK(kolmogorov_smirnov(part, [&](double x) {
              double sum = 0;
              for (double p : pareto) sum += normal_cdf((x * std::sqrt(13.0) / 4 - p) * 4);
              return sum / steps;
          }) < 1.95);
    double sum = 0, squares = 0;
    for (double x : sample) {
        sum += x;
        squares += x * x;
    }
    CHECK(std::fabs(sum / kDraws) < 0.02);
    // The fourth moment is infinite, so the sample's deviation comes slowly to the true one.
    CHECK(std::fabs(std::sqrt(squares / kDraws) - 1) < 0.05);
    CHECK(stream.index() == 3 * kDraws);
}

TEST_CASE("Extreme means and deviations saturate instead of wrapping", "[random]") {
    RandomStream stream{8, "extreme"};
    for (int i = 0; i < 2000; ++i) {
        CHECK(stream.exponential(Duration::max()) >= Duration::zero());
        CHECK(stream.pareto(Duration::max(), {1001, 1000}) >= Duration::zero());
        CHECK(stream.pareto(Duration::max(), {UINT64_MAX, 3}) >= Duration::zero());
        CHECK(stream.pareto_normal(Duration::max(), 1_s) > 1_s);
    }
}

TEST_CASE("Draws are the same for ever", "[random]") {
    RandomStream stream{1, "golden"};
    CHECK(stream.next() == philox4x64({0, 0, 0, 0}, {1, stable_hash("golden")})[0]);
    const auto draw = [&](int which) {
        switch (which) {
            case 0:
                return stream.uniform(1_ms, 2_ms).ns();
            case 1:
                return stream.exponential(1_ms).ns();
            case 2:
                return stream.normal(1_ms, 1_ms).ns();
            case 3:
                return stream.pareto(1_ms, {3, 1}).ns();
            default:
                return stream.pareto_normal(1_ms, 1_ms).ns();
        }
    };
    std::vector<std::int64_t> values;
    for (int i = 0; i < 5; ++i) values.push_back(draw(i));
    CHECK(values == std::vector<std::int64_t>{1539134, 2263293, 670736, 752231, 1443061});
}
