#include "harness/world/world.h"

#include "tests/support/run_scenario.h"

namespace seedwire::world {

using test::run_text;
using test::two_hosts;

namespace {

const observe::DirectionFigures& direction(const run::Run& run, const std::string& name) {
    for (const observe::DirectionFigures& d : run.figures.directions)
        if (d.name == name) return d;
    FAIL("no direction " << name);
    return run.figures.directions.front();
}

std::uint64_t dropped(const observe::DirectionFigures& d, trace::DropReason reason) {
    return d.dropped[static_cast<std::size_t>(reason)];
}

constexpr const char* kDatagrams =
    "flows:\n  call: {app: constant_bitrate, from: client, to: server, over: udp, rate: 800 kbit/s,"
    " packet: 1000 B, stop: 1 s}\n";  // one every 10 ms

}  // namespace

TEST_CASE("A world has the ids of its scenario", "[world]") {
    const scenario::Scenario scenario = test::load_text(
        "version: 1\nname: test\nhosts: [b, a]\nrouters: [r]\nlinks:\n"
        "  - {between: [a, r], rate: 10 Mbit/s, delay: 1 ms}\n"
        "  - {between: [r, b], rate: 10 Mbit/s, delay: 1 ms}\n"
        "flows:\n  f: {app: bulk, from: a, to: b, bytes: 1 kB}\n");
    const World world{scenario};
    REQUIRE(scenario.nodes.size() == 3);
    for (std::uint32_t i = 0; i < 3; ++i) {
        CHECK(world.network().node_name(i) == scenario.nodes[i].name);
        CHECK((world.host(i) == nullptr) == scenario.nodes[i].router);
    }
    for (std::uint32_t i = 0; i < scenario.links.size(); ++i)
        CHECK(world.network().link_name(i) == scenario.links[i].name);
}

TEST_CASE("A cut link loses what enters it until it is restored", "[world][timeline]") {
    const auto ran = run_text(
        two_hosts(std::string{kDatagrams} + "faults:\n  - {at: 205 ms, cut: line, for: 100 ms}\n"));
    const observe::DirectionFigures& up = direction(ran->run, "line.up");
    CHECK(dropped(up, trace::DropReason::Cut) == 10);
    CHECK(up.packets + 10 == up.entered);
    CHECK(ran->run.figures.flows[0].lost == 10);
}

TEST_CASE("A change of rate changes how long the link is busy", "[world][timeline]") {
    const auto fast = run_text(two_hosts(kDatagrams));
    const auto slow = run_text(two_hosts(
        std::string{kDatagrams} + "faults:\n  - {at: 500 ms, set: {line.up.rate: 1 Mbit/s}}\n"));
    // 1028 bytes take 822.4 us at 10 Mbit/s, 8224 us at 1 Mbit/s.
    const auto packets = static_cast<std::int64_t>(direction(fast->run, "line.up").packets);
    CHECK(packets == 100);
    CHECK(direction(fast->run, "line.up").busy == Duration::ns(packets * 822'400));
    CHECK(direction(slow->run, "line.up").busy == Duration::ns(50 * 822'400 + 50 * 8'224'000));
}

TEST_CASE("A change of delay moves what is sent afterwards", "[world][timeline]") {
    const auto ran = run_text(
        two_hosts("flows:\n  ping: {app: ping, from: client, to: server, count: 1, start: 1 s}\n"
                  "faults:\n  - {at: 500 ms, set: {line.delay: 50 ms}}\n"));
    REQUIRE(ran->run.figures.flows[0].rtt);
    CHECK(*ran->run.figures.flows[0].rtt >= Duration::ms(100));
    CHECK(*ran->run.figures.flows[0].rtt < Duration::ms(101));
    CHECK(ran->run.figures.flows[0].sent == 1);
    CHECK(ran->run.figures.flows[0].received == 1);
    CHECK(ran->run.figures.flows[0].lost == 0);
    CHECK(ran->run.figures.flows[0].completed == 1);
}

TEST_CASE("The figures of an exchange are those of its packets", "[observe][figures]") {
    const auto ran = run_text(two_hosts(
        "flows:\n  hello: {app: request_response, from: client, to: server, request: 100 B,"
        " response: 1 kB}\n"));
    const observe::FlowFigures& f = ran->run.figures.flows[0];
    CHECK(f.connections == 1);
    CHECK(f.completed == 1);
    CHECK(f.failed == 0);
    CHECK(f.handshake == Duration::us(40'096));  // 2 x (20 ms + 60 bytes at 10 Mbit/s)
    CHECK(f.delivered == 1100);
    CHECK(f.data_segments == 2);
    CHECK(f.retransmissions == 0);
    CHECK(f.client_state == tcp::State::Closed);
    const observe::DirectionFigures& up = direction(ran->run, "line.up");
    const observe::DirectionFigures& down = direction(ran->run, "line.down");
    CHECK(up.packets + down.packets == f.segments);
    CHECK(up.entered == up.packets);
    CHECK(up.in_flight == 0);
    CHECK(up.from == "client");
    CHECK(down.to == "client");
    CHECK(up.busy == Duration::ns(static_cast<std::int64_t>(up.bytes) * 800));
}

TEST_CASE("A setting of a host's TCP changes at its moment", "[world][timeline]") {
    const std::string bulk = ": {app: bulk, from: client, to: server, bytes: 10 kB, ";
    const std::string flows =
        "flows:\n  early" + bulk + "port: 80}\n  late" + bulk + "port: 81, start: 2 s}\n";
    const auto ran =
        run_text(two_hosts(flows + "faults:\n  - {at: 1 s, set: {client.tcp.initcwnd: 1}}\n"));
    const auto completion = [&](std::size_t flow) {
        return ran->run.figures.flows[flow].completion.value();
    };
    // One segment, two, four: nearly two round trips more than with ten at once.
    CHECK(completion(1) > completion(0) + Duration::ms(70));
    const auto plain = run_text(two_hosts(flows));
    CHECK(plain->run.figures.flows[1].completion == plain->run.figures.flows[0].completion);
}

}  // namespace seedwire::world
