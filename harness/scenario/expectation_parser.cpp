// From one line of `expect:` to an Expectation: ends of connections, states, sequences of segments.
#include "harness/scenario/expectation_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/expectation_grammar.h"
#include "models/wire/segment.h"

namespace seedwire::scenario {
namespace {

template <class Enumeration>
std::optional<Enumeration> find_by_text(std::string_view text, int count) {
    for (int i = 0; i < count; ++i)
        if (tcp::to_string(static_cast<Enumeration>(i)) == text) return static_cast<Enumeration>(i);
    return std::nullopt;
}

}  // namespace

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
        return app::opens_connection(operation.kind);
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
    known.reserve(tcp::kStateCount);
    for (int i = 0; i < tcp::kStateCount; ++i)
        known.push_back(tcp::to_string(static_cast<tcp::State>(i)));
    return in_.fail(word, error_id::kUnknownName, fmt::format("no TCP state '{}'", word.text),
                    did_you_mean(word.text, known), "states are " + list_of(known));
}

bool ExpectationParser::parse_duration_value(Duration& value) {
    const Token quantity = in_.take_quantity({"within", "after", "everything"});
    const Parsed<Duration> parsed = parse_duration(quantity.text);
    if (!parsed) {
        const QuantityError& error = parsed.error;
        return in_.fail({quantity.kind, quantity.text.substr(error.offset, error.length),
                         quantity.offset + error.offset},
                        error_id::kBadValue, error.message, error.hint, error.note);
    }
    value = *parsed;
    return true;
}

/// `[after 5 s] everything completes [within 10 s]`, `download completes within 10 s`.
bool ExpectationParser::parse_completes(std::optional<Path> flow, Expectation& made) {
    Completes completes;
    if (!flow) {
        if (in_.take_word("after") && !parse_duration_value(completes.after)) return false;
        if (in_.peek().is_word("everything"))
            in_.next();
        else if (Path path; parse_path(path))
            flow = std::move(path);
        else
            return false;
    }
    if (flow) {
        const auto index = names_.flows.find(flow->name.text);
        const auto program = names_.programs.find(flow->name.text);
        if ((!index && !program) || !flow->keys.empty() || flow->ordinal)
            return in_.fail(
                flow->name, error_id::kUnknownName,
                fmt::format("'{}' is no flow or program", in_.text_between(flow->begin, flow->end)),
                did_you_mean(flow->name.text, names_.flows.all()));
        completes.flow =
            index ? *index : static_cast<std::uint32_t>(names_.flows.size()) + *program;
    }
    if (!in_.take_word("completes")) return in_.expected("'completes'");
    if (in_.take_word("within") && !parse_duration_value(completes.within)) return false;
    made.what = completes;
    return true;
}

