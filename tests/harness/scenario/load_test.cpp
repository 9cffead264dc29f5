// Whole scenarios: the examples load, and mean what they say.
#include "harness/scenario/canonical_text.h"
#include "harness/scenario/scenario.h"
#include "tests/harness/scenario/examples.h"
#include "tests/support/catch.h"

namespace seedwire::scenario {
namespace {

/// Loads what must load; the messages are shown if it does not.
Scenario must_load(const std::string& text) {
    Diagnostics problems;
    const std::optional<Scenario> scenario = load("test.yaml", text, {}, problems);
    INFO(render(problems, text, false));
    REQUIRE(scenario.has_value());
    CHECK(problems.list().empty());
    return *scenario;
}

TEST_CASE("The first example becomes two hosts, a link, a flow and three expectations",
          "[scenario]") {
    const Scenario s = must_load(examples::kHandshake);
    CHECK(s.name == "three-way handshake");
    REQUIRE(s.nodes.size() == 2);
    CHECK(s.nodes[0].name == "client");
    CHECK(s.nodes[0].wakeup == Duration::us(30));
    REQUIRE(s.links.size() == 1);
    CHECK(s.links[0].name == "client-server");
    CHECK(s.links[0].up.rate == Rate::bits_per_second(10'000'000));
    CHECK(s.links[0].down.delay == Duration::ms(20));
    CHECK(s.links[0].up.queue.limit_packets == 1000);
    REQUIRE(s.flows.size() == 1);
    const FlowSpec& hello = s.flows[0];
    CHECK(hello.config.kind == app::Kind::RequestResponse);
    CHECK(hello.config.request.count == 100);
    CHECK(hello.config.response.count == 1000);
    CHECK(hello.config.port == 5001);
    CHECK(hello.starts == std::vector<Time>{Time::zero()});
    REQUIRE(s.expectations.size() == 3);
    const auto& reaches = std::get<Reaches>(s.expectations[0].what);
    CHECK(reaches.state == tcp::State::Established);
    CHECK(reaches.within == Duration::ms(41));
    CHECK(reaches.end.client);
    const auto& segments = std::get<Segments>(s.expectations[1].what);
    REQUIRE(segments.items.size() == 4);
    CHECK(segments.items[1].flags == (wire::flag::kSyn | wire::flag::kAck));
    CHECK(segments.items[1].side == Segments::Item::Side::Server);
    CHECK(segments.items[1].text == "server SYN+ACK");
    CHECK(segments.items[3].kind == Segments::Item::Kind::AnyNumber);
    const auto& passes = std::get<Passes>(s.expectations[2].what);
    CHECK(passes.states.size() == 3);
    CHECK(s.expectations[2].where.line == 11);
    CHECK(s.expectations[2].where.column == 5);
}

TEST_CASE("The second example: queues, impairments, faults and the timeline", "[scenario]") {
    const Scenario s = must_load(examples::kLossy);
    CHECK(s.seed == 7);
    CHECK(s.stop == Time::zero() + Duration::s(30));
    REQUIRE(s.links.size() == 2);
    const LinkSpec& line = s.links[1];
    CHECK(line.name == "line");
    CHECK(s.nodes[line.from].name == "laptop");
    CHECK(line.up.queue.limit_bytes == 64'000);
    CHECK(line.up.queue.limit_packets == 0);
    CHECK(line.down.queue.limit_packets == 100);
    CHECK(line.down.rate == Rate::bits_per_second(16'000'000));
    REQUIRE(line.up.impairments.size() == 4);
    const auto& loss = std::get<net::GilbertElliottLoss>(line.up.impairments[0]);
    CHECK(loss.p.ratio == Ratio{1, 100});
    CHECK(loss.loss_bad == Probability::always());
    CHECK(std::get<net::Jitter>(line.up.impairments[1]).delay.deviation == Duration::ms(2));
    CHECK(std::get<net::Duplicate>(line.down.impairments[3]).probability.ratio == Ratio{1, 5000});
    REQUIRE(line.down.faults.size() == 3);
    CHECK(line.up.faults.empty());
    CHECK(line.down.faults[0].nth.front().first == 1);
    CHECK(line.down.faults[1].by == Duration::ms(80));
    CHECK(line.down.faults[1].nth.size() == 2);
    CHECK(line.down.faults[2].every == 10);
    CHECK(line.down.faults[2].offset == 3);
    CHECK(line.down.faults[2].last == 400);
    REQUIRE(s.timeline.size() == 3);
    CHECK(s.timeline[1].at == Time::zero() + Duration::ms(10'300));
    CHECK(std::holds_alternative<TimelineEntry::Restore>(s.timeline[1].change));
    CHECK_FALSE(s.timeline[2].target.up);
    CHECK(s.faults.size() == 5);
    CHECK_FALSE(s.faults[3].exact);
    REQUIRE(s.flows.size() == 2);
    CHECK(s.flows[0].name == "call");
    CHECK(s.flows[1].config.download);
    CHECK(s.nodes[2].sysctls.tcp_rmem[2] == 6291456);
    const auto& loss_of_call = std::get<Comparison>(s.expectations[1].what);
    CHECK(loss_of_call.relation == Relation::AtMost);
    CHECK(std::get<Value>(loss_of_call.right).numerator == 1);
    CHECK(std::get<Value>(loss_of_call.right).denominator == 20);
    const auto& sojourn = std::get<Comparison>(s.expectations[2].what);
    CHECK(std::get<Metric>(sojourn.left).function == "p99");
    CHECK(std::get<Metric>(sojourn.left).key == "down.queue.sojourn");
    CHECK(std::get<Metric>(sojourn.left).index == 1);
}

TEST_CASE("The third example: routing, and a metric on either side", "[scenario]") {
    const Scenario s = must_load(examples::kTwoRoutes);
    CHECK(s.metric == RoutingMetric::Hops);
    CHECK(s.equal_cost == EqualCost::PerPacket);
    CHECK(s.links[0].name == "a-north");
    CHECK(s.flows[1].config.packet.count == 1000);
    const auto& both = std::get<Comparison>(s.expectations[2].what);
    CHECK(std::get<Metric>(both.left).index == 1);
    CHECK(std::get<Metric>(both.right).key == "completion");
}

TEST_CASE("The fifth example: programs and their options", "[scenario]") {
    const Scenario s = must_load(examples::kPrograms);
    REQUIRE(s.programs.size() == 2);
    const app::ProgramConfig& client = s.programs[0].config;
    CHECK(client.start == Time::zero() + Duration::ms(100));
    CHECK_FALSE(client.starts_before_all);
    CHECK(client.options.congestion == tcp::CongestionName::Reno);
    CHECK(client.options.nodelay);
    CHECK(client.options.receive_buffer == 131072);
    CHECK(client.options.receive_buffer_locked);
    CHECK(client.options.syn_count == 3);
    CHECK(client.options.linger2 == Duration::s(5));
    CHECK(client.options.defer_accept == 2);
    CHECK(client.options.receive_low_water == 10);
    CHECK(client.options.notsent_low_water == 16384);
    REQUIRE(client.script.size() == 4);
    CHECK(client.script[0].peer == 1);
    CHECK(client.script[0].number == 5001);
    CHECK(client.script[0].count == 40001);
    CHECK(client.script[1].number == 150'000);
    const app::ProgramConfig& server = s.programs[1].config;
    CHECK(server.starts_before_all);
    CHECK(server.script[0].count == 5);
    CHECK(std::get<Passes>(s.expectations[0].what).end.client);
    CHECK(std::get<Fails>(s.expectations[1].what).never);
}

TEST_CASE("The effective scenario loads back to itself", "[scenario]") {
    const char* text =
        GENERATE(examples::kHandshake, examples::kLossy, examples::kTwoRoutes, examples::kPrograms);
    const Scenario first = must_load(text);
    const Scenario second = must_load(canonical_text(first));
    CHECK(canonical_text(second) == canonical_text(first));
    CHECK(second.digest == first.digest);
}

TEST_CASE("The order of things in the file means nothing", "[scenario]") {
    const Scenario first = must_load(
        "version: 1\nname: x\nhosts: [a, b]\nrouters: [r]\n"
        "links: [{between: [a, r], delay: 1 ms}, {between: [r, b], delay: 1 ms}]\n"
        "flows: {f: {app: bulk, from: a, to: b, bytes: 1 B}, g: {app: ping, from: b, to: a}}\n");
    const Scenario second = must_load(
        "flows: {g: {to: a, app: ping, from: b}, f: {from: a, to: b, bytes: 1 B, app: bulk}}\n"
        "links: [{between: [r, b], delay: 1 ms}, {delay: 1 ms, between: [a, r]}]\n"
        "routers: {r: }\nhosts: [b, a]\nname: x\nversion: 1\n");
    CHECK(canonical_text(first) == canonical_text(second));
    CHECK(first.digest == second.digest);
}

TEST_CASE("Anchors, merge keys and x- keys work", "[scenario]") {
    const Scenario s = must_load(
        "version: 1\nx-fast: &fast {rate: 1 Gbit/s, delay: 1 ms}\nhosts: [a, b, c]\nlinks:\n"
        "  - {between: [a, b], <<: *fast}\n  - {between: [b, c], <<: *fast, delay: 7 ms}\n"
        "flows: {f: {app: ping, from: a, to: b, x-note: mine}}\n");
    CHECK(s.links[0].up.rate == Rate::bits_per_second(1'000'000'000));
    CHECK(s.links[1].up.delay == Duration::ms(7));
}

TEST_CASE("Nothing is converted behind one's back", "[scenario]") {
    const Scenario s = must_load(
        "version: 1\nname: 012\nhosts: {yes: {ttl: 012}, no: }\n"
        "links: [{between: [yes, no], delay: 1 ms}]\nflows: {y: {app: ping, from: yes, to: no}}\n");
    CHECK(s.name == "012");
    CHECK(s.nodes[1].name == "yes");
    CHECK(s.nodes[1].ttl == 12);
}

TEST_CASE("Starts are spread as asked, by the flow's own random stream", "[scenario]") {
    const auto starts = [](const std::string& start, const std::string& more = "") {
        return must_load(
                   "version: 1\nhosts: [a, b]\nlinks: [{between: [a, b], delay: 1 ms}]\nflows:\n"
                   "  f: {app: bulk, from: a, to: b, bytes: 1 B, count: 4, start: " +
                   start + "}\n" + more)
            .flows[0]
            .starts;
    };
    const auto ms = [](std::int64_t n) { return Time::zero() + Duration::ms(n); };
    CHECK(starts("5 ms") == std::vector<Time>(4, ms(5)));
    CHECK(starts("{every: 10 ms, from: 5 ms}") == std::vector<Time>{ms(5), ms(15), ms(25), ms(35)});
    CHECK(starts("[1 ms, 2 ms, 9 ms, 4 ms]") == std::vector<Time>{ms(1), ms(2), ms(9), ms(4)});
    const std::vector<Time> uniform = starts("{uniform: [1 s, 2 s]}");
    for (const Time start : uniform) CHECK((start >= ms(1000) && start <= ms(2000)));
    CHECK(uniform[0] != uniform[1]);
    CHECK(uniform == starts("{uniform: [1 s, 2 s]}", "  g: {app: ping, from: a, to: b}\n"));
}

TEST_CASE("Overrides are laid over the document", "[scenario][set]") {
    const auto with = [](std::vector<Override> overrides) {
        Diagnostics problems;
        LoadOptions options;
        options.overrides = std::move(overrides);
        const auto scenario = load("a.yaml", examples::kLossy, options, problems);
        INFO(render(problems, examples::kLossy, false));
        REQUIRE(scenario.has_value());
        return *scenario;
    };
    CHECK(with({{"line.up.rate", "2Mbit/s"}}).links[1].up.rate == Rate::bits_per_second(2'000'000));
    CHECK(with({{"links[1].delay", "3 ms"}}).links[0].up.delay == Duration::ms(3));
    CHECK(with({{"links.core.delay", "3 ms"}}).links[0].up.delay == Duration::ms(3));
    CHECK(with({{"flows.download.bytes", "1MB"}}).flows[1].config.bytes.count == 1'000'000);
    CHECK(with({{"download.bytes", "1MB"}}).flows[1].config.bytes.count == 1'000'000);
    CHECK(with({{"stop", "5 s"}, {"seed", "9"}}).seed == 9);
    const Scenario all = with({{"hosts.*.tcp.congestion", "reno"}, {"routers.dslam.ttl", "3"}});
    CHECK(all.nodes[1].sysctls.tcp_congestion_control == tcp::CongestionName::Reno);
    CHECK(all.nodes[2].sysctls.tcp_congestion_control == tcp::CongestionName::Reno);
    CHECK(all.nodes[2].sysctls.tcp_rmem[2] == 6291456);
    CHECK(all.nodes[0].ttl == 3);
}

TEST_CASE("A wrong override is reported in its own text", "[scenario][set][errors]") {
    const auto problem = [](const std::string& path, const std::string& value) {
        Diagnostics problems;
        LoadOptions options;
        options.overrides = {{path, value}};
        CHECK_FALSE(load("a.yaml", examples::kLossy, options, problems).has_value());
        return render(problems, examples::kLossy, false);
    };
    CHECK(problem("line.up.rate", "2 Mbps")
              .find("--set line.up.rate:1:16: error: unknown unit 'Mbps'\n"
                    "   1 | line.up.rate=2 Mbps\n") == 0);
    CHECK(problem("lien.up.rate", "1")
              .find("--set lien.up.rate:1:1: error: nothing is called 'lien'") == 0);
    CHECK(problem("links[7].rate", "1").find("1:7: error: the path leads nowhere at '7'") !=
          std::string::npos);
    CHECK(problem("download.byts", "1 B").find("unknown key 'byts'") != std::string::npos);
    CHECK(problem("stop", "[").find("--set stop:1:") == 0);
    CHECK(problem("stop", "").find("--set stop:1:1") == 0);
}

}  // namespace
}  // namespace seedwire::scenario
