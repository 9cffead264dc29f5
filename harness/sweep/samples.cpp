#include "harness/sweep/samples.h"

#include <fmt/format.h>

#include "harness/scenario/reporter.h"

namespace seedwire::sweep {

std::vector<double> Samples::Point::numbers() const {
    std::vector<double> all;
    all.reserve(values.size());
    for (const auto& [seed, value] : values) all.push_back(value);
    return all;
}

std::vector<MetricInfo> metrics_of(Store& store) {
    std::vector<MetricInfo> metrics;
    Statement statement{store.database(),
                        "SELECT metric, name, unit FROM metrics WHERE every IS NULL "
                        "ORDER BY metric"};
    while (statement.step())
        metrics.push_back(
            {statement.integer(0), std::string{statement.text(1)}, std::string{statement.text(2)}});
    return metrics;
}

std::optional<MetricInfo> find_metric(Store& store, std::string_view name, std::string& problem) {
    const std::vector<MetricInfo> metrics = metrics_of(store);
    std::vector<const MetricInfo*> ends;
    for (const MetricInfo& metric : metrics) {
        if (metric.name == name) return metric;
        if (metric.name.ends_with(fmt::format(".{}", name))) ends.push_back(&metric);
    }
    if (ends.size() == 1) return *ends.front();
    std::vector<std::string_view> names;
    for (const MetricInfo& metric : metrics) names.push_back(metric.name);
    const std::string hint = scenario::did_you_mean(name, names);
    problem = ends.empty()
                  ? fmt::format("the study does not collect '{}'{}; it collects {}", name,
                                hint.empty() ? "" : ": " + hint, scenario::list_of(names))
                  : fmt::format("'{}' may mean {} or {}", name, ends[0]->name, ends[1]->name);
    return std::nullopt;
}

Samples read_samples(Store& store, const MetricInfo& metric, std::size_t points) {
    Samples samples;
    samples.metric = metric;
    samples.points.resize(points);
    Statement statement{store.database(),
                        "SELECT r.point, r.seed, f.value FROM runs r LEFT JOIN figures f ON f.run "
                        "= r.run AND f.metric = ? ORDER BY r.run"};
    statement.bind(metric.number);
    while (statement.step()) {
        const auto point = static_cast<std::size_t>(statement.integer(0));
        if (point >= points) continue;
        Samples::Point& p = samples.points[point];
        if (statement.type(2) == Statement::Type::Null)
            ++p.without;
        else
            p.values.emplace_back(static_cast<std::uint64_t>(statement.integer(1)),
                                  statement.number(2));
    }
    return samples;
}

}  // namespace seedwire::sweep
