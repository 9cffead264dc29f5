// The one table of keys of a scenario: what exists, of which type, with which unit, default, range
// and help. Validation, defaults, suggestions, overrides and the reference manual all read it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/quantity.h"

namespace seedwire::scenario {

enum class Type : std::uint8_t {
    Text,     ///< any text
    Name,     ///< of something that is declared elsewhere
    Boolean,  ///< true or false; for sysctls also 1 or 0
    Integer,
    Duration,
    Bytes,
    Packets,
    Rate,
    Ratio,
    Probability,
    Choice,    ///< one of the words of `range`
    Address,   ///< 10.0.0.1
    Map,       ///< has keys of its own: context `<path>`
    NamedMap,  ///< names people choose, each with a map: context `<path>.*`
    List,      ///< context `<path>[]`
    Form       ///< several forms, see the help
};
/// "duration", "whole number": for people.
std::string_view describe(Type type);

/// One key as the table has it. `context` is the path of the map that may hold it, where `*` stands
/// for a name and `[]` for a position; behind `:` an application that has the key.
struct KeyRow {
    std::string_view context;
    std::string_view name;
    Type type = Type::Text;
    std::string_view fallback;  ///< as written; empty = none; kRequired
    std::string_view range;     ///< "1 .. 65535", "1 ns ..", or choices "a | b"
    std::string_view help;
};
constexpr std::string_view kRequired = "!";

/// A row, its texts understood. Quantities are in base units: ns, bytes, packets, bit/s.
struct Key {
    std::string_view context, name;
    Type type = Type::Text;
    std::string_view fallback_text, range_text, help;
    bool required = false, has_fallback = false;
    std::int64_t fallback = 0;
    std::int64_t minimum = 0, maximum = INT64_MAX;
    Ratio fallback_ratio;
    std::vector<std::string_view> choices;
};

class Schema {
public:
    static const Schema& instance();

    /// The keys of a map, in the order of the table; empty for a context that does not exist.
    std::span<const Key> keys(std::string_view context) const;
    const Key* find(std::string_view context, std::string_view name) const;
    const std::vector<Key>& all() const { return keys_; }

private:
    Schema();
    struct Context {
        std::string_view name;
        std::size_t begin = 0, end = 0;
    };
    std::vector<Key> keys_;
    std::vector<Context> contexts_;
};

/// The value of a scalar of a quantity type in base units, by the type's parser.
Parsed<std::int64_t> parse_base_units(Type type, std::string_view text);
/// The written form of such a value.
std::string print_base_units(Type type, std::int64_t value);

/// The rows, from the tables of schema_table.cpp and sysctls.cpp.
std::vector<KeyRow> schema_rows();

}  // namespace seedwire::scenario
