#include "sim/base/quantity.h"

#include <string>

#include "sim/base/random.h"
#include "tests/support/catch.h"

using namespace seedwire;
using namespace seedwire::literals;

namespace {

/// What stands under the caret.
template <class T>
std::string marked(std::string_view text, const Parsed<T>& parsed) {
    return std::string{text.substr(parsed.error.offset, parsed.error.length)};
}

template <class T>
void check_error(const Parsed<T>& parsed, std::string_view text, const std::string& under_caret,
                 const std::string& message, const std::string& hint) {
    INFO(text);
    REQUIRE_FALSE(parsed);
    CHECK(marked(text, parsed) == under_caret);
    CHECK(parsed.error.message == message);
    CHECK(parsed.error.hint == hint);
}

}  // namespace

TEST_CASE("Durations are read exactly in each of their units", "[quantity]") {
    CHECK(*parse_duration("20 ms") == 20_ms);
    CHECK(*parse_duration("20ms") == 20_ms);
    CHECK(*parse_duration("  1.5 s ") == 1500_ms);
    CHECK(*parse_duration("1_000_000 ns") == 1_ms);
    CHECK(*parse_duration("30 us") == 30_us);
    CHECK(*parse_duration("30 \xC2\xB5s") == 30_us);
    CHECK(*parse_duration("30 \xCE\xBCs") == 30_us);
    CHECK(*parse_duration("1/4 s") == 250_ms);
    CHECK(*parse_duration("2 min") == 120_s);
    CHECK(*parse_duration("1.5 h") == 5400_s);
    CHECK(*parse_duration("0 s") == Duration::zero());
    CHECK(*parse_duration("9223372036854775807 ns") == Duration::max());
    CHECK(*parse_duration("0.000000001 s") == 1_ns);
    CHECK(*parse_duration("1.50000000000000000000 s") == 1500_ms);
}

