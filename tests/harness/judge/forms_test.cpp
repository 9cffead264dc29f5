// Tolerance, windows of states, connections as a group, always and eventually, completion: what
// holds, what does not, and what is said about it.
#include <string>
#include <utility>
#include <vector>

#include "harness/judge/metrics.h"
#include "tests/support/catch.h"
#include "tests/support/run_scenario.h"

namespace seedwire::judge {
namespace {

using scenario::Unit;
using scenario::Value;

/// One run; each sentence is one of its expectations.
void check_sentences(const std::string& flows,
                     const std::vector<std::pair<std::string, bool>>& sentences) {
    std::string text = flows + "expect:\n";
    for (const auto& [sentence, holds] : sentences) text += "  - " + sentence + "\n";
    const auto ran = test::run_text(test::two_hosts(text));
    REQUIRE(ran->run.verdicts.size() == sentences.size());
    for (std::size_t i = 0; i < sentences.size(); ++i) {
        INFO(sentences[i].first << ": " << ran->run.verdicts[i].actual);
        CHECK(ran->run.verdicts[i].holds == sentences[i].second);
        CHECK_FALSE(ran->run.verdicts[i].actual.empty());
    }
}

TEST_CASE("A tolerance moves the bound outwards, exactly", "[judge]") {
    const Value bound{100, 1, Unit::Bytes}, percent{2, 100, Unit::Ratio}, five{5, 1, Unit::Bytes};
    CHECK(compare(shifted(bound, percent, true), {102, 1, Unit::Bytes}) == 0);
    CHECK(compare(shifted(bound, percent, false), {98, 1, Unit::Bytes}) == 0);
    CHECK(compare(shifted(bound, five, true), {105, 1, Unit::Bytes}) == 0);
    CHECK(compare(shifted(bound, {200, 1, Unit::Bytes}, false), {0, 1, Unit::Bytes}) == 0);
    CHECK(compare(shifted({1, 3, Unit::Ratio}, {1, 3, Unit::Ratio}, true), {4, 9, Unit::Ratio}) ==
          0);
}

TEST_CASE("Comparisons with tolerance", "[judge]") {
    // 1 MB each; the handshake takes 40 ms and two serialisations.
    check_sentences("flows: {f: {app: bulk, from: client, to: server, bytes: 1 MB}}\n",
                    {{"f.handshake == 40 ms", false},
                     {"f.handshake == 40 ms +- 1 ms", true},
                     {"f.handshake == 40 ms +- 2 %", true},
                     {"f.handshake != 40 ms +- 2 %", false},
                     {"f.handshake >= 41 ms", false},
                     {"f.handshake >= 41 ms +- 5 %", true},
                     {"f.handshake <= 39 ms +- 1 us", false},
                     {"f.handshake < 39 ms +- 2 ms", true},
                     {"f.delivered == 1010 kB +- 10 kB", true},
                     {"f.delivered == 1010 kB +- 9 kB", false}});
}

TEST_CASE("A state is reached within a window", "[judge]") {
    check_sentences("flows: {f: {app: bulk, from: client, to: server, bytes: 1 kB, start: 1 s}}\n",
                    {{"f.client reaches ESTABLISHED within 40 ms..41 ms", true},
                     {"f.client reaches ESTABLISHED within 10 ms..20 ms", false},
                     {"f.client reaches ESTABLISHED after 41 ms", false},
                     {"f.client reaches ESTABLISHED after 40 ms within 50 ms", true}});
}

TEST_CASE("The connections of a flow are a group", "[judge]") {
    check_sentences(
        "flows: {f: {app: bulk, from: client, to: server, bytes: 100 kB, count: 4,\n"
        "            start: {every: 1 s, from: 0 s}}}\n",
        {{"min(f.delivered) == 100 kB", true},
         {"max(f.delivered) == 100 kB", true},
         {"mean(f.delivered) == 100 kB", true},
         {"p50(f.handshake) <= 41 ms", true},
         {"p99(f.handshake) < 40 ms", false},
         {"max(f.completion) <= 1 s", true},
         {"f.completion >= 3 s", true}});
}

TEST_CASE("always, eventually and never are about extremes", "[judge]") {
    check_sentences("flows: {f: {app: bulk, from: client, to: server, bytes: 500 kB}}\n",
                    {{"always f.cwnd >= 10 packets", true},
                     {"always f.cwnd <= 10 packets", false},
                     {"eventually f.cwnd > 20 packets", true},
                     {"never f.cwnd < 10 packets", true},
                     {"never f.cwnd > 20 packets", false},
                     {"never f.timeouts > 0", true},
                     {"eventually f.delivered >= 500 kB", true},
                     {"always line.up.queue.length <= 1 packet", false}});
}

TEST_CASE("What completes, and when", "[judge]") {
    check_sentences(
        "stop: 20 s\n"
        "flows:\n"
        "  f: {app: bulk, from: client, to: server, bytes: 500 kB, start: 1 s}\n"
        "  g: {app: bulk, from: server, to: client, stop: 12 s}\n",
        {{"f completes within 3 s", true},
         {"f completes within 1 s", false},
         {"f completes", true},
         {"after 1 s f completes within 1 s", true},
         {"everything completes within 11 s", false},
         {"after 10 s everything completes within 10 s", true}});
    check_sentences("stop: 2 s\nflows: {f: {app: bulk, from: client, to: server, bytes: 1 GB}}\n",
                    {{"f completes", false}, {"everything completes within 1 s", false}});
}

}  // namespace
}  // namespace seedwire::judge
