// What a study keeps of its runs, when it has enough of them, and what its summary shows.
#include <fmt/format.h>

#include <algorithm>

#include "harness/scenario/error_ids.h"
#include "harness/study/parameters.h"
#include "harness/study/study_loader.h"

namespace seedwire::study {

namespace error_id = scenario::error_id;

void StudyLoader::collect(const Node& what, Duration every) {
    for (const scenario::Measurement& known : study_.collect)
        if (known.what.node->text == what.text && known.every == every) return;
    study_.collect.push_back({written(what), every});
}

void StudyLoader::read_collect(const Fields& top) {
    const Node* list = top.node("collect");
    if (list == nullptr || list->is_null()) {
        Node what = *top.node("study");
        what.kind = Node::Kind::Scalar;
        for (const char* key : {"goodput", "completion", "retransmissions"}) {
            what.text = fmt::format("*.{}", key);
            collect(what, Duration::zero());
        }
        return;
    }
    if (!list->is_sequence()) return read_item(*list);
    for (const Node& item : list->items) read_item(item);
}

void StudyLoader::read_item(const Node& item) {
    if (item.is_map()) {
        for (const scenario::Entry& entry : item.entries) read_item(entry.key, entry.value);
    } else if (scenario::require_scalar(item, "collect", "metric", reporter_)) {
        collect(item, Duration::zero());
    }
}

/// `queue.sojourn: [p50, p95]` or `cwnd: {every: 100 ms}`.
void StudyLoader::read_item(const Node& metric, const Node& what) {
    if (what.is_sequence()) {
        for (const Node& function : what.items) {
            Node one = metric;
            one.text = fmt::format("{}({})", function.text, metric.text);
            collect(one, Duration::zero());
        }
        return;
    }
    const Node* every = what.find("every");
    if (every == nullptr || what.entries.size() != 1)
        return reporter_.error(error_id::kWrongKind, what, "functions or an interval belong here",
                               "[p50, p95], or {every: 100 ms}");
    const auto interval = parse_duration(every->text);
    if (!interval || *interval <= Duration::zero())
        return reporter_.error(*every, "every",
                               interval
                                   ? QuantityError{0, every->text.size(), "is not above 0", "", ""}
                                   : interval.error);
    collect(metric, *interval);
}

/// A moment, or a series in which it is found.
void StudyLoader::read_warm_up(const Fields& top) {
    const Node* node = top.node("warmup");
    if (node == nullptr) return;
    if (!node->is_map()) {
        const auto moment = node->is_scalar() ? parse_duration(node->text) : Parsed<Duration>{};
        if (!moment || *moment < Duration::zero())
            return reporter_.error(error_id::kBadValue, *node, "warmup takes a duration, or a map",
                                   "3 s, or {settles: line.up.bytes, every: 100 ms}");
        study_.warm_up = *moment;
        return;
    }
    const Fields fields{reporter_, *node, *node, "study.warmup"};
    const Node* metric = fields.require("settles");
    const auto every = fields.optional_number("every");
    if (metric == nullptr || !every ||
        !scenario::require_scalar(*metric, "settles", "metric", reporter_))
        return;
    study_.settles = {written(*metric), Duration::ns(*every)};
}

void StudyLoader::read_repeat(const Fields& top) {
    const Node* repeat = top.node("repeat");
    if (repeat == nullptr) return;
    constexpr std::int64_t kMost = 1'000'000;
    if (!repeat->is_map()) {
        const auto count =
            repeat->is_scalar() ? parse_integer(repeat->text) : Parsed<std::int64_t>{};
        if (!count || *count < 1 || *count > kMost)
            return reporter_.error(error_id::kBadValue, *repeat,
                                   "repeat takes a number from 1 to 1000000, or a map",
                                   "{min: 10, max: 200, until: {ci95(load.goodput): 2 %}}");
        study_.repeat.minimum = study_.repeat.maximum = static_cast<std::uint32_t>(*count);
        return;
    }
    const Fields fields{reporter_, *repeat, *repeat, "study.repeat"};
    study_.repeat.minimum = static_cast<std::uint32_t>(fields.number("min"));
    study_.repeat.maximum = static_cast<std::uint32_t>(fields.number("max"));
    if (study_.repeat.maximum < study_.repeat.minimum)
        reporter_.error(
            error_id::kContradiction, *repeat,
            fmt::format("max {} is below min {}", study_.repeat.maximum, study_.repeat.minimum));
    const Node* until = fields.require("until");
    if (until == nullptr) return;
    if (!until->is_map() || until->entries.empty())
        return reporter_.error(error_id::kWrongKind, *until, "until takes a map",
                               "{ci95(load.goodput): 2 %}");
    for (const scenario::Entry& entry : until->entries) read_until(entry.key, entry.value);
}

void StudyLoader::read_until(const Node& metric, const Node& width) {
    const std::string& text = metric.text;
    const std::size_t open = text.find('(');
    const bool shaped = open != std::string::npos && text.ends_with(')');
    Repeat::Until until;
    const std::string function = text.substr(0, open);
    if (function == "ci90") until.confidence = 0.90;
    if (function == "ci99") until.confidence = 0.99;
    if (!shaped || (function != "ci90" && function != "ci95" && function != "ci99"))
        return reporter_.error(error_id::kExpression, metric,
                               "the width of which interval of which metric?",
                               "ci95(load.goodput); also ci90 and ci99");
    until.metric = text.substr(open + 1, text.size() - open - 2);
    const auto quantity = width.is_scalar() ? read_quantity(width.text) : std::nullopt;
    if (!quantity || quantity->value <= 0)
        return reporter_.error(error_id::kBadValue, width,
                               "half the width: a share of the mean, or an amount", "2 %, or 5 ms");
    until.relative = quantity->kind == Quantity::Kind::Ratio;
    until.width = quantity->value;
    study_.repeat.until.push_back(until);
    Node what = metric;
    what.text = until.metric;
    what.column += static_cast<int>(open) + 1;
    what.length = static_cast<int>(until.metric.size());
    collect(what, Duration::zero());
}

std::string StudyLoader::parameter_named(const Fields& fields, std::string_view key) {
    const Node* node = fields.node(key);
    if (node == nullptr || !scenario::require_scalar(*node, key, "name", reporter_)) return {};
    if (const auto index = find_parameter(study_.parameters, node->text))
        return study_.parameters[*index].name;
    std::vector<std::string_view> names;
    for (const Parameter& p : study_.parameters) names.push_back(p.name);
    reporter_.error(error_id::kUnknownName, *node,
                    fmt::format("nothing that varies is called '{}'", node->text),
                    scenario::did_you_mean(node->text, names),
                    names.empty() ? "" : "there are " + scenario::list_of(names));
    return {};
}

void StudyLoader::read_tables(const Fields& top) {
    const Node* list = top.node("tables");
    if (list == nullptr) return;
    if (!list->is_sequence())
        return reporter_.error(error_id::kWrongKind, *list, "tables take a list");
    for (const Node& item : list->items) {
        const Fields fields{reporter_, item, item, "study.tables[]"};
        study_.tables.push_back({parameter_named(fields, "rows"), parameter_named(fields, "cols"),
                                 fields.text("metric")});
    }
}

void StudyLoader::read_plots(const Fields& top) {
    const Node* list = top.node("plots");
    if (list == nullptr) return;
    if (!list->is_sequence())
        return reporter_.error(error_id::kWrongKind, *list, "plots take a list");
    for (const Node& item : list->items) {
        const Fields fields{reporter_, item, item, "study.plots[]"};
        Plot plot;
        plot.kind = static_cast<Plot::Kind>(fields.number("kind"));
        plot.metric = fields.text("metric");
        plot.title = fields.text("title");
        plot.x = parameter_named(fields, "x");
        plot.by = parameter_named(fields, "by");
        plot.y = parameter_named(fields, "y");
        const std::int64_t log = fields.number("log");
        plot.log_x = (log & 1) != 0, plot.log_y = (log & 2) != 0;
        plot.median = fields.number("statistic") == 1;
        if (const Node* where = fields.node("where"); where != nullptr)
            plot.where = parse_condition(*where, study_.parameters, reporter_);
        study_.plots.push_back(std::move(plot));
    }
}

}  // namespace seedwire::study
