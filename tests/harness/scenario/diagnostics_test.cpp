// The printed form of problems, letter by letter.
#include "harness/scenario/diagnostics.h"

#include "harness/scenario/scenario.h"
#include "tests/support/catch.h"

namespace seedwire::scenario {
namespace {

TEST_CASE("Errors show place, line, carets, hint and note", "[scenario][errors]") {
    const std::string text = R"(version: 1
name: lossy access line
hosts: [server, laptop]
links:
  - name: line
    between: [laptop, server]
    delay: 8 ms
    up:   {rate: 1 Mbps,  queue: 100 packets}
    impair:
      - loss: 5
flows:
  download: {app: bulk, from: sever, to: laptop, bytes: 20 MB}
)";
    Diagnostics problems;
    CHECK_FALSE(load("lossy.yaml", text, {}, problems).has_value());
    CHECK(render(problems, text, false) ==
          R"(lossy.yaml:8:20: error: unknown unit 'Mbps'
   8 |     up:   {rate: 1 Mbps,  queue: 100 packets}
     |                    ^^^^ did you mean 'Mbit/s'?
     = note: a rate takes bit/s, kbit/s, Mbit/s, Gbit/s, Tbit/s or B/s, kB/s, MB/s, GB/s, KiB/s, MiB/s, or is unlimited
lossy.yaml:10:15: error: loss: 5 has no unit
  10 |       - loss: 5
     |               ^ write 5 % (or 1/20)
     = note: a probability is written 1 %, 1/100 or 0
lossy.yaml:12:31: error: no host or router 'sever'
  12 |   download: {app: bulk, from: sever, to: laptop, bytes: 20 MB}
     |                               ^^^^^ did you mean 'server'?
3 errors in lossy.yaml; nothing was run
)");
}

TEST_CASE("Columns and carets count characters, not bytes", "[scenario][errors]") {
    const std::string text = "version: 1\nname: {größe: ä}\n";
    Diagnostics problems;
    CHECK_FALSE(load("a.yaml", text, {}, problems).has_value());
    const std::string shown = render(problems, text, false);
    CHECK(shown.find("a.yaml:2:7: error: name: a map where a text belongs") != std::string::npos);
    Diagnostics drawn;
    drawn.add({{"a.yaml", 2, 15, 1}, Severity::Error, "E0000", "here", "hint", ""});
    CHECK(render(drawn, text, false) ==
          "a.yaml:2:15: error: here\n   2 | name: {größe: ä}\n     |               ^ hint\n"
          "1 error in a.yaml; nothing was run\n");
}

TEST_CASE("A long line is shown around the place, tabs as one column", "[scenario][errors]") {
    const std::string text = std::string(300, 'a') + "\tX" + std::string(300, 'b');
    Diagnostics problems;
    problems.add({{"a.yaml", 1, 302, 1}, Severity::Warning, "W0000", "here", "", ""});
    const std::string shown = render(problems, text, false);
    CHECK(shown.find("   1 | ..." + std::string(48, 'a') + " X") != std::string::npos);
    CHECK(shown.find("     | " + std::string(52, ' ') + "^\n") != std::string::npos);
    CHECK(shown.find("1 warning in a.yaml\n") != std::string::npos);
}

TEST_CASE("At most a hundred problems are printed, then a count", "[scenario][errors]") {
    std::string text = "version: 1\n";
    for (int i = 0; i < 250; ++i) text += "key" + std::to_string(i) + ": 1\n";
    Diagnostics problems;
    CHECK_FALSE(load("a.yaml", text, {}, problems).has_value());
    const std::string shown = render(problems, text, false);
    CHECK(shown.find("a.yaml:100:1") != std::string::npos);
    CHECK(shown.find("a.yaml:200:1") == std::string::npos);
    CHECK(shown.find("... and 151 more\n") != std::string::npos);
    CHECK(shown.find("251 errors in a.yaml; nothing was run\n") != std::string::npos);
}

TEST_CASE("With colour, nothing but colour is added", "[scenario][errors]") {
    Diagnostics problems;
    problems.add({{"a.yaml", 1, 1, 3}, Severity::Error, "E0000", "here", "hint", "note"});
    std::string shown = render(problems, "abc", true);
    for (std::size_t at = shown.find('\x1b'); at != std::string::npos; at = shown.find('\x1b'))
        shown.erase(at, shown.find('m', at) - at + 1);
    CHECK(shown == render(problems, "abc", false));
}

}  // namespace
}  // namespace seedwire::scenario
