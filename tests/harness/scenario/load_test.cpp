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
    CHECK_FALSE(segments.items[1].from_client);
    CHECK(segments.items[1].text == "server SYN+ACK");
    CHECK(segments.items[3].kind == Segments::Item::Kind::AnyNumber);
    const auto& passes = std::get<Passes>(s.expectations[2].what);
    CHECK(passes.states.size() == 3);
    CHECK(s.expectations[2].where.line == 11);
    CHECK(s.expectations[2].where.column == 5);
}

}  // namespace
}  // namespace seedwire::scenario
