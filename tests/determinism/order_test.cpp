// What must not change a run: the order of lines in a file, bystanders, watching, and running
// again.
#include <string>
#include <vector>

#include "harness/run/run.h"
#include "harness/scenario/scenario.h"
#include "tests/support/catch.h"

namespace seedwire {

namespace {

struct Parts {
    std::string hosts = "alice, bob, yan, zoe";
    std::vector<std::string> links = {
        "{name: la, between: [alice, r], rate: 10 Mbit/s, delay: 3 ms, impair: [{loss: 2 %}]}",
        "{name: lb, between: [bob, r], rate: 10 Mbit/s, delay: 3 ms, impair: [{duplicate: 1/50}]}",
        "{name: ly, between: [r, yan], rate: 5 Mbit/s, delay: 4 ms, queue: 20 packets}",
        "{name: lz, between: [r, zoe], rate: 5 Mbit/s, delay: 4 ms,"
        " impair: [{jitter: {normal: {stddev: 1 ms}, reorder: true}}]}",
    };
    std::vector<std::string> flows = {
        "big: {app: bulk, from: alice, to: zoe, bytes: 300 kB}",
        "calls: {app: request_response, from: bob, to: yan, request: 100 B, response: 9 kB}",
        "twin: {app: bulk, from: bob, to: zoe, bytes: 300 kB}",
        "voice: {app: constant_bitrate, from: bob, to: zoe, over: udp, rate: 64 kbit/s,"
        " packet: 160 B, stop: 2 s}",
    };
    std::string seed = "7";

    std::string text() const {
        std::string yaml = "version: 1\nname: order\nseed: " + seed + "\nhosts: [" + hosts +
                           "]\nrouters: [r]\nlinks:\n";
        for (const std::string& link : links) yaml += "  - " + link + "\n";
        yaml += "flows:\n";
        for (const std::string& flow : flows) yaml += "  " + flow + "\n";
        return yaml;
    }
};

observe::RunDigest digest_of(const Parts& parts, const run::Request& request = {}) {
    const std::string text = parts.text();
    scenario::Diagnostics problems;
    const auto loaded = scenario::load("order.yaml", text, {}, problems);
    INFO(render(problems, text, false));
    REQUIRE(loaded.has_value());
    const run::Run finished = run::execute(*loaded, request);
    CHECK(finished.complete());
    CHECK(finished.events > 1000);
    return finished.digest;
}

void check_equal(const observe::RunDigest& a, const observe::RunDigest& b) {
    CHECK(to_string(a.packets) == to_string(b.packets));
    CHECK(to_string(a.tcp) == to_string(b.tcp));
    CHECK(to_string(a.app) == to_string(b.app));
    CHECK(to_string(a.total) == to_string(b.total));
}

}  // namespace

TEST_CASE("running again gives the same digest, another seed another one", "[determinism]") {
    const observe::RunDigest first = digest_of({});
    check_equal(first, digest_of({}));
    Parts other;
    other.seed = "8";
    CHECK(digest_of(other).total != first.total);
}

TEST_CASE("listing hosts, links and flows in another order changes nothing", "[determinism]") {
    Parts parts;
    parts.hosts = "zoe, bob, yan, alice";
    parts.links = {parts.links[2], parts.links[3], parts.links[0], parts.links[1]};
    parts.flows = {parts.flows[3], parts.flows[1], parts.flows[2], parts.flows[0]};
    check_equal(digest_of({}), digest_of(parts));
}

TEST_CASE("an idle host in the middle of the alphabet changes nothing", "[determinism]") {
    Parts parts;
    parts.hosts += ", mia";
    parts.links.push_back("{name: lm, between: [r, mia], rate: 1 Mbit/s, delay: 2 ms}");
    check_equal(digest_of({}), digest_of(parts));
    parts.links.back() = "{name: aa, between: [mia, r], rate: 1 Mbit/s, delay: 2 ms}";
    check_equal(digest_of({}), digest_of(parts));
}

TEST_CASE("an idle host between the busy ones changes nothing", "[determinism]") {
    Parts parts;
    parts.hosts += ", carl";
    parts.links.insert(parts.links.begin(),
                       "{name: lc, between: [carl, r], rate: unlimited, delay: 1 ms,"
                       " impair: [{loss: 50 %}]}");
    check_equal(digest_of({}), digest_of(parts));
}

TEST_CASE("watching changes nothing", "[determinism]") {
    run::Request request;
    request.ladder.emplace();
    check_equal(digest_of({}), digest_of({}, request));
}

}  // namespace seedwire
