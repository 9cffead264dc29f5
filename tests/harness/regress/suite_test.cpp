#include "harness/regress/suite.h"

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "harness/regress/find_scenarios.h"
#include "harness/regress/report.h"
#include "tests/support/catch.h"
#include "tests/support/json_checker.h"

namespace fs = std::filesystem;
using namespace seedwire::regress;
using seedwire::run::ExitCode;

namespace {

/// A folder of scenarios that goes away with the test.
class Folder {
public:
    Folder() : path_{fs::temp_directory_path() / ("seedwire-suite-" + std::to_string(getpid()))} {
        fs::remove_all(path_);
        fs::create_directories(path_);
    }
    ~Folder() { fs::remove_all(path_); }
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    std::string text(const std::string& name, const std::string& text) const {
        fs::create_directories((path_ / name).parent_path());
        std::ofstream{path_ / name} << text;
        return *this / name;
    }
    std::string scenario(const std::string& name, const std::string& rest) const {
        return text(name,
                    "version: 1\nname: test\nhosts: [client, server]\nlinks:\n"
                    "  - {name: line, between: [client, server], rate: 10 Mbit/s, delay: 20 ms}\n"
                    "flows:\n  hello: {app: request_response, from: client, to: server}\n" +
                        rest);
    }

private:
    fs::path path_;
};

std::vector<CaseResult> run(const std::vector<Case>& cases, std::size_t jobs,
                            std::vector<std::size_t>* order = nullptr) {
    SuiteRequest request;
    request.jobs = jobs;
    request.clock = [] { return std::int64_t{0}; };
    request.on_result = [&](std::size_t i, const CaseResult&) {
        if (order != nullptr) order->push_back(i);
    };
    return run_suite(cases, request);
}

const char* const kHolds = "expect:\n  - hello.handshake <= 41 ms\n";
const char* const kFails = "expect:\n  - hello.handshake <= 4 ms\n";

}  // namespace

TEST_CASE("Scenarios are found below folders; fragments and hidden files are not", "[regress]") {
    const Folder folder;
    for (const char* name :
         {"b.yaml", "a/c.yml", "a/d.part.yaml", ".hidden/e.yaml", "f.txt", "a/.g.yaml"})
        folder.text(name, "version: 1\n");
    const FoundScenarios found = find_scenarios({folder / "", folder / "b.yaml"});
    CHECK(found.problems.empty());
    REQUIRE(found.files.size() == 2);
    CHECK(found.files[0] == folder / "a/c.yml");
    CHECK(found.files[1] == folder / "b.yaml");
    CHECK(find_scenarios({folder / "none"}).problems.size() == 1);
    CHECK(find_scenarios({folder / "a/d.part.yaml"}).files.empty());
}

TEST_CASE("A pattern is a part of a path, or fits it whole or behind a slash", "[regress]") {
    CHECK(is_chosen("tour/lost-syn.yaml", "lost"));
    CHECK_FALSE(is_chosen("tour/close.yaml", "lost"));
    CHECK(is_chosen("tour/lost-syn.yaml", "lost-*"));
    CHECK_FALSE(is_chosen("tour/not-lost-syn.yaml", "lost-*"));
    CHECK(is_chosen("close.yaml", "c????.yaml"));
}

TEST_CASE("Each case is judged alone, and results come in the order of the cases", "[regress]") {
    const Folder folder;
    const std::vector<Case> cases = make_cases(
        {folder.scenario("a.yaml", kHolds), folder.scenario("b.yaml", kFails),
         folder.text("c.yaml", "version: 1\nnonsense: true\n"),
         folder.text("d.yaml", "version: 1\nstudy: of nothing\n"),
         folder.scenario("e.yaml", "limits: {events: 3}\nexpect:\n  - hello.handshake > 0 s\n")},
        0);
    const std::size_t jobs = GENERATE(1u, 3u, 9u);
    std::vector<std::size_t> order;
    const std::vector<CaseResult> results = run(cases, jobs, &order);
    CHECK(order == std::vector<std::size_t>{0, 1, 2, 3, 4});
    CHECK(results[0].status == Status::Passed);
    CHECK(results[0].digest.size() == 32);
    CHECK(results[1].status == Status::Failed);
    CHECK(results[1].text.find("b.yaml:9:5: failed: hello.handshake <= 4 ms") != std::string::npos);
    CHECK(results[2].status == Status::Error);
    CHECK(results[2].text.find("nonsense") != std::string::npos);
    CHECK(results[3].status == Status::Skipped);
    CHECK(results[4].status == Status::Error);
    CHECK(results[4].code == ExitCode::LimitReached);
    CHECK(exit_code(results) == ExitCode::BadInput);
    CHECK(exit_code({results[0], results[1]}) == ExitCode::ExpectationFailed);
}

