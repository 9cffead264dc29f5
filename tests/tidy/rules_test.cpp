// The rules find what is planted, at its line, and nothing else.
#include "tests/tidy/rules.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace seedwire::tidy {

namespace {

const std::string kOpening = "// Decides something.\n";

/// Checks a file that is in order but for `text`, which begins at line 2.
std::vector<Violation> check(const std::string& path, const std::string& text) {
    const std::string guard = path.ends_with(".h") ? "\n#pragma once" : "";
    return check_file(read_source(path, kOpening + text + guard));
}

/// Expects one violation, at `line`, whose message contains `words`.
void expect_one(const std::vector<Violation>& found, std::size_t line, const std::string& words) {
    REQUIRE(found.size() == 1);
    CHECK(found[0].line == line);
    INFO(found[0].message);
    CHECK(found[0].message.find(words) != std::string::npos);
}

std::string lines(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "    step();\n";
    return text;
}

}  // namespace

TEST_CASE("tidy: includes go strictly downward", "[tidy]") {
    expect_one(check("models/tcp/state.h", "\n#include \"sim/kernel/entity.h\""), 3,
               "models/tcp may not include sim/kernel; it may include models/wire sim/base");
    expect_one(check("models/tcp/state.h", "#include \"models/udp/socket.h\""), 2, "models/udp");
    expect_one(check("sim/base/time.h", "#include \"models/wire/packet.h\""), 2, "nothing of ours");
    expect_one(check("models/net/link.cpp", "#include \"tests/support/catch.h\""), 2, "tests");
    CHECK(check("models/tcp/state.h", "#include \"models/wire/segment.h\"").empty());
    CHECK(check("models/tcp/recovery/rack.h", "#include \"models/tcp/state.h\"").empty());
    CHECK(check("models/net/link.h", "#include \"sim/kernel/entity.h\"").empty());
    CHECK(check("tests/models/net/link_test.cpp", "#include \"harness/run/run.h\"").empty());
    CHECK(check("models/tcp/state.h", "// #include \"sim/kernel/entity.h\"").empty());
}

TEST_CASE("tidy: includes are written from the project root", "[tidy]") {
    expect_one(check("models/tcp/state.cpp", "#include \"state.h\""), 2,
               "such as \"models/tcp/state.h\"");
    expect_one(check("models/tcp/state.cpp", "#include \"../wire/packet.h\""), 2, "project root");
}

TEST_CASE("tidy: third-party code stays in its file", "[tidy]") {
    expect_one(check("harness/scenario/load.cpp", "#include <yaml-cpp/yaml.h>"), 2,
               "harness/scenario/document.cpp");
    expect_one(check("models/net/topology.cpp", "#include <boost/graph/graph_traits.hpp>"), 2,
               "models/net/routing.cpp");
    expect_one(check("harness/run/run.cpp", "#include <CLI/CLI.hpp>"), 2, "harness/cli");
    expect_one(check("tests/sim/base/time_test.cpp", "#include <catch2/catch.hpp>"), 2,
               "tests/support/catch.h");
    CHECK(check("harness/scenario/document.cpp", "#include <yaml-cpp/yaml.h>").empty());
    CHECK(check("models/net/routing.cpp", "#include <boost/graph/graph_traits.hpp>").empty());
}

TEST_CASE("tidy: headers that hide a clock, an order or a stream are banned", "[tidy]") {
    expect_one(check("models/app/bulk.cpp", "#include <random>"), 2, "RandomStream");
    expect_one(check("harness/observe/flow.cpp", "#include <unordered_map>"), 2, "std::map");
    expect_one(check("sim/kernel/simulation.cpp", "#include <chrono>"), 2, "`now`");
    CHECK(check("harness/cli/progress.cpp", "#include <chrono>").empty());
    CHECK(check("tests/sim/base/random_test.cpp", "#include <random>").empty());
}

