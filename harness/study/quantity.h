// What a value of a study is worth as a number, whatever its unit.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace seedwire::study {

/// A number in the unit that results are written in: s, B, bit/s, packets, shares of 1, plain.
struct Quantity {
    enum class Kind : std::uint8_t { Plain, Duration, Bytes, Rate, Packets, Ratio };
    Kind kind = Kind::Plain;
    double value = 0;
    bool operator==(const Quantity&) const = default;
};

/// Nothing if the text is a word ("cubic", "unlimited") or no quantity.
std::optional<Quantity> read_quantity(std::string_view text);

/// "s", "B", "bit/s", "packets", "" for shares and plain numbers.
std::string_view unit_of(Quantity::Kind kind);

}  // namespace seedwire::study