TEST_CASE("A scenario that ends its process is an error, and the others go on", "[regress]") {
    const Folder folder;
    const std::vector<Case> cases =
        make_cases({folder.scenario("a.yaml", kHolds), folder.scenario("b.yaml", kHolds)}, 0);
    SuiteRequest request;
    const pid_t parent = getpid();
    request.clock = [parent] {
        if (getpid() != parent) kill(getpid(), SIGKILL);
        return std::int64_t{0};
    };
    const std::vector<CaseResult> results = run_suite(cases, request);
    for (const CaseResult& result : results) {
        CHECK(result.status == Status::Error);
        CHECK(result.code == ExitCode::InternalError);
        CHECK(result.text.find("ended by signal 9") != std::string::npos);
    }
}

TEST_CASE("Further seeds are added to the scenario's own, which is run once", "[regress]") {
    const Folder folder;
    const std::vector<Case> cases = make_cases({folder.scenario("a.yaml", kHolds)}, 3);
    REQUIRE(cases.size() == 4);
    CHECK(cases[3].name() == folder / "a.yaml [seed 3]");
    const std::vector<CaseResult> results = run(cases, 2);
    CHECK(results[1].status == Status::Skipped);  // seed 1 is its own
    CHECK(results[0].digest != results[2].digest);
    CHECK(results[2].status == Status::Passed);
}

TEST_CASE("An interrupted suite says what was not run", "[regress]") {
    const Folder folder;
    const std::vector<Case> cases = make_cases({folder.scenario("a.yaml", kHolds)}, 3);
    const std::atomic<bool> interrupted{true};
    SuiteRequest request;
    request.clock = [] { return std::int64_t{0}; };
    request.interrupted = &interrupted;
    const std::vector<CaseResult> results = run_suite(cases, request);
    CHECK(count(results).waiting == 4);
    CHECK(exit_code(results) == ExitCode::Interrupted);
    CHECK(summary_text(results, 0, false).find("4 not run: interrupted") != std::string::npos);
}

TEST_CASE("Reports hold any text: XML and JSON are well formed", "[regress]") {
    const std::vector<Case> cases{{"a&b.yaml", {}}, {"c.yaml", 7}, {"d.yaml", {}}};
    CaseResult good, bad, skipped;
    good.status = Status::Passed;
    good.elapsed_ns = 1'500'000'000;
    bad.status = Status::Failed;
    bad.code = ExitCode::ExpectationFailed;
    bad.elapsed_ns = 2;
    bad.text = "x < y & \"z\" \x1b[31mred\x1b[0m \x01\nsecond line\n";
    skipped.status = Status::Skipped;
    skipped.text = "a study";
    const std::vector<CaseResult> results{good, bad, skipped};
    const std::string xml = junit(cases, results, 3'000'000'000);
    CHECK(xml.find(R"(<testsuites tests="3" failures="1" errors="0" skipped="1" time="3.000">)") !=
          std::string::npos);
    CHECK(xml.find(R"(name="a&amp;b.yaml")") != std::string::npos);
    CHECK(xml.find(R"(message="x &lt; y &amp; &quot;z&quot; red ?")") != std::string::npos);
    CHECK(xml.find('\x1b') == std::string::npos);
    seedwire::observe::JsonWriter json{true};
    write_json(json, cases, results, 3);
    CHECK(seedwire::test::json_problem(json.take()) == "");
    CHECK(summary_text(results, 3'000'000'000, false) ==
          "1 passed, 1 failed, 1 skipped (3.000 s)\n");
    CHECK(case_text(cases[0], good, 10, false) == "pass  a&b.yaml    1.500 s\n");
    CHECK(slowest_text(cases, results).find("1.500 s  a&b.yaml") != std::string::npos);
}