bool ExpectationParser::parse_reaches(End end, Expectation& made) {
    Reaches reaches{std::move(end), {}, Duration::max()};
    if (!parse_state(reaches.state)) return false;
    if (in_.take_word("after") && !parse_duration_value(reaches.after)) return false;
    if (in_.take_word("within")) {
        if (!parse_duration_value(reaches.within)) return false;
        if (in_.take("..")) {
            reaches.after = reaches.within;
            if (!parse_duration_value(reaches.within)) return false;
        }
    }
    if (reaches.within < reaches.after)
        return in_.fail(in_.peek(), error_id::kContradiction, "this time ends before it begins");
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
    constexpr int kErrors = static_cast<int>(tcp::kLastError) + 1;
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

/// `by loss`, `by faults[0]`; `dropped` is taken, and nothing behind it means: for any reason.
bool ExpectationParser::parse_drop(Segments::Fate& fate) {
    fate.lost = true;
    if (!in_.take_word("by")) return true;
    const Token word = in_.next();
    if (word.is_word("faults") && in_.take("[")) {
        const Token index = in_.next();
        const Parsed<std::int64_t> parsed = parse_integer(index.text);
        if (!parsed || *parsed < 0 || *parsed >= static_cast<std::int64_t>(names_.faults))
            return in_.fail(index, error_id::kUnknownName,
                            fmt::format("there are {} faults", names_.faults), "they count from 0");
        fate.fault = static_cast<std::uint32_t>(*parsed);
        if (!in_.take("]")) return in_.expected("']'");
        return true;
    }
    std::vector<std::string_view> known;
    for (std::uint8_t r = 1; r < trace::kDropReasonCount; ++r)
        known.push_back(trace::to_string(static_cast<trace::DropReason>(r)));
    const auto found = std::find(known.begin(), known.end(), word.text);
    if (found == known.end())
        return in_.fail(word, error_id::kUnknownName,
                        fmt::format("no reason '{}' for dropping a packet", word.text),
                        did_you_mean(word.text, known),
                        "reasons are " + list_of(known) + ", and faults[k]");
    fate.reason = static_cast<trace::DropReason>(found - known.begin() + 1);
    return true;
}

/// Words behind a segment: what happened to it.
bool ExpectationParser::parse_fate(Segments::Fate& fate) {
    while (in_.peek().kind == Token::Kind::Word) {
        const Token word = in_.next();
        if (word.is_word("lost")) {
            fate.lost = true;
        } else if (word.is_word("dropped")) {
            if (!parse_drop(fate)) return false;
        } else if (word.is_word("corrupted")) {
            fate.lost = true;
            fate.reason = trace::DropReason::Corrupted;
        } else if (word.is_word("delayed")) {
            fate.delayed = true;
        } else if (word.is_word("duplicated")) {
            fate.duplicated = true;
        } else if (word.is_word("reordered")) {
            fate.reordered = true;
        } else if (word.is_word("marked")) {
            fate.marked = true;
        } else {
            const std::vector<std::string_view> known{
                "lost", "dropped", "corrupted", "delayed", "duplicated", "reordered", "marked"};
            return in_.fail(word, error_id::kExpression,
                            fmt::format("'{}' is nothing that happens to a segment", word.text),
                            did_you_mean(word.text, known), "it can be " + list_of(known));
        }
    }
    return true;
}

bool ExpectationParser::parse_item(Segments::Item& item) {
    using Kind = Segments::Item::Kind;
    using Side = Segments::Item::Side;
    const std::size_t begin = in_.peek().offset;
    if (in_.peek().is_word("client") || in_.peek().is_word("server"))
        item.side = in_.next().text == "client" ? Side::Client : Side::Server;
    if (in_.take("...")) {
        item.kind = Kind::AnyNumber;
    } else if (in_.take("*")) {
        item.kind = Kind::AnyOne;
        if (!parse_fate(item.fate)) return false;
    } else if (item.side == Side::Either) {
        return in_.expected("'client', 'server', '*' or '...'", "write client SYN");
    } else if (!parse_flags(item) || !parse_fate(item.fate)) {
        return false;
    }
    item.text = in_.text_between(begin, in_.peek().offset);
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

bool ExpectationParser::parse_any(Expectation& made) {
    if (in_.peek().kind == Token::Kind::Number || in_.peek(1).is("("))
        return parse_comparison(std::nullopt, made);
    const bool is_name_itself = in_.peek(1).is(".") || in_.peek(1).is("[");
    for (const std::string_view word : {"always", "eventually", "never"})
        if (in_.peek().is_word(word) && !is_name_itself) {
            in_.next();
            return parse_quantified(word, made);
        }
    if ((in_.peek().is_word("after") || in_.peek().is_word("everything")) && !is_name_itself)
        return parse_completes(std::nullopt, made);
    Path path;
    if (!parse_path(path)) return false;
    const Token& next = in_.peek();
    for (const std::string_view verb : {"reaches", "passes", "never", "fails"})
        if (next.is_word(verb)) return parse_end_form(path, made);
    if (next.is_word("completes")) return parse_completes(std::move(path), made);
    const bool known = names_.flows.find(path.name.text) || names_.programs.find(path.name.text);
    if (known && path.key() == "segments" && next.is("==") && in_.peek(1).is("["))
        return parse_segments(path, made);
    Draft left;
    if (!resolve_metric(path, "", left)) return false;
    // A count that stands alone: `page[1].tls.resumed`.
    if (in_.peek().kind == Token::Kind::End && left.what->unit == Unit::Count) {
        made.what = Comparison{*left.metric, Value{}, Relation::Greater};
        return true;
    }
    return parse_comparison(std::move(left), made);
}

std::optional<Expectation> parse_expectation(const Node& node, const Names& names,
                                             const Scenario& scenario, Reporter& reporter) {
    if (!require_scalar(node, "expect", "sentence", reporter)) return std::nullopt;
    return ExpectationParser{node, names, scenario, reporter}.parse();
}

}  // namespace seedwire::scenario
