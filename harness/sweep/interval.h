// Confidence intervals: Student's t, the bootstrap for what is far from normal, order statistics
// for medians and percentiles. All in a fixed order of operations.
#pragma once

#include <optional>
#include <vector>

namespace seedwire::sweep {

struct Interval {
    double low = 0, high = 0;
};

/// A sum that does not lose small terms (Neumaier, 1974), in the order of the calls.
class CompensatedSum {
public:
    void add(double value);
    double value() const { return sum_ + lost_; }

private:
    double sum_ = 0, lost_ = 0;
};

double mean_of(const std::vector<double>& values);
/// With n - 1 in the denominator; 0 for fewer than two values.
double standard_deviation(const std::vector<double>& values);

/// Half the width of Student's interval around the mean; nothing for fewer than two values.
std::optional<double> half_width(const std::vector<double>& values, double confidence);

/// Of the mean. Student's t; where the sample is far from normal (see is_doubtful()), the
/// studentised bootstrap: 1999 resamples drawn from a stream of their own, the same in every run of
/// the program.
std::optional<Interval> interval_of_mean(const std::vector<double>& values, double confidence);

/// At least 8 values, not all equal, and a skewness beyond 2 standard errors of a normal sample's.
bool is_doubtful(const std::vector<double>& values);

/// The value below which a share of the values lies (nearest rank).
double percentile(std::vector<double> values, double share);
/// By order statistics, without any assumption on the distribution: the narrowest pair of ranks, as
/// symmetric as can be, that covers the percentile with this confidence. Nothing if there are too
/// few values.
std::optional<Interval> interval_of_percentile(std::vector<double> values, double share,
                                               double confidence);

}  // namespace seedwire::sweep
