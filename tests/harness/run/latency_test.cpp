#include "harness/observe/latency.h"

#include "tests/support/catch.h"
#include "tests/support/run_scenario.h"

using namespace seedwire;

namespace {

/// A handshake over a round trip of 40 ms, 800 us of which a link of 10 Mbit/s takes.
observe::WireLatency latency_of(const std::string& more, const std::string& flows = "") {
    run::Request request;
    request.latency = true;
    const auto ran = test::run_text(
        test::two_hosts("stop: 20 s\n"
                        "flows:\n"
                        "  page: {app: request_response, from: client, to: server, over: tls, "
                        "start: 100 ms, options: [nodelay 1], request: 10 B, response: 10 B}\n" +
                        flows + more),
        request);
    for (const auto& latency : ran->run.latency)
        if (latency) return *latency;
    FAIL("nothing is known of the connection");
    return {};
}

std::string lost(const std::string& what) { return "faults: [{drop: {on: line." + what + "}}]\n"; }

bool is_near(Duration d, std::int64_t ms) {
    return d >= Duration::ms(ms) - Duration::ms(3) && d <= Duration::ms(ms) + Duration::ms(3);
}

}  // namespace

TEST_CASE("without trouble nothing was repaired and little waited for", "[latency]") {
    const observe::WireLatency latency = latency_of("");
    CHECK(latency.connections == 1);
    CHECK(latency.recovery == Duration::zero());
    CHECK(latency.queueing < Duration::ms(3));
}

TEST_CASE("a lost packet costs what passed until it was sent again", "[latency]") {
    CHECK(is_near(latency_of(lost("up, match: tcp.syn, nth: 1")).recovery, 1000));
    CHECK(is_near(latency_of(lost("down, match: tcp.syn, nth: 1")).recovery, 1000));
    // ClientHello: a timeout of SRTT + 200 ms.
    CHECK(is_near(latency_of(lost("up, match: tcp.len > 0, nth: 1")).recovery, 240));
    // Two of them one after the other, and one of them twice.
    CHECK(is_near(latency_of("faults: [{drop: {on: line.up, match: tcp.syn, nth: 1}}, "
                             "{drop: {on: line.up, match: tcp.len > 0, nth: 1}}]\n")
                      .recovery,
                  1240));
    CHECK(is_near(latency_of(lost("up, match: tcp.syn, nth: [1, 2]")).recovery, 2000));
    // What is lost behind the first byte, or was not waited for, costs nothing.
    CHECK(latency_of(lost("up, match: tcp.fin, nth: 1")).recovery == Duration::zero());
    CHECK(latency_of(lost("up, match: '!tcp.syn && tcp.len == 0', nth: 1")).recovery ==
          Duration::zero());
}

TEST_CASE("waiting behind other packets is queueing", "[latency]") {
    // 30 Mbit/s into 10 Mbit/s: a queue of 100 packets of 1200 bytes takes 96 ms to pass.
    const observe::WireLatency latency =
        latency_of("",
                   "  noise: {app: constant_bitrate, from: server, to: client, rate: 30 Mbit/s, "
                   "packet: 1172 B, stop: 5 s}\n");
    CHECK(latency.queueing > Duration::ms(50));
    CHECK(latency.recovery < Duration::s(10));
}
