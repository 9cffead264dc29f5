// From one line of `expect:` to an Expectation: names resolved, units compared.
#include "harness/scenario/expectation_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/lexer.h"
#include "harness/scenario/loader.h"
#include "harness/scenario/metric_names.h"
#include "models/wire/segment.h"

namespace seedwire::scenario {
namespace {

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

const std::vector<std::string_view>& stop_words() {
    static const std::vector<std::string_view> words{"within", "after", "at"};
    return words;
}

template <class Enumeration>
std::optional<Enumeration> find_by_text(std::string_view text, int count) {
    for (int i = 0; i < count; ++i)
        if (tcp::to_string(static_cast<Enumeration>(i)) == text) return static_cast<Enumeration>(i);
    return std::nullopt;
}

/// Packets are counted, so counts and packets compare.
bool comparable(Unit a, Unit b) {
    const auto plain = [](Unit unit) { return unit == Unit::Packets ? Unit::Count : unit; };
    return plain(a) == plain(b);
}

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

private:
    bool parse_any(Expectation& made);
    bool parse_end_form(const Path& path, Expectation& made);
    bool parse_reaches(End end, Expectation& made);
    bool parse_passes(End end, Expectation& made);
    bool parse_segments(const Path& path, Expectation& made);
    bool parse_item(Segments::Item& item);
    bool parse_flags(Segments::Item& item);
    bool parse_comparison(std::optional<Draft> left, Expectation& made);
    bool parse_path(Path& path);
    bool parse_operand(Draft& draft);
    bool parse_relation(Relation& relation);
    bool parse_state(tcp::State& state);
    bool resolve_end(const Path& path, End& end);
    bool resolve_metric(const Path& path, std::string_view function, Draft& draft);
    bool check_function(const Path& path, std::string_view function, const Draft& draft);
    bool resolve_value(const Token& quantity, Unit unit, Value& value);
    bool fail_unknown_metric(const Path& path, const std::vector<Metric::Subject>& subjects);
    std::vector<std::pair<Metric::Subject, std::uint32_t>> subjects_of(const Path& path) const;
    bool is_opener(std::uint32_t program) const;

