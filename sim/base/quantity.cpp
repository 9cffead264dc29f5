// The exact meaning of a quantity's text, and what is said about a text that has none.
#include "sim/base/quantity.h"

#include <array>
#include <limits>
#include <numeric>
#include <span>

#include "sim/base/assert.h"
#include "sim/base/int128.h"
#include "sim/base/nearest_name.h"

namespace seedwire {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t numerator;  // the unit in base units is numerator / denominator
    std::uint64_t denominator = 1;
};

/// A way in which people write a unit that is not ours.
struct Alias {
    std::string_view written;
    std::string_view meant;
};

/// All that the parser knows about one kind of quantity.
struct Kind {
    std::string_view article_and_name;  // "a duration"
    std::string_view base_units;        // "nanoseconds"
    std::string_view example;           // "20 ms"
    std::string_view usual_unit;        // suggested for a bare number
    std::string_view note;              // the units in a sentence
    std::span<const Unit> units;
    std::span<const Alias> aliases;
    std::uint64_t largest;  // in base units
};

constexpr std::uint64_t kMaxCount = std::numeric_limits<std::int64_t>::max();

constexpr std::array kDurationUnits{Unit{"ns", 1},
                                    Unit{"us", 1'000},
                                    Unit{"µs", 1'000},
                                    Unit{"μs", 1'000},
                                    Unit{"ms", 1'000'000},
                                    Unit{"s", 1'000'000'000},
                                    Unit{"min", 60'000'000'000},
                                    Unit{"h", 3'600'000'000'000}};
constexpr std::array kDurationAliases{
    Alias{"sec", "s"},      Alias{"secs", "s"},      Alias{"second", "s"}, Alias{"seconds", "s"},
    Alias{"msec", "ms"},    Alias{"usec", "us"},     Alias{"nsec", "ns"},  Alias{"m", "min"},
    Alias{"minute", "min"}, Alias{"minutes", "min"}, Alias{"hour", "h"},   Alias{"hours", "h"}};
constexpr Kind kDuration{
    "a duration",   "nanoseconds",    "20 ms",  "ms", "a duration takes ns, us, ms, s, min or h",
    kDurationUnits, kDurationAliases, kMaxCount};

constexpr std::array kByteUnits{
    Unit{"B", 1},          Unit{"kB", 1'000},         Unit{"KiB", 1U << 10}, Unit{"MB", 1'000'000},
    Unit{"MiB", 1U << 20}, Unit{"GB", 1'000'000'000}, Unit{"GiB", 1U << 30}};
constexpr std::array kByteAliases{Alias{"byte", "B"}, Alias{"bytes", "B"}, Alias{"k", "kB"},
                                  Alias{"K", "KiB"},  Alias{"M", "MB"},    Alias{"G", "GB"},
                                  Alias{"Ki", "KiB"}, Alias{"Mi", "MiB"},  Alias{"Gi", "GiB"}};
constexpr Kind kBytes{
    "a size",   "bytes",      "64 kB",  "B", "a size takes B, kB, MB, GB or KiB, MiB, GiB",
    kByteUnits, kByteAliases, kMaxCount};

constexpr std::array kPacketUnits{Unit{"packets", 1}, Unit{"packet", 1}};
constexpr std::array kPacketAliases{Alias{"p", "packets"}, Alias{"pkt", "packets"},
                                    Alias{"pkts", "packets"}, Alias{"segments", "packets"}};
constexpr Kind kPackets{"a number of packets",
                        "packets",
                        "100 packets",
                        "packets",
                        "a number of packets takes packets",
                        kPacketUnits,
                        kPacketAliases,
                        kMaxCount};

constexpr std::array kRateUnits{Unit{"bit/s", 1},
                                Unit{"kbit/s", 1'000},
                                Unit{"Mbit/s", 1'000'000},
                                Unit{"Gbit/s", 1'000'000'000},
                                Unit{"Tbit/s", 1'000'000'000'000},
                                Unit{"B/s", 8},
                                Unit{"kB/s", 8'000},
                                Unit{"MB/s", 8'000'000},
                                Unit{"GB/s", 8'000'000'000},
                                Unit{"KiB/s", 8U << 10},
                                Unit{"MiB/s", 8U << 20}};
constexpr std::array kRateAliases{
    Alias{"bps", "bit/s"},   Alias{"kbps", "kbit/s"}, Alias{"Kbps", "kbit/s"},
    Alias{"mbps", "Mbit/s"}, Alias{"Mbps", "Mbit/s"}, Alias{"gbps", "Gbit/s"},
    Alias{"Gbps", "Gbit/s"}, Alias{"Tbps", "Tbit/s"}, Alias{"b/s", "bit/s"},
    Alias{"kb/s", "kbit/s"}, Alias{"Kb/s", "kbit/s"}, Alias{"Mb/s", "Mbit/s"},
    Alias{"Gb/s", "Gbit/s"}, Alias{"Bps", "B/s"},     Alias{"kBps", "kB/s"},
    Alias{"MBps", "MB/s"},   Alias{"GBps", "GB/s"},   Alias{"bit", "bit/s"},
    Alias{"kbit", "kbit/s"}, Alias{"Mbit", "Mbit/s"}, Alias{"Gbit", "Gbit/s"},
    Alias{"Tbit", "Tbit/s"}, Alias{"B", "B/s"},       Alias{"kB", "kB/s"},
    Alias{"MB", "MB/s"},     Alias{"GB", "GB/s"}};
constexpr Kind kRate{"a rate",
                     "bit/s",
                     "10 Mbit/s",
                     "Mbit/s",
                     "a rate takes bit/s, kbit/s, Mbit/s, Gbit/s, Tbit/s or B/s, kB/s, MB/s, GB/s, "
                     "KiB/s, MiB/s, or is unlimited",
                     kRateUnits,
                     kRateAliases,
                     kMaxCount - 1};

constexpr std::array kRatioUnits{Unit{"%", 1, 100}};
constexpr std::array kRatioAliases{Alias{"percent", "%"}, Alias{"pct", "%"}};
constexpr Kind kRatio{
    "a ratio",     "",        "0.9", "%", "a ratio is written 0.9, 9/10 or 90 %", kRatioUnits,
    kRatioAliases, UINT64_MAX};
constexpr Kind kProbability{
    "a probability", "",        "1 %", "%", "a probability is written 1 %, 1/100 or 0", kRatioUnits,
    kRatioAliases,   UINT64_MAX};
constexpr Kind kInteger{"a whole number", "", "100", "", "", {}, {}, kMaxCount};

/// A non-negative fraction before it is put into its type.
struct Fraction {
    UInt128 numerator = 0;
    UInt128 denominator = 1;
};

UInt128 greatest_common_divisor(UInt128 a, UInt128 b) {
    while (b != 0) {
        const UInt128 rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

void reduce(Fraction& f) {
    const UInt128 divisor = greatest_common_divisor(f.numerator, f.denominator);
    if (divisor > 1) {
        f.numerator /= divisor;
        f.denominator /= divisor;
    }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t'; }

std::string quoted(std::string_view text) { return "'" + std::string{text} + "'"; }

/// The number at the start of a text, and what follows it.
struct Number {
    Fraction value;
    bool is_fraction = false;  // written as a/b
    std::size_t begin = 0;     // of the number
    std::size_t end = 0;       // behind it
    std::size_t unit_begin = 0;
    std::size_t unit_end = 0;
    std::string_view written;  // the number as it stands
    std::string_view unit;     // the rest without spaces around it
};

/// Reads numbers; keeps the text for the positions of errors.
class NumberReader {
public:
    NumberReader(std::string_view text, const Kind& kind) : text_{text}, kind_{kind} {}

    /// The number, or nothing and error().
    std::optional<Number> read();
    const QuantityError& error() const { return error_; }

private:
    bool fail(std::size_t offset, std::size_t length, std::string message, std::string hint = {}) {
        error_ = {offset, length, std::move(message), std::move(hint), std::string{kind_.note}};
        return false;
    }
    bool fail_start(const Number& number);
    bool digits(UInt128& value, std::size_t& count);
    bool decimals(Fraction& value);
    bool divisor(Number& number);

    std::string_view text_;
    const Kind& kind_;
    std::size_t at_ = 0;
    QuantityError error_;
};

bool NumberReader::fail_start(const Number& number) {
    const std::size_t length = number.unit_end - number.begin;
    const std::string example = "write for example " + std::string{kind_.example};
    const std::string name{kind_.article_and_name};
    if (length == 0) return fail(number.begin, 0, "empty: " + name + " is expected", example);
    const std::string_view trimmed = text_.substr(number.begin, length);
    if (trimmed[0] == '-' && length > 1 && is_digit(trimmed[1])) {
        return fail(number.begin, length, name + " cannot be negative");
    }
    if (trimmed[0] == '.' && length > 1 && is_digit(trimmed[1])) {
        return fail(number.begin, length, "a digit is missing before '.'",
                    "write 0" + std::string{trimmed});
    }
    return fail(number.begin, length, quoted(trimmed) + " is not " + name, example);
}

/// A group of digits: `12`, `1_000_000`. Adds them to `value`.
bool NumberReader::digits(UInt128& value, std::size_t& count) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '_')) {
        if (text_[at_] == '_') {
            const bool between = at_ > begin && is_digit(text_[at_ - 1]) &&
                                 at_ + 1 < text_.size() && is_digit(text_[at_ + 1]);
            if (!between) return fail(at_, 1, "'_' belongs between two digits");
            ++at_;
            continue;
        }
        const auto digit = static_cast<unsigned>(text_[at_] - '0');
        if (__builtin_mul_overflow(value, UInt128{10}, &value) ||
            __builtin_add_overflow(value, UInt128{digit}, &value)) {
            while (at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '_')) ++at_;
            return fail(begin, at_ - begin, "too many digits to be held exactly");
        }
        ++count;
        ++at_;
    }
    return true;
}

bool NumberReader::decimals(Fraction& value) {
    const std::size_t point = at_++;
    std::size_t count = 0;
    if (!digits(value.numerator, count)) return false;
    if (count == 0) return fail(point, 1, "a digit is missing after '.'");
    for (std::size_t i = 0; i < count; ++i) {
        if (__builtin_mul_overflow(value.denominator, UInt128{10}, &value.denominator)) {
            return fail(point, at_ - point, "too many digits to be held exactly");
        }
    }
    return true;
}

bool NumberReader::divisor(Number& number) {
    const std::size_t begin = ++at_;
    std::size_t count = 0;
    number.is_fraction = true;
    number.value.denominator = 0;
    if (!digits(number.value.denominator, count)) return false;
    if (number.value.denominator == 0) return fail(begin, at_ - begin, "division by zero");
    return true;
}

std::optional<Number> NumberReader::read() {
    Number number;
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    number.begin = at_;
    number.unit_end = text_.size();
    while (number.unit_end > at_ && is_space(text_[number.unit_end - 1])) --number.unit_end;
    if (at_ == number.unit_end || !is_digit(text_[at_])) {
        fail_start(number);
        return std::nullopt;
    }
    std::size_t count = 0;
    if (!digits(number.value.numerator, count)) return std::nullopt;
    const auto next = [this](std::size_t i) {
        return at_ + i < text_.size() ? text_[at_ + i] : '\0';
    };
    if (next(0) == '.') {
        if (!decimals(number.value)) return std::nullopt;
    } else if (next(0) == '/' && is_digit(next(1))) {
        if (!divisor(number)) return std::nullopt;
    }
    reduce(number.value);
    number.end = at_;
    number.written = text_.substr(number.begin, number.end - number.begin);
    if (next(0) == ',' && is_digit(next(1))) {
        fail(at_, 1, "',' in a number", "the decimal point is '.'; digits are grouped with '_'");
        return std::nullopt;
    }
    while (at_ < number.unit_end && is_space(text_[at_])) ++at_;
    number.unit_begin = at_;
    number.unit = text_.substr(at_, number.unit_end - at_);
    return number;
}

QuantityError unknown_unit(const Number& number, const Kind& kind) {
    QuantityError error{number.unit_begin, number.unit.size(),
                        "unknown unit " + quoted(number.unit), "", std::string{kind.note}};
    if (kind.units.empty()) {
        error.message = quoted(number.unit) + " behind " + std::string{kind.article_and_name};
        return error;
    }
    std::string_view meant;
    for (const Alias& alias : kind.aliases) {
        if (alias.written == number.unit) meant = alias.meant;
    }
    if (meant.empty()) {
        std::array<std::string_view, 16> names{};
        std::size_t count = 0;
        for (const Unit& unit : kind.units) names[count++] = unit.name;
        meant = nearest_name(number.unit, std::span{names}.first(count));
    }
    if (!meant.empty()) error.hint = "did you mean " + quoted(meant) + "?";
    return error;
}

QuantityError no_unit(const Number& number, const Kind& kind) {
    const std::string written{number.written};
    return {number.begin, number.written.size(), written + " has no unit",
            "write " + written + " " + std::string{kind.usual_unit}, std::string{kind.note}};
}

const Unit* find_unit(const Number& number, const Kind& kind) {
    for (const Unit& unit : kind.units) {
        if (unit.name == number.unit) return &unit;
    }
    return nullptr;
}

QuantityError about_whole(const Number& number, const Kind& kind, std::string message) {
    return {number.begin, number.unit_end - number.begin, std::move(message), "",
            std::string{kind.note}};
}

/// value * unit, exactly, in whole base units; otherwise an error.
std::optional<std::uint64_t> whole_units(const Number& number, const Unit& unit, const Kind& kind,
                                         QuantityError& error) {
    const std::string limit = "too large: the most is " + std::to_string(kind.largest) + " " +
                              std::string{kind.base_units};
    Fraction value = number.value;
    Fraction scale{unit.numerator, value.denominator};
    reduce(scale);
    if (scale.denominator != 1) {
        std::string text{number.written};
        if (!number.unit.empty()) text += " " + std::string{number.unit};
        const std::string base =
            kind.base_units.empty() ? "" : " of " + std::string{kind.base_units};
        error = about_whole(number, kind, text + " is not a whole number" + base);
        return std::nullopt;
    }
    UInt128 product = 0;
    if (__builtin_mul_overflow(value.numerator, scale.numerator, &product) ||
        product > kind.largest) {
        error = about_whole(number, kind, limit);
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(product);
}

template <class T>
Parsed<T> failure(QuantityError error) {
    return {std::nullopt, std::move(error)};
}

/// The common way: number and unit give a whole number of base units.
template <class T, class Make>
Parsed<T> parse_counted(std::string_view text, const Kind& kind, Make make) {
    NumberReader reader{text, kind};
    const std::optional<Number> number = reader.read();
    if (!number) return failure<T>(reader.error());
    if (number->unit.empty()) return failure<T>(no_unit(*number, kind));
    const Unit* unit = find_unit(*number, kind);
    if (unit == nullptr) return failure<T>(unknown_unit(*number, kind));
    QuantityError error;
    const std::optional<std::uint64_t> count = whole_units(*number, *unit, kind, error);
    if (!count) return failure<T>(std::move(error));
    return {make(static_cast<std::int64_t>(*count)), {}};
}

/// Number and perhaps `%` as an exact ratio.
std::optional<Ratio> exact_ratio(const Number& number, const Kind& kind, QuantityError& error) {
    Fraction value = number.value;
    if (!number.unit.empty()) {
        if (find_unit(number, kind) == nullptr) {
            error = unknown_unit(number, kind);
            return std::nullopt;
        }
        if (__builtin_mul_overflow(value.denominator, UInt128{100}, &value.denominator)) {
            error = about_whole(number, kind, "too many digits to be held exactly");
            return std::nullopt;
        }
        reduce(value);
    }
    if (value.numerator > UINT64_MAX || value.denominator > UINT64_MAX) {
        error = about_whole(number, kind, "too many digits to be held exactly");
        return std::nullopt;
    }
    return Ratio{static_cast<std::uint64_t>(value.numerator),
                 static_cast<std::uint64_t>(value.denominator)};
}

/// The help for a probability without `%`: 5 means 5 %, 0.05 means 5 % too.
QuantityError probability_without_unit(const Number& number, Ratio ratio) {
    QuantityError error = no_unit(number, kProbability);
    const bool up_to_one = ratio <= Ratio{1, 1};
    if (!up_to_one && ratio > Ratio{100, 1}) {
        error.hint = "a probability is at most 100 %";
        return error;
    }
    if (ratio == Ratio{1, 1}) {
        error.hint = "write 100 % (or 1/1) if it is certain, or 1 %";
        return error;
    }
    const std::string percent = std::string{number.written} + " %";
    if (up_to_one) {
        const std::string fraction =
            std::to_string(ratio.numerator) + "/" + std::to_string(ratio.denominator);
        error.hint = "write " + to_string(Probability{ratio}) + " (or " + fraction + ")";
        if (to_string(Probability{ratio}) == fraction) error.hint = "write " + fraction;
        return error;
    }
    error.hint = "write " + percent;
    if (ratio.denominator <= UINT64_MAX / 100) {
        const Ratio hundredth = Ratio::of(ratio.numerator, ratio.denominator * 100);
        error.hint += " (or " + std::to_string(hundredth.numerator) + "/" +
                      std::to_string(hundredth.denominator) + ")";
    }
    return error;
}

std::string digits_of(UInt128 value) {
    std::string text;
    do {
        text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
        value /= 10;
    } while (value != 0);
    return text;
}

/// count base units in the largest of `units` (in ascending order) that holds them exactly.
std::string in_largest_unit(std::int64_t count, std::span<const Unit> units, const Unit& for_zero) {
    const bool negative = count < 0;
    const std::uint64_t magnitude =
        negative ? 0 - static_cast<std::uint64_t>(count) : static_cast<std::uint64_t>(count);
    const Unit* best = &for_zero;
    if (magnitude != 0) {
        best = &units[0];
        for (const Unit& unit : units) {
            if (magnitude % unit.numerator == 0 && unit.numerator > best->numerator) best = &unit;
        }
    }
    return (negative ? "-" : "") + std::to_string(magnitude / best->numerator) + " " +
           std::string{best->name};
}

// More decimals than this are harder to read than a fraction.
constexpr int kMostDecimals = 9;

/// numerator / denominator as a decimal number if it has at most kMostDecimals.
std::optional<std::string> short_decimal(UInt128 numerator, UInt128 denominator) {
    Fraction value{numerator, denominator};
    reduce(value);
    UInt128 scale = 1;
    for (int decimals = 0; decimals <= kMostDecimals; ++decimals, scale *= 10) {
        if (scale % value.denominator != 0) continue;
        const UInt128 scaled = value.numerator * (scale / value.denominator);
        std::string text = digits_of(scaled);
        if (decimals == 0) return text;
        const auto places = static_cast<std::size_t>(decimals);
        if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
        text.insert(text.size() - places, 1, '.');
        return text;
    }
    return std::nullopt;
}

}  // namespace

Ratio Ratio::of(std::uint64_t numerator, std::uint64_t denominator) {
    SEEDWIRE_ASSERT(denominator > 0);
    const std::uint64_t divisor = std::gcd(numerator, denominator);
    return {numerator / divisor, denominator / divisor};
}

std::strong_ordering Ratio::operator<=>(const Ratio& other) const {
    return UInt128{numerator} * other.denominator <=> UInt128{other.numerator} * denominator;
}

Parsed<Duration> parse_duration(std::string_view text) {
    return parse_counted<Duration>(text, kDuration, [](std::int64_t n) { return Duration::ns(n); });
}

Parsed<Bytes> parse_bytes(std::string_view text) {
    return parse_counted<Bytes>(text, kBytes, [](std::int64_t n) { return Bytes{n}; });
}

Parsed<Packets> parse_packets(std::string_view text) {
    return parse_counted<Packets>(text, kPackets, [](std::int64_t n) { return Packets{n}; });
}

Parsed<Rate> parse_rate(std::string_view text) {
    std::string_view word = text;
    while (!word.empty() && is_space(word.front())) word.remove_prefix(1);
    while (!word.empty() && is_space(word.back())) word.remove_suffix(1);
    if (word == "unlimited") return {Rate::unlimited(), {}};
    Parsed<Rate> rate =
        parse_counted<Rate>(text, kRate, [](std::int64_t n) { return Rate::bits_per_second(n); });
    constexpr std::array<std::string_view, 1> names{"unlimited"};
    if (!rate && !nearest_name(word, names).empty()) rate.error.hint = "did you mean 'unlimited'?";
    return rate;
}

Parsed<Ratio> parse_ratio(std::string_view text) {
    NumberReader reader{text, kRatio};
    const std::optional<Number> number = reader.read();
    if (!number) return failure<Ratio>(reader.error());
    QuantityError error;
    const std::optional<Ratio> ratio = exact_ratio(*number, kRatio, error);
    if (!ratio) return failure<Ratio>(std::move(error));
    return {ratio, {}};
}

Parsed<Probability> parse_probability(std::string_view text) {
    NumberReader reader{text, kProbability};
    const std::optional<Number> number = reader.read();
    if (!number) return failure<Probability>(reader.error());
    QuantityError error;
    const std::optional<Ratio> ratio = exact_ratio(*number, kProbability, error);
    if (!ratio) return failure<Probability>(std::move(error));
    const bool bare = number->unit.empty() && !number->is_fraction;
    if (bare && ratio->numerator != 0) {
        return failure<Probability>(probability_without_unit(*number, *ratio));
    }
    if (*ratio > Ratio{1, 1}) {
        return failure<Probability>(
            about_whole(*number, kProbability, "a probability is at most 100 %"));
    }
    return {Probability{*ratio}, {}};
}

Parsed<std::int64_t> parse_integer(std::string_view text) {
    std::size_t sign = 0;
    while (sign < text.size() && is_space(text[sign])) ++sign;
    const bool negative = sign + 1 < text.size() && text[sign] == '-' && is_digit(text[sign + 1]);
    std::string unsigned_text{text};
    if (negative) unsigned_text[sign] = ' ';  // positions stay
    Kind kind = kInteger;
    if (negative) kind.largest = kMaxCount + 1;
    NumberReader reader{unsigned_text, kind};
    std::optional<Number> number = reader.read();
    if (!number) return failure<std::int64_t>(reader.error());
    if (!number->unit.empty()) return failure<std::int64_t>(unknown_unit(*number, kind));
    QuantityError error;
    const std::optional<std::uint64_t> count = whole_units(*number, Unit{"", 1}, kind, error);
    if (!count) return failure<std::int64_t>(std::move(error));
    return {static_cast<std::int64_t>(negative ? 0 - *count : *count), {}};
}

std::string to_string(Duration value) {
    return in_largest_unit(value.ns(), kDurationUnits, Unit{"s", 1'000'000'000});
}

std::string to_string(Bytes value) {
    return in_largest_unit(value.count, kByteUnits, kByteUnits[0]);
}

std::string to_string(Packets value) {
    return std::to_string(value.count) + (value.count == 1 ? " packet" : " packets");
}

std::string to_string(Rate value) {
    if (value.is_unlimited()) return "unlimited";
    // Bits only: one written form.
    return in_largest_unit(value.bits_per_second(), std::span{kRateUnits}.first(5), kRateUnits[0]);
}

std::string to_string(Ratio value) {
    if (auto decimal = short_decimal(value.numerator, value.denominator)) return *decimal;
    return std::to_string(value.numerator) + "/" + std::to_string(value.denominator);
}

std::string to_string(Probability value) {
    const Ratio& ratio = value.ratio;
    if (auto percent = short_decimal(UInt128{ratio.numerator} * 100, ratio.denominator)) {
        return *percent + " %";
    }
    return std::to_string(ratio.numerator) + "/" + std::to_string(ratio.denominator);
}

}  // namespace seedwire
