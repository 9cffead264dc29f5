// Reads the parameters of plugins according to their declarations.
#include "sim/base/plugin.h"

#include <array>
#include <utility>

#include "sim/base/assert.h"

namespace seedwire {
namespace {

/// Moves a parsed value into a variant, or hands out the error.
template <class T, class Value>
std::optional<QuantityError> store(Parsed<T> parsed, Value& value) {
    if (!parsed) return std::move(parsed.error);
    value = *parsed;
    return std::nullopt;
}

}  // namespace

std::string_view to_string(Quantity kind) {
    switch (kind) {
        case Quantity::Ratio:
            return "ratio";
        case Quantity::Probability:
            return "probability";
        case Quantity::Duration:
            return "duration";
        case Quantity::Bytes:
            return "bytes";
        case Quantity::Rate:
            return "rate";
        case Quantity::Packets:
            return "packets";
        case Quantity::Integer:
            return "integer";
        case Quantity::Boolean:
            return "boolean";
        case Quantity::Text:
            return "text";
    }
    return "?";
}

Parsed<bool> parse_boolean(std::string_view text) {
    if (text == "true") return {true, {}};
    if (text == "false") return {false, {}};
    return {std::nullopt,
            {0, text.size(), "'" + std::string{text} + "' is neither true nor false", "", ""}};
}

Parameters::Parameters(std::span<const Parameter> declared) {
    entries_.reserve(declared.size());
    for (const Parameter& parameter : declared) {
        SEEDWIRE_ASSERT(!is_declared(parameter.name));
        Entry entry{std::string{parameter.name}, parameter.kind, {}};
        if (!parameter.default_text.empty()) {
            const bool default_is_valid =
                !read(parameter.kind, parameter.default_text, entry.value).has_value();
            SEEDWIRE_ASSERT(default_is_valid);
        }
        entries_.push_back(std::move(entry));
    }
}

std::optional<QuantityError> Parameters::set(std::string_view name, std::string_view text) {
    for (Entry& entry : entries_) {
        if (entry.name == name) return read(entry.kind, text, entry.value);
    }
    QuantityError error{0, name.size(), "no parameter '" + std::string{name} + "'", "", ""};
    std::vector<std::string_view> names;
    for (const Entry& entry : entries_) {
        names.push_back(entry.name);
        error.note += (error.note.empty() ? "parameters are " : ", ") + entry.name;
    }
    if (names.empty()) error.note = "it takes no parameters";
    const std::string_view meant = nearest_name(name, names);
    if (!meant.empty()) error.hint = "did you mean '" + std::string{meant} + "'?";
    return error;
}

bool Parameters::has(std::string_view name) const {
    const Entry* entry = find(name);
    SEEDWIRE_ASSERT(entry != nullptr);
    return !std::holds_alternative<std::monostate>(entry->value);
}

const Parameters::Entry* Parameters::find(std::string_view name) const {
    for (const Entry& entry : entries_) {
        if (entry.name == name) return &entry;
    }
    return nullptr;
}

template <class T>
const T& Parameters::get(std::string_view name) const {
    const Entry* entry = find(name);
    SEEDWIRE_ASSERT(entry != nullptr);
    const T* value = std::get_if<T>(&entry->value);
    SEEDWIRE_ASSERT(value != nullptr);
    return *value;
}

std::optional<QuantityError> Parameters::read(Quantity kind, std::string_view text, Value& value) {
    switch (kind) {
        case Quantity::Ratio:
            return store(parse_ratio(text), value);
        case Quantity::Probability:
            return store(parse_probability(text), value);
        case Quantity::Duration:
            return store(parse_duration(text), value);
        case Quantity::Bytes:
            return store(parse_bytes(text), value);
        case Quantity::Rate:
            return store(parse_rate(text), value);
        case Quantity::Packets:
            return store(parse_packets(text), value);
        case Quantity::Integer:
            return store(parse_integer(text), value);
        case Quantity::Boolean:
            return store(parse_boolean(text), value);
        case Quantity::Text:
            value = std::string{text};
            return std::nullopt;
    }
    return std::nullopt;
}

Ratio Parameters::ratio(std::string_view name) const { return get<Ratio>(name); }
Probability Parameters::probability(std::string_view name) const { return get<Probability>(name); }
Duration Parameters::duration(std::string_view name) const { return get<Duration>(name); }
Bytes Parameters::bytes(std::string_view name) const { return get<Bytes>(name); }
Rate Parameters::rate(std::string_view name) const { return get<Rate>(name); }
Packets Parameters::packets(std::string_view name) const { return get<Packets>(name); }
std::int64_t Parameters::integer(std::string_view name) const { return get<std::int64_t>(name); }
bool Parameters::boolean(std::string_view name) const { return get<bool>(name); }
const std::string& Parameters::text(std::string_view name) const { return get<std::string>(name); }

}  // namespace seedwire
