#include "harness/sweep/warm_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/run/run.h"
#include "harness/sweep/record.h"
#include "sim/base/int128.h"

namespace seedwire::sweep {

namespace {

constexpr std::size_t kBatch = 5, kLeastBatches = 10;
/// Changes of less than a hundredth are none: a line that is always full would settle when its last
/// packet is a little late. With so many batches the products below stay under 2^127.
constexpr double kSteps = 100;
constexpr std::size_t kMostBatches = 100'000;

/// What the series grows by in each interval, with the first seed; empty with a message if it
/// cannot be had. Samples of a series are sums since the beginning.
std::vector<double> pilot(const study::Plan& plan, std::size_t point, std::string& problem) {
    const study::Study& study = plan.study();
    scenario::LoadOptions options = plan.options(point, study.first_seed);
    options.collect = {*study.settles};
    options.warm_up = Duration::zero();
    scenario::Diagnostics problems;
    const auto built = scenario::build_scenario(*study.base, options, problems);
    if (!built || built->series.empty()) {
        problem = problems.list().empty() ? "there is no such series" : problems.list()[0].message;
        return {};
    }
    const run::Run run = run::execute(*built, {});
    std::vector<double> grown;
    double before = 0;
    if (run.series.empty()) return {};
    for (const auto& value : run.series.front()) {
        const double now = value ? number_of(value) : before;
        if (now < before) {
            problem = "it is no count that grows, such as a link's `bytes`";
            return {};
        }
        grown.push_back(now - before);
        before = now;
    }
    return grown;
}

}  // namespace

std::optional<std::size_t> mser5(const std::vector<double>& values) {
    const std::size_t count = values.size() / kBatch;
    if (count < kLeastBatches || count > kMostBatches) return std::nullopt;
    std::vector<double> means(count);
    for (std::size_t i = 0; i < count * kBatch; ++i)
        means[i / kBatch] += (std::isfinite(values[i]) ? values[i] : 0) / double{kBatch};
    double largest = 0;
    for (const double mean : means) largest = std::max(largest, std::fabs(mean));
    if (largest == 0) return 0;
    std::vector<std::int64_t> batches;
    for (const double mean : means) batches.push_back(std::llround(mean / largest * kSteps));
    // From the end: the variance of the mean of the m last batches is (m * squares - sum^2) / m^3.
    Int128 sum = 0, squares = 0, best = 0, best_cube = 1;
    std::size_t left_out = count;
    for (std::size_t i = count; i-- > 0;) {
        sum += batches[i];
        squares += Int128{batches[i]} * batches[i];
        const std::size_t m = count - i;
        if (m < kBatch) continue;  // the last few always look settled
        const Int128 variance = Int128(m) * squares - sum * sum, cube = Int128(m) * m * m;
        if (left_out != count && variance * best_cube > best * cube) continue;
        best = variance;
        best_cube = cube;
        left_out = i;
    }
    if (left_out * 2 > count) return std::nullopt;
    return left_out * kBatch;
}

std::string find_warm_up(OpenedStudy& opened) {
    study::Study& study = opened.study;
    if (!study.settles) return {};
    Duration latest;
    for (std::size_t point = 0; point < opened.plan->size(); ++point) {
        std::string problem;
        const std::vector<double> values = pilot(*opened.plan, point, problem);
        const auto settled = mser5(values);
        if (problem.empty() && values.size() < kBatch * kLeastBatches)
            problem = fmt::format("{} values are too few (50 at least)", values.size());
        else if (problem.empty() && values.size() > kBatch * kMostBatches)
            problem = fmt::format("{} values are too many (500000 at most)", values.size());
        else if (problem.empty() && !settled)
            problem = "it does not settle in the first half of the run";
        if (!problem.empty())
            return fmt::format(
                "no warm-up can be found in {}{}: {}", study.settles->what.node->text,
                opened.plan->size() > 1 ? " at " + opened.plan->describe(point) : "", problem);
        latest = std::max(latest, study.settles->every * static_cast<std::int64_t>(*settled));
    }
    study.warm_up = latest;
    return {};
}

}  // namespace seedwire::sweep
