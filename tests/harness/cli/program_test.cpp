// The built program, as people and scripts meet it: what it prints, where, and its exit code.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/harness/cli/shell.h"
#include "tests/support/catch.h"
#include "tests/support/json_checker.h"

namespace fs = std::filesystem;

namespace {

using seedwire::cli::testing::Output;
using seedwire::cli::testing::run_shell;

/// Runs a line of shell in which `seedwire` is the program; standard error joins only if asked.
Output shell(const std::string& line) {
    return run_shell(
        "cd '" SEEDWIRE_SOURCE_DIR "' && seedwire() { '" SEEDWIRE_PROGRAM "' \"$@\"; } && " + line);
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

const std::string kHandshake = "scenarios/tour/handshake.yaml";

/// An empty folder that goes away with the test, and scenarios in it.
class Place {
public:
    Place() : path_{fs::temp_directory_path() / ("seedwire-cli-" + std::to_string(getpid()))} {
        fs::remove_all(path_);
        fs::create_directory(path_);
    }
    ~Place() { fs::remove_all(path_); }
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    std::string file(const std::string& name, const std::string& rest) const {
        std::ofstream out{path_ / name};
        out << "version: 1\nname: test\nhosts: [client, server]\nlinks:\n"
               "  - {name: line, between: [client, server], rate: 10 Mbit/s, delay: 20 ms}\n"
            << rest;
        return *this / name;
    }

private:
    fs::path path_;
};

constexpr const char* kHello =
    "flows:\n  hello: {app: request_response, from: client, to: server, request: 100 B, response: "
    "1 kB}\n";

}  // namespace

TEST_CASE("A run shows ladder, figures, verdict and digest, and exits 0", "[cli]") {
    const Output out = shell("LC_ALL=C.UTF-8 seedwire run " + kHandshake);
    CHECK(out.code == 0);
    for (const char* part :
         {"three-way handshake (seed 1)", "SYN-SENT", "SYN-RECEIVED", "\xE2\x94\x82", "handshake",
          "goodput", "expectations hold", "\ndigest "})
        CHECK(contains(out.text, part));
    CHECK_FALSE(contains(out.text, "\x1b"));  // no colours into a pipe
}

TEST_CASE("Where the locale is not UTF-8, everything is plain ASCII", "[cli]") {
    const std::string how =
        GENERATE("LC_ALL=C seedwire run ", "LC_ALL=C.UTF-8 seedwire run --ascii ",
                 "LC_ALL= LC_CTYPE= LANG= seedwire run ");
    const Output out = shell(how + kHandshake);
    CHECK(out.code == 0);
    for (const char c : out.text) REQUIRE(static_cast<unsigned char>(c) < 0x80);
    CHECK(contains(out.text, "SYN+ACK"));
}

TEST_CASE("Colours come when they are asked for", "[cli]") {
    CHECK(contains(shell("seedwire run --color always " + kHandshake).text, "\x1b["));
    CHECK_FALSE(contains(shell("seedwire run --color never " + kHandshake).text, "\x1b["));
}

TEST_CASE("Bad usage exits 2 and says what helps", "[cli]") {
    struct Case {
        std::string arguments, says;
    };
    const Case c = GENERATE(
        Case{"", "subcommand"}, Case{"rnu x.yaml", "did you mean 'run'?"}, Case{"run", "FILE"},
        Case{"run --nonsense x.yaml", "--nonsense"}, Case{"run --seed abc " + kHandshake, "--seed"},
        Case{"run --seed -1 " + kHandshake, "--seed"},
        Case{"run --seed 18446744073709551616 " + kHandshake, "--seed"},
        Case{"run --ladder -3 " + kHandshake, "--ladder"},
        Case{"run --max-events -3 " + kHandshake, "--max-events"},
        Case{"run -q -o never --force " + kHandshake + " ./" + kHandshake, "both go to the folder"},
        Case{"run --set delay " + kHandshake, "--set takes path=value"},
        Case{"run --from soon " + kHandshake, "--from"},
        Case{"run --width 3 " + kHandshake, "--width"},
        Case{"run --flow nobody " + kHandshake, "has no flow or program 'nobody'; it has: hello"},
        Case{"run no-such-file.yaml", "no-such-file.yaml"}, Case{"run scenarios", "scenarios"},
        Case{"run /dev/null", "/dev/null"}, Case{"check no-such-file.yaml", "no-such-file.yaml"});
    const Output out = shell("seedwire " + c.arguments + " 2>&1");
    INFO(out.text);
    CHECK(out.code == 2);
    CHECK(contains(out.text, c.says));
}

TEST_CASE("Help and version go to standard output and exit 0", "[cli]") {
    const std::string arguments = GENERATE("--help", "run --help", "check --help", "--version");
    const Output out = shell("seedwire " + arguments + " 2>/dev/null");
    CHECK(out.code == 0);
    CHECK(contains(out.text, "seedwire"));
}

TEST_CASE("A bad scenario is refused with its place, and nothing is run", "[cli]") {
    const Place place;
    const std::string bad =
        place.file("bad.yaml", "flows:\n  x: {app: bulk, from: client, to: sever, bytes: 1 MB}\n");
    for (const char* command : {"run", "check"}) {
        const Output out = shell(std::string{"seedwire "} + command + " " + bad + " 2>&1");
        CHECK(out.code == 2);
        CHECK(contains(out.text, "bad.yaml:7:"));
        CHECK(contains(out.text, "did you mean 'server'?"));
    }
    // One bad file among good ones: nothing is run either.
    const Output out = shell("seedwire run " + kHandshake + " " + bad + " 2>/dev/null");
    CHECK(out.code == 2);
    CHECK(out.text.empty());
}

TEST_CASE("A failed expectation exits 1 and is shown at its place", "[cli]") {
    const Place place;
    const std::string file =
        place.file("fails.yaml", std::string{kHello} + "expect:\n  - hello.handshake < 1 ms\n");
    const Output out = shell("seedwire run --quiet " + file);
    CHECK(out.code == 1);
    CHECK(contains(out.text, "fails.yaml:9:5: failed: hello.handshake < 1 ms"));
    CHECK(contains(out.text, "hello.handshake is 40.1 ms"));
}

TEST_CASE("JSON on standard output is one well-formed value", "[cli][json]") {
    const std::string arguments = GENERATE_COPY(
        "run --json " + kHandshake, "run --json " + kHandshake + " scenarios/tour/lost-syn.yaml",
        "check --json " + kHandshake, std::string{"check --json CONTRIBUTING.md 2>/dev/null"});
    const Output out = shell("seedwire " + arguments);
    INFO(arguments);
    CHECK(seedwire::test::json_problem(out.text) == "");
}

TEST_CASE("A scenario may come from standard input", "[cli]") {
    const Output out = shell("seedwire run --quiet - < " + kHandshake);
    CHECK(out.code == 0);
    CHECK(shell("seedwire check - < " + kHandshake).code == 0);
}

TEST_CASE("A reader that has seen enough ends the program quietly", "[cli]") {
    const Output out =
        shell("{ seedwire run " + kHandshake + "; echo code $? >&2; } 2>&1 >/dev/full | head -1");
    CHECK_FALSE(contains(out.text, "terminate"));
    const Output head = shell("seedwire run scenarios/tour/close.yaml 2>&1 | head -1");
    CHECK(head.code == 0);
    CHECK(contains(head.text, "four-way close"));
    const Output closed = shell("seedwire run " + kHandshake + " 2>&1 >&-");
    CHECK(closed.text.empty());
}

TEST_CASE("A verdict counts though nobody reads it; a full disk is an error", "[cli]") {
    Place place;
    const std::string fails =
        place.file("fails.yaml",
                   "flows: {f: {app: bulk, from: client, to: server, bytes: 1 kB}}\n"
                   "expect: [f.delivered == 2 kB]\n");
    CHECK(shell("seedwire run " + fails + " >&-").code == 1);
    CHECK(shell("seedwire run " + fails + " >/dev/full 2>&1").code == 1);
    const Output full = shell("seedwire run " + kHandshake + " 2>&1 >/dev/full");
    CHECK(full.code == 5);
    CHECK(contains(full.text, "standard output"));
}

TEST_CASE("A results folder is whole, refused if it exists, replaced if asked", "[cli][output]") {
    const Place place;
    const std::string dir = place / "out";
    CHECK(shell("seedwire run -q " + kHandshake + " -o " + dir).code == 0);
    for (const char* name :
         {"summary.json", "flows.csv", "events.jsonl", "capture.pcapng", "meta.json"}) {
        INFO(name);
        CHECK(fs::file_size(dir + "/" + name) > 0);
    }
    const Output again = shell("seedwire run -q " + kHandshake + " -o " + dir + " 2>&1");
    CHECK(again.code == 2);
    CHECK(contains(again.text, "exists already; --force"));
    CHECK(shell("seedwire run -q --force " + kHandshake + " -o " + dir).code == 0);
}

TEST_CASE("meta.json says what was run, by which program, and with what result", "[cli][output]") {
    const Place place;
    const std::string file = place.file("hello.yaml", kHello);
    const auto meta_of = [&](const std::string& options) {
        const std::string printed =
            shell("seedwire run --no-ladder --force " + file + " -o " + (place / "out") + options)
                .text;
        std::ifstream in{place / "out/meta.json"};
        const std::string meta{std::istreambuf_iterator<char>{in}, {}};
        CHECK(seedwire::test::json_problem(meta) == "");
        const std::size_t digest = printed.find("digest ") + 7;
        CHECK(contains(meta, "\"digest\": \"" + printed.substr(digest, 32) + '"'));
        return meta;
    };
    const auto member = [](const std::string& meta, const std::string& name) {
        const std::size_t begin = meta.find('"' + name + "\": ");
        REQUIRE(begin != std::string::npos);
        return meta.substr(begin, meta.find_first_of(",\n", begin) - begin);
    };
    const std::string meta = meta_of(" --seed 7");
    for (const char* expected :
         {R"("program": "seedwire")", R"("scenario": "test")", R"("seed": 7)",
          R"("complete": true)", R"("ended": "quiescent")", R"("capture_headers_only": false)"}) {
        INFO(expected);
        CHECK(contains(meta, expected));
    }
    for (const char* name : {"version", "build", "compiler", "file"}) {
        INFO(name);
        CHECK(member(meta, name).size() > std::string{name}.size() + 6);
    }
    // The digest of the scenario is of its meaning: comments are no part of it, values are.
    std::ofstream{file, std::ios::app} << "# a comment\n";
    CHECK(member(meta_of(" --seed 7"), "scenario_digest") == member(meta, "scenario_digest"));
    CHECK(member(meta_of(" --seed 7 --set line.delay=1ms"), "scenario_digest") !=
          member(meta, "scenario_digest"));
    const std::string stopped = meta_of(" --max-events 5 2>&1");
    CHECK(contains(stopped, R"("complete": false)"));
    CHECK(contains(stopped, R"("ended": "event limit")"));
}

TEST_CASE("Two runs write the same bytes, but for meta.json", "[cli][output]") {
    const Place place;
    const std::string a = place / "a", b = place / "b";
    const std::string run = "seedwire run -q scenarios/tour/lost-syn.yaml -o ";
    REQUIRE(shell(run + a).code == 0);
    REQUIRE(shell(run + b).code == 0);
    CHECK(shell("diff -r --exclude meta.json " + a + " " + b).code == 0);
}

TEST_CASE("Every line of events.jsonl is a JSON object", "[cli][output]") {
    const Place place;
    REQUIRE(shell("seedwire run -q scenarios/tour/lost-syn.yaml -o " + (place / "out")).code == 0);
    std::ifstream file{place / "out/events.jsonl"};
    std::string line;
    std::size_t lines = 0;
    for (; std::getline(file, line); ++lines) REQUIRE(seedwire::test::json_problem(line) == "");
    CHECK(lines > 20);
}

TEST_CASE("Several files get folders of their own, and the worst exit code counts",
          "[cli][output]") {
    const Place place;
    const std::string fails =
        place.file("fails.yaml", std::string{kHello} + "expect:\n  - hello.handshake < 1 ms\n");
    const Output out =
        shell("seedwire run -q " + kHandshake + " " + fails + " -o " + (place / "out"));
    CHECK(out.code == 1);
    CHECK(fs::exists(place / "out/handshake/meta.json"));
    CHECK(fs::exists(place / "out/fails/meta.json"));
}

TEST_CASE("Results that cannot be written exit with a message and leave nothing", "[cli][output]") {
    const Output out = shell("seedwire run -q " + kHandshake + " -o /proc/nowhere/out 2>&1");
    CHECK(out.code != 0);
    CHECK(contains(out.text, "/proc/nowhere"));
}

TEST_CASE("A limit exits 75 and the results say that they are incomplete", "[cli]") {
    const Place place;
    const std::string file =
        place.file("limit.yaml", std::string{kHello} + "limits: {events: 5}\n");
    const Output out = shell("seedwire run " + file + " -o " + (place / "out") + " 2>&1");
    CHECK(out.code == 75);
    CHECK(contains(out.text, "INCOMPLETE"));
    std::ifstream summary{place / "out/summary.json"};
    const std::string text{std::istreambuf_iterator<char>{summary}, {}};
    CHECK(contains(text, "\"complete\": false"));
}

// Sanitizers reserve far more addresses than they use.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SEEDWIRE_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SEEDWIRE_SANITIZED
#endif
#endif

#ifndef SEEDWIRE_SANITIZED
TEST_CASE("Without memory the program ends with a message and exits 75", "[cli]") {
    const Place place;
    const std::string file =
        place.file("many.yaml",
                   "flows:\n  load: {app: bulk, from: client, to: server, bytes: 1 kB, "
                   "count: 200000}\n");
    // 40 MB of addresses: enough to start.
    const Output out =
        shell("(ulimit -v 40000; seedwire run -q " + file + " -o " + (place / "out") + " 2>&1)");
    CHECK(out.code == 75);
    CHECK(out.text == "seedwire: out of memory\n");
    CHECK_FALSE(fs::exists(place / "out"));
}
#endif

TEST_CASE("Ctrl-C finishes the files and exits 130", "[cli]") {
    const Place place;
    // Far more than a machine does in a second.
    const std::string file = place.file(
        "long.yaml", "flows:\n  load: {app: bulk, from: client, to: server, bytes: 900 GB}\n");
    const Output out = shell("{ '" SEEDWIRE_PROGRAM "' run -q " + file + " -o " + (place / "out") +
                             " & sleep 1; kill -INT $!; wait $!; }");
    CHECK(out.code == 130);
    CHECK(fs::exists(place / "out/meta.json"));
    std::ifstream summary{place / "out/summary.json"};
    const std::string text{std::istreambuf_iterator<char>{summary}, {}};
    CHECK(seedwire::test::json_problem(text) == "");
    CHECK(contains(text, "interrupted"));
}

TEST_CASE("The seed on the command line wins, and decides the digest", "[cli]") {
    const auto digest = [](const std::string& arguments) {
        const std::string text =
            shell("seedwire run --no-ladder scenarios/tour/tcp-and-udp.yaml " + arguments).text;
        return text.substr(std::min(text.size(), text.find("digest ")), 39);
    };
    CHECK(digest("--seed 7") == digest("--seed 7"));
    CHECK(digest("--seed 7") != digest("--seed 8"));
    CHECK(digest("") == digest("--seed 1"));
}
