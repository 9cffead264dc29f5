#include "harness/sweep/plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/sweep/chart.h"
#include "harness/sweep/groups.h"
#include "harness/sweep/samples.h"
#include "harness/sweep/statistic.h"

namespace seedwire::sweep {

namespace {

using study::Plot;

/// More nobody can tell apart.
constexpr std::size_t kMostSeries = 12;

std::string with_unit(const std::string& name, const std::string& unit) {
    return unit.empty() ? name : fmt::format("{} [{}]", name, unit);
}

/// How numbers of a parameter are written along an axis.
Scale scale_of(const study::Parameter& parameter, double largest) {
    if (parameter.kind == study::Quantity::Kind::Ratio) return {0.01, "%"};
    return scale_for(study::unit_of(parameter.kind), largest);
}

/// What the unit of an axis should suit: the largest value; on a logarithmic axis the middle one.
double typical(const std::vector<double>& values, bool logarithmic) {
    double largest = 0, least = 0;
    for (const double v : values) {
        largest = std::max(largest, std::fabs(v));
        if (v > 0 && (least == 0 || v < least)) least = v;
    }
    return logarithmic && least > 0 ? std::sqrt(least) * std::sqrt(largest) : largest;
}

class Plotter {
public:
    Plotter(const study::Plan& plan, const Plot& plot, Samples samples)
        : plan_{plan},
          plot_{plot},
          parameters_{plan.study().parameters},
          samples_{std::move(samples)},
          points_{points_where(plan, plot.where)} {
        if (const auto x = plan.study().parameter(plot.x))
            x_ = *x;
        else
            x_ = default_x();
        std::vector<double> all;
        for (const std::size_t point : points_)
            for (const auto& [seed, value] : samples_.points[point].values) all.push_back(value);
        scale_ = scale_for(samples_.metric.unit, typical(all, plot_.log_y));
        name_series();
        y_label_ = with_unit(samples_.metric.name, scale_.unit);
    }

    std::string draw(std::string& problem) {
        if (points_.empty()) {
            problem = "no point fits the condition";
            return {};
        }
        if (parameters_.empty() && plot_.kind != Plot::Kind::Cdf) {
            problem = "nothing varies: only a cdf can be drawn";
            return {};
        }
        if (plot_.kind != Plot::Kind::Heat && series(axes_of_plot()).size() > kMostSeries) {
            problem = fmt::format("{} lines would be too many: choose with `where`",
                                  series(axes_of_plot()).size());
            return {};
        }
        switch (plot_.kind) {
            case Plot::Kind::Line:
                return line();
            case Plot::Kind::Box:
                return box();
            case Plot::Kind::Cdf:
                return cdf();
            case Plot::Kind::Heat:
                return heat(problem);
        }
        return {};
    }

private:
    /// What varies with numbers and most values.
    std::size_t default_x() const {
        std::size_t best = 0, most = 0;
        for (std::size_t p = 0; p < parameters_.size(); ++p) {
            const std::size_t count =
                values_of(plan_, points_, p).size() * (parameters_[p].numeric ? 1000 : 1);
            if (count > most) best = p, most = count;
        }
        return best;
    }
    /// Points by whatever makes a series.
    std::vector<Group> series(const std::vector<std::size_t>& axes) const {
        std::vector<Group> groups = groups_beside(plan_, points_, axes);
        if (!series_name_.empty())
            for (Group& group : groups) group.name.erase(0, series_name_.size() + 3);  // " = "
        return groups;
    }
    /// The only parameter that tells series apart, if there is only one: then its values are enough
    /// beside the lines.
    void name_series() {
        const std::vector<std::size_t> axes = axes_of_plot();
        std::vector<std::size_t> others;
        for (std::size_t p = 0; p < parameters_.size(); ++p)
            if (std::find(axes.begin(), axes.end(), p) == axes.end() &&
                values_of(plan_, points_, p).size() > 1)
                others.push_back(p);
        if (others.size() == 1) series_name_ = parameters_[others.front()].name;
    }
    /// What does not make a series of its own: the axis; of a cdf everything but `by`, if that is
    /// given.
    std::vector<std::size_t> axes_of_plot() const {
        if (plot_.kind != Plot::Kind::Cdf) return {x_};
        std::vector<std::size_t> pooled;
        if (const auto by = plan_.study().parameter(plot_.by))
            for (std::size_t p = 0; p < parameters_.size(); ++p)
                if (p != *by) pooled.push_back(p);
        return pooled;
    }
    std::vector<double> numbers(std::size_t point) const {
        std::vector<double> values = samples_.points[point].numbers();
        for (double& value : values) value /= scale_.size;
        return values;
    }
    std::vector<std::string> texts(const std::vector<const study::Cell*>& cells) const {
        std::vector<std::string> all;
        for (const study::Cell* cell : cells) all.push_back(cell->text);
        return all;
    }
    Labels labels(const std::string& x, const std::string& y) const {
        return {plot_.title, x, y, series_name_};
    }

