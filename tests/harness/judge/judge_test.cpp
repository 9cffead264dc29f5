#include "harness/judge/judge.h"

#include "harness/judge/metrics.h"
#include "tests/support/run_scenario.h"

namespace seedwire::judge {

using scenario::Unit;
using scenario::Value;
using test::run_text;
using test::two_hosts;

namespace {

constexpr const char* kHello =
    "flows:\n  hello: {app: request_response, from: client, to: server, request: 100 B, response: "
    "1 kB}\n";

/// The only verdict about a run of the usual two hosts.
Verdict verdict(const std::string& expectation, const std::string& more = "") {
    const auto ran = run_text(two_hosts(kHello + more + "expect:\n  - " + expectation + "\n"));
    REQUIRE(ran->run.verdicts.size() == 1);
    return ran->run.verdicts[0];
}

}  // namespace

TEST_CASE("What is expected and happens, holds", "[judge]") {
    const std::string text = GENERATE(
        "hello.client reaches ESTABLISHED within 41 ms",
        "hello.server passes [LISTEN, SYN-RECEIVED, ESTABLISHED]",
        "hello.segments == [client SYN, server SYN+ACK, client ACK, ...]",
        "hello.client never fails", "hello.delivered == 1100 B", "hello.retransmissions == 0",
        "hello.handshake == 1 rtt", "hello.handshake < 41 ms", "hello.completion > hello.handshake",
        "line.up.drops == 0", "line.down.bytes >= 1000 B", "hello.timeouts != 1",
        "p99(line.up.queue.sojourn) <= 1 ms", "hello.connections == 1");
    INFO(text);
    const Verdict v = verdict(text);
    INFO(v.actual);
    CHECK(v.holds);
}

TEST_CASE("What does not hold says what happened instead", "[judge]") {
    struct Case {
        std::string expectation, actual;
    };
    const Case c = GENERATE(
        Case{"hello.client reaches ESTABLISHED within 40 ms",
             "hello.client reached ESTABLISHED after 40.096 ms"},
        Case{"hello.client reaches LISTEN within 1 s", "hello.client never reached LISTEN"},
        Case{"hello.server passes [LISTEN, ESTABLISHED]",
             "hello.server passed [LISTEN, SYN-RECEIVED, ESTABLISHED, CLOSE-WAIT, LAST-ACK, "
             "CLOSED]"},
        Case{"hello.client fails with ECONNRESET", "hello.client did not fail"},
        Case{"hello.delivered == 1 kB", "hello.delivered is 1100 B"},
        Case{"hello.handshake < 40 ms", "hello.handshake is 40.1 ms"});
    // The verdict refers to the expectation, which lives as long as what was loaded.
    const auto ran =
        run_text(two_hosts(std::string{kHello} + "expect:\n  - " + c.expectation + "\n"));
    REQUIRE(ran->run.verdicts.size() == 1);
    const Verdict& v = ran->run.verdicts[0];
    CHECK_FALSE(v.holds);
    CHECK(v.actual == c.actual);
    CHECK(v.expectation->where.line == 9);
}

TEST_CASE("A wrong sequence of segments says where it went wrong", "[judge]") {
    const Verdict v = verdict("hello.segments == [client SYN, server RST+ACK, ...]");
    CHECK_FALSE(v.holds);
    CHECK(v.actual.find("sent were [client SYN, server SYN+ACK, client ACK, client DATA(100)") ==
          0);
    REQUIRE(v.why.size() == 1);
    CHECK(v.why[0] == "expected server RST+ACK where server SYN+ACK was sent at 20.048 ms");
}

TEST_CASE("What comes late is explained by what was lost", "[judge]") {
    const Verdict v =
        verdict("hello.client reaches ESTABLISHED within 1 s",
                "faults:\n  - drop: {on: line.down, match: \"tcp.syn && tcp.ack\", nth: 1}\n");
    CHECK_FALSE(v.holds);
    REQUIRE_FALSE(v.why.empty());
    // Timer and repeated SYN may meet in one instant: which comes first is not this test's matter.
    REQUIRE(v.why.size() >= 3);
    CHECK(v.why[0] == "server SYN+ACK #2 lost: faults[0] on line.down at 20.048 ms");
    CHECK(v.why[1] == "client SYN #3 (retransmission: RTO) at 1000.000 ms");
    CHECK(v.why[2].find("server SYN+ACK #4 (") == 0);
    CHECK(v.look == "--flow hello");
}

TEST_CASE("A lost segment is marked in the sequence", "[judge]") {
    const Verdict v =
        verdict("hello.segments == [client SYN lost, client SYN, server SYN+ACK, ...]",
                "faults:\n  - drop: {on: line.up, match: tcp.syn, nth: 1}\n");
    INFO(v.actual);
    CHECK(v.holds);
}

TEST_CASE("What never happened is not known, and fails whatever it is compared with", "[judge]") {
    const auto ran = run_text(two_hosts(
        "programs:\n  caller: {on: client, start: 0 ms, script: [connect server:81 from 40001]}\n"
        "expect:\n  - caller.handshake < 1 s\n  - caller.handshake >= 1 s\n"
        "  - caller fails with ECONNREFUSED\n  - caller never fails\n"));
    REQUIRE(ran->run.verdicts.size() == 4);
    CHECK_FALSE(ran->run.verdicts[0].holds);
    CHECK_FALSE(ran->run.verdicts[1].holds);
    CHECK(ran->run.verdicts[0].actual == "caller.handshake is not known: it did not happen");
    CHECK(ran->run.verdicts[2].holds);
    CHECK_FALSE(ran->run.verdicts[3].holds);
    CHECK(ran->run.verdicts[3].actual == "caller failed with ECONNREFUSED at 40.110 ms");
    CHECK(ran->run.exit_code() == run::ExitCode::ExpectationFailed);
}

TEST_CASE("Values are compared exactly", "[judge][metrics]") {
    CHECK(compare({1, 3, Unit::Ratio}, {333333333, 1000000000, Unit::Ratio}) == 1);
    CHECK(compare({1, 3, Unit::Ratio}, {2, 6, Unit::Ratio}) == 0);
    CHECK(compare({-1, 1, Unit::Count}, {0, 1, Unit::Count}) == -1);
    CHECK(compare({INT64_MAX, 1, Unit::Bytes}, {INT64_MAX, 2, Unit::Bytes}) == 1);
}

TEST_CASE("Values are printed in the unit that people use", "[judge][metrics]") {
    CHECK(to_string(Value{41'200'000, 1, Unit::Nanoseconds}) == "41.2 ms");
    CHECK(to_string(Value{1'500'000'000, 1, Unit::Nanoseconds}) == "1.5 s");
    CHECK(to_string(Value{999, 1, Unit::Nanoseconds}) == "999 ns");
    CHECK(to_string(Value{0, 1, Unit::Nanoseconds}) == "0 ns");
    CHECK(to_string(Value{1100, 1, Unit::Bytes}) == "1100 B");
    CHECK(to_string(Value{20'000'000, 1, Unit::Bytes}) == "20 MB");
    CHECK(to_string(Value{12'400'000, 1, Unit::BitsPerSecond}) == "12.4 Mbit/s");
    CHECK(to_string(Value{1, 3, Unit::Ratio}) == "33.33 %");
    CHECK(to_string(Value{3, 1, Unit::RoundTrips}) == "3 rtt");
    CHECK(to_string(Value{7, 1, Unit::Count}) == "7");
    CHECK(to_string(Value{5, 2, Unit::Packets}) == "2.5 packets");
}

}  // namespace seedwire::judge
