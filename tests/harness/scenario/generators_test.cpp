// Generated topologies, name patterns, and flows between many hosts.
#include "harness/scenario/generators.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "harness/scenario/canonical_text.h"
#include "harness/scenario/name_pattern.h"
#include "harness/scenario/scenario.h"
#include "tests/support/catch.h"

namespace seedwire::scenario {
namespace {

Scenario must_load(const std::string& text, const LoadOptions& options = {}) {
    Diagnostics problems;
    const std::optional<Scenario> scenario = load("test.yaml", text, options, problems);
    INFO(text << render(problems, text, false));
    REQUIRE(scenario.has_value());
    CHECK(problems.list().empty());
    return *scenario;
}

/// The problem at "line:column" that says so.
void must_fail(const std::string& text, const std::string& place, const std::string& message,
               const LoadOptions& options = {}) {
    Diagnostics problems;
    const auto scenario = load("test.yaml", text, options, problems);
    INFO("wanted " << place << " " << message << "\n" << text << render(problems, text, false));
    CHECK_FALSE(scenario.has_value());
    CHECK(std::any_of(problems.list().begin(), problems.list().end(), [&](const Diagnostic& d) {
        return fmt::format("{}:{}", d.where.line, d.where.column) == place &&
               (d.message + " " + d.hint).find(message) != std::string::npos;
    }));
}

constexpr const char* kLink = "{rate: 10 Mbit/s, delay: 5 ms}";

std::string with_topology(const std::string& topology, const std::string& flow,
                          const std::string& more = "") {
    return fmt::format("version: 1\ntopology: {}\nflows:\n  f: {}\n{}", topology, flow, more);
}

std::string dumbbell(int pairs) {
    return fmt::format("{{dumbbell: {{pairs: {0}, access: {1}, bottleneck: {1}}}}}", pairs, kLink);
}

const std::string kOneToOne = "{app: bulk, from: left*, to: right*, pair: one_to_one, bytes: 1 MB}";

std::vector<std::string> pairs_of(const Scenario& s) {
    std::vector<std::string> pairs;
    for (std::uint32_t p = 0; p < s.flows[0].pair_count(); ++p) {
        const FlowEnds ends = s.flows[0].pair(p);
        pairs.push_back(s.nodes[ends.from].name + "-" + s.nodes[ends.to].name);
    }
    return pairs;
}

TEST_CASE("A dumbbell has its hosts, two routers and a bottleneck that leads right", "[scenario]") {
    const Scenario s = must_load(with_topology(dumbbell(12), kOneToOne));
    CHECK(s.nodes.size() == 26);
    CHECK(s.links.size() == 25);
    const auto bottleneck = std::find_if(s.links.begin(), s.links.end(),
                                         [](const LinkSpec& l) { return l.name == "bottleneck"; });
    REQUIRE(bottleneck != s.links.end());
    CHECK(s.nodes[bottleneck->from].name == "router_left");
    CHECK(s.nodes[bottleneck->to].name == "router_right");
    CHECK(bottleneck->up.delay == Duration::ms(5));
}

TEST_CASE("Patterns pair hosts in the order of their numbers", "[scenario]") {
    const Scenario s = must_load(with_topology(dumbbell(11), kOneToOne));
    const std::vector<std::string> pairs = pairs_of(s);
    REQUIRE(pairs.size() == 11);
    CHECK(pairs[0] == "left1-right1");
    CHECK(pairs[1] == "left2-right2");
    CHECK(pairs[10] == "left11-right11");
    CHECK(s.flows[0].count == 11);
    CHECK(s.flows[0].starts.size() == 11);
}

TEST_CASE("pair: all lets everyone speak with everyone else", "[scenario]") {
    const Scenario s =
        must_load(with_topology(fmt::format("{{star: {{hosts: 3, access: {}}}}}", kLink),
                                "{app: request_response, from: h*, to: h*, pair: all, count: 2}"));
    CHECK(pairs_of(s) ==
          std::vector<std::string>{"h1-h2", "h1-h3", "h2-h1", "h2-h3", "h3-h1", "h3-h2"});
    CHECK(s.flows[0].count == 12);
}

TEST_CASE("Many clients of one server need no pair", "[scenario]") {
    const Scenario s =
        must_load(with_topology(dumbbell(3), "{app: bulk, from: left*, to: right2, bytes: 1 MB}"));
    CHECK(pairs_of(s) == std::vector<std::string>{"left1-right2", "left2-right2", "left3-right2"});
    const Scenario listed = must_load(
        with_topology(dumbbell(3), "{app: bulk, from: [left3, left1], to: right2, bytes: 1 MB}"));
    CHECK(pairs_of(listed) == std::vector<std::string>{"left3-right2", "left1-right2"});
}

TEST_CASE("Every generator makes a connected network of the promised size", "[scenario]") {
    struct Size {
        std::string topology, from, to;
        std::size_t nodes, links;
    };
    for (const Size& size : std::vector<Size>{
             {fmt::format("{{line: {{routers: 4, link: {}}}}}", kLink), "h1", "h4", 8, 7},
             {fmt::format("{{ring: {{routers: 5, link: {}}}}}", kLink), "h1", "h3", 10, 10},
             {fmt::format("{{star: {{hosts: 6, access: {}}}}}", kLink), "h1", "h6", 7, 6},
             {fmt::format("{{tree: {{depth: 2, fanout: 3, link: {}}}}}", kLink), "h1", "h9", 13,
              12},
             {fmt::format("{{parking_lot: {{hops: 3, bottleneck: {0}, access: {0}}}}}", kLink),
              "source", "sink", 12, 11}}) {
        const Scenario s = must_load(with_topology(
            size.topology,
            fmt::format("{{app: bulk, from: {}, to: {}, bytes: 1 MB}}", size.from, size.to)));
        INFO(size.topology);
        CHECK(s.nodes.size() == size.nodes);
        CHECK(s.links.size() == size.links);
    }
}

TEST_CASE("Access links of a generator have settings of their own, or those of the others",
          "[scenario]") {
    const Scenario s = must_load(with_topology(
        "{line: {routers: 2, link: {rate: 1 Mbit/s}, access: {delay: 1 ms, impair: [loss: 1 %]}}}",
        "{app: bulk, from: h1, to: h2, bytes: 1 kB}"));
    REQUIRE(s.links.size() == 3);
    CHECK(s.links[0].name == "h1-r1");
    CHECK(s.links[0].up.impairments.size() == 1);
    CHECK(s.links[2].name == "r1-r2");
    CHECK(s.links[2].up.rate == Rate::bits_per_second(1'000'000));
}

TEST_CASE("Hosts of a generator are configured by name and by pattern", "[scenario]") {
    const Scenario s = must_load(with_topology(dumbbell(2), kOneToOne,
                                               "hosts:\n"
                                               "  left*: {tcp: {congestion: reno}, wakeup: 1 us}\n"
                                               "  left2: {wakeup: 2 us}\n"
                                               "  extra: {}\n"));
    const auto node = [&](const std::string& name) {
        return *std::find_if(s.nodes.begin(), s.nodes.end(),
                             [&](const NodeSpec& n) { return n.name == name; });
    };
    CHECK(s.nodes.size() == 7);
    CHECK(node("left1").sysctls.tcp_congestion_control == tcp::CongestionName::Reno);
    CHECK(node("left1").wakeup == Duration::us(1));
    CHECK(node("left2").sysctls.tcp_congestion_control == tcp::CongestionName::Reno);
    CHECK(node("left2").wakeup == Duration::us(2));
    CHECK(node("right1").sysctls.tcp_congestion_control == tcp::CongestionName::Cubic);
    // Each pair has the options that its hosts give it.
    CHECK(s.flows[0].pair(0).client_options.congestion == tcp::CongestionName::Reno);
    CHECK(s.flows[0].pair(0).server_options.congestion == tcp::CongestionName::Cubic);
}

TEST_CASE("--set reaches generated hosts, links and sizes", "[scenario]") {
    const std::string text = with_topology(dumbbell(2), kOneToOne);
    const auto set = [&](const std::string& path, const std::string& value) {
        LoadOptions options;
        options.overrides = {{path, value}};
        return must_load(text, options);
    };
    CHECK(set("topology.dumbbell.pairs", "5").nodes.size() == 12);
    CHECK(set("bottleneck.rate", "3 Mbit/s").links[0].up.rate == Rate::bits_per_second(3'000'000));
    const Scenario all = set("hosts.*.tcp.congestion", "reno");
    for (const NodeSpec& node : all.nodes)
        if (!node.router) CHECK(node.sysctls.tcp_congestion_control == tcp::CongestionName::Reno);
    const Scenario some = set("hosts.left*.tcp.congestion", "reno");
    CHECK(some.nodes[0].sysctls.tcp_congestion_control == tcp::CongestionName::Reno);
    CHECK(some.nodes[2].sysctls.tcp_congestion_control == tcp::CongestionName::Cubic);
    CHECK(set("hosts.left1.wakeup", "7 us").nodes[0].wakeup == Duration::us(7));
}

TEST_CASE("The effective scenario of a generator loads again and is the same", "[scenario]") {
    const Scenario s = must_load(with_topology(dumbbell(3), kOneToOne,
                                               "hosts: {left2: {tcp: {congestion: reno}}}\n"
                                               "expect: [f.delivered == 3 MB]\n"));
    const std::string text = canonical_text(s);
    const Scenario again = must_load(text);
    CHECK(canonical_text(again) == text);
    CHECK(again.digest == s.digest);
}

TEST_CASE("Mistakes in generators and pairs are reported at their place", "[scenario][errors]") {
    const std::string bulk = "{app: bulk, from: left*, to: right*, bytes: 1 MB}";
    must_fail(with_topology("{dumbell: {pairs: 2}}", kOneToOne), "2:12",
              "did you mean 'dumbbell'?");
    must_fail(with_topology("{}", kOneToOne), "2:11", "which generator?");
    must_fail(with_topology("{dumbbell: {pairs: 2}}", kOneToOne), "2:12", "has no 'bottleneck'");
    must_fail(with_topology("{star: {hosts: 2}}", kOneToOne), "2:12", "has no 'access'");
    must_fail(with_topology(dumbbell(0), kOneToOne), "2:30", "too small");
    must_fail(with_topology(dumbbell(2), bulk), "4:24", "who speaks with whom?");
    must_fail(with_topology(dumbbell(2), "{app: bulk, from: top*, to: right*, bytes: 1 MB}"),
              "4:24", "no host matches 'top*'");
    must_fail(with_topology(
                  dumbbell(3),
                  "{app: bulk, from: left*, to: [right1, right2], pair: one_to_one, bytes: 1 B}"),
              "4:35", "3 hosts cannot be paired one to one with 2");
    must_fail(with_topology(dumbbell(2),
                            "{app: bulk, from: left*, to: left*, pair: one_to_one, bytes: 1 B}"),
              "4:35", "pairs 'left1' with itself");
    must_fail(with_topology(dumbbell(2), kOneToOne, "hosts: {top*: {ttl: 3}}"), "5:9",
              "no host matches 'top*'");
    must_fail(with_topology(dumbbell(2), kOneToOne, "hosts: [left1]"), "5:9",
              "the topology has a 'left1' already");
    must_fail(with_topology("{star: {hosts: 2, access: {rate: 5}}}", kOneToOne), "2:44",
              "has no unit");
    must_fail(with_topology("{tree: {depth: 16, fanout: 16, link: {delay: 1 ms}}}", kOneToOne),
              "2:26", "more than 100000 hosts");
    must_fail(with_topology(fmt::format("{{star: {{hosts: 2, access: {0}}}, line: {{}}}}", kLink),
                            kOneToOne),
              "2:70", "a second generator");
}

TEST_CASE("What is wrong once in a generator is said once", "[scenario][errors]") {
    Diagnostics problems;
    load("t.yaml",
         with_topology(dumbbell(50), kOneToOne, "hosts: {left*: {ttl: 300}, left1: {ttl: 2}}"), {},
         problems);
    CHECK(problems.count(Severity::Error) == 1);
}

TEST_CASE("Patterns match as people expect", "[scenario]") {
    CHECK(matches("left*", "left12"));
    CHECK(matches("*", "x"));
    CHECK(matches("l*t*1", "left11"));
    CHECK(matches("h?", "h1"));
    CHECK_FALSE(matches("h?", "h12"));
    CHECK_FALSE(matches("left*", "right1"));
    CHECK_FALSE(matches("*1", "left12"));
    CHECK(natural_less("h2", "h10"));
    CHECK_FALSE(natural_less("h10", "h2"));
    CHECK(natural_less("h1", "h01x"));
    CHECK_FALSE(natural_less("h1", "h1"));
    CHECK(natural_less("a9b2", "a9b10"));
}

TEST_CASE("Ten thousand hosts load in under two seconds", "[scenario]") {
    const auto start = std::chrono::steady_clock::now();
    const Scenario s = must_load(with_topology(dumbbell(5000), kOneToOne));
    const auto took = std::chrono::steady_clock::now() - start;
    CHECK(s.nodes.size() == 10'002);
#ifdef NDEBUG
    CHECK(took < std::chrono::seconds(2));
#else
    CHECK(took < std::chrono::seconds(20));  // unoptimised, perhaps on a busy machine
#endif
}

}  // namespace
}  // namespace seedwire::scenario
