// Texts that are no scenarios at all: refused at a place, quickly, without harm.
#include <fmt/format.h>

#include <string>

#include "harness/scenario/canonical_text.h"
#include "harness/scenario/scenario.h"
#include "sim/base/random.h"
#include "tests/harness/scenario/examples.h"
#include "tests/support/catch.h"

namespace seedwire::scenario {
namespace {

/// Loads what must not load, and returns the first problem.
Diagnostic refused(const std::string& text) {
    Diagnostics problems;
    CHECK_FALSE(load("bad.yaml", text, {}, problems).has_value());
    REQUIRE(problems.has_errors());
    return problems.list().front();
}

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
}

TEST_CASE("Deep nesting is refused before it is parsed", "[scenario][hostile]") {
    const std::string open = GENERATE(as<std::string>{}, "[", "{", "{a: ", "- ", "? ", "[[", "a: [",
                                      "!!x [", "&a [", "\"a\": {");
    CHECK(refused(repeated(open, 20'000)).where.line == 1);
}

TEST_CASE("Deep indentation is refused", "[scenario][hostile]") {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
    CHECK(refused(text).message.find("within each other") != std::string::npos);
}

TEST_CASE("An alias bomb is refused", "[scenario][hostile]") {
    std::string text = "x-0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i)
        text += fmt::format("x-{0}: &a{0} [{1}]\n", i, repeated(fmt::format("*a{}, ", i - 1), 10));
    CHECK(refused(text).message.find("aliases expanded") != std::string::npos);
}

TEST_CASE("Other encodings and no text at all are refused at 1:1", "[scenario][hostile]") {
    CHECK(refused(std::string{"\xFF\xFEv\0e\0", 6}).message == "the file is UTF-16");
    CHECK(refused(std::string{"v\0e\0r\0s\0", 8}).message == "the file is UTF-16");
    CHECK(refused("").message == "the file is empty");
    CHECK(refused("# nothing\n").message == "the file is empty");
    CHECK(refused("just words").message.find("a map of keys") != std::string::npos);
    CHECK(refused("- a\n- b\n").message.find("a map of keys") != std::string::npos);
    CHECK(refused(std::string(17 << 20, ' ')).message == "the file is larger than 16 MiB");
}

TEST_CASE("A byte order mark and CRLF make no difference", "[scenario]") {
    std::string text = "\xEF\xBB\xBF";
    for (const char* c = examples::kLossy; *c != 0; ++c)
        text += *c == '\n' ? "\r\n" : std::string(1, *c);
    Diagnostics problems;
    const auto with = load("a.yaml", text, {}, problems);
    const auto without = load("a.yaml", examples::kLossy, {}, problems);
    INFO(render(problems, text, false));
    REQUIRE(with.has_value());
    REQUIRE(without.has_value());
    CHECK(with->digest == without->digest);
}

TEST_CASE("Any mutation of a scenario loads or is refused at a place", "[scenario][hostile]") {
    const std::string original =
        GENERATE(as<std::string>{}, examples::kHandshake, examples::kLossy, examples::kPrograms);
    RandomStream random{1, "mutations"};
    static const std::string kLetters = "[]{}:,-#&*!|>'\"%@`?.=<()0129aeZ \n\t\x01\xC3";
    for (int round = 0; round < 400; ++round) {
        std::string text = original;
        for (std::uint64_t edits = 1 + random.below(4); edits > 0; --edits) {
            const std::size_t at = random.below(text.size());
            const char letter = kLetters[random.below(kLetters.size())];
            const std::uint64_t what = random.below(4);
            if (what == 0) text[at] = letter;
            if (what == 1) text.insert(at, 1, letter);
            if (what == 2) text.erase(at, 1 + random.below(6));
            if (what == 3)
                text.insert(at, text.substr(random.below(text.size()), random.below(30)));
            if (text.empty()) text = "a";
        }
        Diagnostics problems;
        const auto scenario = load("mutated.yaml", text, {}, problems);
        INFO(text);
        CHECK(scenario.has_value() == !problems.has_errors());
        for (const Diagnostic& problem : problems.list()) CHECK(problem.where.line >= 1);
        render(problems, text, true);
        if (!scenario) continue;
        const std::string canonical = canonical_text(*scenario);
        Diagnostics again;
        const auto copy = load("canonical.yaml", canonical, {}, again);
        INFO(canonical << render(again, canonical, false));
        REQUIRE(copy.has_value());
        CHECK(canonical_text(*copy) == canonical);
    }
}

}  // namespace
}  // namespace seedwire::scenario
