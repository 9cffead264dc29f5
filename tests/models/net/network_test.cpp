// The way of packets through nodes: routes, sizes, TTL, ICMP, and that none is ever lost silently.
#include "models/net/network.h"

#include "models/net/router.h"
#include "sim/base/random.h"
#include "tests/models/net/net_fixture.h"
#include "tests/support/catch.h"

namespace seedwire::net {
namespace {

using testing::line;
using testing::mbit;
using testing::World;

void line_of_routers(World& world, const LinkDirectionConfig& first,
                     const LinkDirectionConfig& second) {
    world.host("a");
    world.router("r");
    world.host("b");
    world.link("a", "r", first);
    world.link("r", "b", second);
}

void check_conservation(World& world) {
    const Conservation conservation = world.network.conservation();
    INFO(conservation.report());
    CHECK(conservation.holds);
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
    const std::int64_t expected = 1000 + 1'200'000 + 5'000'000 + 120'000 + 2'000'000;
    CHECK(world.sink("b").times() == std::vector<std::int64_t>{expected});
    REQUIRE(world.log.sent.size() == 2);
    CHECK(world.log.sent[0].packet.ttl == 64);
    CHECK(world.log.sent[1].packet.ttl == 63);
    CHECK(world.log.sent[1].record.at.ns() == 1000 + 6'200'000);
    check_conservation(world);
    CHECK(world.network.conservation().received == 1);
    CHECK(world.network.no_load_round_trip(world["a"], world["b"], 1500, 40) ==
          Duration::ns(1'200'000 + 5'000'000 + 120'000 + 2'000'000 + 32'000 + 5'000'000 + 3'200 +
                       2'000'000));
}

TEST_CASE("Addresses follow the order of names, leave out .0 and .255, and can be given",
          "[net][network]") {
    World world;
    const std::uint32_t z = world.host("z");
    const std::uint32_t given = world.network.add_node("m", false, wire::Address{0x0A000001});
    world.network.attach(given, world.sinks.emplace(given, world.network).first->second);
    std::vector<std::uint32_t> many;
    for (int i = 1000; i < 1300; ++i) many.push_back(world.host("h" + std::to_string(i)));
    world.start();
    CHECK(world.network.address(given).value == 0x0A000001);
    CHECK(to_string(world.network.address(many[0])) == "10.0.0.2");  // .1 is taken
    CHECK(to_string(world.network.address(many[252])) == "10.0.0.254");
    CHECK(to_string(world.network.address(many[253])) == "10.0.1.1");
    CHECK(world.network.node_at(world.network.address(z)) == z);
    CHECK_FALSE(world.network.node_at(wire::Address{1}).has_value());
}

TEST_CASE("A packet whose TTL runs out is reported to its sender", "[net][router][rfc792]") {
    World world;
    line_of_routers(world, line(mbit(10), Duration::ms(5)), line(mbit(10), Duration::ms(5)));
    world.watch();
    world.script.at(Time::zero(), [&](Time now) {
        const wire::PacketRef ref = world.packet("b", 500);
        world.network.packets()[ref].ttl = 1;
        world.network.send(now, world["a"], ref);
        const wire::PacketRef enough = world.packet("b", 500);
        world.network.packets()[enough].ttl = 2;
        world.network.send(now, world["a"], enough);
    });
    world.start();
    world.run();
    REQUIRE(world.log.dropped.size() == 1);
    CHECK(world.log.dropped[0].record.drop == trace::DropReason::TimeToLive);
    CHECK(world.log.dropped[0].record.node == world["r"]);
    REQUIRE(world.sink("b").arrivals.size() == 1);
    CHECK(world.sink("b").arrivals[0].packet.ttl == 1);
    REQUIRE(world.sink("a").arrivals.size() == 1);
    const auto& error = world.sink("a").arrivals[0];
    CHECK(icmp::type_of(error.packet) == icmp::kTimeExceeded);
    CHECK(error.packet.ip_length() == 56);
    CHECK(error.packet.source == world.network.address(world["r"]));
    CHECK(error.packet.cause == wire::Cause::IcmpError);
    CHECK(error.quote.destination == world.network.address(world["b"]));
    CHECK(error.quote.source_port == 1000);
    CHECK(error.quote.ip_length == 500);
    check_conservation(world);
}

TEST_CASE("A packet longer than the next link is reported with the size that fits",
          "[net][router][rfc1191]") {
    World world;
    LinkDirectionConfig narrow = line(mbit(10), Duration::ms(5));
    narrow.mtu = Bytes{1400};
    line_of_routers(world, line(mbit(10), Duration::ms(5)), narrow);
    world.watch();
    world.send_at(Time::zero(), "a", "b", 1401);
    world.send_at(Time::zero(), "a", "b", 1400);
    world.send_at(Time::zero(), "a", "b", 1501);  // too big for its own interface: no ICMP
    world.start();
    world.run();
    CHECK(world.sink("b").ids() == std::vector<std::uint32_t>{2});
    REQUIRE(world.sink("a").arrivals.size() == 1);
    const auto& error = world.sink("a").arrivals[0];
    CHECK(icmp::type_of(error.packet) == icmp::kUnreachable);
    CHECK(icmp::code_of(error.packet) == icmp::kFragmentationNeeded);
    CHECK(error.quote.next_hop_mtu == 1400);
    REQUIRE(world.log.dropped.size() == 2);
    CHECK(world.log.dropped[0].record.node == world["a"]);
    CHECK(world.log.dropped[0].record.drop == trace::DropReason::TooBig);
    CHECK(world.log.dropped[1].record.node == world["r"]);
    CHECK(world.network.interface_mtu(world["r"], world["b"]) == 1400);
    CHECK(world.network.interface_mtu(world["a"], world["b"]) == 1500);
    check_conservation(world);
}

TEST_CASE("No route: the router says so; no link: the sender notes it", "[net][router][rfc792]") {
    World world;
    line_of_routers(world, line(mbit(10), Duration::ms(5)), line(mbit(10), Duration::ms(5)));
    world.host("island");
    world.watch();
    world.send_at(Time::zero(), "a", "island", 500);
    world.send_at(Time::zero(), "island", "a", 500);
    world.start();
    world.run();
    REQUIRE(world.sink("a").arrivals.size() == 1);
    const auto& error = world.sink("a").arrivals[0];
    CHECK(icmp::type_of(error.packet) == icmp::kUnreachable);
    CHECK(icmp::code_of(error.packet) == icmp::kNetUnreachable);
    CHECK(world.log.dropped.size() == 2);
    CHECK(world.network.next_hops(world["a"], world["island"]).empty());
    CHECK_FALSE(world.network.has_route(world["a"], world["island"]));
    CHECK(world.network.has_route(world["a"], world["b"]));
    CHECK(world.network.interface_mtu(world["a"], world["island"]) == 0);
    CHECK(world.network.no_load_round_trip(world["a"], world["island"], 1, 1) == Duration::max());
    check_conservation(world);
}

TEST_CASE("A router answers ping", "[net][router][rfc792]") {
    World world;
    line_of_routers(world, line(mbit(8), Duration::ms(5)), line(mbit(8), Duration::ms(5)));
    world.script.at(Time::zero(), [&](Time now) {
        const wire::PacketRef ref = world.packet("r", 100);
        wire::Packet& request = world.network.packets()[ref];
        request.protocol = wire::Protocol::Icmp;
        request.source_port = icmp::pack(icmp::kEchoRequest, 0);
        request.seq = wire::SeqNum{0x00070001};
        request.flow = 3;
        world.network.send(now, world["a"], ref);
    });
    world.start();
    world.run();
    REQUIRE(world.sink("a").arrivals.size() == 1);
    const auto& reply = world.sink("a").arrivals[0];
    CHECK(reply.at.ns() == 2 * (100'000 + 5'000'000));
    CHECK(icmp::type_of(reply.packet) == icmp::kEchoReply);
    CHECK(reply.packet.seq.raw() == 0x00070001);
    CHECK(reply.packet.flow == 3);
    CHECK(reply.packet.ip_length() == 100);
    check_conservation(world);
}

TEST_CASE("No ICMP error is sent about an ICMP error", "[net][router][rfc1122]") {
    World world;
    line_of_routers(world, line(mbit(8), Duration::ms(5)), line(mbit(8), Duration::ms(5)));
    world.script.at(Time::zero(), [&](Time now) {
        const wire::PacketRef ref = world.packet("b", 56);
        wire::Packet& error = world.network.packets()[ref];
        error.protocol = wire::Protocol::Icmp;
        error.source_port = icmp::pack(icmp::kUnreachable, 0);
        error.ttl = 1;
        world.network.send(now, world["a"], ref);
    });
    world.start();
    world.run();
    CHECK(world.sink("a").arrivals.empty());
    check_conservation(world);
}

TEST_CASE("What a router cannot use is refused and reported", "[net][router][rfc1122]") {
    World world;
    line_of_routers(world, line(mbit(8), Duration::ms(5)), line(mbit(8), Duration::ms(5)));
    world.send_at(Time::zero(), "a", "r", 100);
    world.start();
    world.run();
    REQUIRE(world.sink("a").arrivals.size() == 1);
    CHECK(icmp::code_of(world.sink("a").arrivals[0].packet) == icmp::kPortUnreachable);
    check_conservation(world);
    CHECK(world.network.conservation().dropped[static_cast<int>(trace::DropReason::Unreachable)] ==
          1);
}

/// A ring of routers with hosts, every trouble there is on the links, changes on the way.
void random_world(World& world, RandomStream& random) {
    for (int i = 0; i < 6; ++i) world.router("r" + std::to_string(i));
    for (int i = 0; i < 6; ++i) world.host("h" + std::to_string(i));
    const auto trouble = [&random] {
        LinkDirectionConfig config =
            line(mbit(1 + static_cast<std::int64_t>(random.below(20))),
                 Duration::us(static_cast<std::int64_t>(random.below(3000))));
        config.queue.limit_packets = 1 + static_cast<std::int64_t>(random.below(20));
        config.mtu = Bytes{random.below(5) == 0 ? 1200 : 1500};
        const Probability some{Ratio{1, 20}};
        config.impairments = {BernoulliLoss{some}, Duplicate{some, Duration::us(300)},
                              Corrupt{some}, Reorder{some, Duration::ms(1)}};
        Jitter jitter;
        jitter.delay = {Distribution::Normal, Duration::us(100), Duration::us(300), {3, 1}};
        jitter.reorder = random.below(2) == 0;
        config.impairments.push_back(jitter);
        FaultRule rule;
        rule.action = static_cast<FaultRule::Action>(random.below(5));
        rule.every = 11;
        rule.by = Duration::us(700);
        config.faults = {rule};
        return config;
    };
    for (int i = 0; i < 6; ++i) {
        const std::string router = "r" + std::to_string(i);
        world.link(router, "r" + std::to_string((i + 1) % 6), trouble(), trouble());
        world.link("h" + std::to_string(i), router, trouble(), trouble());
    }
}

TEST_CASE("Packets are conserved under everything at once, at every moment", "[net][network]") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        RandomStream random{seed, "conservation"};
        World world{{}, seed};
        random_world(world, random);
        world.watch();
        for (int i = 0; i < 2000; ++i) {
            const std::string from = "h" + std::to_string(random.below(6));
            const std::string to = "h" + std::to_string(random.below(6));
            world.send_at(Time::from_ns(static_cast<std::int64_t>(random.below(500'000'000))), from,
                          to, 60 + static_cast<std::uint32_t>(random.below(1500)));
        }
        for (int i = 0; i < 200; ++i) {
            const auto direction = static_cast<std::uint32_t>(random.below(24));
            const std::uint64_t what = random.below(4);
            const auto amount = static_cast<std::int64_t>(1 + random.below(30));
            const Time when = Time::from_ns(static_cast<std::int64_t>(random.below(500'000'000)));
            world.script.at(when, [&world, direction, what, amount](Time now) {
                if (what == 0) world.network.set_rate(now, direction, mbit(amount));
                if (what == 1) world.network.set_delay(now, direction, Duration::us(100 * amount));
                if (what == 2) world.network.cut(now, direction);
                if (what == 3) world.network.restore(now, direction);
                const Conservation conservation = world.network.conservation();
                INFO(conservation.report());
                CHECK(conservation.holds);
            });
        }
        world.start();
        CHECK(world.run() == Simulation::End::Quiescent);
        check_conservation(world);
        CHECK(world.network.conservation().in_flight == 0);
        // The records tell the same story: each packet has entered a link or was dropped before it.
        std::uint64_t dropped = 0;
        for (const auto& sent : world.log.sent)
            dropped += sent.record.drop != trace::DropReason::None;
        for (const auto& amended : world.log.amended)
            dropped += amended.record.drop != trace::DropReason::None;
        dropped += world.log.dropped.size();
        const Conservation conservation = world.network.conservation();
        std::uint64_t counted = 0;
        for (const std::uint64_t count : conservation.dropped) counted += count;
        CHECK(dropped == counted);
    }
}

TEST_CASE("A promised arrival is kept, unless it is amended", "[net][network]") {
    RandomStream random{5, "promises"};
    World world{{}, 5};
    random_world(world, random);
    world.watch();
    for (int i = 0; i < 1000; ++i) {
        world.send_at(Time::from_ns(static_cast<std::int64_t>(random.below(100'000'000))), "h0",
                      "h3", 200);
    }
    world.start();
    world.run();
    std::multimap<std::int64_t, std::uint32_t> promised;
    for (const auto& sent : world.log.sent) {
        const bool last = world.network.direction_to(sent.record.direction) == world["h3"];
        const bool damaged = sent.packet.has(wire::packet_bit::kCorrupted);
        if (last && sent.record.drop == trace::DropReason::None && !damaged)
            promised.emplace(sent.record.arrival.ns(), sent.packet.id);
    }
    std::multimap<std::int64_t, std::uint32_t> kept;
    for (const auto& arrival : world.sink("h3").arrivals)
        kept.emplace(arrival.at.ns(), arrival.packet.id);
    REQUIRE(!kept.empty());
    CHECK(kept.size() == promised.size());
    const auto sorted = [](const std::multimap<std::int64_t, std::uint32_t>& map) {
        std::vector<std::pair<std::int64_t, std::uint32_t>> pairs(map.begin(), map.end());
        std::sort(pairs.begin(), pairs.end());
        return pairs;
    };
    CHECK(sorted(kept) == sorted(promised));
}

}  // namespace
}  // namespace seedwire::net
