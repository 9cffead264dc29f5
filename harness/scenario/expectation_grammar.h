// The parser of expectations, inside: ends and sequences in expectation_parser.cpp, measured values
// and comparisons in expectation_values.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/scenario/expectation.h"
#include "harness/scenario/lexer.h"
#include "harness/scenario/loader.h"
#include "harness/scenario/metric_names.h"

namespace seedwire::scenario {

/// `name[k].a.b` as written.
struct Path {
    Token name;
    std::optional<std::int64_t> ordinal;
    std::vector<Token> keys;
    std::size_t begin = 0, end = 0;

    std::string key() const {
        std::string joined;
        for (const Token& token : keys) {
            if (!joined.empty()) joined += '.';
            joined += token.text;
        }
        return joined;
    }
};

/// An operand before its unit is known.
struct Draft {
    std::optional<Metric> metric;
    const MetricName* what = nullptr;
    Token quantity;
};

class ExpectationParser {
public:
    ExpectationParser(const Node& node, const Names& names, const Scenario& scenario,
                      Reporter& reporter)
        : in_{node, reporter}, names_{names}, scenario_{scenario} {}

    std::optional<Expectation> parse() {
        Expectation made;
        made.text = in_.node().text;
        made.where = in_.reporter().span(in_.node());
        if (!parse_any(made) || !in_.finish()) return std::nullopt;
        return made;
    }

    /// `metric` or `function(metric)`, perhaps over a part of the run.
    std::optional<Metric> parse_measurement();

private:
    bool parse_any(Expectation& made);
    bool parse_end_form(const Path& path, Expectation& made);
    bool parse_reaches(End end, Expectation& made);
    bool parse_passes(End end, Expectation& made);
    bool parse_segments(const Path& path, Expectation& made);
    bool parse_item(Segments::Item& item);
    bool parse_flags(Segments::Item& item);
    bool parse_fate(Segments::Fate& fate);
    bool parse_drop(Segments::Fate& fate);
    bool parse_completes(std::optional<Path> flow, Expectation& made);
    bool parse_duration_value(Duration& value);
    bool parse_quantified(std::string_view quantifier, Expectation& made);
    bool parse_bounds(Draft& left, Draft& right, Comparison& comparison);
    bool parse_tolerance(const Draft& measured, Comparison& comparison);
    bool parse_window(Window& window);
    bool parse_moment_of_run(Duration& moment);
    bool apply_window(const Token& at, const Window& window, Draft& draft);
    bool parse_at(Draft& draft);
    bool parse_comparison(std::optional<Draft> left, Expectation& made);
    bool choose_function(const Path& path, Relation relation, bool eventually,
                         std::string& function);
    bool parse_path(Path& path);
    bool parse_operand(Draft& draft);
    bool parse_relation(Relation& relation);
    bool parse_state(tcp::State& state);
    bool resolve_end(const Path& path, End& end);
    bool resolve_metric(const Path& path, std::string_view function, Draft& draft);
    bool check_function(const Path& path, std::string_view function, Draft& draft);
    bool resolve_value(const Token& quantity, Unit unit, Value& value);
    bool fail_unknown_metric(const Path& path, const std::vector<Metric::Subject>& subjects);
    std::vector<std::pair<Metric::Subject, std::uint32_t>> subjects_of(const Path& path) const;
    bool is_opener(std::uint32_t program) const;

    TokenReader in_;
    const Names& names_;
    const Scenario& scenario_;
};

}  // namespace seedwire::scenario
