// Two hosts, one link: connections from the first SYN to the end of TIME-WAIT.
#include "models/host/host.h"

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
    CHECK(world.figures[0].client.closed - world.figures[0].server.closed > 59_s);
    CHECK(world.figures[0].client.closed < Time::zero() + 61_s);
}

}  // namespace
}  // namespace seedwire
