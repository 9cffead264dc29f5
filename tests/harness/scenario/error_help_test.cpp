// Every number that can be printed is explained, and every example does what it says; warnings.
#include "harness/scenario/error_help.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "harness/scenario/scenario.h"
#include "tests/support/catch.h"

namespace seedwire::scenario {
namespace {

/// The lines, and of a valid scenario what they do not say themselves.
std::string around(std::string_view lines) {
    const std::string snippet{lines};
    std::string text = "version: 1\n";
    const std::vector<std::pair<std::string, std::string>> frame{
        {"hosts:", "hosts: [a, b]\n"},
        {"links:", "links: [{between: [a, b], rate: 10 Mbit/s, delay: 5 ms}]\n"},
        {"flows:", "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB}}\n"}};
    for (const auto& [key, line] : frame)
        if (("\n" + snippet).find("\n" + key) == std::string::npos) text += line;
    return text + snippet + "\n";
}

Diagnostics problems_of(const std::string& text) {
    Diagnostics problems;
    load("dir/example.yaml", text, {}, problems);
    return problems;
}

bool mentions(const Diagnostics& problems, std::string_view id) {
    return std::any_of(problems.list().begin(), problems.list().end(),
                       [&](const Diagnostic& d) { return d.id == id; });
}

TEST_CASE("Every id of an error is explained", "[scenario][errors]") {
    std::ifstream file{SEEDWIRE_SOURCE_DIR "/harness/scenario/error_ids.h"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const std::regex id{"\"([EW][0-9]{4})\""};
    std::size_t found = 0;
    for (std::sregex_iterator at{text.begin(), text.end(), id}, end; at != end; ++at, ++found) {
        INFO(at->str(1));
        CHECK(find_error_help(at->str(1)) != nullptr);
    }
    CHECK(found == error_help().size());
    CHECK(std::is_sorted(error_help().begin(), error_help().end(),
                         [](const ErrorHelp& a, const ErrorHelp& b) { return a.id < b.id; }));
    CHECK(find_error_help("E9999") == nullptr);
}

TEST_CASE("The wrong example of every explanation brings its id up, the right one nothing",
          "[scenario][errors]") {
    for (const ErrorHelp& row : error_help()) {
        INFO(row.id << "\n" << row.wrong << "\n" << row.right);
        CHECK_FALSE(row.title.empty());
        CHECK_FALSE(row.explanation.empty());
        if (!row.wrong.empty()) {
            const std::string text = around(row.wrong);
            const Diagnostics problems = problems_of(text);
            INFO(render(problems, text, false));
            CHECK(mentions(problems, row.id));
            CHECK(problems.has_errors() == (row.id[0] == 'E'));
        }
        if (!row.right.empty()) {
            const std::string text = around(row.right);
            const Diagnostics problems = problems_of(text);
            INFO(render(problems, text, false));
            CHECK(problems.list().empty());
        }
    }
}

TEST_CASE("Warnings stand at what they are about", "[scenario][lint]") {
    struct Case {
        std::string lines, id, place, message;
    };
    const std::string link = "links: [{between: [a, b], rate: 10 Mbit/s, delay: 5 ms}]";
    for (const Case& c : std::vector<Case>{
             {"faults: [{drop: {nth: 7, last: 3}}]", "W0101", "5:10", "outside first .. last"},
             {"faults: [{drop: {every: 10, first: 3, last: 8}}]", "W0101", "5:10", "fits every"},
             {"stop: 2 s\nfaults: [{drop: {from: 2 s}}]", "W0101", "6:10", "end of the run"},
             {"faults: [{drop: {match: tcp.syn > 1}}]", "W0101", "5:10", "fits its match"},
             {"faults: [{drop: {match: \"tcp.len > 0 && icmp\"}}]", "W0101", "5:10", "match"},
             {"faults: [{drop: {match: \"!(tcp.len >= 0)\"}}]", "W0101", "5:10", "match"},
             {"stop: 2 s\nfaults: [{at: 2 s, cut: a-b}]", "W0106", "6:10", "after the end at 2 s"},
             {"stop: 2 s\nflows: {f: {app: bulk, from: a, to: b, bytes: 1 B, start: 3 s}}", "W0106",
              "5:9", "starts after the end"},
             {"templates: {t: {ttl: 3}}", "W0102", "5:13", "template 't' is not used"},
         }) {
        const std::string text = around(c.lines);
        const Diagnostics problems = problems_of(text);
        INFO(text << render(problems, text, false));
        CHECK_FALSE(problems.has_errors());
        REQUIRE(problems.list().size() == 1);
        const Diagnostic& d = problems.list().front();
        CHECK(d.id == c.id);
        CHECK(std::to_string(d.where.line) + ":" + std::to_string(d.where.column) == c.place);
        CHECK(d.message.find(c.message) != std::string::npos);
    }
}

TEST_CASE("What may act is not warned about", "[scenario][lint]") {
    for (const char* const lines :
         {"faults: [{drop: {every: 10, offset: 3, first: 3, last: 8}}]",
          "faults: [{drop: {match: \"tcp.len > 0 || udp.len > 0\", nth: 3}}]",
          "faults: [{drop: {match: \"tcp.seq in 1..2000\"}}]",
          "faults: [{drop: {match: tcp.covers(29201)}}]"}) {
        const std::string text = around(lines);
        const Diagnostics problems = problems_of(text);
        INFO(text << render(problems, text, false));
        CHECK(problems.list().empty());
    }
}

}  // namespace
}  // namespace seedwire::scenario
