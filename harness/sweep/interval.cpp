#include "harness/sweep/interval.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>
#include <utility>

#include "sim/base/assert.h"
#include "sim/base/random.h"

namespace seedwire::sweep {

namespace {

// Enough that the ends of a 95 % interval are order statistics 50 and 1950, and that the noise of
// the resampling is a twentieth of the width (Davison and Hinkley, 1997, §5.2).
constexpr std::size_t kResamples = 1999;

/// The quantile of Student's distribution, remembered: a stopping rule asks for it in every look.
double student_quantile(std::size_t freedom, double confidence) {
    static std::map<std::pair<std::size_t, double>, double> known;
    const auto [at, is_new] = known.try_emplace({freedom, confidence}, 0);
    if (is_new)
        at->second = boost::math::quantile(
            boost::math::students_t_distribution<double>{static_cast<double>(freedom)},
            0.5 + confidence / 2);
    return at->second;
}

double skewness(const std::vector<double>& values, double mean, double deviation) {
    CompensatedSum sum;
    for (const double v : values) {
        const double z = (v - mean) / deviation;
        sum.add(z * z * z);
    }
    return sum.value() / static_cast<double>(values.size());
}

/// The t values of resamples: (mean* - mean) / error*.
std::vector<double> resampled_t(const std::vector<double>& values, double mean) {
    RandomStream random{1, "statistics/bootstrap"};
    std::vector<double> ts;
    std::vector<double> sample(values.size());
    const double root = std::sqrt(static_cast<double>(values.size()));
    for (std::size_t b = 0; b < kResamples; ++b) {
        for (double& v : sample) v = values[random.below(values.size())];
        const double error = standard_deviation(sample) / root;
        if (error > 0) ts.push_back((mean_of(sample) - mean) / error);
    }
    std::sort(ts.begin(), ts.end());
    return ts;
}

}  // namespace

void CompensatedSum::add(double value) {
    const double sum = sum_ + value;
    lost_ += std::fabs(sum_) >= std::fabs(value) ? (sum_ - sum) + value : (value - sum) + sum_;
    sum_ = sum;
}

double mean_of(const std::vector<double>& values) {
    SEEDWIRE_ASSERT(!values.empty());
    CompensatedSum sum;
    for (const double v : values) sum.add(v);
    return sum.value() / static_cast<double>(values.size());
}

double standard_deviation(const std::vector<double>& values) {
    if (values.size() < 2) return 0;
    const double mean = mean_of(values);
    CompensatedSum sum;
    for (const double v : values) sum.add((v - mean) * (v - mean));
    return std::sqrt(sum.value() / static_cast<double>(values.size() - 1));
}

std::optional<double> half_width(const std::vector<double>& values, double confidence) {
    if (values.size() < 2) return std::nullopt;
    return student_quantile(values.size() - 1, confidence) * standard_deviation(values) /
           std::sqrt(static_cast<double>(values.size()));
}

bool is_doubtful(const std::vector<double>& values) {
    const auto n = static_cast<double>(values.size());
    const double deviation = standard_deviation(values);
    if (values.size() < 8 || deviation <= 0) return false;
    return std::fabs(skewness(values, mean_of(values), deviation)) > 2 * std::sqrt(6 / n);
}

std::optional<Interval> interval_of_mean(const std::vector<double>& values, double confidence) {
    const auto half = half_width(values, confidence);
    if (!half) return std::nullopt;
    const double mean = mean_of(values);
    if (!is_doubtful(values)) return Interval{mean - *half, mean + *half};
    const std::vector<double> ts = resampled_t(values, mean);
    // Of two values that differ a resample may be constant; of eight hardly one in a hundred is.
    if (ts.size() < kResamples / 2) return Interval{mean - *half, mean + *half};
    const double error = standard_deviation(values) / std::sqrt(static_cast<double>(values.size()));
    const double tail = (1 - confidence) / 2;
    const auto rank = [&](double share) {
        const auto r = static_cast<std::size_t>(share * static_cast<double>(ts.size() + 1));
        return ts[std::clamp<std::size_t>(r, 1, ts.size()) - 1];
    };
    return Interval{mean - rank(1 - tail) * error, mean - rank(tail) * error};
}

double percentile(std::vector<double> values, double share) {
    SEEDWIRE_ASSERT(!values.empty());
    std::sort(values.begin(), values.end());
    const double position = std::ceil(share * static_cast<double>(values.size()) - 1e-9);
    const auto rank = static_cast<std::size_t>(std::max(1.0, position));
    return values[std::min(rank, values.size()) - 1];
}

std::optional<Interval> interval_of_percentile(std::vector<double> values, double share,
                                               double confidence) {
    const std::size_t n = values.size();
    if (n < 2) return std::nullopt;
    // The number of values below the percentile is binomial; ranks l and u enclose it unless fewer
    // than l or at least u of them are below (David and Nagaraja, 2003, §7.1).
    const boost::math::binomial_distribution<double> below{static_cast<double>(n), share};
    const double tail = (1 - confidence) / 2;
    std::size_t low = 0;
    while (low + 1 <= n && boost::math::cdf(below, static_cast<double>(low)) <= tail) ++low;
    std::size_t high = n + 1;
    while (high >= 2 && 1 - boost::math::cdf(below, static_cast<double>(high - 2)) <= tail) --high;
    if (low < 1 || high > n || low >= high) return std::nullopt;
    std::sort(values.begin(), values.end());
    return Interval{values[low - 1], values[high - 1]};
}

}  // namespace seedwire::sweep