    TokenReader in_;
    const Names& names_;
    const Scenario& scenario_;
};

bool ExpectationParser::parse_path(Path& path) {
    if (in_.peek().kind != Token::Kind::Word) return in_.expected("a name");
    path.name = in_.next();
    path.begin = path.name.offset;
    path.end = path.name.end();
    if (in_.take("[")) {
        const Token index = in_.next();
        const Parsed<std::int64_t> parsed = parse_integer(index.text);
        if (!parsed || *parsed > INT32_MAX)
            return in_.fail(index, error_id::kExpression,
                            "a position in brackets is a number from 0");
        path.ordinal = *parsed;
        path.end = in_.peek().end();
        if (!in_.take("]")) return in_.expected("']'");
    }
    while (in_.peek().is(".")) {
        in_.next();
        if (in_.peek().kind != Token::Kind::Word) return in_.expected("a name behind the dot");
        path.keys.push_back(in_.next());
        path.end = path.keys.back().end();
    }
    return true;
}

bool ExpectationParser::is_opener(std::uint32_t program) const {
    const auto& script = scenario_.programs[program].config.script;
    return std::any_of(script.begin(), script.end(), [](const app::Operation& operation) {
        return operation.kind == app::Operation::Kind::Connect;
    });
}

bool ExpectationParser::resolve_end(const Path& path, End& end) {
    const std::string key = path.key();
    end.text = in_.text_between(path.begin, path.end);
    end.ordinal = path.ordinal ? static_cast<std::int32_t>(*path.ordinal) : -1;
    if (const auto program = names_.programs.find(path.name.text)) {
        if (key != "" && key != "connection" && key != "client" && key != "server")
            return in_.fail(
                path.keys.back(), error_id::kExpression,
                fmt::format("'{}' is no end of a connection", end.text),
                fmt::format("write {0}.connection, {0}.client or {0}.server", path.name.text));
        end.flow = static_cast<std::uint32_t>(names_.flows.size()) + *program;
        end.client = key == "client" || (key != "server" && is_opener(*program));
        return true;
    }
    const auto flow = names_.flows.find(path.name.text);
    if (!flow) {
        std::vector<std::string_view> known = names_.flows.all();
        for (const std::string_view name : names_.programs.all()) known.push_back(name);
        return in_.fail(path.name, error_id::kUnknownName,
                        fmt::format("no flow or program '{}'", path.name.text),
                        did_you_mean(path.name.text, known));
    }
    if (key != "client" && key != "server") {
        const Token at = path.keys.empty() ? path.name : path.keys.back();
        return in_.fail(at, error_id::kExpression,
                        fmt::format("'{}' is no end of a connection", end.text),
                        fmt::format("write {0}.client or {0}.server", path.name.text));
    }
    end.flow = *flow;
    end.client = key == "client";
    return true;
}

bool ExpectationParser::parse_state(tcp::State& state) {
    if (in_.peek().kind != Token::Kind::Word) return in_.expected("a state such as ESTABLISHED");
    const Token word = in_.next();
    if (const auto found = find_by_text<tcp::State>(word.text, tcp::kStateCount)) {
        state = *found;
        return true;
    }
    std::vector<std::string_view> known;
    for (int i = 0; i < tcp::kStateCount; ++i)
        known.push_back(tcp::to_string(static_cast<tcp::State>(i)));
    return in_.fail(word, error_id::kUnknownName, fmt::format("no TCP state '{}'", word.text),
                    did_you_mean(word.text, known), "states are " + list_of(known));
}

bool ExpectationParser::parse_reaches(End end, Expectation& made) {
    Reaches reaches{std::move(end), {}, Duration::max()};
    if (!parse_state(reaches.state)) return false;
    if (in_.take_word("within")) {
        const Token quantity = in_.take_quantity({});
        const Parsed<Duration> within = parse_duration(quantity.text);
        if (!within) {
            QuantityError error = within.error;
            return in_.fail({quantity.kind, quantity.text.substr(error.offset, error.length),
                             quantity.offset + error.offset},
                            error_id::kBadValue, error.message, error.hint, error.note);
        }
        reaches.within = *within;
    }
    made.what = std::move(reaches);
    return true;
}

bool ExpectationParser::parse_passes(End end, Expectation& made) {
    Passes passes{std::move(end), {}};
    if (!in_.take("[")) return in_.expected("'['", "write [SYN-SENT, ESTABLISHED]");
    do {
        tcp::State state{};
        if (!parse_state(state)) return false;
        passes.states.push_back(state);
    } while (in_.take(","));
    if (!in_.take("]")) return in_.expected("',' or ']'");
    made.what = std::move(passes);
    return true;
}

bool ExpectationParser::parse_end_form(const Path& path, Expectation& made) {
    End end;
    if (!resolve_end(path, end)) return false;
    if (in_.take_word("reaches")) return parse_reaches(std::move(end), made);
    if (in_.take_word("passes")) return parse_passes(std::move(end), made);
    if (in_.take_word("never")) {
        if (!in_.take_word("fails")) return in_.expected("'fails'");
        made.what = Fails{std::move(end), true, tcp::Error::None};
        return true;
    }
    in_.next();  // fails
    if (!in_.take_word("with")) return in_.expected("'with'", "write fails with ECONNRESET");
    const Token word = in_.next();
    constexpr int kErrors = static_cast<int>(tcp::Error::Aborted) + 1;
    const auto error = find_by_text<tcp::Error>(word.text, kErrors);
    if (!error || *error == tcp::Error::None) {
        std::vector<std::string_view> known;
        for (int i = 1; i < kErrors; ++i)
            known.push_back(tcp::to_string(static_cast<tcp::Error>(i)));
        return in_.fail(word, error_id::kUnknownName, fmt::format("no error '{}'", word.text),
                        did_you_mean(word.text, known), "errors are " + list_of(known));
    }
    made.what = Fails{std::move(end), false, *error};
    return true;
}

struct FlagName {
    std::string_view name;
    std::uint16_t bit;
};
constexpr std::array kFlagNames{
    FlagName{"SYN", wire::flag::kSyn}, FlagName{"ACK", wire::flag::kAck},
    FlagName{"FIN", wire::flag::kFin}, FlagName{"RST", wire::flag::kRst},
    FlagName{"PSH", wire::flag::kPsh}, FlagName{"URG", wire::flag::kUrg},
    FlagName{"ECE", wire::flag::kEce}, FlagName{"CWR", wire::flag::kCwr}};

bool ExpectationParser::parse_flags(Segments::Item& item) {
    do {
        const Token word = in_.peek();
        if (word.is_word("DATA")) {
            in_.next();
            item.data = true;
            item.flags |= wire::flag::kAck;
            if (!in_.take("(")) continue;
            const Token number = in_.take_quantity({});
            Parsed<std::int64_t> length = parse_integer(number.text);
            if (!length) length = parse_base_units(Type::Bytes, number.text);
            if (!length) return in_.fail(number, error_id::kBadValue, length.error.message);
            item.length = *length;
            if (!in_.take(")")) return in_.expected("')'");
            continue;
        }
        const auto* flag = std::find_if(kFlagNames.begin(), kFlagNames.end(),
                                        [&](const FlagName& f) { return f.name == word.text; });
        if (flag == kFlagNames.end())
            return in_.fail(word, error_id::kExpression,
                            fmt::format("'{}' is neither a flag nor DATA", word.text),
                            did_you_mean(word.text, {"SYN", "ACK", "FIN", "RST", "PSH", "URG",
                                                     "ECE", "CWR", "DATA"}));
        in_.next();
        if (flag->bit != wire::flag::kPsh) item.flags |= flag->bit;
    } while (in_.take("+"));
    return true;
}

bool ExpectationParser::parse_item(Segments::Item& item) {
    const std::size_t begin = in_.peek().offset;
    std::size_t end = in_.peek().end();
    if (in_.take("...")) {
        item.kind = Segments::Item::Kind::AnyNumber;
    } else if (in_.take("*")) {
        item.kind = Segments::Item::Kind::AnyOne;
    } else {
        if (!in_.peek().is_word("client") && !in_.peek().is_word("server"))
            return in_.expected("'client', 'server', '*' or '...'", "write client SYN");
        item.from_client = in_.next().text == "client";
        if (!parse_flags(item)) return false;
        item.lost = in_.take_word("lost");
        end = in_.peek().offset;
    }
    item.text = in_.text_between(begin, end);
    while (item.text.ends_with(' ')) item.text.pop_back();
    return true;
}

bool ExpectationParser::parse_segments(const Path& path, Expectation& made) {
    const auto flow = names_.flows.find(path.name.text);
    const auto program = names_.programs.find(path.name.text);
    Segments segments;
    segments.flow = flow ? *flow : static_cast<std::uint32_t>(names_.flows.size()) + *program;
    segments.ordinal = path.ordinal ? static_cast<std::int32_t>(*path.ordinal) : -1;
    in_.next();  // ==
    in_.next();  // [
    do {
        Segments::Item item;
        if (!parse_item(item)) return false;
        segments.items.push_back(std::move(item));
    } while (in_.take(","));
    if (!in_.take("]")) return in_.expected("',' or ']'");
    made.what = std::move(segments);
    return true;
}

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
    const std::size_t begin = path.keys.front().offset;
    const Token at{Token::Kind::Word, in_.text_between(begin, path.end), begin};
    return in_.fail(at, error_id::kUnknownMetric,
                    fmt::format("'{}' has no metric '{}'", path.name.text, path.key()),
                    did_you_mean(path.key(), {keys.begin(), keys.end()}));
}

