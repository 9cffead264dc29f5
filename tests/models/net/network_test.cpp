// The way of packets through nodes: routes, sizes, TTL, ICMP, and that none is ever lost silently.
#include "models/net/network.h"

#include "models/net/router.h"
#include "tests/models/net/net_fixture.h"
#include "tests/support/catch.h"

namespace seedwire::net {
namespace {

using testing::line;
using testing::mbit;
using testing::World;
using wire::Protocol;

void line_of_routers(World& world, const LinkDirectionConfig& first,
                     const LinkDirectionConfig& second) {
    world.host("a");
    world.router("r");
    world.host("b");
    world.link("a", "r", first);
    world.link("r", "b", second);
}

TEST_CASE("A packet crosses two links: serialisation and delay of each, to the nanosecond",
          "[net][network]") {
    World world;
    line_of_routers(world, line(mbit(10), Duration::ms(5)), line(mbit(100), Duration::ms(2)));
    world.watch();
    world.send_at(Time::from_ns(1000), "a", "b", 1500);
    world.start();
    CHECK(world.run() == Simulation::End::Quiescent);
    // 1500 B at 10 Mbit/s take 1.2 ms, at 100 Mbit/s 0.12 ms.
    CHECK(world.sink("b").times() == std::vector<std::int64_t>{1000 + 1'200'000 + 5'000'000 +
                                                               120'000 + 2'000'000});
    REQUIRE(world.log.sent.size() == 2);
    CHECK(world.log.sent[0].packet.ttl == 64);
    CHECK(world.log.sent[1].packet.ttl == 63);
    CHECK(world.log.sent[1].record.at.ns() == 1000 + 6'200'000);
    const Conservation conservation = world.network.conservation();
    INFO(conservation.report());
    CHECK(conservation.holds);
    CHECK(conservation.received == 1);
}

}  // namespace
}  // namespace seedwire::net
