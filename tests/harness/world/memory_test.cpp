// What connections cost in memory: while they are idle, and while they carry bulk data.
#include "harness/world/world.h"
#include "tests/support/catch.h"
#include "tests/support/count_allocations.h"

namespace seedwire::world {

namespace {

/// Client, server and a router between them; RTT 20 ms.
scenario::Scenario path(Rate rate) {
    scenario::Scenario s;
    s.file = s.name = "memory";
    for (const char* name : {"client", "server", "router"}) {
        scenario::NodeSpec node;
        node.name = name;
        node.router = s.nodes.size() == 2;
        node.sysctls.tcp_congestion_control = tcp::CongestionName::Reno;
        s.nodes.push_back(node);
    }
    for (std::uint32_t end = 0; end < 2; ++end) {
        scenario::LinkSpec link;
        link.name = end == 0 ? "first" : "second";
        link.from = end;
        link.to = 2;
        link.up.rate = link.down.rate = rate;
        link.up.delay = link.down.delay = Duration::ms(5);
        link.up.queue.limit_packets = link.down.queue.limit_packets = 5000;
        s.links.push_back(link);
    }
    return s;
}

scenario::FlowSpec flow(app::Kind kind) {
    scenario::FlowSpec f;
    f.name = "flow";
    f.from = 0;
    f.to = 1;
    f.config.kind = kind;
    return f;
}

}  // namespace

TEST_CASE("An idle connection fits into few bytes, both ends together", "[world][memory]") {
    constexpr std::uint32_t kConnections = 1000;
    scenario::Scenario s = path(Rate::bits_per_second(1'000'000'000));
    s.stop = Time::zero() + Duration::s(3);
    scenario::FlowSpec f = flow(app::Kind::RequestResponse);
    f.count = kConnections;
    for (std::uint32_t i = 0; i < kConnections; ++i)
        f.starts.push_back(Time::zero() + Duration::us(500) * std::int64_t{i});
    f.config.start = f.starts.front();
    f.config.stop = Time::never();
    f.config.request = Bytes{100};
    f.config.response = Bytes{20'000};
    f.config.think = Duration::s(1000);  // the response does not come
    f.config.backlog = 4096;
    s.flows.push_back(f);

    World world{s};
    const std::int64_t empty = support::live_bytes();
    world.start();
    world.simulation().run_until(s.stop);
    std::uint32_t open = 0;
    for (std::uint32_t i = 0; i < world.figures().size(); ++i)
        open += world.figures()[i].client.established.is_never() ? 0 : 1;
    REQUIRE(open == kConnections);
    const std::int64_t each = (support::live_bytes() - empty) / kConnections;
    INFO("bytes per connection: " << each);
    CHECK(each <= 2000);
    world.finish();
}

TEST_CASE("A bulk flow across a router allocates nothing in steady state", "[world][memory]") {
    scenario::Scenario s = path(Rate::bits_per_second(20'000'000));
    for (scenario::LinkSpec& link : s.links)
        link.up.queue.limit_packets = link.down.queue.limit_packets = 50;
    s.stop = Time::zero() + Duration::s(60);
    scenario::FlowSpec f = flow(app::Kind::Bulk);
    f.starts = {Time::zero()};
    f.config.stop = s.stop;
    s.flows.push_back(f);

    World world{s};
    world.start();
    // Long enough for buffers, rings and pools to have seen their largest sizes.
    world.simulation().run_until(Time::zero() + Duration::s(30));
    const std::uint32_t delivered = world.figures()[0].server.received;
    const std::uint64_t before = support::allocations();
    world.simulation().run_until(Time::zero() + Duration::s(40));
    const std::uint64_t made = support::allocations() - before;
    const std::uint32_t segments = world.figures()[0].server.received - delivered;
    INFO(made << " allocations for " << segments << " segments");
    CHECK(segments > 10'000);
    // What the bursts of recoveries need is given back after them, and taken again.
    CHECK(made <= segments / 500);
    world.finish();
}

}  // namespace seedwire::world
