// What ICMP tells a host, and what it does not let through. RFC 792, RFC 1122 §4.2.3.9.
#include "tests/models/app/operations.h"
#include "tests/models/host/two_hosts.h"
#include "tests/support/catch.h"

namespace seedwire {
namespace {

using namespace seedwire::literals;

/// a - r - b, and c that has no link at all.
struct ThroughRouter {
    explicit ThroughRouter(std::uint8_t ttl) : simulation{1}, network{simulation, recorder, {}} {
        recorder.add(recording);
        network.add_node("a", false, {});
        network.add_node("b", false, {});
        network.add_node("c", false, {});
        network.add_node("r", true, {});
        network.attach_router(3);
        const net::LinkDirectionConfig direction = TwoHosts::default_direction();
        network.add_link("a-r", 0, 3, direction, direction, 1);
        network.add_link("r-b", 3, 1, direction, direction, 1);
        const char* names[] = {"a", "b", "c"};
        for (std::uint32_t node = 0; node < 3; ++node) {
            hosts.push_back(std::make_unique<host::Host>(
                host::HostConfig{names[node], node, ttl, 30_us, {}, false}, simulation, network,
                recorder, figures, workspace));
        }
    }
    const std::vector<app::OperationResult>& run(std::vector<app::Operation> script) {
        app::ProgramConfig config;
        config.script = std::move(script);
        const std::uint32_t program = applications.add_program(0, "client", config, *hosts[0]);
        network.build();
        simulation.start();
        for (auto& host : hosts) host->start();
        simulation.run_until(Time::zero() + 300_s);
        for (auto& host : hosts) host->finish(simulation.now());
        return applications.results(program);
    }
    Simulation simulation;
    trace::Recorder recorder;
    host::FigureTable figures;
    host::Workspace workspace;
    net::Network network;
    Recording recording;
    app::Applications applications;
    std::vector<std::unique_ptr<host::Host>> hosts;
};

TEST_CASE("Time exceeded on the way ends an attempt to connect with EHOSTUNREACH",
          "[host][icmp][ICMP-1]") {
    ThroughRouter world{1};
    const auto& results = world.run({op::connect(1, 80)});
    REQUIRE(results.size() == 1);
    CHECK(results[0].error == tcp::Error::HostUnreachable);
    CHECK(results[0].end < Time::zero() + 30_ms);
    REQUIRE(world.recording.node_drops.size() == 1);
    CHECK(world.recording.node_drops[0] == trace::DropReason::TimeToLive);
    CHECK(world.network.packets().in_use() == 0);
}

TEST_CASE("Without a route connect() fails at once with ENETUNREACH", "[host][icmp]") {
    ThroughRouter world{64};
    const auto& results = world.run({op::connect(2, 80), op::connect(1, 80)});
    REQUIRE(results.size() == 2);
    CHECK(results[0].error == tcp::Error::NetworkUnreachable);
    CHECK(results[0].end == Time::zero());
    CHECK(results[1].error == tcp::Error::ConnectionRefused);
}

}  // namespace
}  // namespace seedwire
