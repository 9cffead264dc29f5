// Two hosts, one link: connections from the first SYN to the end of TIME-WAIT.
#include "models/host/host.h"

#include "tests/models/app/operations.h"
#include "tests/models/host/two_hosts.h"
#include "tests/support/catch.h"

namespace seedwire {
namespace {

using namespace seedwire::literals;
using app::FlowConfig;

FlowConfig request_response(std::int64_t request, std::int64_t response) {
    FlowConfig config;
    config.kind = app::Kind::RequestResponse;
    config.request = {request};
    config.response = {response};
    return config;
}

TEST_CASE("A request and its response cross the network and both ends close", "[host][rfc9293]") {
    TwoHosts world;
    world.add_flow(request_response(100, 1000));
    CHECK(world.run() == Simulation::End::Quiescent);
    REQUIRE(world.figures.size() == 1);
    CHECK(world.recording.path(0, true) ==
          "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED");
    CHECK(world.recording.path(0, false) ==
          "LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED");
    const host::ConnectionFigures& figures = world.figures[0];
    CHECK(figures.client.bytes_written == 100);
    CHECK(figures.server.bytes_read == 100);
    CHECK(figures.server.bytes_written == 1000);
    CHECK(figures.client.bytes_read == 1000);
    CHECK(figures.client.retransmissions == 0);
    CHECK(figures.server.end_of_file);
    CHECK(figures.client.established < Time::zero() + 21_ms);
    CHECK(figures.client.error == tcp::Error::None);
    CHECK(world.applications.all_finished());
    CHECK(world.network.packets().in_use() == 0);
    CHECK(world.a->stack().socket_count() == 0);
    CHECK(world.a->stack().time_wait_count() == 0);
}

TEST_CASE("TIME-WAIT lasts a minute after everything else is over", "[host][rfc9293]") {
    TwoHosts world;
    world.add_flow(request_response(100, 100));
    world.run();
    CHECK(world.figures[0].client.late->closed - world.figures[0].server.late->closed > 59_s);
    CHECK(world.figures[0].client.late->closed < Time::zero() + 61_s);
}

FlowConfig bulk(std::int64_t bytes) {
    FlowConfig config;
    config.kind = app::Kind::Bulk;
    config.bytes = {bytes};
    return config;
}

TwoHosts::Options lossy(std::uint64_t per_thousand) {
    TwoHosts::Options options;
    options.up.impairments.push_back(
        net::BernoulliLoss{Probability{Ratio::of(per_thousand, 1000)}});
    options.down.impairments.push_back(
        net::BernoulliLoss{Probability{Ratio::of(per_thousand, 1000)}});
    return options;
}

TEST_CASE("Every byte arrives in order and once, whatever the link does", "[host][stream]") {
    TwoHosts::Options options = lossy(GENERATE(0U, 10U, 50U));
    options.down.impairments.push_back(net::Reorder{Probability{Ratio{1, 50}}, 15_ms});
    options.up.impairments.push_back(net::Reorder{Probability{Ratio{1, 50}}, 15_ms});
    options.up.impairments.push_back(net::Duplicate{Probability{Ratio{1, 50}}, 3_ms});
    options.up.impairments.push_back(net::Corrupt{Probability{Ratio{1, 100}}});
    TwoHosts world{options};
    world.add_flow(bulk(500'000));
    FlowConfig download = bulk(300'000);
    download.download = true;
    world.add_flow(download);
    CHECK(world.run() == Simulation::End::Quiescent);
    const host::ConnectionFigures& up = world.figures[0];
    CHECK(up.server.bytes_read == 500'000);
    CHECK(up.server.bytes_delivered == 500'000);
    CHECK(up.server.end_of_file);
    CHECK(up.client.bytes_sent >= 500'000);
    CHECK(up.client.retransmissions > 0);
    CHECK(up.server.late->reordered > 0);
    CHECK(world.figures[1].client.bytes_read == 300'000);
    CHECK(world.applications.all_finished());
    CHECK(world.network.packets().in_use() == 0);
}

TEST_CASE("A corrupted packet ends at the receiving host", "[host][WIRE-1]") {
    TwoHosts::Options options;
    net::FaultRule corrupt;
    corrupt.action = net::FaultRule::Action::Corrupt;
    corrupt.nth = {{1, 1}};
    options.up.faults.push_back(corrupt);
    TwoHosts world{options};
    world.add_flow(request_response(100, 100));
    world.run();
    REQUIRE(world.recording.node_drops.size() == 1);
    CHECK(world.recording.node_drops[0] == trace::DropReason::Corrupted);
    CHECK(world.figures[0].client.late->syn_retransmissions == 1);
    CHECK(world.figures[0].client.late->timeouts == 1);
    REQUIRE(world.recording.timeouts.size() == 1);
    CHECK(world.recording.timeouts[0].timer == wire::Cause::SynTimeout);
    CHECK(world.figures[0].client.bytes_read == 100);
}

TEST_CASE("A timeout tells the RTO that was armed, not the time since a probe", "[host][rfc6298]") {
    TwoHosts::Options options;
    net::FaultRule lost;  // the request and its tail loss probe
    lost.action = net::FaultRule::Action::Drop;
    lost.nth = {{3, 4}};
    options.up.faults.push_back(lost);
    TwoHosts world{options};
    world.add_flow(request_response(100, 100));
    world.run();
    const auto& timeouts = world.recording.timeouts;
    REQUIRE(timeouts.size() == 2);
    CHECK(timeouts[0].timer == wire::Cause::TailLossProbe);
    CHECK(timeouts[0].rto == Duration::zero());
    CHECK(timeouts[1].timer == wire::Cause::RetransmissionTimeout);
    // RTT 20 ms and a bit, of the handshake alone: the variance is at its floor of 200 ms.
    CHECK(timeouts[1].rto >= 220_ms);
    CHECK(timeouts[1].rto <= 222_ms);
}

TEST_CASE("Every SYN that is sent again tells the timeout before it doubled", "[host][rfc6298]") {
    TwoHosts::Options options;
    net::FaultRule lost;
    lost.action = net::FaultRule::Action::Drop;
    lost.nth = {{1, 2}};
    options.down.faults.push_back(lost);  // two SYN-ACKs
    TwoHosts world{options};
    world.add_flow(request_response(100, 100));
    world.run();
    for (const trace::TimeoutFired& fired : world.recording.timeouts) CHECK(fired.rto == 1_s);
    REQUIRE_FALSE(world.recording.timeouts.empty());
}

TEST_CASE("Programs see data one wake-up after they arrive", "[host][wakeup]") {
    const Duration wakeup = GENERATE(0_us, 30_us, 5_ms);
    TwoHosts::Options options;
    options.wakeup = wakeup;
    TwoHosts world{options};
    world.add_flow(request_response(100, 100));
    world.run();
    const host::ConnectionFigures& figures = world.figures[0];
    CHECK(figures.client.accepted - figures.client.established == wakeup);
    CHECK(figures.client.first_read - figures.client.last_in_order == wakeup);
}

TEST_CASE("A run is the same whether anybody watches or not", "[host][determinism]") {
    TwoHosts::Options watched = lossy(20), unwatched = lossy(20);
    unwatched.observed = false;
    TwoHosts one{watched}, two{unwatched};
    for (TwoHosts* world : {&one, &two}) {
        world->add_flow(bulk(200'000));
        world->run();
    }
    CHECK(one.simulation.executed_events() == two.simulation.executed_events());
    CHECK(one.figures[0].server.last_in_order == two.figures[0].server.last_in_order);
    CHECK(one.figures[0].client.retransmissions == two.figures[0].client.retransmissions);
    CHECK_FALSE(one.recording.windows.empty());
}

TEST_CASE("A connection has a name that does not depend on what else there is",
          "[host][determinism]") {
    TwoHosts one, two;
    two.add_flow(request_response(1, 1), {Time::zero() + 1_s});
    one.flows = 1;
    for (TwoHosts* world : {&one, &two}) {
        world->add_flow(request_response(100, 100));
        world->run();
    }
    CHECK(one.recorder.connections().key(0) == two.recorder.connections().key(0));
    CHECK(two.recorder.connections().key(0) != two.recorder.connections().key(1));
    CHECK(one.recorder.connections()[0].server.port == 5002);
}

TEST_CASE("A keepalive timer does not keep a run alive", "[host][quiescence]") {
    TwoHosts world;
    app::ProgramConfig server, client;
    server.script = {op::listen(80), op::accept()};
    client.script = {op::connect(1, 80)};
    client.options.keepalive = true;
    client.options.keepalive_idle = 5_s;
    world.add_program("server", *world.b, server);
    world.add_program("client", *world.a, client);
    CHECK(world.run() == Simulation::End::Quiescent);
    CHECK(world.simulation.now() < Time::zero() + 5_s);
}

TEST_CASE("Nobody listens: the connection is refused and the flow ends", "[host]") {
    TwoHosts world;
    app::ProgramConfig client;
    client.script = {op::connect(1, 9), op::close()};
    const std::uint32_t program = world.add_program("client", *world.a, client);
    world.run();
    CHECK(world.applications.results(program)[0].error == tcp::Error::ConnectionRefused);
    CHECK(world.figures[0].client.error == tcp::Error::ConnectionRefused);
    REQUIRE(world.recording.packets.size() == 2);
    CHECK(world.recording.packets[1].flow == 0);
    CHECK(world.recording.path(0, true) == "CLOSED SYN-SENT CLOSED");
}

TEST_CASE("Both ends may open at once and share one connection", "[host][rfc9293][OPEN-9]") {
    TwoHosts world;
    app::ProgramConfig left, right;
    left.script = {op::connect(1, 80, 40001), op::send(1000), op::close()};
    right.script = {op::connect(0, 40001, 80), op::recv_eof(), op::close()};
    world.add_program("left", *world.a, left);
    const std::uint32_t program = world.add_program("right", *world.b, right);
    world.run();
    CHECK(world.figures.size() == 1);
    CHECK(world.applications.results(program)[1].result == 1000);
    CHECK(world.recording.path(0, true).find("SYN-SENT SYN-RECEIVED ESTABLISHED") !=
          std::string::npos);
    CHECK(world.recording.path(0, false).find("SYN-SENT SYN-RECEIVED ESTABLISHED") !=
          std::string::npos);
}

TEST_CASE("An idle connection costs little memory in hosts", "[host][memory]") {
    CHECK(sizeof(host::ConnectionFigures) + 2 * sizeof(host::EndTracker) <= 310);
}

}  // namespace
}  // namespace seedwire
