// What a study collects: single metrics, patterns that stand for several, series over time.
#include "harness/scenario/measurements.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/expectation_grammar.h"
#include "harness/scenario/loader.h"
#include "harness/scenario/metric_names.h"
#include "harness/scenario/name_pattern.h"

namespace seedwire::scenario {
namespace {

/// More is a mistake in the interval rather than a wish.
constexpr std::int64_t kMostSamples = 100'000;

/// `p95(*.down.queue.sojourn)` in its parts.
struct PatternText {
    std::string function, name, key;
};

PatternText split_pattern(std::string_view text) {
    PatternText pattern;
    if (const std::size_t open = text.find('('); open != std::string_view::npos) {
        pattern.function = text.substr(0, open);
        text = text.substr(open + 1, text.find(')') - open - 1);
    }
    const std::size_t dot = std::min(text.find('.'), text.size());
    pattern.name = text.substr(0, dot);
    pattern.key = text.substr(std::min(dot + 1, text.size()));
    return pattern;
}

bool has_function(const MetricName& metric, std::string_view function) {
    if (function.empty() || metric.functions.empty())
        return function.empty() && metric.functions.empty();
    return fmt::format(" {} ", metric.functions).find(fmt::format(" {} ", function)) !=
           std::string::npos;
}

class PatternExpander {
public:
    PatternExpander(const PatternText& pattern, std::vector<std::string>& out)
        : pattern_{pattern}, out_{out} {}

    void of(Metric::Subject subject, const NameTable& names) {
        for (const std::string_view name : names.all()) {
            if (!matches(pattern_.name, name)) continue;
            for (const std::string& key : metric_keys(subject)) {
                const MetricName* metric = find_metric(subject, key);
                if (metric == nullptr || metric->later || !matches(pattern_.key, key) ||
                    !has_function(*metric, pattern_.function))
                    continue;
                const std::string path = fmt::format("{}.{}", name, key);
                out_.push_back(pattern_.function.empty()
                                   ? path
                                   : fmt::format("{}({})", pattern_.function, path));
            }
        }
    }

private:
    const PatternText& pattern_;
    std::vector<std::string>& out_;
};

bool can_leave_out(const Metric& metric) {
    const MetricName* name = find_metric(metric.subject, metric.key);
    return metric.window.is_whole() && metric.function != "at" && !metric.of_connections &&
           metric.subject != Metric::Subject::Fault && name != nullptr &&
           (name->adds_up || !name->functions.empty());
}

}  // namespace

std::vector<const Metric*> measured_metrics(const Scenario& scenario) {
    std::vector<const Metric*> metrics;
    for (const Expectation& e : scenario.expectations)
        if (const auto* comparison = std::get_if<Comparison>(&e.what))
            for (const Operand* operand : {&comparison->left, &comparison->right})
                if (const auto* metric = std::get_if<Metric>(operand)) metrics.push_back(metric);
    for (const Metric& metric : scenario.collected) metrics.push_back(&metric);
    for (const SampledSeries& series : scenario.series)
        for (const Metric& metric : series.samples) metrics.push_back(&metric);
    return metrics;
}

Unit unit_of(const Metric& metric) {
    const MetricName* name = find_metric(metric.subject, metric.key);
    return name == nullptr ? Unit::Count : name->unit;
}

void Loader::read_measurements() {
    for (const Measurement& measurement : options_.collect) {
        const Node what =
            moved_to_source(*measurement.what.node, reporter_.add_source(measurement.what.source));
        if (!require_scalar(what, "collect", "metric", reporter_)) continue;
        if (!is_pattern(what.text)) {
            read_measurement(measurement, what);
            continue;
        }
        const PatternText pattern = split_pattern(what.text);
        std::vector<std::string> texts;
        PatternExpander expander{pattern, texts};
        expander.of(Metric::Subject::Flow, names_.flows);
        expander.of(Metric::Subject::Program, names_.programs);
        expander.of(Metric::Subject::Link, names_.links);
        expander.of(Metric::Subject::Node, names_.nodes);
        if (texts.empty())
            reporter_.error(error_id::kUnknownMetric, what,
                            fmt::format("'{}' fits no metric of this scenario", what.text), "",
                            "`seedwire list metrics` shows all; series need a function: "
                            "p95(*.down.queue.sojourn)");
        for (std::string& text : texts) {
            Node one = what;
            one.text = std::move(text);
            read_measurement(measurement, one);
        }
    }
}

void Loader::read_measurement(const Measurement& measurement, const Node& what) {
    ExpectationParser parser{what, names_, scenario_, reporter_};
    if (measurement.every == Duration::zero()) {
        std::optional<Metric> metric = parser.parse_measurement();
        if (!metric) return;
        for (const Metric& known : scenario_.collected)
            if (known.text == metric->text) return;
        metric->id = metrics_++;
        if (options_.warm_up > Duration::zero() && can_leave_out(*metric))
            metric->window.from = options_.warm_up;
        scenario_.collected.push_back(std::move(*metric));
        return;
    }
    // The value at a moment: `at(..., metric)` knows which metrics have one.
    Node at = what;
    at.text = fmt::format("at({}, {})", to_string(measurement.every), what.text);
    ExpectationParser at_parser{at, names_, scenario_, reporter_};
    std::optional<Metric> metric = at_parser.parse_measurement();
    if (!metric) return;
    const std::int64_t samples =
        scenario_.stop.is_never()
            ? 0
            : scenario_.stop.since_start().ns() / std::max<std::int64_t>(1, measurement.every.ns());
    if (samples == 0 || samples > kMostSamples) {
        reporter_.error(
            error_id::kContradiction, what,
            scenario_.stop.is_never()
                ? "a series needs a scenario with `stop`: how long is it otherwise?"
                : fmt::format("{} samples every {} until {}", samples, to_string(measurement.every),
                              to_string(scenario_.stop.since_start())));
        return;
    }
    SampledSeries series{what.text, measurement.every, {}};
    for (std::int64_t i = 1; i <= samples; ++i) {
        metric->id = metrics_++;
        metric->moment = Duration::ns(measurement.every.ns() * i);
        series.samples.push_back(*metric);
    }
    scenario_.series.push_back(std::move(series));
}

}  // namespace seedwire::scenario
