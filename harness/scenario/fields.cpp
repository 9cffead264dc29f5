// What is said about a key that does not exist, is missing, or holds the wrong thing.
#include "harness/scenario/fields.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/scenario/error_ids.h"
#include "sim/base/assert.h"

namespace seedwire::scenario {
namespace {

std::optional<std::int64_t> read_boolean(const Node& node, const Key& key, Reporter& reporter) {
    if (node.text == "true") return 1;
    if (node.text == "false") return 0;
    const bool sysctl = key.context == "hosts.*.tcp";
    if (sysctl && node.text == "1") return 1;
    if (sysctl && node.text == "0") return 0;
    reporter.error(error_id::kBadValue, node,
                   fmt::format("{}: '{}' is neither {}", key.name, node.text,
                               sysctl ? "1 nor 0" : "true nor false"));
    return std::nullopt;
}

std::optional<std::int64_t> read_choice(const Node& node, const Key& key, Reporter& reporter) {
    const auto at = std::find(key.choices.begin(), key.choices.end(), node.text);
    if (at != key.choices.end()) return at - key.choices.begin();
    reporter.error(error_id::kNotAChoice, node, fmt::format("unknown {} '{}'", key.name, node.text),
                   did_you_mean(node.text, key.choices),
                   fmt::format("{} is {}", key.name, list_of(key.choices)));
    return std::nullopt;
}

bool in_range(std::int64_t value, const Node& node, const Key& key, Reporter& reporter) {
    if (value >= key.minimum && value <= key.maximum) return true;
    const bool below = value < key.minimum;
    reporter.error(error_id::kOutOfRange, node,
                   fmt::format("{}: {} is too {}", key.name, node.text, below ? "small" : "large"),
                   fmt::format("{} {}", below ? "at least" : "at most",
                               print_base_units(key.type, below ? key.minimum : key.maximum)));
    return false;
}

constexpr std::string_view kApplications[] = {"flows.*:bulk", "flows.*:request_response",
                                              "flows.*:constant_bitrate", "flows.*:ping"};

/// "'from' of a flow", "'version'": which map lacks what.
std::string_view noun(std::string_view context) {
    if (context.starts_with("flows")) return "flow";
    if (context.starts_with("programs")) return "program";
    if (context.starts_with("hosts")) return "host";
    if (context.starts_with("routers")) return "router";
    if (context == "links[]" || context == "topology.link") return "link";
    if (context == "parameters.*") return "parameter";
    if (context.starts_with("topology.")) return context.substr(9);
    if (context.starts_with("links[].impair")) return "impairment";
    if (context.empty()) return "scenario";
    if (context == "study.plots[]") return "plot";
    if (context == "study.tables[]") return "table";
    if (context == "study.references[]") return "reference";
    if (context == "study.values") return "list of values";
    if (context == "study.sample") return "sample";
    if (context == "study.repeat") return "repetition";
    if (context == "fault" || context == "faults[]") return "fault";
    return context;
}

}  // namespace

bool require_scalar(const Node& node, std::string_view key, std::string_view wanted,
                    Reporter& reporter) {
    if (node.is_scalar()) return true;
    reporter.error(error_id::kWrongKind, node,
                   node.is_null() ? fmt::format("'{}' is empty", key)
                                  : fmt::format("{}: {} where a {} belongs", key,
                                                describe(node.kind), wanted));
    return false;
}

std::optional<std::int64_t> read_quantity(const Node& node, const Key& key, Reporter& reporter) {
    if (!require_scalar(node, key.name, describe(key.type), reporter)) return std::nullopt;
    if (key.type == Type::Boolean) return read_boolean(node, key, reporter);
    if (key.type == Type::Choice) return read_choice(node, key, reporter);
    const Parsed<std::int64_t> parsed = parse_base_units(key.type, node.text);
    if (!parsed) {
        reporter.error(node, key.name, parsed.error);
        return std::nullopt;
    }
    if (!in_range(*parsed, node, key, reporter)) return std::nullopt;
    return *parsed;
}

std::optional<Ratio> read_ratio(const Node& node, const Key& key, Reporter& reporter) {
    if (!require_scalar(node, key.name, describe(key.type), reporter)) return std::nullopt;
    if (key.type == Type::Probability) {
        const Parsed<Probability> parsed = parse_probability(node.text);
        if (parsed) return (*parsed).ratio;
        reporter.error(node, key.name, parsed.error);
        return std::nullopt;
    }
    const Parsed<Ratio> parsed = parse_ratio(node.text);
    if (parsed) return *parsed;
    reporter.error(node, key.name, parsed.error);
    return std::nullopt;
}

Fields::Fields(Reporter& reporter, const Node& node, const Node& owner, std::string_view context,
               std::string_view further_context)
    : reporter_{reporter},
      node_{node},
      owner_{owner},
      context_{context},
      further_context_{further_context} {
    if (node.is_map()) {
        ok_ = true;
        refuse_unknown_keys();
    } else if (!node.is_null()) {
        reporter.error(error_id::kWrongKind, node,
                       fmt::format("{} where a map belongs", describe(node.kind)),
                       "write {key: value}");
    } else {
        ok_ = true;  // `name:` alone: everything is default
    }
}

void Fields::refuse_unknown_keys() {
    const Schema& schema = Schema::instance();
    for (const Entry& entry : node_.entries) {
        const std::string& name = entry.key.text;
        if (schema.find(context_, name) != nullptr || name.starts_with("x-")) continue;
        if (!further_context_.empty() && schema.find(further_context_, name) != nullptr) continue;
        std::vector<std::string_view> known;
        for (const Key& key : schema.keys(context_)) known.push_back(key.name);
        if (!further_context_.empty())
            for (const Key& key : schema.keys(further_context_)) known.push_back(key.name);
        // Looking for the nearest name takes its time, and of very many nobody sees the later ones.
        constexpr std::size_t kSuggested = 100;
        const bool suggests = reporter_.errors() < kSuggested;
        std::string hint = suggests ? did_you_mean(name, known) : std::string{};
        std::string note;
        if (known.size() <= 16) note = fmt::format("a {} takes {}", noun(context_), list_of(known));
        for (std::string_view app : kApplications)
            if (hint.empty() && context_ == "flows.*" && schema.find(app, name) != nullptr)
                hint = fmt::format("{} has that key", app.substr(app.find(':') + 1));
        if (context_ == "" && note.empty()) note = "a scenario takes " + list_of(known);
        reporter_.error(error_id::kUnknownKey, entry.key, fmt::format("unknown key '{}'", name),
                        std::move(hint), std::move(note));
    }
}

const Node* Fields::node(std::string_view name) const {
    return node_.is_map() ? node_.find(name) : nullptr;
}

const Key& Fields::key(std::string_view name) const {
    const Schema& schema = Schema::instance();
    const Key* found = schema.find(context_, name);
    if (found == nullptr && !further_context_.empty()) found = schema.find(further_context_, name);
    SEEDWIRE_ASSERT(found != nullptr);
    return *found;
}

void Fields::missing(const Key& key) const {
    std::string example;
    reporter_.error(error_id::kMissingKey, owner_,
                    fmt::format("this {} has no '{}'", noun(key.context), key.name), std::string{},
                    fmt::format("{}: {}", key.name, key.help));
}

const Node* Fields::require(std::string_view name) const {
    const Node* found = node(name);
    if (found == nullptr && ok_) missing(key(name));
    return found;
}

std::int64_t Fields::number(std::string_view name) const {
    const Key& row = key(name);
    const Node* found = node(name);
    if (found == nullptr) {
        if (row.required && ok_) missing(row);
        return row.fallback;
    }
    return read_quantity(*found, row, reporter_).value_or(row.fallback);
}

std::optional<std::int64_t> Fields::optional_number(std::string_view name) const {
    const Node* found = node(name);
    if (found == nullptr) return std::nullopt;
    return read_quantity(*found, key(name), reporter_);
}

Ratio Fields::ratio(std::string_view name) const {
    const Key& row = key(name);
    const Node* found = node(name);
    if (found == nullptr) {
        if (row.required && ok_) missing(row);
        return row.fallback_ratio;
    }
    return read_ratio(*found, row, reporter_).value_or(row.fallback_ratio);
}

std::string Fields::text(std::string_view name) const {
    const Key& row = key(name);
    const Node* found = node(name);
    if (found == nullptr) {
        if (row.required && ok_) missing(row);
        return std::string{row.fallback_text};
    }
    if (!require_scalar(*found, name, describe(row.type), reporter_)) return {};
    return found->text;
}

}  // namespace seedwire::scenario
