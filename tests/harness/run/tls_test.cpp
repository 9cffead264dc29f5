// Flows over TLS as a run shows them: what is agreed on, whose time it takes, what ends it.
#include <fmt/format.h>

#include "harness/observe/tls_figures.h"
#include "harness/run/report_json.h"
#include "tests/support/catch.h"
#include "tests/support/run_scenario.h"

namespace seedwire::run {
namespace {

using test::run_text;
using test::two_hosts;

std::string flow(const std::string& keys, const std::string& tls) {
    return two_hosts(
        fmt::format("flows:\n  f: {{app: request_response, from: client, to: server, over: tls, "
                    "options: [nodelay 1], {} tls: {{{}}}}}\n",
                    keys, tls));
}

observe::TlsSummary summary(const test::Ran& ran, std::int32_t ordinal = -1) {
    const auto found = observe::tls_summary(*ran.run.world, 0, ordinal);
    REQUIRE(found);
    return *found;
}

}  // namespace

TEST_CASE("A handshake over TCP takes a round trip more and delivers what was written") {
    const auto ran = run_text(flow("", ""));
    const observe::TlsSummary tls = summary(*ran);
    CHECK(tls.completed == 1);
    CHECK(tls.version == tls::kTls13);
    CHECK(tls.delivered == 1100);
    CHECK(ran->run.figures.flows[0].completed == 1);
    // Handshake and records are payload to TCP.
    CHECK(ran->run.figures.flows[0].delivered == tls.handshake_bytes + 1100 + 2 * (5 + 1 + 16));
    REQUIRE(tls.handshake);
    CHECK(*tls.handshake > Duration::ms(40));
    CHECK(*tls.handshake < Duration::ms(46));
    CHECK(ran->run.digest.has_tls);
}

TEST_CASE("Bulk data over TLS arrives whole, both ways, and both ends close in order") {
    for (const char* direction : {"upload", "download"}) {
        const auto ran = run_text(two_hosts(fmt::format(
            "flows: {{f: {{app: bulk, from: client, to: server, over: tls, bytes: 1 MB, "
            "direction: {}}}}}\n",
            direction)));
        CHECK(summary(*ran).delivered == 1'000'000);
        CHECK(ran->run.figures.flows[0].completed == 1);
        CHECK(ran->run.figures.flows[0].error == tcp::Error::None);
    }
}

TEST_CASE("Connections of a flow resume each other unless told otherwise") {
    const auto ran = run_text(flow("count: 2, start: [0 s, 1 s],", ""));
    CHECK(summary(*ran, 0).resumed == 0);
    CHECK(summary(*ran, 1).resumed == 1);
    CHECK(summary(*run_text(flow("count: 2, start: [0 s, 1 s],", "resume: false"))).resumed == 0);
}

// RFC 5077 §3.4: a client that has a ticket and no session id of its own makes one up.
TEST_CASE("A client of TLS 1.2 alone resumes by its ticket") {
    const auto ran =
        run_text(flow("count: 2, start: [0 s, 1 s],",
                      "client: {versions: [tls1.2]}, server: {versions: [tls1.3, tls1.2]}"));
    CHECK(summary(*ran).completed == 2);
    CHECK(summary(*ran, 1).version == tls::kTls12);
    CHECK(summary(*ran, 1).resumed == 1);
}

TEST_CASE("A server may ask for the client's certificate behind the handshake") {
    const std::string server = "server: {client_auth: post_handshake}";
    const auto known = run_text(
        flow("rounds: 2,", "client: {chain: [{names: [me.example]}, {ca: acme}]}, " + server));
    CHECK(summary(*known).completed == 1);
    CHECK(summary(*known).failed == 0);
    CHECK(summary(*known).handshake_bytes >
          summary(*run_text(flow("rounds: 2,", ""))).handshake_bytes + 1000);
    const auto unknown = run_text(flow("rounds: 2,", server));
    CHECK(summary(*unknown).completed == 1);
    CHECK(summary(*unknown).alert == tls::Alert::CertificateRequired);
    CHECK_FALSE(summary(*unknown).alert_of_client);
}

TEST_CASE("Early data is counted once, whether it is taken or refused") {
    const std::string tls = "client: {early_data: 1 kB}, server: {early_data: 1 kB}";
    const auto ran = run_text(flow("count: 2, start: [0 s, 1 s],", tls));
    CHECK(summary(*ran, 1).early_bytes == 100);
    CHECK(summary(*ran, 1).early_accepted == 1);
    CHECK(summary(*ran, 1).delivered == 1100);
    CHECK(ran->run.figures.flows[0].completed == 2);
}

TEST_CASE("A job waits for a worker, and without workers for nothing") {
    const std::string rest =
        "flows: {f: {app: request_response, from: c, to: s, over: tls, count: 20}}\n";
    const auto text = [&](const std::string& cpu) {
        return "version: 1\nname: test\nhosts: {c: {}, s: {" + cpu +
               "}}\nlinks:\n  - {between: [c, s], rate: 1 Gbit/s, delay: 5 ms}\n" + rest;
    };
    CHECK(summary(*run_text(text(""))).server_wait == Duration::zero());
    const observe::TlsSummary one = summary(*run_text(text("cpu: {workers: 1}")));
    const observe::TlsSummary two = summary(*run_text(text("cpu: {workers: 2}")));
    CHECK(one.server_wait > two.server_wait);
    CHECK(two.server_wait > Duration::zero());
    const observe::TlsSummary slow = summary(*run_text(text("cpu: {workers: 2, scale: 2}")));
    CHECK(slow.server_cpu == two.server_cpu * 2);
}

TEST_CASE("A fatal alert ends a connection and names who sent it") {
    const auto ran = run_text(flow("", "client: {groups: [x25519]}, server: {groups: [x448]}"));
    const observe::TlsSummary tls = summary(*ran);
    CHECK(tls.completed == 0);
    CHECK(tls.failed == 1);
    CHECK(tls.alert == tls::Alert::HandshakeFailure);
    CHECK_FALSE(tls.alert_of_client);
    CHECK(flows_csv(ran->run).find("handshake_failure") != std::string::npos);
}

TEST_CASE("Losses below change when things happen, not what") {
    const std::string fault =
        "faults:\n  - drop: {on: line.down, match: \"tcp.len > 0\", nth: [1, 3]}\n";
    const auto ran = run_text(flow("", "") + fault);
    CHECK(summary(*ran).completed == 1);
    CHECK(summary(*ran).delivered == 1100);
    CHECK(ran->run.figures.flows[0].retransmissions > 0);
}

}  // namespace seedwire::run