bool ExpectationParser::check_function(const Path& path, std::string_view function,
                                       const Draft& draft) {
    const Token whole{Token::Kind::Word, in_.text_between(path.begin, path.end), path.begin};
    const std::string_view functions = draft.what->functions;
    if (draft.what->later)
        return in_.fail(whole, error_id::kNotYet,
                        fmt::format("{} is not measured yet", whole.text));
    if (!functions.empty() && function.empty())
        return in_.fail(whole, error_id::kExpression,
                        fmt::format("{} changes during the run", whole.text),
                        fmt::format("write max({})", whole.text),
                        fmt::format("it can be asked for: {}", functions));
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
        draft.metric = Metric{subject,
                              index,
                              -1,
                              key,
                              std::string{function},
                              std::string{in_.text_between(path.begin, path.end)}};
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
        if (function.text == "at") return in_.fail(function, error_id::kNotYet, "at(t): not yet");
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

bool ExpectationParser::parse_relation(Relation& relation) {
    static constexpr std::array<std::string_view, 6> kSymbols{"<", "<=", "==", "!=", ">=", ">"};
    for (std::size_t i = 0; i < kSymbols.size(); ++i) {
        if (!in_.take(kSymbols[i])) continue;
        relation = static_cast<Relation>(i);
        return true;
    }
    if (in_.peek().is("=")) return in_.expected("a comparison", "write ==");
    return in_.expected(
        "a comparison (< <= == != >= >), reaches, passes, never fails or fails with");
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
    if (unit == Unit::Nanoseconds && text.ends_with("rtt")) {
        std::string_view number = text.substr(0, text.size() - 3);
        while (number.ends_with(' ')) number.remove_suffix(1);
        const Parsed<std::int64_t> parsed = parse_integer(number);
        value.unit = Unit::RoundTrips;
        if (parsed) value.numerator = *parsed;
        result = {bool{parsed}, parsed.error};
    } else if (unit == Unit::Ratio) {
        const Parsed<Ratio> parsed = parse_ratio(text);
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
    if (in_.peek().is_word("within") || in_.peek().is("+-") || in_.peek().is_word("after"))
        return in_.fail(in_.peek(), error_id::kNotYet,
                        fmt::format("'{}' here: not yet", in_.peek().text));
    if (!left.metric && !right.metric)
        return in_.fail(left.quantity, error_id::kExpression, "nothing is measured here",
                        "one side is a metric such as download.goodput");
    if (left.metric && right.metric && !comparable(left.what->unit, right.what->unit))
        return in_.fail(
            {Token::Kind::Word, in_.text_between(behind.offset, in_.peek().offset), behind.offset},
            error_id::kUnitsDiffer,
            fmt::format("{} is compared with {}", describe(left.what->unit),
                        describe(right.what->unit)));
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

bool ExpectationParser::parse_any(Expectation& made) {
    if (in_.peek().kind == Token::Kind::Number || in_.peek(1).is("("))
        return parse_comparison(std::nullopt, made);
    Path path;
    if (!parse_path(path)) return false;
    const Token& next = in_.peek();
    for (const std::string_view verb : {"reaches", "passes", "never", "fails"})
        if (next.is_word(verb)) return parse_end_form(path, made);
    const bool known = names_.flows.find(path.name.text) || names_.programs.find(path.name.text);
    if (known && path.key() == "segments" && next.is("==") && in_.peek(1).is("["))
        return parse_segments(path, made);
    Draft left;
    if (!resolve_metric(path, "", left)) return false;
    return parse_comparison(std::move(left), made);
}

}  // namespace

std::optional<Expectation> parse_expectation(const Node& node, const Names& names,
                                             const Scenario& scenario, Reporter& reporter) {
    if (!require_scalar(node, "expect", "sentence", reporter)) return std::nullopt;
    return ExpectationParser{node, names, scenario, reporter}.parse();
}

}  // namespace seedwire::scenario
