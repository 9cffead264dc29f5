// What is said of a list of values: `goodput:mean,ci95`, and how numbers are written for people.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/sweep/interval.h"

namespace seedwire::sweep {

struct Statistic {
    enum class Kind {
        Mean,
        Interval,
        Median,
        MedianInterval,
        Percentile,
        Deviation,
        Minimum,
        Maximum,
        Count
    };
    Kind kind = Kind::Mean;
    double share = 0;  ///< of a percentile; confidence of an interval
    std::string name;  ///< as written: "ci95"
};

/// A metric and what is asked of it.
struct Question {
    std::string metric;
    std::vector<Statistic> statistics;
};

/// `metric`, which means mean,ci95, or `metric:statistic,...`. Statistics: mean ci90 ci95 ci99
/// median mci95 (of the median) p1 .. p99 sd min max n.
std::optional<Question> parse_question(const std::string& text, std::string& problem);

/// One number, or the two ends of an interval; nothing where there are too few values.
struct Said {
    std::optional<double> value;
    std::optional<Interval> interval;
};
Said say(const Statistic& statistic, const std::vector<double>& values);

/// In which unit numbers of this size are written: "Mbit/s" is 1e6 bit/s.
struct Scale {
    double size = 1;
    std::string unit;
};
/// `unit` is that of results: s, B, bit/s, packets or nothing. `largest`: of what will be written.
Scale scale_for(std::string_view unit, double largest);

/// `digits` significant ones, without an exponent and without a trailing point.
std::string significant(double value, int digits = 4);

/// "12.4 ± 0.3", or "12.4 [12.1, 12.9]" where the interval is not symmetric; "-" for nothing.
std::string cell_text(const std::vector<Statistic>& statistics, const std::vector<double>& values,
                      const Scale& scale, std::string_view plus_minus);

}  // namespace seedwire::sweep