TEST_CASE("Sizes, packets, rates and integers are read exactly", "[quantity]") {
    CHECK(*parse_bytes("64 KiB") == Bytes{65'536});
    CHECK(*parse_bytes("64 kB") == Bytes{64'000});
    CHECK(*parse_bytes("1.5kB") == Bytes{1500});
    CHECK(*parse_bytes("1/2 MiB") == Bytes{524'288});
    CHECK(*parse_bytes("2 GiB") == Bytes{std::int64_t{2} << 30});
    CHECK(*parse_packets("100 packets") == Packets{100});
    CHECK(*parse_packets("1 packet") == Packets{1});
    CHECK(*parse_rate("10 Mbit/s") == Rate::bits_per_second(10'000'000));
    CHECK(*parse_rate("1.5 Tbit/s") == Rate::bits_per_second(1'500'000'000'000));
    CHECK(*parse_rate("125 kB/s") == Rate::bits_per_second(1'000'000));
    CHECK(*parse_rate("1 KiB/s") == Rate::bits_per_second(8192));
    CHECK(*parse_rate("1/8 B/s") == Rate::bits_per_second(1));
}

TEST_CASE("Integers take a sign and no unit", "[quantity]") {
    CHECK(*parse_integer("42") == 42);
    CHECK(*parse_integer(" -42 ") == -42);
    CHECK(*parse_integer("1_000") == 1000);
    CHECK(*parse_integer("-9223372036854775808") == INT64_MIN);
    CHECK(*parse_integer("9223372036854775807") == INT64_MAX);
    CHECK_FALSE(parse_integer("9223372036854775808"));
    CHECK_FALSE(parse_integer("-9223372036854775809"));
    check_error(parse_integer("1.5"), "1.5", "1.5", "1.5 is not a whole number", "");
    check_error(parse_integer("5 ms"), "5 ms", "ms", "'ms' behind a whole number", "");
    check_error(parse_integer("five"), "five", "five", "'five' is not a whole number",
                "write for example 100");
}

TEST_CASE("An unlimited rate is a word", "[quantity]") {
    CHECK(parse_rate("unlimited")->is_unlimited());
    CHECK(parse_rate(" unlimited ")->is_unlimited());
    check_error(parse_rate("unlimitted"), "unlimitted", "unlimitted", "'unlimitted' is not a rate",
                "did you mean 'unlimited'?");
    // The number that stands for it cannot be written.
    CHECK_FALSE(parse_rate("9223372036854775807 bit/s"));
    CHECK(parse_rate("9223372036854775806 bit/s"));
}

TEST_CASE("Ratios and probabilities are exact fractions in lowest terms", "[quantity]") {
    CHECK(*parse_ratio("0.9") == Ratio{9, 10});
    CHECK(*parse_ratio("90 %") == Ratio{9, 10});
    CHECK(*parse_ratio("9/10") == Ratio{9, 10});
    CHECK(*parse_ratio("18/20") == Ratio{9, 10});
    CHECK(*parse_ratio("3") == Ratio{3, 1});
    CHECK(parse_probability("1 %")->ratio == Ratio{1, 100});
    CHECK(parse_probability("0.1%")->ratio == Ratio{1, 1000});
    CHECK(parse_probability("1/3")->ratio == Ratio{1, 3});
    CHECK(parse_probability("100 %")->ratio == Ratio{1, 1});
    CHECK(parse_probability("0 %")->ratio == Ratio{0, 1});
    CHECK(parse_probability("0")->ratio == Ratio{0, 1});
    CHECK(parse_probability("1/1")->ratio == Ratio{1, 1});
    CHECK(parse_probability("1/3 %")->ratio == Ratio{1, 300});
}

TEST_CASE("A bare number is no probability, and the hint says what to write", "[quantity]") {
    check_error(parse_probability("5"), "5", "5", "5 has no unit", "write 5 % (or 1/20)");
    check_error(parse_probability("0.05"), "0.05", "0.05", "0.05 has no unit",
                "write 5 % (or 1/20)");
    check_error(parse_probability("1"), "1", "1", "1 has no unit",
                "write 100 % (or 1/1) if it is certain, or 1 %");
    check_error(parse_probability("500"), "500", "500", "500 has no unit",
                "a probability is at most 100 %");
    check_error(parse_probability("150 %"), "150 %", "150 %", "a probability is at most 100 %", "");
    check_error(parse_probability("3/2"), "3/2", "3/2", "a probability is at most 100 %", "");
    check_error(parse_probability("-1 %"), "-1 %", "-1 %", "a probability cannot be negative", "");
}

TEST_CASE("An unknown unit is pointed at, with the one that was probably meant", "[quantity]") {
    check_error(parse_rate("1 Mbps"), "1 Mbps", "Mbps", "unknown unit 'Mbps'",
                "did you mean 'Mbit/s'?");
    CHECK(
        parse_rate("1 Mbps").error.note.starts_with("a rate takes bit/s, kbit/s, Mbit/s, Gbit/s"));
    check_error(parse_rate("1  mbit/s "), "1  mbit/s ", "mbit/s", "unknown unit 'mbit/s'",
                "did you mean 'Mbit/s'?");
    check_error(parse_duration("5 sec"), "5 sec", "sec", "unknown unit 'sec'", "did you mean 's'?");
    check_error(parse_duration("5mss"), "5mss", "mss", "unknown unit 'mss'", "did you mean 'ms'?");
    check_error(parse_bytes("5 KB"), "5 KB", "KB", "unknown unit 'KB'", "did you mean 'kB'?");
    check_error(parse_bytes("5 fathoms"), "5 fathoms", "fathoms", "unknown unit 'fathoms'", "");
    check_error(parse_packets("5 pkts"), "5 pkts", "pkts", "unknown unit 'pkts'",
                "did you mean 'packets'?");
    check_error(parse_ratio("5 percent"), "5 percent", "percent", "unknown unit 'percent'",
                "did you mean '%'?");
    check_error(parse_duration("5 ms ms"), "5 ms ms", "ms ms", "unknown unit 'ms ms'", "");
}

TEST_CASE("A missing unit is named, with a way to write it", "[quantity]") {
    check_error(parse_duration(" 5"), " 5", "5", "5 has no unit", "write 5 ms");
    check_error(parse_rate("10"), "10", "10", "10 has no unit", "write 10 Mbit/s");
    check_error(parse_bytes("1500"), "1500", "1500", "1500 has no unit", "write 1500 B");
    check_error(parse_packets("7"), "7", "7", "7 has no unit", "write 7 packets");
}

TEST_CASE("What cannot be held exactly is an error, not a rounding", "[quantity]") {
    check_error(parse_duration("1/3 s"), "1/3 s", "1/3 s",
                "1/3 s is not a whole number of nanoseconds", "");
    check_error(parse_duration("0.5 ns"), "0.5 ns", "0.5 ns",
                "0.5 ns is not a whole number of nanoseconds", "");
    check_error(parse_bytes("1.0001 kB"), "1.0001 kB", "1.0001 kB",
                "1.0001 kB is not a whole number of bytes", "");
    check_error(parse_packets("1.5 packets"), "1.5 packets", "1.5 packets",
                "1.5 packets is not a whole number of packets", "");
    CHECK(*parse_duration("1/3 min") == 20_s);
}

TEST_CASE("Values beyond the range of their type are errors", "[quantity]") {
    check_error(parse_duration("300000 h 5"), "300000 h 5", "h 5", "unknown unit 'h 5'", "");
    check_error(parse_duration("3000000 h"), "3000000 h", "3000000 h",
                "too large: the most is 9223372036854775807 nanoseconds", "");
    CHECK_FALSE(parse_duration("9223372036854775808 ns"));
    CHECK_FALSE(parse_bytes("99999999999999999999999 GiB"));
    check_error(parse_bytes("9999999999999999999999999999999999999999 B"),
                "9999999999999999999999999999999999999999 B",
                "9999999999999999999999999999999999999999", "too many digits to be held exactly",
                "");
    CHECK_FALSE(parse_ratio("0.00000000000000000000001"));
    CHECK_FALSE(parse_ratio("1/99999999999999999999999"));
    CHECK(parse_ratio("1/18446744073709551615"));
}

TEST_CASE("Texts that are no numbers are refused with the place and an example", "[quantity]") {
    check_error(parse_duration(""), "", "", "empty: a duration is expected",
                "write for example 20 ms");
    check_error(parse_duration("  "), "  ", "", "empty: a duration is expected",
                "write for example 20 ms");
    check_error(parse_duration("soon"), "soon", "soon", "'soon' is not a duration",
                "write for example 20 ms");
    check_error(parse_duration("-5 ms"), "-5 ms", "-5 ms", "a duration cannot be negative", "");
    check_error(parse_duration(".5 s"), ".5 s", ".5 s", "a digit is missing before '.'",
                "write 0.5 s");
    check_error(parse_duration("5. s"), "5. s", ".", "a digit is missing after '.'", "");
    check_error(parse_duration("1__0 s"), "1__0 s", "_", "'_' belongs between two digits", "");
    check_error(parse_duration("10_ s"), "10_ s", "_", "'_' belongs between two digits", "");
    check_error(parse_duration("1,5 s"), "1,5 s", ",", "',' in a number",
                "the decimal point is '.'; digits are grouped with '_'");
    check_error(parse_duration("1/0 s"), "1/0 s", "0", "division by zero", "");
    CHECK_FALSE(parse_duration("+5 ms"));
    CHECK_FALSE(parse_duration("1e3 ms"));
    CHECK_FALSE(parse_duration(std::string_view{"5\0ms", 4}));
}

TEST_CASE("Values are written in the largest unit that holds them exactly", "[quantity]") {
    CHECK(to_string(20_ms) == "20 ms");
    CHECK(to_string(1500_ms) == "1500 ms");
    CHECK(to_string(1_us) == "1 us");
    CHECK(to_string(90_s) == "90 s");
    CHECK(to_string(7200_s) == "2 h");
    CHECK(to_string(Duration::zero()) == "0 s");
    CHECK(to_string(-20_ms) == "-20 ms");
    CHECK(to_string(Duration::ns(INT64_MIN)) == "-9223372036854775808 ns");
    CHECK(to_string(Bytes{65'536}) == "64 KiB");
    CHECK(to_string(Bytes{64'000}) == "64 kB");
    CHECK(to_string(Bytes{1461}) == "1461 B");
    CHECK(to_string(Packets{1}) == "1 packet");
    CHECK(to_string(Packets{0}) == "0 packets");
    CHECK(to_string(Rate::bits_per_second(10'000'000)) == "10 Mbit/s");
    CHECK(to_string(Rate::bits_per_second(8192)) == "8192 bit/s");
    CHECK(to_string(Rate::unlimited()) == "unlimited");
    CHECK(to_string(Ratio{9, 10}) == "0.9");
    CHECK(to_string(Ratio{1, 3}) == "1/3");
    CHECK(to_string(Ratio{7, 1}) == "7");
    CHECK(to_string(Probability{{1, 1000}}) == "0.1 %");
    CHECK(to_string(Probability{{1, 200}}) == "0.5 %");
    CHECK(to_string(Probability{{1, 3}}) == "1/3");
    CHECK(to_string(Probability::never()) == "0 %");
    CHECK(to_string(Probability::always()) == "100 %");
}

TEST_CASE("What is written parses back to the same value", "[quantity]") {
    RandomStream random{3, "round trip"};
    for (int i = 0; i < 20'000; ++i) {
        // Of every magnitude, round numbers among them.
        std::uint64_t n = random.next() >> (1 + random.below(63));
        for (std::uint64_t zeros = random.below(10); zeros > 0; --zeros) n = n * 10;
        const auto value = static_cast<std::int64_t>(n >> 1);
        INFO(value);
        REQUIRE(*parse_duration(to_string(Duration::ns(value))) == Duration::ns(value));
        REQUIRE(*parse_bytes(to_string(Bytes{value})) == Bytes{value});
        REQUIRE(*parse_packets(to_string(Packets{value})) == Packets{value});
        REQUIRE(*parse_rate(to_string(Rate::bits_per_second(value))) ==
                Rate::bits_per_second(value));
        REQUIRE(*parse_integer(std::to_string(value)) == value);
        const Ratio ratio = Ratio::of(random.next() >> random.below(64),
                                      1 + (random.next() >> (1 + random.below(63))));
        REQUIRE(*parse_ratio(to_string(ratio)) == ratio);
        if (ratio.numerator <= ratio.denominator) {
            REQUIRE(*parse_probability(to_string(Probability{ratio})) == Probability{ratio});
        }
    }
    CHECK(*parse_rate(to_string(Rate::unlimited())) == Rate::unlimited());
}

TEST_CASE("Any text is either a value or an error within the text", "[quantity]") {
    RandomStream random{4, "garbage"};
    const std::string_view alphabet = "0123456789./_ -%kMGTbitBs,unhmin\xC2\xB5";
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (std::uint64_t n = random.below(12); n > 0; --n) {
            text += alphabet[random.below(alphabet.size())];
        }
        INFO(text);
        const auto check = [&](const auto& parsed) {
            if (parsed) return;
            REQUIRE(parsed.error.offset + parsed.error.length <= text.size());
            REQUIRE_FALSE(parsed.error.message.empty());
        };
        check(parse_duration(text)), check(parse_bytes(text)), check(parse_rate(text));
        check(parse_packets(text)), check(parse_ratio(text)), check(parse_probability(text));
        check(parse_integer(text));
    }
}

TEST_CASE("Ratios are reduced and compared by their value", "[quantity]") {
    CHECK(Ratio::of(6, 4) == Ratio{3, 2});
    CHECK(Ratio::of(0, 4) == Ratio{0, 1});
    CHECK(Ratio{1, 3} < Ratio{34, 100});
    CHECK(Ratio{UINT64_MAX, 2} > Ratio{UINT64_MAX, 3});
}