TEST_CASE("tidy: what CMake links is what may be included", "[tidy]") {
    std::vector<Violation> found;
    check_link_dependencies(
        "project(x)\nseedwire_library(models/tcp DEPENDS models/wire\n"
        "                 sim/kernel PRIVATE fmt::fmt)\n"
        "seedwire_library(models/net DEPENDS sim/kernel)\n",
        found);
    expect_one(found, 2, "models/tcp may not link sim/kernel");
}

TEST_CASE("tidy: identifiers that make two runs differ are banned", "[tidy]") {
    const auto [code, instead] = GENERATE(table<std::string, std::string>({
        {"auto t = std::chrono::steady_clock::now();", "one clock"},
        {"auto t = time(nullptr);", "one clock"},
        {"auto t = std::time(nullptr);", "one clock"},
        {"auto t = std::clock();", "one clock"},
        {"return rand() % 6;", "RandomStream"},
        {"std::mt19937_64 engine;", "RandomStream"},
        {"std::shuffle(a.begin(), a.end(), engine);", "RandomStream"},
        {"std::unordered_map<int, int> m;", "std::map"},
        {"auto h = std::hash<int>{}(3);", "stable_hash"},
        {"std::map<Host*, int> m;", "pointer"},
        {"std::set<const Link *> s;", "pointer"},
        {"double rate = 0;", "Ratio"},
        {"auto x = static_cast<float>(y);", "Ratio"},
        {"auto e = getenv(\"HOME\");", "environment"},
        {"std::setlocale(LC_ALL, \"\");", "environment"},
        {"format(\"%p\", x);", "addresses"},
        {"throw Error{};", "SEEDWIRE_ASSERT"},
        {"std::cout << x;", "models/trace"},
        {"assert(x > 0);", "SEEDWIRE_ASSERT"},
        {"using namespace tcp;", "tcp::Endpoint"},
        {"using namespace seedwire::tcp;", "tcp::Endpoint"},
    }));
    CAPTURE(code);
    expect_one(check("models/app/bulk.cpp", "int a;\n" + code), 3, instead);
}

TEST_CASE("tidy: harmless neighbours of banned identifiers are left alone", "[tidy]") {
    const std::string code =
        GENERATE(as<std::string>{},                      //
                 "Time time(Duration d);",               // a declaration
                 "auto t = packet.time();",              // a member
                 "auto t = entry->time (x);",            //
                 "auto t = trace::time(x);",             // another namespace
                 "// a double rate() with rand()",       // a comment
                 "/* steady_clock\n   double */",        //
                 "auto s = \"double rand() time(0)\";",  // a string
                 "auto s = R\"(double)\"; int doubled = 1'000;",
                 "std::map<HostId, Host*> hosts;",  // a pointer as value
                 "char quote = '\"'; int x = 1; char other = '\"';", "using namespace wire::flag;",
                 "using namespace seedwire::literals;");
    CAPTURE(code);
    CHECK(check("models/app/bulk.cpp", code).empty());
}

TEST_CASE("tidy: the harness may compute with doubles and ask the environment at its door",
          "[tidy]") {
    CHECK(check("harness/observe/metrics.cpp", "double mean = 0;").empty());
    CHECK(check("harness/cli/terminal.cpp", "auto e = std::getenv(\"LANG\");").empty());
    CHECK(check("harness/cli/terminal.cpp", "auto t = steady_clock::now();").empty());
    CHECK(check("harness/observe/metrics.cpp", "auto e = std::getenv(\"LANG\");").size() == 1);
}

