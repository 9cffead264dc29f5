// How a replaceable part (congestion control, queue discipline, impairment, application) describes
// itself, so that adding one needs one file and one line of a table.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/base/nearest_name.h"
#include "sim/base/quantity.h"

namespace seedwire {

/// What kind of value a parameter takes; decides how its text is read.
enum class Quantity : std::uint8_t {
    Ratio,
    Probability,
    Duration,
    Bytes,
    Rate,
    Packets,
    Integer,
    Boolean,  ///< true or false
    Text
};
std::string_view to_string(Quantity kind);

/// One parameter of a plugin, as its author declares it.
struct Parameter {
    std::string_view name;
    Quantity kind = Quantity::Text;
    std::string_view default_text;  ///< as a scenario would write it; empty: must be given or unset
    std::string_view help;
};

Parsed<bool> parse_boolean(std::string_view text);

/// The values of a plugin's parameters: its defaults, then what a scenario overrides. Reading a
/// parameter that was not declared, or as another kind, is a bug of ours and asserts.
class Parameters {
public:
    Parameters() = default;
    /// All defaults. A default that does not parse is a bug of ours.
    explicit Parameters(std::span<const Parameter> declared);

    /// Overrides one parameter; otherwise says what is wrong: with the name if it is not
    /// is_declared() (offset and length are then those of the whole name), else with the text.
    std::optional<QuantityError> set(std::string_view name, std::string_view text);

    bool is_declared(std::string_view name) const { return find(name) != nullptr; }
    /// False for a parameter without default that nobody has set.
    bool has(std::string_view name) const;

    Ratio ratio(std::string_view name) const;
    Probability probability(std::string_view name) const;
    Duration duration(std::string_view name) const;
    Bytes bytes(std::string_view name) const;
    Rate rate(std::string_view name) const;
    Packets packets(std::string_view name) const;
    std::int64_t integer(std::string_view name) const;
    bool boolean(std::string_view name) const;
    const std::string& text(std::string_view name) const;

private:
    using Value = std::variant<std::monostate, Ratio, Probability, Duration, Bytes, Rate, Packets,
                               std::int64_t, bool, std::string>;
    struct Entry {
        std::string name;
        Quantity kind;
        Value value;
    };
    const Entry* find(std::string_view name) const;
    template <class T>
    const T& get(std::string_view name) const;
    static std::optional<QuantityError> read(Quantity kind, std::string_view text, Value& value);

    std::vector<Entry> entries_;  // in the order of declaration
};

template <class Signature>
struct Plugin;

/// A named way to make a Product. Constants at namespace scope, listed by pointer in the table of
/// their kind; nothing registers itself.
///     using CongestionPlugin =
///         Plugin<std::unique_ptr<CongestionControl>(const Parameters&, const CongestionStart&)>;
template <class Product, class... Arguments>
struct Plugin<Product(Arguments...)> {
    static constexpr std::size_t kMostParameters = 16;

    std::string_view name;
    std::string_view summary;                    ///< one line, lower case, without a full stop
    std::string_view reference;                  ///< where it is written
    Parameter parameters[kMostParameters] = {};  ///< those with a name count
    Product (*make)(Arguments... arguments) = nullptr;

    std::span<const Parameter> declared() const {
        std::size_t count = 0;
        while (count < kMostParameters && !parameters[count].name.empty()) ++count;
        return {parameters, count};
    }
};

/// The plugin of that name in a table of pointers, or nullptr.
template <class Table>
auto find_plugin(const Table& table, std::string_view name) -> decltype(+*std::begin(table)) {
    for (const auto* plugin : table) {
        if (plugin->name == name) return plugin;
    }
    return nullptr;
}

/// The name that was probably meant; empty when none is near.
template <class Table>
std::string_view nearest_plugin(const Table& table, std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto* plugin : table) names.push_back(plugin->name);
    return nearest_name(name, names);
}

}  // namespace seedwire
