// Understanding the table of keys: defaults and ranges are written as people write them.
#include "harness/scenario/schema.h"

#include <algorithm>

#include "sim/base/assert.h"

namespace seedwire::scenario {
namespace {

template <class T, class Convert>
Parsed<std::int64_t> converted(const Parsed<T>& parsed, Convert convert) {
    Parsed<std::int64_t> result;
    if (parsed)
        result.value = convert(*parsed);
    else
        result.error = parsed.error;
    return result;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

bool is_quantity(Type type) {
    return type == Type::Integer || type == Type::Duration || type == Type::Bytes ||
           type == Type::Packets || type == Type::Rate;
}

std::int64_t must_parse(Type type, std::string_view text) {
    const Parsed<std::int64_t> parsed = parse_base_units(type, text);
    SEEDWIRE_ASSERT(parsed);
    return *parsed;
}

void understand_range(Key& key) {
    if (key.type == Type::Choice) {
        std::string_view rest = key.range_text;
        while (!rest.empty()) {
            const std::size_t bar = std::min(rest.find('|'), rest.size());
            key.choices.push_back(trimmed(rest.substr(0, bar)));
            rest.remove_prefix(std::min(bar + 1, rest.size()));
        }
        return;
    }
    const std::size_t dots = key.range_text.find("..");
    if (dots == std::string_view::npos || !is_quantity(key.type)) return;
    const std::string_view low = trimmed(key.range_text.substr(0, dots));
    const std::string_view high = trimmed(key.range_text.substr(dots + 2));
    if (!low.empty()) key.minimum = must_parse(key.type, low);
    if (!high.empty()) key.maximum = must_parse(key.type, high);
}

void understand_fallback(Key& key) {
    key.required = key.fallback_text == kRequired;
    key.has_fallback = !key.required && !key.fallback_text.empty();
    if (!key.has_fallback) return;
    if (is_quantity(key.type)) {
        key.fallback = must_parse(key.type, key.fallback_text);
    } else if (key.type == Type::Boolean) {
        key.fallback = key.fallback_text == "true" || key.fallback_text == "1" ? 1 : 0;
    } else if (key.type == Type::Choice) {
        const auto at = std::find(key.choices.begin(), key.choices.end(), key.fallback_text);
        SEEDWIRE_ASSERT(at != key.choices.end());
        key.fallback = at - key.choices.begin();
    } else if (key.type == Type::Ratio) {
        key.fallback_ratio = *parse_ratio(key.fallback_text);
    } else if (key.type == Type::Probability) {
        key.fallback_ratio = (*parse_probability(key.fallback_text)).ratio;
    }
}

}  // namespace

std::string_view describe(Type type) {
    switch (type) {
        case Type::Text:
            return "text";
        case Type::Name:
            return "name";
        case Type::Boolean:
            return "true or false";
        case Type::Integer:
            return "whole number";
        case Type::Duration:
            return "duration";
        case Type::Bytes:
            return "size";
        case Type::Packets:
            return "number of packets";
        case Type::Rate:
            return "rate";
        case Type::Ratio:
            return "ratio";
        case Type::Probability:
            return "probability";
        case Type::Choice:
            return "word";
        case Type::Address:
            return "IPv4 address";
        case Type::Map:
            return "map";
        case Type::NamedMap:
            return "map of names";
        case Type::List:
            return "list";
        case Type::Form:
            return "see help";
    }
    return "";
}

Parsed<std::int64_t> parse_base_units(Type type, std::string_view text) {
    switch (type) {
        case Type::Duration:
            return converted(parse_duration(text), [](Duration d) { return d.ns(); });
        case Type::Bytes:
            return converted(parse_bytes(text), [](Bytes b) { return b.count; });
        case Type::Packets:
            return converted(parse_packets(text), [](Packets p) { return p.count; });
        case Type::Rate:
            return converted(parse_rate(text), [](Rate r) { return r.bits_per_second(); });
        default:
            return parse_integer(text);
    }
}

std::string print_base_units(Type type, std::int64_t value) {
    switch (type) {
        case Type::Duration:
            return to_string(Duration::ns(value));
        case Type::Bytes:
            return to_string(Bytes{value});
        case Type::Packets:
            return to_string(Packets{value});
        case Type::Rate:
            return to_string(Rate::bits_per_second(value));
        default:
            return std::to_string(value);
    }
}

Schema::Schema() {
    std::vector<KeyRow> rows = schema_rows();
    std::stable_sort(rows.begin(), rows.end(),
                     [](const KeyRow& a, const KeyRow& b) { return a.context < b.context; });
    keys_.reserve(rows.size());
    for (const KeyRow& row : rows) {
        Key key;
        key.context = row.context, key.name = row.name, key.type = row.type;
        key.fallback_text = row.fallback, key.range_text = row.range, key.help = row.help;
        understand_range(key);
        understand_fallback(key);
        if (contexts_.empty() || contexts_.back().name != row.context)
            contexts_.push_back({row.context, keys_.size(), keys_.size()});
        keys_.push_back(std::move(key));
        contexts_.back().end = keys_.size();
    }
}

const Schema& Schema::instance() {
    static const Schema schema;
    return schema;
}

std::span<const Key> Schema::keys(std::string_view context) const {
    const auto at =
        std::lower_bound(contexts_.begin(), contexts_.end(), context,
                         [](const Context& c, std::string_view name) { return c.name < name; });
    if (at == contexts_.end() || at->name != context) return {};
    return std::span{keys_}.subspan(at->begin, at->end - at->begin);
}

const Key* Schema::find(std::string_view context, std::string_view name) const {
    for (const Key& key : keys(context))
        if (key.name == name) return &key;
    return nullptr;
}

}  // namespace seedwire::scenario
