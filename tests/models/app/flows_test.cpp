// The applications of flows: bulk, request_response, constant_bitrate, ping.
#include "models/app/constant_bitrate.h"
#include "tests/models/host/two_hosts.h"
#include "tests/support/catch.h"

namespace seedwire {
namespace {

using namespace seedwire::literals;
using app::FlowConfig;
using app::Kind;
using AppKind = trace::AppEvent::Kind;

Time at(Duration d) { return Time::zero() + d; }

TEST_CASE("Ten connections of one flow start when they should", "[app][bulk]") {
    TwoHosts world;
    FlowConfig config;
    config.bytes = {20'000};
    std::vector<Time> starts;
    for (int i = 0; i < 10; ++i) starts.push_back(at(100_ms * (10 - i)));  // backwards
    world.add_flow(config, starts);
    world.run();
    REQUIRE(world.figures.size() == 10);
    for (std::uint32_t id = 0; id < 10; ++id) {
        const trace::Connection& connection = world.recorder.connections()[id];
        CHECK(world.figures[id].client.opened == starts[connection.ordinal]);
        CHECK(world.figures[id].server.bytes_read == 20'000);
        CHECK(!world.figures[id].client.late->finished.is_never());
        CHECK(!world.figures[id].server.late->finished.is_never());
    }
    CHECK(world.applications.all_finished());
}

TEST_CASE("Bulk without a size sends until it is stopped", "[app][bulk]") {
    TwoHosts world;
    FlowConfig config;
    config.stop = at(2_s);
    config.download = GENERATE(false, true);
    world.add_flow(config);
    CHECK(world.run() == Simulation::End::Quiescent);
    const host::EndFigures& sender = world.figures[0].end(!config.download);
    const host::EndFigures& receiver = world.figures[0].end(config.download);
    CHECK(sender.late->finished == at(2_s));
    CHECK(receiver.bytes_read == sender.bytes_written);
    CHECK(receiver.bytes_read > 1'500'000);
    CHECK(receiver.end_of_file);
}

TEST_CASE("Bulk with a size and a stop ends with what comes first", "[app][bulk]") {
    TwoHosts world;
    FlowConfig config;
    config.stop = at(2_s);
    config.download = GENERATE(false, true);
    const bool large = GENERATE(false, true);
    config.bytes = {large ? 1'000'000'000 : 100'000};
    world.add_flow(config);
    CHECK(world.run() == Simulation::End::Quiescent);
    const host::EndFigures& sender = world.figures[0].end(!config.download);
    const host::EndFigures& receiver = world.figures[0].end(config.download);
    CHECK((sender.late->finished == at(2_s)) == large);
    CHECK((receiver.bytes_read == 100'000) == !large);
    CHECK(receiver.bytes_read == sender.bytes_written);
    CHECK(receiver.end_of_file);
    CHECK(world.applications.all_finished());
}

TEST_CASE("Nothing is asked once the flow has stopped", "[app][request_response]") {
    TwoHosts world;
    FlowConfig config;
    config.kind = Kind::RequestResponse;
    config.rounds = 1000;
    config.interval = Duration::ms(GENERATE(0, 300));
    config.stop = at(1_s);
    world.add_flow(config);
    CHECK(world.run() == Simulation::End::Quiescent);
    std::size_t requested = 0, responded = 0;
    for (const trace::AppEvent& event : world.recording.apps) {
        if (event.kind == AppKind::Responded) ++responded;
        if (event.kind != AppKind::Requested) continue;
        ++requested;
        CHECK(event.at < at(1_s));
    }
    CHECK(requested > 2);
    CHECK(requested < 1000);
    CHECK(responded == requested);
    CHECK(world.applications.all_finished());
}

TEST_CASE("A connection that starts when the flow has stopped asks nothing",
          "[app][request_response]") {
    TwoHosts world;
    FlowConfig config;
    config.kind = Kind::RequestResponse;
    config.stop = at(1_s);
    world.add_flow(config, {at(500_ms), at(1_s), at(2_s)});
    CHECK(world.run() == Simulation::End::Quiescent);
    CHECK(world.recording.count(AppKind::Requested) == 1);
    CHECK(world.figures[1].client.bytes_written == 0);
    CHECK(world.figures[2].client.bytes_written == 0);
    CHECK(world.applications.all_finished());
}

TEST_CASE("The server thinks between request and response", "[app][request_response]") {
    TwoHosts world;
    FlowConfig config;
    config.kind = Kind::RequestResponse;
    config.rounds = 3;
    config.think = 150_ms;
    config.interval = 1_s;
    world.add_flow(config);
    world.run();
    std::vector<Time> requested, responded;
    for (const trace::AppEvent& event : world.recording.apps) {
        if (event.kind == AppKind::Requested) requested.push_back(event.at);
        if (event.kind == AppKind::Responded) responded.push_back(event.at);
    }
    REQUIRE(requested.size() == 3);
    REQUIRE(responded.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(responded[i] - requested[i] > 170_ms);
        CHECK(responded[i] - requested[i] < 173_ms);
    }
    CHECK(requested[1] - responded[0] == 1_s);
    CHECK(world.applications.all_finished());
}

TEST_CASE("Datagrams leave exactly at the rate", "[app][constant_bitrate]") {
    CHECK(app::departure_of(1, {160}, Rate::bits_per_second(64'000)) == 20_ms);
    // A third of a nanosecond is never lost for good.
    CHECK(app::departure_of(3'000'000, {1}, Rate::bits_per_second(24'000'000'000)) == 1_ms);
}

TEST_CASE("The receiver of datagrams counts what is lost, doubled and late",
          "[app][constant_bitrate]") {
    TwoHosts::Options options;
    const bool download = GENERATE(false, true);
    net::LinkDirectionConfig& direction = download ? options.down : options.up;
    net::FaultRule drop, twice, late;
    drop.nth = {{10, 14}};
    twice.action = net::FaultRule::Action::Duplicate;
    twice.nth = {{20, 20}};
    twice.by = 1_ms;
    late.action = net::FaultRule::Action::Delay;
    late.nth = {{30, 31}};
    late.by = 50_ms;
    direction.faults = {drop, twice, late};
    TwoHosts world{options};
    FlowConfig config;
    config.kind = Kind::ConstantBitrate;
    config.transport = app::Transport::Udp;
    config.rate = Rate::bits_per_second(64'000);
    config.packet = {160};
    config.stop = at(2_s);
    config.download = download;
    world.add_flow(config, {at(100_ms)});
    CHECK(world.run() == Simulation::End::Quiescent);
    const host::EndFigures& sender = world.figures[0].end(!download);
    const host::EndFigures& receiver = world.figures[0].end(download);
    CHECK(sender.segments_sent == 95);
    CHECK(host::ConnectionFigures::lost(sender, receiver) == 5);
    CHECK(receiver.late->duplicates == 1);
    CHECK(receiver.late->reordered == 2);
    CHECK(receiver.bytes_delivered == 90 * 160);
    CHECK(receiver.late->jitter > Duration::zero());
    CHECK(world.recording.count(AppKind::DatagramSent) == 95);
    CHECK(world.recording.count(AppKind::DatagramReceived) == 90);
    CHECK(world.applications.all_finished());
    CHECK(world.network.packets().in_use() == 0);
}

TEST_CASE("Without disturbance there is no jitter", "[app][constant_bitrate]") {
    TwoHosts world;
    FlowConfig config;
    config.kind = Kind::ConstantBitrate;
    config.rate = Rate::bits_per_second(64'000);
    config.packet = {160};
    config.bytes = {1600};
    world.add_flow(config);
    world.run();
    CHECK(world.figures[0].server.received == 10);
    CHECK(world.figures[0].server.late->jitter == Duration::zero());
}

TEST_CASE("Ping measures the round trip", "[app][ping]") {
    TwoHosts world;
    FlowConfig config;
    config.kind = Kind::Ping;
    config.rounds = 4;
    config.packet = {56};
    world.add_flow(config);
    CHECK(world.run() == Simulation::End::Quiescent);
    const host::EndFigures& end = world.figures[0].client;
    CHECK(end.segments_sent == 4);
    CHECK(end.received == 4);
    // 84 bytes at 10 Mbit/s take 67.2 us, twice, besides twice 10 ms.
    CHECK(end.late->min_rtt == 20_ms + Duration::ns(134'400));
    CHECK(end.late->smoothed_rtt == end.late->min_rtt);
    CHECK(world.applications.all_finished());
    CHECK(world.simulation.now() < at(4_s));
}

TEST_CASE("A doubled ping is answered twice and counts once", "[app][ping]") {
    const bool request = GENERATE(true, false);
    TwoHosts::Options options;
    net::FaultRule twice;
    twice.action = net::FaultRule::Action::Duplicate;
    twice.by = 1_ms;
    (request ? options.up : options.down).faults.push_back(twice);
    TwoHosts world{options};
    FlowConfig config;
    config.kind = Kind::Ping;
    config.rounds = 4;
    world.add_flow(config);
    world.run();
    const host::EndFigures& end = world.figures[0].client;
    CHECK(end.received == 8);
    CHECK(end.late->duplicates == 4);
    CHECK(world.recording.count(AppKind::EchoReceived) == 4);
    CHECK(end.late->smoothed_rtt == end.late->min_rtt);
    CHECK(host::ConnectionFigures::lost(end, end) == 0);
    CHECK(world.recording.apps.back().kind == AppKind::Finished);
    CHECK(world.recording.apps.back().at >= at(3_s));
}

TEST_CASE("A ping of more than 65,536 rounds still knows which answer belongs to which",
          "[app][ping]") {
    TwoHosts world;
    FlowConfig config;
    config.kind = Kind::Ping;
    config.rounds = 66'000;
    config.interval = Duration::us(200);
    world.add_flow(config);
    world.run();
    const host::EndFigures& end = world.figures[0].client;
    CHECK(end.received == 66'000);
    CHECK(end.late->duplicates == 0);
    CHECK(end.late->smoothed_rtt == end.late->min_rtt);
}

TEST_CASE("A ping whose answer is lost gives up after a while", "[app][ping]") {
    TwoHosts::Options options;
    net::FaultRule drop;
    drop.nth = {{2, 2}};
    options.down.faults.push_back(drop);
    TwoHosts world{options};
    FlowConfig config;
    config.kind = Kind::Ping;
    config.rounds = 2;
    world.add_flow(config);
    world.run();
    CHECK(world.figures[0].client.received == 1);
    CHECK(world.applications.all_finished());
    CHECK(world.simulation.now() == at(11_s));
}

}  // namespace
}  // namespace seedwire