TEST_CASE("tidy: a function has at most 70 lines", "[tidy]") {
    const auto function = [](const std::string& head, int inside) {
        return "\nnamespace seedwire {\n\n" + head + " {\n" + lines(inside) + "}\n\n}";
    };
    const std::string head =
        GENERATE(as<std::string>{}, "void f(int x)", "int Link::f() const", "auto f() -> int",
                 "Link::f(int x) : a_{x}, b_(x)", "template <class T = int>\nvoid f(T)",
                 "bool operator==(Link) noexcept", "struct Link {\n    int x = 0;\n    Link f()");
    CAPTURE(head);
    const int extra = head.find('\n') == std::string::npos ? 0 : 1;
    const bool member = head.starts_with("struct");
    const int most = 68 - (member ? 0 : extra);
    CHECK(check("models/net/link.cpp", function(head, most)).empty());
    const std::size_t line = member ? 7 : 5;
    expect_one(check("models/net/link.cpp", function(head, most + 1)), line, "has 71 lines");
    CHECK(check("tests/models/net/link_test.cpp", function(head, most + 1)).empty());
}

TEST_CASE("tidy: tables and classes may be longer than a function", "[tidy]") {
    CHECK(check("models/net/link.h", "class Link {\npublic:\n" + lines(90) + "};").empty());
    CHECK(check("models/net/link.h", "constexpr Row kRows[] = {\n" + lines(90) + "};").empty());
    CHECK(check("models/net/link.h", "const Plugin x{\n" + lines(90) + "};").empty());
    CHECK(check("models/net/link.h", "const auto x = make({\n" + lines(90) + "});").empty());
}

TEST_CASE("tidy: a file has at most 600 lines", "[tidy]") {
    std::string text;
    for (int i = 0; i < 599; ++i) text += "int x" + std::to_string(i) + ";\n";
    CHECK(check("models/net/link.cpp", text).empty());
    expect_one(check("models/net/link.cpp", text + "int y;"), 601, "601 lines");
}

TEST_CASE("tidy: citations have one form", "[tidy]") {
    const auto [text, instead] = GENERATE(table<std::string, std::string>({
        {"// RFC9293 §3.4", "write 'RFC 9293'"},
        {"// see rfc 793", "write 'RFC 793'"},
        {"/* RFC-793 */", "write 'RFC 793'"},
        {"// RFC 6298 section 2.4.", "write 'RFC 6298 §2.4'"},
        {"// RFC 6298, Section 2", "write 'RFC 6298 §2'"},
        {"// RFC 6298 § 2", "write 'RFC 6298 §2'"},
        {"// RFC 6298§2", "write 'RFC 6298 §2'"},
    }));
    CAPTURE(text);
    expect_one(check("models/tcp/state.cpp", "int a;\n" + text), 3, instead);
}

TEST_CASE("tidy: good citations, tags and the bare word pass", "[tidy]") {
    CHECK(check("models/tcp/state.cpp",
                "// RFC 9293 §3.10.7.4, RFC 7323 §2–3, RFC 6298 §2 (2.4), RFC 5681.\n"
                "// The RFC asks for it; see [rfc9293].\n"
                "auto tag = \"[tcp][rfc9293]\";")
              .empty());
}

TEST_CASE("tidy: names and first lines say what a file is", "[tidy]") {
    expect_one(check("models/net/link_utils.h", ""), 1, "utils");
    expect_one(check("models/net/Link.h", ""), 1, "snake_case: link.h");
    expect_one(check_file(read_source("sim/base/time.cpp", "int x;\n")), 1, "one sentence");
    CHECK(check_file(read_source("sim/base/time.cpp", "#include \"sim/base/time.h\"\n")).empty());
    CHECK(check_file(read_source("tests/sim/base/time_test.cpp", "int x;\n")).empty());
    expect_one(check_file(read_source("sim/base/time.h", "// Time.\nint x;\n")), 1, "#pragma once");
}

TEST_CASE("tidy: no path leads out of the project", "[tidy]") {
    expect_one(check_file(read_source("docs/a.md", "one\nsee /home/me/x\n")), 2, "one machine");
    expect_one(check("sim/base/time.cpp", "auto p = \"/home/me\";"), 2, "one machine");
    CHECK(check_file(read_source("docs/a.md", "see docs/work/x and tests/home/y\n")).empty());
}

}  // namespace seedwire::tidy
