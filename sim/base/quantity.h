// Quantities with units: sizes, rates, fractions, and their exact parsing from text.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/base/time.h"

namespace seedwire {

/// A number of bytes. May be negative as a difference.
struct Bytes {
    std::int64_t count = 0;
    constexpr auto operator<=>(const Bytes&) const = default;
    constexpr Bytes operator+(Bytes b) const { return {count + b.count}; }
    constexpr Bytes operator-(Bytes b) const { return {count - b.count}; }
};

/// A number of packets.
struct Packets {
    std::int64_t count = 0;
    constexpr auto operator<=>(const Packets&) const = default;
};

/// A data rate in bit/s. unlimited() is faster than any other: serialisation takes no time.
class Rate {
public:
    constexpr Rate() = default;
    static constexpr Rate bits_per_second(std::int64_t n) {
        Rate r;
        r.bits_per_second_ = n;
        return r;
    }
    static constexpr Rate unlimited() { return bits_per_second(INT64_MAX); }
    constexpr std::int64_t bits_per_second() const { return bits_per_second_; }
    constexpr bool is_unlimited() const { return bits_per_second_ == INT64_MAX; }
    constexpr auto operator<=>(const Rate&) const = default;

private:
    std::int64_t bits_per_second_ = 0;
};

/// An exact non-negative fraction in lowest terms, so 1/3 and 0.1 % lose nothing.
struct Ratio {
    std::uint64_t numerator = 0;
    std::uint64_t denominator = 1;
    static Ratio of(std::uint64_t numerator, std::uint64_t denominator);  ///< reduces
    constexpr bool operator==(const Ratio&) const = default;
    std::strong_ordering operator<=>(const Ratio& other) const;  ///< by cross-multiplication
};

/// A ratio within [0, 1].
struct Probability {
    Ratio ratio;
    static Probability never() { return {}; }
    static Probability always() { return {Ratio{1, 1}}; }
    constexpr bool operator==(const Probability&) const = default;
};

/// Why a text is not a quantity, and where in it. Offsets count bytes from the start of the text.
struct QuantityError {
    std::size_t offset = 0;
    std::size_t length = 0;
    std::string message;  ///< "unknown unit 'Mbps'"
    std::string hint;     ///< "did you mean 'Mbit/s'?"; may be empty
    std::string note;     ///< "rate takes bit/s, kbit/s, ..."; may be empty
};

/// A parsed value or the reason why there is none.
template <class T>
struct Parsed {
    std::optional<T> value;
    QuantityError error;  ///< meaningful only without a value
    explicit operator bool() const { return value.has_value(); }
    const T& operator*() const { return *value; }
    const T* operator->() const { return &*value; }
};

// Exact parsing: number, optional space, unit. The number may be an integer, a decimal, a fraction
// `1/3`, with digits grouped by `_`. A value that the type cannot hold exactly is an error, never
// rounded. k = 1000, Ki = 1024; bits are `bit`, bytes are `B`.
Parsed<Duration> parse_duration(std::string_view text);  ///< ns us ms s min h
Parsed<Bytes> parse_bytes(std::string_view text);        ///< B kB MB GB KiB MiB GiB
Parsed<Packets> parse_packets(std::string_view text);    ///< packets packet
Parsed<Rate> parse_rate(std::string_view text);          ///< bit/s kbit/s .. kB/s ..; unlimited
Parsed<Ratio> parse_ratio(std::string_view text);        ///< 0.5, 1/3, 12 %
Parsed<Probability> parse_probability(
    std::string_view text);  ///< like a ratio, needs % or a fraction
Parsed<std::int64_t> parse_integer(std::string_view text);

// The one written form of each, in the largest unit that holds the value exactly ("20 ms",
// "10 Mbit/s"); what they print parses back to the same value.
std::string to_string(Duration value);
std::string to_string(Bytes value);
std::string to_string(Packets value);
std::string to_string(Rate value);
std::string to_string(Ratio value);
std::string to_string(Probability value);  ///< in percent where that is exact and short

}  // namespace seedwire
