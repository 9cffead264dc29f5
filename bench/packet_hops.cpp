// What a hop costs: packets through a chain of routers, nobody watching. Prints hops per second of
// nothing but counts; run it under callgrind, with a number of packets as argument.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "models/net/network.h"

namespace {

using namespace seedwire::literals;
using seedwire::Duration;
using seedwire::Rate;
using seedwire::Time;

constexpr std::uint32_t kRouters = 8;
constexpr std::uint32_t kFlows = 10;

class Sink final : public seedwire::net::Node {
public:
    explicit Sink(seedwire::net::Network& network) : network_{network} {}
    void on_packet(Time, std::uint32_t, seedwire::wire::PacketRef packet) override {
        network_.packets().release(packet);
    }

private:
    seedwire::net::Network& network_;
};

/// Sends a packet of 1500 bytes from each host in turn.
class Source final : public seedwire::Entity {
public:
    Source(seedwire::net::Network& network, std::vector<std::uint32_t> from,
           std::vector<std::uint32_t> to, std::uint64_t packets)
        : network_{network}, from_{std::move(from)}, to_{std::move(to)}, packets_{packets} {}
    Time on_due(Time now) override {
        for (std::size_t i = 0; i < from_.size(); ++i) {
            const seedwire::wire::PacketRef ref = network_.packets().allocate();
            seedwire::wire::Packet& packet = network_.packets()[ref];
            packet.destination = network_.address(to_[i]);
            packet.destination_node = to_[i];
            packet.header_bytes = 40;
            packet.payload_length = 1460;
            network_.send(now, from_[i], ref);
        }
        sent_ += from_.size();
        return sent_ < packets_ ? now + 130_us : Time::never();
    }

private:
    seedwire::net::Network& network_;
    std::vector<std::uint32_t> from_, to_;
    std::uint64_t packets_, sent_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t packets = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    seedwire::Simulation simulation{1};
    seedwire::trace::Recorder recorder;
    seedwire::net::Network network{simulation, recorder, {}};
    Sink sink{network};
    seedwire::net::LinkDirectionConfig core, access;
    core.rate = Rate::bits_per_second(1'000'000'000);
    core.delay = 5_ms;
    access.rate = Rate::bits_per_second(100'000'000);
    access.delay = 1_ms;
    std::vector<std::uint32_t> routers, sources, sinks;
    for (std::uint32_t i = 0; i < kRouters; ++i) {
        routers.push_back(network.add_node("r" + std::to_string(i), true, std::nullopt));
        network.attach_router(routers.back());
        if (i > 0)
            network.add_link("core" + std::to_string(i), routers[i - 1], routers[i], core, core, 1);
    }
    for (std::uint32_t i = 0; i < kFlows; ++i) {
        const std::string number = std::to_string(i);
        sources.push_back(network.add_node("a" + number, false, std::nullopt));
        sinks.push_back(network.add_node("b" + number, false, std::nullopt));
        network.attach(sources.back(), sink);
        network.attach(sinks.back(), sink);
        network.add_link("in" + number, sources.back(), routers.front(), access, access, 1);
        network.add_link("out" + number, routers.back(), sinks.back(), access, access, 1);
    }
    network.build();
    Source source{network, sources, sinks, packets};
    const seedwire::EntityId id = simulation.add(source, "source", seedwire::Phase::Timer);
    simulation.start();
    simulation.wake(id, Time::zero());
    simulation.run_until(Time::never());
    const std::uint64_t received = network.conservation().received;
    const std::uint64_t hops = received * (kRouters + 1);
    std::printf("%llu packets, %llu hops, %llu events\n", static_cast<unsigned long long>(received),
                static_cast<unsigned long long>(hops),
                static_cast<unsigned long long>(simulation.executed_events()));
    return network.conservation().holds ? 0 : 70;
}
