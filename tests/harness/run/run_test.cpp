#include "harness/run/run.h"

#include <algorithm>
#include <atomic>

#include "harness/observe/json_writer.h"
#include "harness/run/report_json.h"
#include "harness/run/report_text.h"
#include "tests/support/json_checker.h"
#include "tests/support/run_scenario.h"

namespace seedwire::run {

using test::run_text;
using test::two_hosts;

namespace {

constexpr const char* kBulk =
    "flows:\n  load: {app: bulk, from: client, to: server, bytes: 200 kB}\n";

}  // namespace

TEST_CASE("A run ends when nothing is left to happen, and its expectations are judged", "[run]") {
    const auto ran =
        run_text(two_hosts(std::string{kBulk} + "expect: [load.delivered == 200 kB]\n"));
    CHECK(ran->run.ending == Ending::Quiescent);
    CHECK(ran->run.holds());
    CHECK(ran->run.exit_code() == ExitCode::Holds);
}

TEST_CASE("A limit makes a run incomplete: no verdicts, exit code 75", "[run]") {
    Request request;
    SECTION("events") { request.limits.events = 50; }
    SECTION("memory") { request.limits.memory_bytes = 1; }
    SECTION("simulated time") { request.limits.simulated_time = Time::zero() + Duration::ms(50); }
    const auto ran =
        run_text(two_hosts(std::string{kBulk} + "expect: [load.delivered == 1 kB]\n"), request);
    CHECK_FALSE(ran->run.complete());
    CHECK(ran->run.verdicts.empty());
    CHECK(ran->run.exit_code() == ExitCode::LimitReached);
    const std::string text = report(ran->run, "", {});
    CHECK(text.find("INCOMPLETE") != std::string::npos);
}

TEST_CASE("An interrupted run says so", "[run]") {
    const std::atomic<bool> interrupted{true};
    Request request;
    request.interrupted = &interrupted;
    const auto ran = run_text(
        two_hosts("flows:\n  load: {app: bulk, from: client, to: server, bytes: 100 MB}\n"),
        request);
    CHECK(ran->run.ending == Ending::Interrupted);
    CHECK(ran->run.exit_code() == ExitCode::Interrupted);
}

TEST_CASE("A fault that never fired is a warning", "[run]") {
    const auto ran = run_text(two_hosts(
        std::string{kBulk} + "faults:\n  - drop: {on: line.up, match: tcp.rst, nth: 1}\n"));
    REQUIRE(ran->run.warnings.size() == 1);
    CHECK(ran->run.warnings[0] == "test.yaml:9:5: warning: faults[0] never fired");
    CHECK(ran->run.exit_code() == ExitCode::Holds);
}

TEST_CASE("A program that waits when nothing is left to happen is a warning", "[run]") {
    const std::string server = "  server: {on: server, script: [listen 80, accept, recv 200 B]}\n";
    const std::string yaml = two_hosts("programs:\n" + server +
                                       "  client:\n    on: client\n    options: [nodelay 1]\n"
                                       "    script: [\"connect server:80\", send 100 B]\n");
    const auto ran = run_text(yaml);
    CHECK(ran->run.ending == Ending::Quiescent);
    REQUIRE(ran->run.warnings.size() == 1);
    // The handshake takes 20 ms each way, and a bit.
    const std::string expected =
        "test.yaml:7:52: warning: server is blocked for ever in `recv 200 B`, since 60.";
    CHECK(ran->run.warnings[0].substr(0, expected.size()) == expected);
    CHECK(ran->run.exit_code() == ExitCode::Holds);
    const auto stopped = run_text("stop: 70 ms\n" + yaml);
    CHECK(stopped->run.warnings.empty());
}

TEST_CASE("Failed connections and packets that ended in nodes stand on the terminal",
          "[run][report]") {
    const auto refused =
        run_text(two_hosts("programs:\n  client: {on: client, script: [\"connect server:80\"]}\n"));
    const std::string text = report(refused->run, "", {});
    CHECK(text.find("failed  error") != std::string::npos);
    CHECK(text.find("     1  ECONNREFUSED") != std::string::npos);
    CHECK(text.find("packets that ended in it") == std::string::npos);
    const auto lost = run_text(
        "version: 1\nname: test\nhosts: {a: {ttl: 1}, b: }\nrouters: [r]\nlinks:\n"
        "  - {between: [a, r], rate: 10 Mbit/s, delay: 20 ms}\n"
        "  - {between: [r, b], rate: 10 Mbit/s, delay: 20 ms}\n"
        "flows: {load: {app: bulk, from: a, to: b, bytes: 1 kB}}\n");
    const std::string nodes = report(lost->run, "", {});
    CHECK(nodes.find("node  packets that ended in it\nr     1 ttl\n") != std::string::npos);
    observe::JsonWriter json{false};
    write_json(json, lost->run);
    CHECK(json.take().find(R"("nodes":[{"name":"r","drops":{"ttl":1}}])") != std::string::npos);
}

TEST_CASE("Every packet of a run has one end, and the results say which", "[run][json]") {
    const auto ran = run_text(
        "stop: 150 ms\n" +
        two_hosts(std::string{kBulk} +
                  "faults:\n  - drop: {on: line.up, match: tcp.len > 0, nth: 3}\n"
                  "  - duplicate: {on: line.up, match: tcp.len > 0, nth: [5, 6], by: 1 ms}\n"));
    const net::Conservation& packets = ran->run.figures.packets;
    CHECK(packets.holds);
    CHECK(packets.copies == 2);
    CHECK(packets.in_flight > 0);
    CHECK(packets.dropped[static_cast<std::size_t>(trace::DropReason::Fault)] == 1);
    CHECK(packets.sent + 2 == packets.received + 1 + packets.in_flight);
    observe::JsonWriter json{false};
    write_json(json, ran->run);
    const std::string text = json.take();
    CHECK(text.find("\"packets\":{\"sent\":" + std::to_string(packets.sent)) != std::string::npos);
    CHECK(text.find("\"drops\":{\"fault\":1}},\"nodes\":") != std::string::npos);
}

TEST_CASE("The results as JSON are well-formed and say what the text says", "[run][json]") {
    const auto ran =
        run_text(two_hosts(std::string{kBulk} + "expect: [load.delivered == 200 kB]\n"));
    for (const bool pretty : {false, true}) {
        observe::JsonWriter json{pretty};
        write_json(json, ran->run);
        const std::string text = json.take();
        CHECK(test::json_problem(text) == "");
        CHECK(text.find(observe::to_string(ran->run.digest.total)) != std::string::npos);
    }
    const std::string csv = flows_csv(ran->run);
    std::vector<std::size_t> commas;
    for (std::size_t begin = 0, end; (end = csv.find('\n', begin)) != std::string::npos;
         begin = end + 1)
        commas.push_back(static_cast<std::size_t>(
            std::count(csv.begin() + static_cast<std::ptrdiff_t>(begin),
                       csv.begin() + static_cast<std::ptrdiff_t>(end), ',')));
    REQUIRE(commas.size() == 2);
    CHECK(commas[0] == commas[1]);
}

TEST_CASE("A failed expectation is shown at its place in the file", "[run][report]") {
    const std::string yaml =
        two_hosts(std::string{kBulk} + "expect:\n  - load.delivered == 1 kB\n");
    const auto ran = run_text(yaml);
    CHECK(failures(ran->run, yaml, false) ==
          "test.yaml:9:5: failed: load.delivered == 1 kB\n"
          "  9 |   - load.delivered == 1 kB\n"
          "    |     ^^^^^^^^^^^^^^^^^^^^^^\n"
          "    = load.delivered is 200 kB\n"
          "    = look further: seedwire run test.yaml --flow load\n");
    CHECK(failures(ran->run, yaml, true).find("\x1b[1;31m") != std::string::npos);
    ReportStyle quiet;
    quiet.quiet = true;
    CHECK(report(ran->run, yaml, quiet) == failures(ran->run, yaml, false));
}

TEST_CASE("A quiet run in which everything holds says nothing", "[run][report]") {
    const auto ran = run_text(two_hosts(kBulk));
    ReportStyle quiet;
    quiet.quiet = true;
    CHECK(report(ran->run, "", quiet).empty());
}

}  // namespace seedwire::run
