// Why an expectation failed: what verdicts say about causes, and where they point.
#include <algorithm>
#include <string>

#include "harness/judge/judge.h"
#include "harness/run/report_text.h"
#include "tests/support/run_scenario.h"

namespace seedwire::judge {
namespace {

using test::run_text;
using test::two_hosts;

/// The only verdict about a run of the usual two hosts.
Verdict failed(const std::string& scenario, const std::string& expectation) {
    const auto ran = run_text(two_hosts(scenario + "expect:\n  - " + expectation + "\n"));
    REQUIRE(ran->run.verdicts.size() == 1);
    CHECK_FALSE(ran->run.verdicts[0].holds);
    return ran->run.verdicts[0];
}

bool says(const Verdict& verdict, const std::string& text) {
    INFO(text);
    return std::any_of(verdict.why.begin(), verdict.why.end(),
                       [&](const std::string& why) { return why.find(text) != std::string::npos; });
}

constexpr const char* kBulk =
    "flows: {f: {app: bulk, from: client, to: server, bytes: 100 kB, count: 3,\n"
    "            start: [0 s, 2 s, 4 s]}}\n";

}  // namespace

TEST_CASE("Losses are named with their place, numbered as in ladders", "[judge][explain]") {
    const Verdict v = failed(std::string{kBulk} +
                                 "faults:\n  - drop: {on: line.up, match: "
                                 "\"flow == f[1] && tcp.len > 0\", nth: [10, 11]}\n",
                             "f.retransmissions == 0");
    CHECK(says(v, "client DATA(1448) #"));
    CHECK(says(v, "lost: faults[0] on line.up at 20"));
    CHECK(says(v, "fast retransmission"));
    CHECK(v.look.find("--flow f[1] --from 19") == 0);
}

TEST_CASE("Only what happened in the part of the run that was looked at", "[judge][explain]") {
    const std::string scenario =
        std::string{kBulk} +
        "faults:\n  - drop: {on: line.up, match: \"tcp.len > 0\", nth: [10, 90]}\n";
    const Verdict v = failed(scenario, "f.goodput >= 9 Mbit/s within 2 s..3 s");
    CHECK_FALSE(says(v, "at 4"));
    CHECK(says(v, "at 20"));
    const Verdict one = failed(scenario, "f[0].retransmissions == 0");
    CHECK(one.look == "--flow f[0]");
    CHECK_FALSE(says(one, "at 20"));
}

TEST_CASE("What did not finish says how far it came, and which link was cut", "[judge][explain]") {
    const Verdict v = failed(
        "stop: 9 s\n"
        "flows: {f: {app: bulk, from: client, to: server, bytes: 100 MB}}\n"
        "faults:\n  - {at: 2 s, cut: line, for: 1 min}\n",
        "f.completion <= 100 s");
    CHECK(says(v, "written were delivered; at the end client ESTABLISHED, server ESTABLISHED"));
    CHECK(says(v, "line was cut at 2000.000 ms"));
    CHECK(says(v, "timeouts"));
    const Verdict all = failed(
        "stop: 9 s\n"
        "flows: {f: {app: bulk, from: client, to: server, bytes: 100 MB},\n"
        "        g: {app: ping, from: client, to: server}}\n",
        "everything completes within 2 s");
    CHECK(all.about == std::vector<std::uint32_t>{0});
    CHECK(all.look == "--flow f");
}

TEST_CASE("A connection that was refused or never opened", "[judge][explain]") {
    const Verdict refused =
        failed("programs: {caller: {on: client, start: 0 s, script: [connect server:81]}}\n",
               "caller never fails");
    CHECK(says(refused, "server RST+ACK #2 (closed port)"));
    const Verdict never = failed(
        "stop: 1 s\n"
        "flows: {f: {app: bulk, from: client, to: server, bytes: 1 kB},\n"
        "        g: {app: bulk, from: client, to: server, bytes: 1 kB, start: 5 s}}\n",
        "g.delivered == 1 kB");
    CHECK(says(never, "g opened no connection"));
}

TEST_CASE("States tell where they left the list", "[judge][explain]") {
    const std::string hello = "flows: {f: {app: request_response, from: client, to: server}}\n";
    CHECK(says(failed(hello, "f.client passes [SYN-SENT, ESTABLISHED, CLOSE-WAIT]"),
               "expected CLOSE-WAIT where FIN-WAIT-1 came"));
    CHECK(says(failed(hello,
                      "f.server passes [LISTEN, SYN-RECEIVED, ESTABLISHED, CLOSE-WAIT, "
                      "LAST-ACK, CLOSED, LISTEN]"),
               "expected LISTEN, but nothing more came"));
}

TEST_CASE("A link direction tells what it carried and dropped", "[judge][explain]") {
    const Verdict v =
        failed(std::string{kBulk} + "faults:\n  - drop: {on: line.up, match: tcp.syn, nth: 1}\n",
               "line.up.drops == 0");
    CHECK(says(v, "over the run line.up carried "));
    CHECK(says(v, "dropped: 1 by fault"));
}

TEST_CASE("A run may stop when everything is decided, with the same verdicts", "[judge][decided]") {
    const std::string flows = "flows: {f: {app: bulk, from: client, to: server, bytes: 200 MB}}\n";
    const std::string decided =
        "expect:\n  - f.client reaches ESTABLISHED within 41 ms\n"
        "  - f.server reaches CLOSED within 1 s\n  - f.goodput >= 9 Mbit/s within 1 s..2 s\n"
        "  - at(1 s, f.cwnd) > 10000 packets\n  - f.client passes [SYN-SENT, ESTABLISHED]\n"
        "  - f.client passes [SYN-SENT, CLOSED]\n  - p99(f.one_way_delay) > 1 ms within 2 s\n";
    run::Request request;
    request.until_decided = true;
    const std::string end = "stop: 6 s\n";
    const auto whole = run_text(two_hosts(end + flows + decided));
    const auto part = run_text(two_hosts(end + flows + decided), request);
    CHECK(whole->run.ending == run::Ending::Stop);
    REQUIRE(part->run.ending == run::Ending::Decided);
    CHECK(part->run.events < whole->run.events / 2);
    CHECK(part->run.exit_code() == run::ExitCode::ExpectationFailed);
    REQUIRE(part->run.verdicts.size() == whole->run.verdicts.size());
    for (std::size_t i = 0; i < part->run.verdicts.size(); ++i) {
        INFO(part->run.verdicts[i].expectation->text);
        CHECK(part->run.verdicts[i].holds == whole->run.verdicts[i].holds);
        CHECK(part->run.verdicts[i].actual == whole->run.verdicts[i].actual);
    }
    // What is measured over the whole run is decided at its end.
    for (const char* more : {"  - f.retransmissions >= 0\n", "  - f.client never fails\n",
                             "  - f.segments == [client SYN, ...]\n", "  - f completes\n"})
        CHECK(run_text(two_hosts(end + flows + decided + more), request)->run.ending ==
              run::Ending::Stop);
    CHECK(run_text(two_hosts(end + flows), request)->run.ending == run::Ending::Stop);
}

TEST_CASE("The same reasons are told once, and the command repeats the options",
          "[judge][explain]") {
    const std::string yaml = two_hosts(
        "flows: {f: {app: request_response, from: client, to: server}}\n"
        "faults:\n  - drop: {on: line.up, match: tcp.syn, nth: 1}\n"
        "  - drop: {on: line.up, match: tcp.syn, nth: 2}\n"
        "expect:\n  - f.handshake < 1 s\n  - f.completion < 1 s\n");
    run::Request request;
    request.options = " --seed 7 --set 'links[0].delay=20ms'";
    const auto ran = run_text(yaml, request);
    const std::string text = run::failures(ran->run, yaml, false);
    INFO(text);
    CHECK(text.find("for the same reasons as line 11") != std::string::npos);
    auto named = std::make_unique<test::Ran>();
    named->scenario = test::load_text(yaml, "<stdin>");
    named->run = run::execute(named->scenario, {});
    CHECK(run::failures(named->run, yaml, false).find("seedwire run - --flow f\n") !=
          std::string::npos);
    named->scenario.file = "my file.yaml";
    CHECK(run::failures(named->run, yaml, false).find("seedwire run 'my file.yaml' --flow f\n") !=
          std::string::npos);
    CHECK(text.find("look further: seedwire run test.yaml --seed 7 --set 'links[0].delay=20ms' "
                    "--flow f\n") != std::string::npos);
}

}  // namespace seedwire::judge
