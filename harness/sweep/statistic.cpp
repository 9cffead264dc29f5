#include "harness/sweep/statistic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "harness/study/range.h"
#include "sim/base/quantity.h"

namespace seedwire::sweep {

namespace {

using Kind = Statistic::Kind;

struct Named {
    std::string_view name;
    Kind kind;
    double share;
};
constexpr std::array kNamed{
    Named{"mean", Kind::Mean, 0},        Named{"ci90", Kind::Interval, 0.90},
    Named{"ci95", Kind::Interval, 0.95}, Named{"ci99", Kind::Interval, 0.99},
    Named{"median", Kind::Median, 0.5},  Named{"mci95", Kind::MedianInterval, 0.95},
    Named{"sd", Kind::Deviation, 0},     Named{"min", Kind::Minimum, 0},
    Named{"max", Kind::Maximum, 0},      Named{"n", Kind::Count, 0}};

std::optional<Statistic> parse_statistic(const std::string& name) {
    for (const Named& named : kNamed)
        if (named.name == name) return Statistic{named.kind, named.share, name};
    if (!name.starts_with("p")) return std::nullopt;
    const auto percent = parse_integer(std::string_view{name}.substr(1));
    if (!percent || *percent < 1 || *percent > 99) return std::nullopt;
    return Statistic{Kind::Percentile, static_cast<double>(*percent) / 100, name};
}

}  // namespace

std::optional<Question> parse_question(const std::string& text, std::string& problem) {
    const std::size_t colon = text.find(':');
    Question question;
    question.metric = text.substr(0, colon);
    std::string rest = colon == std::string::npos ? "mean,ci95" : text.substr(colon + 1);
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const std::string name = rest.substr(0, comma);
        const auto statistic = parse_statistic(name);
        if (!statistic) {
            problem = fmt::format(
                "no statistic '{}': mean ci90 ci95 ci99 median mci95 p1 .. p99 sd min max n", name);
            return std::nullopt;
        }
        question.statistics.push_back(*statistic);
        rest.erase(0, comma + 1);
    }
    return question;
}

Said say(const Statistic& statistic, const std::vector<double>& values) {
    if (statistic.kind == Kind::Count) return {static_cast<double>(values.size()), {}};
    if (values.empty()) return {};
    switch (statistic.kind) {
        case Kind::Mean:
            return {mean_of(values), {}};
        case Kind::Interval:
            return {{}, interval_of_mean(values, statistic.share)};
        case Kind::Median:
            return {percentile(values, 0.5), {}};
        case Kind::MedianInterval:
            return {{}, interval_of_percentile(values, 0.5, statistic.share)};
        case Kind::Percentile:
            return {percentile(values, statistic.share), {}};
        case Kind::Deviation:
            if (values.size() < 2) return {};
            return {standard_deviation(values), {}};
        case Kind::Minimum:
            return {*std::min_element(values.begin(), values.end()), {}};
        case Kind::Maximum:
            return {*std::max_element(values.begin(), values.end()), {}};
        case Kind::Count:
            break;
    }
    return {};
}

Scale scale_for(std::string_view unit, double largest) {
    struct Step {
        std::string_view of;
        double size;
        std::string_view name;
    };
    static constexpr std::array kSteps{Step{"s", 1, "s"},
                                       Step{"s", 1e-3, "ms"},
                                       Step{"s", 1e-6, "us"},
                                       Step{"s", 1e-9, "ns"},
                                       Step{"B", 1e9, "GB"},
                                       Step{"B", 1e6, "MB"},
                                       Step{"B", 1e3, "kB"},
                                       Step{"B", 1, "B"},
                                       Step{"bit/s", 1e9, "Gbit/s"},
                                       Step{"bit/s", 1e6, "Mbit/s"},
                                       Step{"bit/s", 1e3, "kbit/s"},
                                       Step{"bit/s", 1, "bit/s"}};
    Scale last{1, std::string{unit}};
    for (const Step& step : kSteps) {
        if (step.of != unit) continue;
        last = {step.size, std::string{step.name}};
        if (std::fabs(largest) >= step.size) return last;
    }
    return last;
}

std::string significant(double value, int digits) {
    if (!std::isfinite(value)) return "-";
    // Whole digits in front of the point are never rounded away.
    const int whole =
        value == 0
            ? 1
            : 1 + static_cast<int>(std::floor(std::log10(std::max(std::fabs(value), 1e-300))));
    std::string text = study::plain_number(value, std::max(digits, whole));
    return text == "-0" ? "0" : text;
}

std::string cell_text(const std::vector<Statistic>& statistics, const std::vector<double>& values,
                      const Scale& scale, std::string_view plus_minus) {
    std::string text;
    std::optional<double> centre;
    for (const Statistic& statistic : statistics) {
        const Said said = say(statistic, values);
        const bool counts = statistic.kind == Kind::Count;
        const auto written = [&](double v) { return significant(counts ? v : v / scale.size); };
        std::string part = "-";
        if (said.value) {
            part = (counts ? "n=" : "") + written(*said.value);
            if (!counts) centre = said.value;
        } else if (said.interval) {
            const double up = said.interval->high - centre.value_or(said.interval->low);
            const double down = centre.value_or(said.interval->high) - said.interval->low;
            const bool symmetric = centre && std::fabs(up - down) <= 1e-9 * std::fabs(up + down);
            part = symmetric ? fmt::format("{} {}", plus_minus, significant(up / scale.size, 2))
                             : fmt::format("[{}, {}]", written(said.interval->low),
                                           written(said.interval->high));
        }
        text += (text.empty() ? "" : " ") + part;
    }
    return text;
}

}  // namespace seedwire::sweep
