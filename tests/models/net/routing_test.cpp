// Routes: shortest by each metric, ties by name, equal costs shared, and large topologies cheap.
#include "models/net/routing.h"

#include <algorithm>
#include <set>

#include "sim/base/random.h"
#include "tests/models/net/net_fixture.h"
#include "tests/support/catch.h"

namespace seedwire::net {
namespace {

using testing::line;
using testing::mbit;
using testing::World;
using Nodes = std::vector<std::uint32_t>;

TEST_CASE("The metric decides what is short", "[net][routing]") {
    const Metric metric = GENERATE(Metric::Delay, Metric::Hops, Metric::Cost);
    World world{{metric, EqualCost::PerFlow}};
    world.host("a");
    world.host("b");
    for (const char* name : {"p", "q", "r", "s", "t"}) world.router(name);
    const auto delay = [](std::int64_t ms) { return line(mbit(10), Duration::ms(ms)); };
    world.link("a", "p", delay(1));
    world.link("t", "b", delay(1));
    world.link("p", "t", delay(10), 9);  // one hop
    world.link("p", "q", delay(2), 5);   // two hops, the least delay
    world.link("q", "t", delay(2), 5);
    world.link("p", "r", delay(4), 1);  // three hops, the least cost
    world.link("r", "s", delay(4), 1);
    world.link("s", "t", delay(4), 1);
    world.start();
    const std::uint32_t next = metric == Metric::Delay  ? world["q"]
                               : metric == Metric::Hops ? world["t"]
                                                        : world["r"];
    CHECK(world.network.next_hops(world["p"], world["b"]) == Nodes{next});
    CHECK(world.network.next_hops(world["a"], world["b"]) == Nodes{world["p"]});
    CHECK(world.network.next_hops(world["t"], world["b"]) == Nodes{world["b"]});
}

TEST_CASE("Hosts forward nothing, however short the way through them", "[net][routing]") {
    World world;
    world.host("a");
    world.host("b");
    world.host("middle");
    world.router("r");
    world.link("a", "middle", line(mbit(10), Duration::ms(1)));
    world.link("middle", "b", line(mbit(10), Duration::ms(1)));
    world.link("a", "r", line(mbit(10), Duration::ms(50)));
    world.link("r", "b", line(mbit(10), Duration::ms(50)));
    world.start();
    CHECK(world.network.next_hops(world["a"], world["b"]) == Nodes{world["r"]});
    CHECK(world.network.next_hops(world["a"], world["middle"]) == Nodes{world["middle"]});
}

TEST_CASE("A leaf behind a host can be reached from that host alone", "[net][routing]") {
    World world;
    world.host("a");
    world.host("middle");
    world.host("b");
    world.link("a", "middle", line(mbit(10), Duration::ms(1)));
    world.link("middle", "b", line(mbit(10), Duration::ms(1)));
    world.start();
    CHECK(world.network.next_hops(world["a"], world["b"]).empty());
    CHECK(world.network.next_hops(world["middle"], world["b"]) == Nodes{world["b"]});
    CHECK(world.network.next_hops(world["a"], world["middle"]) == Nodes{world["middle"]});
    CHECK(world.network.next_hops(world["a"], world["a"]).empty());
}

struct TwoWays : World {
    explicit TwoWays(EqualCost equal_cost, bool reversed = false)
        : World{{Metric::Hops, equal_cost}} {
        const auto add = [&](const std::string& name) {
            name.size() == 1 ? host(name) : router(name);
        };
        std::vector<std::string> names = {"a", "b", "c", "north", "south", "west"};
        if (reversed) std::reverse(names.begin(), names.end());
        for (const std::string& name : names) add(name);
        std::vector<std::pair<std::string, std::string>> links = {
            {"a", "north"},    {"a", "south"}, {"north", "west"},
            {"south", "west"}, {"west", "b"},  {"west", "c"}};
        if (reversed) std::reverse(links.begin(), links.end());
        for (const auto& [from, to] : links) link(from, to, line(mbit(100), Duration::ms(5)));
        watch();
    }
    /// The first hops of the packets that a sends, by name.
    std::string first_hops() {
        std::string hops;
        for (const auto& sent : log.sent) {
            if (network.direction_from(sent.record.direction) == (*this)["a"])
                hops += network.node_name(network.direction_to(sent.record.direction)).front();
        }
        return hops;
    }
};

TEST_CASE("Per packet, equal costs take turns in the order of names", "[net][routing][ecmp]") {
    TwoWays world{EqualCost::PerPacket};
    for (int i = 0; i < 5; ++i) world.send_at(Time::from_ns(1000 * i), "a", "b", 100);
    world.start();
    CHECK(world.network.next_hops(world["a"], world["b"]) == Nodes{world["north"], world["south"]});
    world.run();
    CHECK(world.first_hops() == "nsnsn");
}

TEST_CASE("Per flow, all packets of a flow take one way, and flows spread",
          "[net][routing][ecmp]") {
    TwoWays world{EqualCost::PerFlow};
    world.script.at(Time::zero(), [&](Time now) {
        for (int round = 0; round < 2; ++round) {
            for (std::uint16_t port = 0; port < 64; ++port) {
                const wire::PacketRef ref = world.packet("b", 100);
                world.network.packets()[ref].source_port = port;
                world.network.send(now, world["a"], ref);
            }
        }
    });
    world.start();
    world.run();
    const std::string hops = world.first_hops();
    REQUIRE(hops.size() == 128);
    CHECK(hops.substr(0, 64) == hops.substr(64));
    const auto north = std::count(hops.begin(), hops.begin() + 64, 'n');
    CHECK(north > 16);
    CHECK(north < 48);
}

TEST_CASE("The order in which things are listed changes nothing", "[net][routing][determinism]") {
    const EqualCost equal_cost = GENERATE(EqualCost::PerFlow, EqualCost::PerPacket);
    std::vector<std::string> stories;
    for (const bool reversed : {false, true}) {
        TwoWays world{equal_cost, reversed};
        for (int i = 0; i < 200; ++i) {
            world.script.at(Time::from_ns(1000 * i), [&world, i](Time now) {
                const wire::PacketRef ref = world.packet(i % 3 == 0 ? "c" : "b", 100);
                world.network.packets()[ref].source_port = static_cast<std::uint16_t>(i % 20);
                world.network.send(now, world["a"], ref);
            });
        }
        world.start();
        world.run();
        std::string story;
        for (const auto& sent : world.log.sent) {
            story +=
                std::to_string(sent.record.at.ns()) + " " +
                std::string{
                    world.network.node_name(world.network.direction_from(sent.record.direction))} +
                ">" +
                std::string{
                    world.network.node_name(world.network.direction_to(sent.record.direction))} +
                " " + std::to_string(sent.record.arrival.ns()) + " " +
                to_string(sent.packet.source) + "\n";
        }
        stories.push_back(story);
    }
    CHECK(stories[0] == stories[1]);
}

TEST_CASE("Twenty thousand leaves behind two routers need two rows", "[net][routing][scale]") {
    World world;
    world.router("r1");
    world.router("r2");
    world.link("r1", "r2", line(mbit(1000), Duration::ms(1)));
    const LinkDirectionConfig access = line(mbit(100), Duration::ms(1));
    for (int i = 0; i < 10'000; ++i) {
        world.host("s" + std::to_string(i));
        world.host("d" + std::to_string(i));
        world.link("s" + std::to_string(i), "r1", access);
        world.link("r2", "d" + std::to_string(i), access);
    }
    for (int i = 0; i < 10'000; i += 100) {
        world.send_at(Time::from_ns(i), "s" + std::to_string(i), "d" + std::to_string(i), 100);
        world.send_at(Time::from_ns(i), "d" + std::to_string(i), "s" + std::to_string(i), 100);
    }
    world.start();
    world.run();
    CHECK(world.network.conservation().received == 200);
    CHECK(world.network.conservation().holds);
}

TEST_CASE("Routes through a random graph are the shortest: each hop comes nearer",
          "[net][routing]") {
    World world{{Metric::Cost, EqualCost::PerFlow}};
    RandomStream random{9, "graph"};
    constexpr int kNodes = 60;
    std::vector<std::vector<std::int64_t>> distance(kNodes,
                                                    std::vector<std::int64_t>(kNodes, 1'000'000));
    for (int i = 0; i < kNodes; ++i) {
        world.router("n" + std::to_string(i));
        distance[static_cast<std::size_t>(i)][static_cast<std::size_t>(i)] = 0;
    }
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> costs;
    for (std::size_t i = 1; i < kNodes; ++i) {
        std::set<std::size_t> peers;
        for (std::uint64_t k = 1 + random.below(3); k > 0; --k) peers.insert(random.below(i));
        for (const std::size_t j : peers) {
            const auto cost = static_cast<std::int64_t>(1 + random.below(6));
            const std::string x = "n" + std::to_string(i), y = "n" + std::to_string(j);
            world.link(x, y, line(mbit(10), Duration::ms(1)), cost);
            distance[i][j] = distance[j][i] = cost;
            costs[{world[x], world[y]}] = costs[{world[y], world[x]}] = cost;
        }
    }
    for (std::size_t k = 0; k < kNodes; ++k)
        for (std::size_t i = 0; i < kNodes; ++i)
            for (std::size_t j = 0; j < kNodes; ++j)
                distance[i][j] = std::min(distance[i][j], distance[i][k] + distance[k][j]);
    world.start();
    for (std::uint32_t i = 0; i < kNodes; ++i) {
        for (std::uint32_t j = 0; j < kNodes; ++j) {
            const Nodes hops = world.network.next_hops(i, j);
            std::size_t expected = 0;
            for (std::uint32_t k = 0; k < kNodes; ++k) {
                const auto edge = costs.find({i, k});
                if (i == j || edge == costs.end()) continue;
                if (edge->second + distance[k][j] == distance[i][j]) ++expected;
            }
            REQUIRE(hops.size() == expected);
            for (const std::uint32_t k : hops) {
                const std::int64_t edge = costs.at({i, k});
                REQUIRE(edge + distance[k][j] == distance[i][j]);
            }
        }
    }
}

TEST_CASE("Ten thousand routers: only what is used is computed", "[net][routing][scale]") {
    World world;
    RandomStream random{4, "large graph"};
    for (int i = 0; i < 10'000; ++i) world.router("n" + std::to_string(i));
    for (std::uint64_t i = 1; i < 10'000; ++i) {
        std::set<std::uint64_t> peers = {random.below(i), random.below(i)};
        for (const std::uint64_t j : peers) {
            world.link("n" + std::to_string(i), "n" + std::to_string(j),
                       line(mbit(10), Duration::ms(1)));
        }
    }
    world.start();
    CHECK(world.network.next_hops(world["n9999"], world["n5000"]).size() >= 1);
    CHECK(world.network.no_load_round_trip(world["n9999"], world["n5000"], 1500, 40) <
          Duration::s(1));
}

}  // namespace
}  // namespace seedwire::net
