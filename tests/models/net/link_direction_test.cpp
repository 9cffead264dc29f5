// One link direction: when packets leave and arrive, to the nanosecond, and what changes do to
// them.
#include "models/net/link_direction.h"

#include "sim/base/random.h"
#include "tests/models/net/net_fixture.h"
#include "tests/support/catch.h"

namespace seedwire::net {
namespace {

using testing::line;
using testing::mbit;
using testing::World;
using Times = std::vector<std::int64_t>;
using Ids = std::vector<std::uint32_t>;

Time us(std::int64_t n) { return Time::zero() + Duration::us(n); }

/// Two hosts and one link; what is tested is the direction from a to b.
struct Line : World {
    explicit Line(const LinkDirectionConfig& up) {
        host("a");
        host("b");
        link("a", "b", up, line(Rate::unlimited(), Duration::ms(1)));
        watch();
    }
    void send(Time when, std::uint32_t bytes, int count = 1) {
        for (int i = 0; i < count; ++i) send_at(when, "a", "b", bytes);
    }
    void go() {
        start();
        run();
        const Conservation conservation = network.conservation();
        INFO(conservation.report());
        CHECK(conservation.holds);
        CHECK(conservation.in_flight == 0);
    }
    DirectionCounters counters() { return network.counters(0); }
    Times arrivals() { return sink("b").times(); }
};

FaultRule fault(FaultRule::Action action, std::uint64_t nth, Duration by = {},
                std::uint32_t index = 0) {
    FaultRule rule;
    rule.action = action;
    rule.nth = {{nth, nth}};
    rule.by = by;
    rule.index = index;
    return rule;
}

TEST_CASE("Serialisation adds exact fractions and rounds departures up", "[net][link]") {
    // 100 B at 7 Mbit/s: 800/7 us = 114,285 + 5/7 ns.
    Line net{line(mbit(7), Duration::us(10))};
    net.send(Time::zero(), 100, 8);
    net.send(us(2000), 100);
    net.script.at(us(500), [&](Time now) { CHECK(net.network.busy(0, now) == Duration::us(500)); });
    net.go();
    const Times expected = {114'286, 228'572, 342'858,
                            457'143, 571'429, 685'715,
                            800'000, 914'286, 2'000'000 + 114'286};
    REQUIRE(net.log.sent.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(net.log.sent[i].record.departure.ns() == expected[i]);
        CHECK(net.log.sent[i].record.arrival.ns() == expected[i] + 10'000);
        CHECK(net.arrivals()[i] == expected[i] + 10'000);
    }
    CHECK(net.network.busy(0, us(3000)).ns() == 914'286 + 114'286);
    CHECK(net.counters().delivered_bytes == 900);
}

TEST_CASE("An unlimited rate takes no time and has no queue", "[net][link]") {
    LinkDirectionConfig up = line(Rate::unlimited(), Duration::us(3));
    up.queue.limit_packets = 1;
    Line net{up};
    net.send(us(1), 1500, 3);
    net.go();
    CHECK(net.arrivals() == Times{4000, 4000, 4000});
    CHECK(net.sink("b").ids() == Ids{1, 2, 3});
    CHECK(net.log.sent[2].record.queue_packets == 0);
}

TEST_CASE("Nothing crosses a link in less than a nanosecond", "[net][link]") {
    Line net{line(Rate::unlimited(), Duration::zero())};
    net.send(us(1), 1500);
    net.go();
    CHECK(net.arrivals() == Times{1001});
}

TEST_CASE("The overhead of a link counts when a packet is sent, not in the queue", "[net][link]") {
    LinkDirectionConfig up = line(mbit(8), Duration::zero());
    up.overhead = Bytes{38};
    up.queue.limit_bytes = 2000;
    Line net{up};
    net.send(Time::zero(), 1000, 2);
    net.go();
    CHECK(net.arrivals() == Times{1'038'000, 2'076'000});
}

TEST_CASE("A queue limit counts the packet being serialised, and the newcomer", "[net][link]") {
    LinkDirectionConfig up = line(mbit(8), Duration::zero());  // 1000 B take 1 ms
    SECTION("packets") {
        up.queue.limit_packets = 2;
        Line net{up};
        net.send(Time::zero(), 1000, 3);
        // At 1 ms the first packet has left: its serialisation ends at that very moment.
        net.send(us(1000), 1000, 2);
        net.go();
        CHECK(net.arrivals() == Times{1'000'000, 2'000'000, 3'000'000});
        CHECK(net.sink("b").ids() == Ids{1, 2, 4});
        CHECK(net.counters().dropped[static_cast<int>(trace::DropReason::Queue)] == 2);
        CHECK(net.log.sent[1].record.queue_packets == 1);
        CHECK(net.log.sent[2].record.queue_packets == 2);
        CHECK(net.log.sent[2].record.drop == trace::DropReason::Queue);
        CHECK(net.log.sent[2].record.departure.is_never());
        CHECK(net.log.sent[3].record.queue_packets == 1);
    }
    SECTION("bytes") {
        up.queue.limit_packets = 0;
        up.queue.limit_bytes = 1500;
        Line net{up};
        net.send(Time::zero(), 1000);
        net.send(Time::zero(), 501);
        net.send(Time::zero(), 500);
        net.go();
        CHECK(net.sink("b").ids() == Ids{1, 3});
    }
    SECTION("zero means none") {
        up.queue.limit_packets = 0;
        Line net{up};
        net.send(Time::zero(), 1000, 3000);
        net.go();
        CHECK(net.arrivals().size() == 3000);
    }
}

TEST_CASE("A mark is set from the threshold on, on packets that can carry it",
          "[net][link][rfc3168]") {
    LinkDirectionConfig up = line(mbit(8), Duration::zero());
    up.queue.ecn_threshold_packets = 2;
    Line net{up};
    net.script.at(Time::zero(), [&](Time now) {
        for (const wire::Ecn ecn : {wire::Ecn::Ect0, wire::Ecn::Ect0, wire::Ecn::Ect1,
                                    wire::Ecn::NotEct, wire::Ecn::Ce, wire::Ecn::Ect0}) {
            const wire::PacketRef ref = net.packet("b", 1000);
            net.network.packets()[ref].ecn = ecn;
            net.network.send(now, net["a"], ref);
        }
    });
    net.go();
    std::vector<wire::Ecn> seen;
    for (const auto& arrival : net.sink("b").arrivals) seen.push_back(arrival.packet.ecn);
    using wire::Ecn;
    CHECK(seen == std::vector<Ecn>{Ecn::Ect0, Ecn::Ect0, Ecn::Ce, Ecn::NotEct, Ecn::Ce, Ecn::Ce});
    CHECK(net.counters().marked_ce == 2);
    CHECK(net.log.sent[2].record.marked_ce);
    CHECK(net.log.sent[2].packet.ecn == Ecn::Ce);  // recorded as it will arrive
    CHECK_FALSE(net.log.sent[4].record.marked_ce);
}

TEST_CASE("A fault drops before the queue: no space, no link time", "[net][link][faults]") {
    LinkDirectionConfig up = line(mbit(8), Duration::zero());
    up.queue.limit_packets = 2;
    up.faults = {fault(FaultRule::Action::Drop, 2, {}, 5)};
    Line net{up};
    net.send(Time::zero(), 1000, 3);
    net.go();
    CHECK(net.arrivals() == Times{1'000'000, 2'000'000});
    CHECK(net.sink("b").ids() == Ids{1, 3});
    CHECK(net.network.fault_hits(5) == 1);
    CHECK(net.network.fault_hits(0) == 0);
    CHECK(net.log.sent[1].record.fault == 5);
    CHECK(net.log.sent[1].record.drop == trace::DropReason::Fault);
}

TEST_CASE("A delay moves the delivery only: the place on the link stays", "[net][link][faults]") {
    LinkDirectionConfig up = line(mbit(8), Duration::ms(1));
    up.faults = {fault(FaultRule::Action::Delay, 1, Duration::us(1500))};
    Line net{up};
    net.send(Time::zero(), 1000, 3);
    net.go();
    CHECK(net.arrivals() == Times{3'000'000, 3'500'000, 4'000'000});
    CHECK(net.sink("b").ids() == Ids{2, 1, 3});
    CHECK(net.log.sent[0].record.delayed);
    CHECK(net.log.sent[0].record.departure == us(1000));
    CHECK(net.log.sent[1].record.reordered);
    CHECK_FALSE(net.log.sent[2].record.reordered);
}

TEST_CASE("Delayed to the very moment of a later packet, the earlier one comes first",
          "[net][link][faults]") {
    LinkDirectionConfig up = line(mbit(8), Duration::ms(1));
    up.faults = {fault(FaultRule::Action::Delay, 1, Duration::us(1000))};
    Line net{up};
    net.send(Time::zero(), 1000, 2);
    net.go();
    CHECK(net.arrivals() == Times{3'000'000, 3'000'000});
    CHECK(net.sink("b").ids() == Ids{1, 2});
}

TEST_CASE("A duplicated packet comes again that much later, and is counted nowhere else",
          "[net][link][faults]") {
    LinkDirectionConfig up = line(mbit(8), Duration::ms(1));
    up.faults = {fault(FaultRule::Action::Duplicate, 1, Duration::us(1700)),
                 fault(FaultRule::Action::Drop, 3, {}, 1)};
    Line net{up};
    net.send(Time::zero(), 1000, 3);
    net.go();
    CHECK(net.arrivals() == Times{2'000'000, 3'000'000, 3'700'000});
    CHECK(net.sink("b").ids() == Ids{1, 2, 1});
    CHECK(net.sink("b").arrivals[2].packet.has(wire::packet_bit::kCopy));
    CHECK(net.counters().copies == 1);
    CHECK(net.counters().entered == 4);
}

TEST_CASE("Figures of a queue count every packet once, whatever becomes of it", "[net][link]") {
    LinkDirectionConfig up = line(mbit(8), Duration::ms(1));
    up.faults = {fault(FaultRule::Action::Duplicate, 1, Duration::us(1700)),
                 fault(FaultRule::Action::Drop, 3, {}, 1)};
    const bool plain = GENERATE(false, true);
    if (plain) up.faults.clear();
    Line net{up};
    net.send(Time::zero(), 1000, 3);
    net.go();
    // The third packet is dropped before the queue where there are faults.
    const QueueFigures figures = net.network.queue_figures(0);
    CHECK(figures.sojourn.count() == (plain ? 3 : 2));
    CHECK(figures.sojourn.minimum() == 0);
    CHECK(figures.sojourn.maximum() == (plain ? 2'000'000 : 1'000'000));
    CHECK(figures.sojourn.sum() == (plain ? 3'000'000 : 1'000'000));
    CHECK(figures.resident_ns == (plain ? 6'000'000 : 3'000'000));
    CHECK(figures.longest == (plain ? 3 : 2));
    CHECK(figures.overtook == 0);
    CHECK(net.network.last_arrival() == us(plain ? 4000 : 3700));
}

TEST_CASE("Copies of one link are not counted by the rules of the next", "[net][link][faults]") {
    World net;
    net.host("a");
    net.router("r");
    net.host("b");
    LinkDirectionConfig first = line(mbit(8), Duration::zero());
    first.faults = {fault(FaultRule::Action::Duplicate, 1)};
    LinkDirectionConfig second = line(mbit(8), Duration::zero());
    second.faults = {fault(FaultRule::Action::Drop, 2, {}, 1)};
    net.link("a", "r", first, line(mbit(8), {}));
    net.link("r", "b", second, line(mbit(8), {}));
    net.send_at(Time::zero(), "a", "b", 1000);
    net.send_at(Time::zero(), "a", "b", 1000);
    net.start();
    net.run();
    CHECK(net.sink("b").ids() == Ids{1, 1});
}

TEST_CASE("Corruption is found at the receiver and counted at the link", "[net][link][faults]") {
    LinkDirectionConfig up = line(mbit(8), Duration::ms(1));
    up.faults = {fault(FaultRule::Action::Corrupt, 1)};
    Line net{up};
    net.send(Time::zero(), 1000, 2);
    net.go();
    CHECK(net.sink("b").ids() == Ids{2});
    CHECK(net.counters().dropped[static_cast<int>(trace::DropReason::Corrupted)] == 1);
    REQUIRE(net.log.dropped.size() == 1);
    CHECK(net.log.dropped[0].record.at == us(2000));
    CHECK(net.log.dropped[0].record.node == net["b"]);
    CHECK(net.log.dropped[0].id == 1);
    CHECK(net.log.sent[0].packet.has(wire::packet_bit::kCorrupted));
    CHECK(net.log.sent[0].record.arrival == us(2000));
}

TEST_CASE("Every rule counts before any rule acts", "[net][link][faults]") {
    LinkDirectionConfig up = line(mbit(8), Duration::zero());
    // Were the dropped packet not counted by the second rule, that one would drop packet 3.
    up.faults = {fault(FaultRule::Action::Drop, 1, {}, 0),
                 fault(FaultRule::Action::Drop, 2, {}, 1)};
    Line net{up};
    net.send(Time::zero(), 100, 4);
    net.go();
    CHECK(net.sink("b").ids() == Ids{3, 4});
}

TEST_CASE("An exact mark needs a packet that can carry it", "[net][link][faults][rfc3168]") {
    LinkDirectionConfig up = line(mbit(8), Duration::zero());
    FaultRule rule = fault(FaultRule::Action::MarkCe, 1);
    rule.nth = {{1, 2}};
    up.faults = {rule};
    Line net{up};
    net.script.at(Time::zero(), [&](Time now) {
        const wire::PacketRef ref = net.packet("b", 1000);
        net.network.packets()[ref].ecn = wire::Ecn::Ect0;
        net.network.send(now, net["a"], ref);
        net.network.send(now, net["a"], net.packet("b", 1000));
    });
    net.go();
    CHECK(net.sink("b").arrivals[0].packet.ecn == wire::Ecn::Ce);
    CHECK(net.sink("b").arrivals[1].packet.ecn == wire::Ecn::NotEct);
    CHECK(net.network.fault_hits(0) == 1);
}

TEST_CASE("Selection: lists and ranges, periods within bounds, intervals of time",
          "[net][faults]") {
    FaultRule rule;
    CHECK(selects(rule, 1, Time::zero()));
    SECTION("ranges include both ends") {
        rule.nth = {{2, 2}, {5, 7}};
        std::vector<std::uint64_t> selected;
        for (std::uint64_t k = 1; k <= 10; ++k)
            if (selects(rule, k, Time::zero())) selected.push_back(k);
        CHECK(selected == std::vector<std::uint64_t>{2, 5, 6, 7});
    }
    SECTION("every k with (k - offset) mod every = 0, from first to last") {
        rule.every = 10;
        rule.offset = 13;
        rule.first = 5;
        rule.last = 33;
        std::vector<std::uint64_t> selected;
        for (std::uint64_t k = 1; k <= 60; ++k)
            if (selects(rule, k, Time::zero())) selected.push_back(k);
        CHECK(selected == std::vector<std::uint64_t>{13, 23, 33});
    }
    SECTION("from is in, until is out") {
        rule.from = us(10);
        rule.until = us(20);
        CHECK_FALSE(selects(rule, 1, Time::from_ns(9999)));
        CHECK(selects(rule, 1, us(10)));
        CHECK(selects(rule, 1, Time::from_ns(19'999)));
        CHECK_FALSE(selects(rule, 1, us(20)));
    }
}

TEST_CASE("A new rate: what is being sent ends as planned, what waits is planned anew",
          "[net][link][timeline]") {
    Line net{line(mbit(8), Duration::ms(1))};
    net.send(Time::zero(), 1000, 3);
    net.script.at(us(500), [&](Time now) { net.network.set_rate(now, 0, mbit(4)); });
    net.send(us(600), 1000);
    net.go();
    CHECK(net.arrivals() == Times{2'000'000, 4'000'000, 6'000'000, 8'000'000});
    REQUIRE(net.log.amended.size() == 2);
    CHECK(net.log.amended[0].id == 2);
    CHECK(net.log.amended[0].record.at == us(500));
    CHECK(net.log.amended[0].record.departure == us(3000));
    CHECK(net.log.amended[1].record.arrival == us(6000));
    CHECK(net.network.busy(0, us(10'000)) == Duration::ms(7));
}

TEST_CASE("A faster rate, up to unlimited, lets the queue out", "[net][link][timeline]") {
    Line net{line(mbit(8), Duration::ms(1))};
    net.send(Time::zero(), 1000, 3);
    SECTION("faster") {
        net.script.at(us(500), [&](Time now) { net.network.set_rate(now, 0, mbit(80)); });
        net.go();
        CHECK(net.arrivals() == Times{2'000'000, 2'100'000, 2'200'000});
    }
    SECTION("unlimited") {
        net.script.at(us(500), [&](Time now) { net.network.set_rate(now, 0, Rate::unlimited()); });
        net.send(us(1500), 1000);
        net.go();
        CHECK(net.arrivals() == Times{2'000'000, 2'000'000, 2'000'000, 2'500'000});
        CHECK(net.sink("b").ids() == Ids{1, 2, 3, 4});
    }
}

TEST_CASE("A new delay holds for all that has not departed; others may be overtaken",
          "[net][link][timeline]") {
    Line net{line(mbit(8), Duration::ms(5))};
    net.send(Time::zero(), 1000, 3);
    net.script.at(us(1500), [&](Time now) { net.network.set_delay(now, 0, Duration::ms(1)); });
    net.go();
    CHECK(net.arrivals() == Times{3'000'000, 4'000'000, 6'000'000});
    CHECK(net.sink("b").ids() == Ids{2, 3, 1});
    CHECK(net.log.amended.size() == 2);
}

TEST_CASE("Faults keep their extra delay, copies their distance, when a rate changes",
          "[net][link][timeline]") {
    LinkDirectionConfig up = line(mbit(8), Duration::ms(1));
    up.faults = {fault(FaultRule::Action::Delay, 2, Duration::us(700)),
                 fault(FaultRule::Action::Duplicate, 3, Duration::us(50), 1)};
    Line net{up};
    net.send(Time::zero(), 1000, 3);
    net.script.at(us(500), [&](Time now) { net.network.set_rate(now, 0, mbit(4)); });
    net.go();
    CHECK(net.arrivals() == Times{2'000'000, 4'700'000, 6'000'000, 6'050'000});
    CHECK(net.sink("b").ids() == Ids{1, 2, 3, 3});
}

TEST_CASE("A cut takes what waits and what is being sent; what has departed arrives",
          "[net][link][timeline]") {
    Line net{line(mbit(8), Duration::ms(5))};
    net.send(Time::zero(), 1000, 3);
    net.script.at(us(1500), [&](Time now) { net.network.cut(now, 0); });
    net.send(us(1600), 1000);
    net.script.at(us(2000), [&](Time now) { net.network.restore(now, 0); });
    net.send(us(2100), 1000);
    net.go();
    CHECK(net.arrivals() == Times{6'000'000, 8'100'000});
    CHECK(net.sink("b").ids() == Ids{1, 5});
    CHECK(net.counters().dropped[static_cast<int>(trace::DropReason::Cut)] == 3);
    REQUIRE(net.log.amended.size() == 2);
    CHECK(net.log.amended[0].record.drop == trace::DropReason::Cut);
    CHECK(net.log.amended[0].record.arrival.is_never());
    CHECK(net.log.sent[3].record.drop == trace::DropReason::Cut);
    CHECK(net.network.busy(0, us(10'000)) == Duration::us(2500));
}

/// Random packets over a link whose rate and delay change and which is cut now and then.
void disturb(Line& net, std::uint64_t seed) {
    RandomStream random{seed, "disturb"};
    const auto below = [&random](std::uint64_t n) {
        return static_cast<std::int64_t>(random.below(n));
    };
    for (int i = 0; i < 200; ++i)
        net.send(us(below(60'000)), static_cast<std::uint32_t>(40 + below(1460)),
                 static_cast<int>(1 + below(4)));
    for (int i = 0; i < 12; ++i) {
        const Time at = us(below(60'000));
        const std::int64_t amount = below(20);
        switch (below(4)) {
            case 0:
                net.script.at(at, [&net, amount](Time now) {
                    net.network.set_rate(now, 0, amount == 0 ? Rate::unlimited() : mbit(amount));
                });
                break;
            case 1:
                net.script.at(at, [&net, amount](Time now) {
                    net.network.set_delay(now, 0, Duration::us(amount * 500));
                });
                break;
            case 2:
                net.script.at(at, [&net](Time now) { net.network.cut(now, 0); });
                [[fallthrough]];
            default:
                net.script.at(at + Duration::us(amount * 100),
                              [&net](Time now) { net.network.restore(now, 0); });
        }
    }
    net.go();
}

TEST_CASE("The short way through a link does what the long one does", "[net][link][timeline]") {
    LinkDirectionConfig up = line(mbit(8), Duration::ms(3));
    up.queue.limit_packets = 20;
    LinkDirectionConfig long_way = up;
    long_way.faults = {fault(FaultRule::Action::Drop, 1'000'000)};  // never acts
    std::uint64_t overtook = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        Line plain{up}, detour{long_way};
        disturb(plain, seed);
        disturb(detour, seed);
        INFO("seed " << seed);
        REQUIRE(plain.arrivals() == detour.arrivals());
        REQUIRE(plain.sink("b").ids() == detour.sink("b").ids());
        REQUIRE(plain.log.sent.size() == detour.log.sent.size());
        for (std::size_t i = 0; i < plain.log.sent.size(); ++i) {
            const trace::Transmission& a = plain.log.sent[i].record;
            const trace::Transmission& b = detour.log.sent[i].record;
            REQUIRE(a.departure == b.departure);
            REQUIRE(a.arrival == b.arrival);
            REQUIRE(a.drop == b.drop);
            REQUIRE(a.queue_packets == b.queue_packets);
            REQUIRE(a.reordered == b.reordered);
        }
        REQUIRE(plain.log.amended.size() == detour.log.amended.size());
        const QueueFigures a = plain.network.queue_figures(0), b = detour.network.queue_figures(0);
        REQUIRE(a.resident_ns == b.resident_ns);
        REQUIRE(a.sojourn.sum() == b.sojourn.sum());
        REQUIRE(a.longest == b.longest);
        REQUIRE(a.overtook == b.overtook);
        overtook += a.overtook;
    }
    CHECK(overtook > 0);  // else nothing was tried that could differ
}

}  // namespace
}  // namespace seedwire::net
