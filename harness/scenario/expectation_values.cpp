// Expectations: what is measured, with which unit, and comparisons of it.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/expectation_grammar.h"

namespace seedwire::scenario {
namespace {

const std::vector<std::string_view>& stop_words() {
    static const std::vector<std::string_view> words{"within", "after", "completes"};
    return words;
}

/// Packets are counted, so counts and packets compare.
bool comparable(Unit a, Unit b) {
    const auto plain = [](Unit unit) { return unit == Unit::Packets ? Unit::Count : unit; };
    return plain(a) == plain(b);
}

}  // namespace

std::vector<std::pair<Metric::Subject, std::uint32_t>> ExpectationParser::subjects_of(
    const Path& path) const {
    std::vector<std::pair<Metric::Subject, std::uint32_t>> found;
    const auto add = [&](Metric::Subject subject, const NameTable& table) {
        if (const auto index = table.find(path.name.text)) found.emplace_back(subject, *index);
    };
    add(Metric::Subject::Flow, names_.flows);
    add(Metric::Subject::Program, names_.programs);
    add(Metric::Subject::Link, names_.links);
    add(Metric::Subject::Node, names_.nodes);
    if (path.name.text == "faults" && path.ordinal)
        found.emplace_back(Metric::Subject::Fault, static_cast<std::uint32_t>(*path.ordinal));
    return found;
}

bool ExpectationParser::fail_unknown_metric(const Path& path,
                                            const std::vector<Metric::Subject>& subjects) {
    if (path.keys.empty())
        return in_.fail(path.name, error_id::kUnknownMetric,
                        fmt::format("'{}' is no metric by itself", path.name.text),
                        fmt::format("write {}.<metric>", path.name.text));
    std::vector<std::string> keys;
    for (const Metric::Subject subject : subjects)
        for (std::string& key : metric_keys(subject)) keys.push_back(std::move(key));
    constexpr std::size_t kMostNamed = 8;
    std::vector<std::string_view> first{keys.begin(), keys.end()};
    if (first.size() > kMostNamed) first.resize(kMostNamed);
    const std::size_t begin = path.keys.front().offset;
    const Token at{Token::Kind::Word, in_.text_between(begin, path.end), begin};
    return in_.fail(at, error_id::kUnknownMetric,
                    fmt::format("'{}' has no metric '{}'", path.name.text, path.key()),
                    did_you_mean(path.key(), {keys.begin(), keys.end()}),
                    fmt::format("it has {}{}; `seedwire list metrics` shows them all",
                                list_of(first), keys.size() > kMostNamed ? ", ..." : ""));
}

bool ExpectationParser::check_function(const Path& path, std::string_view function, Draft& draft) {
    const Token whole{Token::Kind::Word, in_.text_between(path.begin, path.end), path.begin};
    const std::string_view functions = draft.what->functions;
    if (draft.what->later)
        return in_.fail(whole, error_id::kNotYet, fmt::format("{} is not measured yet", whole.text),
                        "", fmt::format("it would be: {}", draft.what->help));
    if (!functions.empty() && function.empty())
        return in_.fail(whole, error_id::kExpression,
                        fmt::format("{} changes during the run", whole.text),
                        fmt::format("write max({})", whole.text),
                        fmt::format("it can be asked for: {}", functions));
    if (functions.empty() && function == "at") return true;
    if (functions.empty() && !function.empty() && draft.metric->subject == Metric::Subject::Flow &&
        draft.metric->ordinal < 0) {
        if (function == "last")
            return in_.fail(whole, error_id::kExpression, "connections have no last one");
        draft.metric->of_connections = true;
        return true;
    }
    if (functions.empty() && !function.empty())
        return in_.fail(whole, error_id::kExpression, fmt::format("{} is one number", whole.text),
                        fmt::format("leave {}() out", function));
    const std::string list = fmt::format(" {} ", functions);
    if (!function.empty() && list.find(fmt::format(" {} ", function)) == std::string::npos)
        return in_.fail(whole, error_id::kExpression,
                        fmt::format("{} has no {}()", whole.text, function), "",
                        fmt::format("it can be asked for: {}", functions));
    return true;
}

bool ExpectationParser::resolve_metric(const Path& path, std::string_view function, Draft& draft) {
    const std::string key = path.key();
    const auto subjects = subjects_of(path);
    std::vector<Metric::Subject> tried;
    for (const auto& [subject, index] : subjects) {
        tried.push_back(subject);
        const MetricName* what = find_metric(subject, key);
        if (what == nullptr) continue;
        if (draft.what != nullptr)
            return in_.fail(
                path.name, error_id::kAmbiguousName,
                fmt::format("'{}' names several things that have '{}'", path.name.text, key),
                "rename one of them");
        draft.what = what;
        Metric& metric = draft.metric.emplace();
        metric.subject = subject;
        metric.index = index;
        metric.key = key;
        metric.function = function;
        metric.text = in_.text_between(path.begin, path.end);
    }
    if (subjects.empty()) {
        std::vector<std::string_view> known{"faults"};
        for (const NameTable* table :
             {&names_.flows, &names_.programs, &names_.links, &names_.nodes})
            for (const std::string_view name : table->all()) known.push_back(name);
        return in_.fail(path.name, error_id::kUnknownName,
                        fmt::format("nothing is called '{}'", path.name.text),
                        did_you_mean(path.name.text, known));
    }
    if (draft.what == nullptr) return fail_unknown_metric(path, tried);
    Metric& metric = *draft.metric;
    if (metric.subject == Metric::Subject::Fault) {
        if (metric.index >= names_.faults || !scenario_.faults[metric.index].exact)
            return in_.fail(path.name, error_id::kUnknownName,
                            metric.index >= names_.faults
                                ? fmt::format("there are {} faults", names_.faults)
                                : "this entry of `faults` is no exact fault: it has no hits",
                            "they count from 0");
    } else if (path.ordinal) {
        metric.ordinal = static_cast<std::int32_t>(*path.ordinal);
        if (metric.subject == Metric::Subject::Flow &&
            *path.ordinal >= static_cast<std::int64_t>(scenario_.flows[metric.index].count))
            return in_.fail(path.name, error_id::kOutOfRange,
                            fmt::format("'{}' has {} connections", path.name.text,
                                        scenario_.flows[metric.index].count),
                            "they count from 0");
        if (metric.subject != Metric::Subject::Flow && metric.subject != Metric::Subject::Program)
            return in_.fail(path.name, error_id::kExpression,
                            fmt::format("'{}' is only one thing", path.name.text),
                            "leave [...] out");
    }
    return check_function(path, function, draft);
}

bool ExpectationParser::parse_operand(Draft& draft) {
    if (in_.peek().kind == Token::Kind::Number) {
        draft.quantity = in_.take_quantity(stop_words());
        return true;
    }
    Path path;
    if (in_.peek().kind == Token::Kind::Word && in_.peek(1).is("(")) {
        const Token function = in_.next();
        in_.next();
        const auto known = metric_functions();
        if (function.text == "at") return parse_at(draft);
        if (std::find(known.begin(), known.end(), function.text) == known.end())
            return in_.fail(function, error_id::kUnknownName,
                            fmt::format("no function '{}'", function.text),
                            did_you_mean(function.text, {known.begin(), known.end()}),
                            "functions are " + list_of({known.begin(), known.end()}));
        if (!parse_path(path)) return false;
        if (!in_.take(")")) return in_.expected("')'");
        return resolve_metric(path, function.text, draft);
    }
    if (!parse_path(path)) return false;
    return resolve_metric(path, "", draft);
}

std::optional<Metric> ExpectationParser::parse_measurement() {
    Draft draft;
    if (!parse_operand(draft)) return std::nullopt;
    if (!draft.metric) {
        in_.fail(draft.quantity, error_id::kExpression, "nothing is measured here",
                 "write a metric such as download.goodput");
        return std::nullopt;
    }
    Draft none;
    Comparison unused;
    if (!in_.peek().is("+-") && !parse_bounds(draft, none, unused)) return std::nullopt;
    if (!in_.finish()) return std::nullopt;
    draft.metric->text = in_.node().text;
    return draft.metric;
}

/// `at(2 s, download.cwnd)`: the value that there would be if the run ended at that moment; the
/// opening parenthesis is taken.
bool ExpectationParser::parse_at(Draft& draft) {
    Duration moment;
    if (in_.peek().kind != Token::Kind::Number)
        return in_.expected("a moment", "write at(2 s, download.cwnd)");
    if (!parse_moment_of_run(moment)) return false;
    if (!in_.take(",")) return in_.expected("','", "write at(2 s, download.cwnd)");
    Path path;
    if (!parse_path(path)) return false;
    if (!in_.take(")")) return in_.expected("')'");
    if (!resolve_metric(path, "at", draft)) return false;
    draft.metric->moment = moment;
    draft.metric->text = fmt::format("at({}, {})", to_string(moment), draft.metric->text);
    return true;
}

bool ExpectationParser::parse_relation(Relation& relation) {
    static constexpr std::array<std::string_view, 6> kSymbols{"<", "<=", "==", "!=", ">=", ">"};
    for (std::size_t i = 0; i < kSymbols.size(); ++i) {
        if (!in_.take(kSymbols[i])) continue;
        relation = static_cast<Relation>(i);
        return true;
    }
    if (in_.peek().is("=")) return in_.expected("a comparison", "write ==");
    return in_.expected(
        "a comparison (< <= == != >= >), reaches, passes, completes, never fails or fails with");
}

bool ExpectationParser::resolve_value(const Token& quantity, Unit unit, Value& value) {
    const std::string_view text = quantity.text;
    value.unit = unit;
    const auto whole = [&](Type type) {
        const Parsed<std::int64_t> parsed = parse_base_units(type, text);
        if (parsed) value.numerator = *parsed;
        return std::pair{bool{parsed}, parsed.error};
    };
    std::pair<bool, QuantityError> result{true, {}};
    if (unit == Unit::Packets && parse_integer(text)) value.unit = unit = Unit::Count;
    // Mean lengths are no whole numbers: `0.5 packets`.
    const bool fraction = unit == Unit::Packets && text.find('.') != std::string_view::npos;
    const std::string_view digits = text.substr(0, text.find_first_not_of("0123456789._"));
    if (unit == Unit::Nanoseconds && text.ends_with("rtt")) {
        std::string_view number = text.substr(0, text.size() - 3);
        while (number.ends_with(' ')) number.remove_suffix(1);
        const Parsed<std::int64_t> parsed = parse_integer(number);
        value.unit = Unit::RoundTrips;
        if (parsed) value.numerator = *parsed;
        result = {bool{parsed}, parsed.error};
    } else if (unit == Unit::Ratio || (fraction && parse_ratio(digits))) {
        const Parsed<Ratio> parsed = parse_ratio(fraction ? digits : text);
        result = {bool{parsed}, parsed.error};
        if (parsed && ((*parsed).numerator > INT64_MAX || (*parsed).denominator > INT64_MAX)) {
            result = {false, {0, text.size(), "too many digits", "", ""}};
        } else if (parsed) {
            value.numerator = static_cast<std::int64_t>((*parsed).numerator);
            value.denominator = static_cast<std::int64_t>((*parsed).denominator);
        }
    } else {
        static constexpr std::array kTypes{Type::Integer, Type::Duration, Type::Bytes,  Type::Rate,
                                           Type::Ratio,   Type::Packets,  Type::Integer};
        result = whole(kTypes[static_cast<std::size_t>(unit)]);
    }
    if (result.first) return true;
    const QuantityError& error = result.second;
    const Token part{quantity.kind, text.substr(error.offset, error.length),
                     quantity.offset + error.offset};
    return in_.fail(
        part, error_id::kBadValue, error.message, error.hint,
        error.note.empty() ? fmt::format("it is compared with {}", describe(unit)) : error.note);
}

/// Behind `+-`: a share of the right side, or a quantity of the same unit.
bool ExpectationParser::parse_tolerance(const Draft& measured, Comparison& comparison) {
    if (!measured.metric) return in_.expected("a metric on one side");
    const Token quantity = in_.take_quantity(stop_words());
    const bool share = quantity.text.find('%') != std::string_view::npos;
    Value value;
    if (!resolve_value(quantity, share ? Unit::Ratio : measured.what->unit, value)) return false;
    if (value.unit == Unit::RoundTrips)
        return in_.fail(quantity, error_id::kUnitsDiffer, "a tolerance in round trips: not so");
    comparison.tolerance = value;
    return true;
}

/// Which extreme of a series says that the relation held always, or at least once.
bool ExpectationParser::choose_function(const Path& path, Relation relation, bool eventually,
                                        std::string& function) {
    const Token whole{Token::Kind::Word, in_.text_between(path.begin, path.end), path.begin};
    if (relation == Relation::Equal || relation == Relation::NotEqual)
        return in_.fail(whole, error_id::kExpression, "always and eventually go with < <= >= >");
    const bool upper = relation == Relation::Less || relation == Relation::AtMost;
    function = upper != eventually ? "max" : "min";
    return true;
}

/// `always X <= v`, `eventually X >= v`, `never X > v`: about the extreme of a series, or about the
/// end of what only grows.
bool ExpectationParser::parse_quantified(std::string_view quantifier, Expectation& made) {
    Path path;
    Comparison comparison;
    if (!parse_path(path) || !parse_relation(comparison.relation)) return false;
    const bool never = quantifier == "never", eventually = quantifier == "eventually";
    std::string function;
    if (!choose_function(path, comparison.relation, eventually || never, function)) return false;
    Draft left;
    const auto subjects = subjects_of(path);
    const MetricName* what = nullptr;
    for (const auto& [subject, index] : subjects)
        if (what == nullptr) what = find_metric(subject, path.key());
    const bool series = what != nullptr && !what->functions.empty();
    const bool grows = what != nullptr && (what->unit == Unit::Count || what->unit == Unit::Bytes ||
                                           what->unit == Unit::Packets);
    const Token whole{Token::Kind::Word, in_.text_between(path.begin, path.end), path.begin};
    if (what != nullptr && !series && (!grows || function == "min"))
        return in_.fail(whole, error_id::kNotYet,
                        fmt::format("{} {}: not yet", quantifier, whole.text),
                        "series have always and eventually; so have counters, upwards");
    if (!resolve_metric(path, series ? function : "", left)) return false;
    const Token quantity = in_.take_quantity(stop_words());
    Value value;
    if (!resolve_value(quantity, left.what->unit, value)) return false;
    Draft bound;
    if (!parse_bounds(left, bound, comparison)) return false;
    if (never) {
        static constexpr Relation kOpposite[] = {Relation::AtLeast,  Relation::Greater,
                                                 Relation::NotEqual, Relation::Equal,
                                                 Relation::Less,     Relation::AtMost};
        comparison.relation = kOpposite[static_cast<std::size_t>(comparison.relation)];
    }
    comparison.left = *left.metric;
    comparison.right = value;
    made.what = std::move(comparison);
    return true;
}

/// Behind the two sides, in either order: `+- 2 %`, `within 2 s..10 s` or `after 2 s`.
bool ExpectationParser::parse_bounds(Draft& left, Draft& right, Comparison& comparison) {
    bool have_window = false;
    while (true) {
        const Token word = in_.peek();
        if (word.is("+-") && !comparison.tolerance) {
            in_.next();
            if (!parse_tolerance(left.metric ? left : right, comparison)) return false;
        } else if ((word.is_word("within") || word.is_word("after")) && !have_window) {
            Window window;
            have_window = true;
            if (!parse_window(window) || !apply_window(word, window, left) ||
                !apply_window(word, window, right))
                return false;
        } else {
            return true;
        }
    }
}

/// A moment of the run, which must go on for so long.
bool ExpectationParser::parse_moment_of_run(Duration& moment) {
    const Token at = in_.peek();
    if (!parse_duration_value(moment)) return false;
    if (Time::zero() + moment <= scenario_.stop) return true;
    const std::string stop = to_string(scenario_.stop.since_start());
    return in_.fail(at, error_id::kContradiction,
                    fmt::format("the run ends at {}: it never comes to this moment", stop), "",
                    "`stop` says so");
}

/// `within 2 s..10 s`, `within 10 s` (from the start), `after 2 s` (to the end).
bool ExpectationParser::parse_window(Window& window) {
    const bool open = in_.next().text == "after";
    const Token at = in_.peek();
    if (!parse_moment_of_run(open ? window.from : window.until)) return false;
    if (open) return true;
    if (in_.take("..")) {
        window.from = window.until;
        if (!parse_moment_of_run(window.until)) return false;
    }
    if (window.from < window.until) return true;
    return in_.fail(at, error_id::kContradiction, "this part of the run has no length");
}

bool ExpectationParser::apply_window(const Token& at, const Window& window, Draft& draft) {
    if (!draft.metric) return true;
    Metric& metric = *draft.metric;
    if (metric.function == "at" || metric.of_connections)
        return in_.fail(at, error_id::kExpression,
                        fmt::format("{} is not measured over a part of the run", metric.text));
    const bool series = !draft.what->functions.empty();
    if (!series && !draft.what->adds_up)
        return in_.fail(
            at, error_id::kExpression,
            fmt::format("{} is one number of the whole run", metric.text),
            fmt::format("leave '{}' out", at.text),
            "over a part of it can be asked for: goodput, throughput, utilisation, what "
            "is counted, and series");
    if (metric.subject == Metric::Subject::Fault)
        return in_.fail(at, error_id::kNotYet, "hits over a part of the run: not yet");
    metric.window = window;
    return true;
}

bool ExpectationParser::parse_comparison(std::optional<Draft> first, Expectation& made) {
    Comparison comparison;
    Draft left, right;
    if (first)
        left = std::move(*first);
    else if (!parse_operand(left))
        return false;
    if (!parse_relation(comparison.relation)) return false;
    const Token behind = in_.peek();
    if (!parse_operand(right)) return false;
    if (!left.metric && !right.metric)
        return in_.fail(left.quantity, error_id::kExpression, "nothing is measured here",
                        "one side is a metric such as download.goodput");
    if (left.metric && right.metric && !comparable(left.what->unit, right.what->unit))
        return in_.fail(
            {Token::Kind::Word, in_.text_between(behind.offset, in_.peek().offset), behind.offset},
            error_id::kUnitsDiffer,
            fmt::format("{} is compared with {}", describe(left.what->unit),
                        describe(right.what->unit)));
    if (!parse_bounds(left, right, comparison)) return false;
    const auto settle = [&](const Draft& draft, const Draft& other, Operand& operand) {
        if (draft.metric) {
            operand = *draft.metric;
            return true;
        }
        Value value;
        if (!resolve_value(draft.quantity, other.what->unit, value)) return false;
        operand = value;
        return true;
    };
    if (!settle(left, right, comparison.left) || !settle(right, left, comparison.right))
        return false;
    made.what = std::move(comparison);
    return true;
}

}  // namespace seedwire::scenario