    std::string line() {
        const auto values = values_of(plan_, points_, x_);
        const study::Parameter& parameter = parameters_[x_];
        std::vector<double> numbers_of_x;
        for (const study::Cell* cell : values)
            if (cell->quantity) numbers_of_x.push_back(cell->quantity->value);
        const Scale scale = scale_of(parameter, typical(numbers_of_x, plot_.log_x));
        LineChart chart;
        const std::string what = fmt::format("{} {}", plot_.median ? "median" : "mean", y_label_);
        chart.labels = labels(
            parameter.numeric ? with_unit(parameter.name, scale.unit) : parameter.name, what);
        chart.log_x = plot_.log_x, chart.log_y = plot_.log_y;
        if (!parameter.numeric) chart.names = texts(values);
        for (const Group& group : series(axes_of_plot())) {
            LineSeries made{group.name, {}};
            for (std::size_t i = 0; i < values.size(); ++i) {
                std::vector<double> all;
                for (const std::size_t p : points_with(plan_, group.points, x_, *values[i])) {
                    const auto some = numbers(p);
                    all.insert(all.end(), some.begin(), some.end());
                }
                if (all.empty()) continue;
                const double x = parameter.numeric ? values[i]->quantity->value / scale.size
                                                   : static_cast<double>(i);
                if (plot_.median)
                    made.marks.push_back(
                        {x, percentile(all, 0.5), interval_of_percentile(all, 0.5, 0.95)});
                else
                    made.marks.push_back({x, mean_of(all), interval_of_mean(all, 0.95)});
            }
            std::stable_sort(made.marks.begin(), made.marks.end(),
                             [](const auto& a, const auto& b) { return a.x < b.x; });
            chart.series.push_back(std::move(made));
        }
        return sweep::draw(chart);
    }
    std::string box() {
        const auto values = values_of(plan_, points_, x_);
        BoxChart chart;
        chart.labels = labels(parameters_[x_].name, y_label_);
        chart.names = texts(values);
        chart.log_y = plot_.log_y;
        for (const Group& group : series(axes_of_plot())) {
            BoxChart::Series made{group.name, {}};
            for (const study::Cell* value : values) {
                auto& place = made.values.emplace_back();
                for (const std::size_t p : points_with(plan_, group.points, x_, *value)) {
                    const auto some = numbers(p);
                    place.insert(place.end(), some.begin(), some.end());
                }
            }
            chart.series.push_back(std::move(made));
        }
        return sweep::draw(chart);
    }
    std::string cdf() {
        CdfChart chart;
        chart.labels = labels(y_label_, "share of runs");
        chart.log_x = plot_.log_x;
        for (const Group& group : series(axes_of_plot())) {
            CdfChart::Series made{group.name, {}};
            for (const std::size_t p : group.points) {
                const auto some = numbers(p);
                made.values.insert(made.values.end(), some.begin(), some.end());
            }
            chart.series.push_back(std::move(made));
        }
        return sweep::draw(chart);
    }
    std::string heat(std::string& problem) {
        auto y = plan_.study().parameter(plot_.y);
        for (std::size_t p = 0; p < parameters_.size() && !y; ++p)
            if (p != x_ && values_of(plan_, points_, p).size() > 1) y = p;
        if (!y) {
            problem = "a heat map needs two parameters that vary";
            return {};
        }
        HeatChart chart;
        const auto columns = values_of(plan_, points_, x_), rows = values_of(plan_, points_, *y);
        chart.labels = labels(parameters_[x_].name, parameters_[*y].name);
        chart.columns = texts(columns), chart.rows = texts(rows);
        chart.scale = fmt::format("{} {}", plot_.median ? "median" : "mean", y_label_);
        chart.logarithmic = plot_.log_y;
        for (const study::Cell* row : rows) {
            auto& line = chart.cells.emplace_back();
            const auto of_row = points_with(plan_, points_, *y, *row);
            for (const study::Cell* column : columns) {
                std::vector<double> all;
                for (const std::size_t p : points_with(plan_, of_row, x_, *column)) {
                    const auto some = numbers(p);
                    all.insert(all.end(), some.begin(), some.end());
                }
                std::optional<double> value;
                if (!all.empty()) value = plot_.median ? percentile(all, 0.5) : mean_of(all);
                line.push_back(value);
            }
        }
        return sweep::draw(chart);
    }

    const study::Plan& plan_;
    const Plot& plot_;
    const std::vector<study::Parameter>& parameters_;
    Samples samples_;
    std::vector<std::size_t> points_;
    std::size_t x_ = 0;
    Scale scale_;
    std::string y_label_, series_name_;
};

}  // namespace

std::string draw_plot(const study::Plan& plan, const Plot& plot, Store& store,
                      std::string& problem) {
    const auto metric = find_metric(store, plot.metric, problem);
    if (!metric) return {};
    return Plotter{plan, plot, read_samples(store, *metric, plan.size())}.draw(problem);
}

std::vector<Plot> plots_of(const study::Plan& plan, Store& store) {
    if (!plan.study().plots.empty()) return plan.study().plots;
    const auto metrics = metrics_of(store);
    if (metrics.empty()) return {};
    Plot plot;
    plot.metric = metrics.front().name;
    if (plan.study().parameters.empty()) plot.kind = Plot::Kind::Cdf;
    return {plot};
}

std::string caption_of(const study::Plan&, const Plot& plot) {
    if (!plot.title.empty()) return plot.title;
    std::string text = plot.metric;
    if (!plot.x.empty()) text += " over " + plot.x;
    if (!plot.y.empty()) text += " and " + plot.y;
    if (!plot.by.empty()) text += " by " + plot.by;
    return text;
}

}  // namespace seedwire::sweep
