// No packet costs an allocation once the pools have grown: counted in operator new itself.
#include <cstdlib>
#include <new>

#include "tests/models/net/net_fixture.h"
#include "tests/support/catch.h"

namespace {
std::size_t allocations = 0;

void* counted(std::size_t bytes) {
    ++allocations;
    if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
    std::abort();
}
}  // namespace

// NOLINTBEGIN: replacing these is how allocations are counted.
void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return counted(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return counted(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
// NOLINTEND

namespace seedwire::net {
namespace {

using testing::line;
using testing::mbit;
using testing::World;

/// Keeps a burst of packets going at a fixed pace for ever.
class Pump final : public Entity {
public:
    explicit Pump(World& world) : world_{world} {}
    Time on_due(Time now) override {
        for (std::uint32_t i = 0; i < 5; ++i) {
            const wire::PacketRef ref = world_.network.packets().allocate();
            world_.network.packets().extend(ref);
            wire::Packet& packet = world_.network.packets()[ref];
            packet.destination_node = 2;
            packet.header_bytes = 40;
            packet.payload_length = 1460;
            packet.ttl = i == 4 ? 1 : 64;
            world_.network.send(now, 0, ref);
        }
        return now + Duration::ms(1);
    }

private:
    World& world_;
};

TEST_CASE("Packets, faults, impairments and ICMP errors allocate nothing in the steady state",
          "[net][allocation]") {
    World world;
    world.host("a");
    world.router("r");
    world.host("b");
    LinkDirectionConfig trouble = line(mbit(50), Duration::ms(3));
    trouble.queue.limit_packets = 20;
    const Probability some{Ratio{1, 10}};
    Jitter jitter;
    jitter.delay = {Distribution::Normal, Duration::ms(1), Duration::ms(1), {3, 1}};
    jitter.reorder = true;
    trouble.impairments = {BernoulliLoss{some}, Duplicate{some, Duration::ms(1)}, Corrupt{some},
                           Reorder{some, Duration::ms(2)}, jitter};
    FaultRule rule;
    rule.every = 10;
    rule.action = FaultRule::Action::Duplicate;
    rule.by = Duration::ms(2);
    trouble.faults = {rule};
    world.link("a", "r", trouble);
    world.link("r", "b", line(mbit(50), Duration::ms(3)));
    world.sink("a").forget();
    world.sink("b").forget();
    Pump pump{world};
    const EntityId id = world.simulation.add(pump, "pump", Phase::Timer);
    world.start();
    world.simulation.wake(id, Time::zero());
    world.simulation.run_until(Time::zero() + Duration::s(20));
    const std::size_t before = allocations;
    const std::uint64_t received = world.sink("b").count;
    world.simulation.run_until(Time::zero() + Duration::s(60));
    CHECK(allocations == before);
    CHECK(world.sink("b").count > received + 100'000);
}

}  // namespace
}  // namespace seedwire::net
