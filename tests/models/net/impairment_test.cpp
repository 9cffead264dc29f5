// Random trouble: each kind against its law, its own stream, and the order in a chain.
#include "models/net/impairment/impairment.h"

#include <algorithm>

#include "tests/models/net/net_fixture.h"
#include "tests/support/catch.h"

namespace seedwire::net {
namespace {

using testing::line;
using testing::mbit;
using testing::World;

Probability one_in(std::uint64_t n) { return {Ratio{1, n}}; }

Fate at(std::int64_t ns) {
    Fate fate;
    fate.undisturbed = Time::from_ns(ns);
    return fate;
}

std::vector<Fate> pass(const std::vector<ImpairmentConfig>& configs, std::uint64_t seed,
                       int count) {
    ImpairmentChain chain{configs, seed, "link/test/up"};
    std::vector<Fate> own;
    for (int i = 0; i < count; ++i) own.push_back(chain.apply(at(1000 * i)).front());
    return own;
}

TEST_CASE("Bernoulli loss has its probability; 0 and 1 are exact", "[net][impairment]") {
    const auto lost = [](Probability p) {
        const std::vector<Fate> fates = pass({BernoulliLoss{p}}, 1, 20'000);
        return std::count_if(fates.begin(), fates.end(), [](const Fate& f) { return f.lost; });
    };
    CHECK(lost(Probability::never()) == 0);
    CHECK(lost(Probability::always()) == 20'000);
    // 2000 expected, standard deviation 42.
    CHECK(lost(one_in(10)) > 1830);
    CHECK(lost(one_in(10)) < 2170);
}

TEST_CASE("segments that a host hands over as one share their fate", "[net][impairment]") {
    TransmissionTracker tracker;
    wire::Packet packet;
    packet.flow = 3;
    const auto position = [&](int at, std::uint64_t offset, int length) {
        packet.payload_offset = offset;
        packet.payload_length = static_cast<std::uint16_t>(length);
        return tracker.position_of(Time::zero() + Duration::us(at), packet);
    };
    CHECK(position(0, 0, 1448) == 0);
    CHECK(position(0, 1448, 1448) == 1);
    CHECK(position(0, 2896, 1200) == 2);  // shorter: the last
    CHECK(position(0, 4096, 1200) == 0);
    CHECK(position(0, 5296, 1448) == 0);  // larger than the first
    CHECK(position(5, 6744, 1448) == 0);  // later
    CHECK(position(5, 9640, 1448) == 0);  // a gap
    packet.flow = 4;
    CHECK(position(5, 11088, 1448) == 0);  // another connection
    CHECK(position(5, 12536, 0) == 0);     // nothing in it

    ImpairmentChain chain{{BernoulliLoss{one_in(2), 2}}, 1, "link/test/up"};
    int lost = 0, differ = 0;
    for (int i = 0; i < 10'000; ++i) {
        bool first = false;
        for (int k = 0; k < 4; ++k) {
            packet.payload_offset = static_cast<std::uint64_t>(4 * i + k) * 1448;
            packet.payload_length = 1448;
            Fate start;
            start.position = chain.position_of(Time::zero() + Duration::us(i), packet);
            CHECK(start.position == static_cast<std::uint32_t>(k));
            const bool is_lost = chain.apply(start).front().lost;
            lost += is_lost ? 1 : 0;
            if (k % 2 == 0)
                first = is_lost;
            else
                differ += first != is_lost ? 1 : 0;
        }
    }
    CHECK(differ == 0);
    CHECK(lost > 19'200);  // 20,000 expected, standard deviation 141
    CHECK(lost < 20'800);
}

TEST_CASE("Gilbert-Elliott loses in runs of mean 1/r, a share p / (p + r)", "[net][impairment]") {
    GilbertElliottLoss config;
    config.p = one_in(100);
    config.r = one_in(4);
    const std::vector<Fate> fates = pass({config}, 1, 100'000);
    int lost = 0, runs = 0;
    for (std::size_t i = 0; i < fates.size(); ++i) {
        lost += fates[i].lost;
        runs += fates[i].lost && (i == 0 || !fates[i - 1].lost);
    }
    CHECK(lost > 3300);  // 3846 expected
    CHECK(lost < 4400);
    CHECK(10 * lost > 37 * runs);
    CHECK(10 * lost < 43 * runs);
}

TEST_CASE("Loss within the states of Gilbert-Elliott can be partial", "[net][impairment]") {
    GilbertElliottLoss config;
    config.p = Probability::always();
    config.r = Probability::never();
    config.loss_bad = one_in(2);
    const std::vector<Fate> fates = pass({config}, 1, 10'000);
    const auto lost =
        std::count_if(fates.begin(), fates.end(), [](const Fate& f) { return f.lost; });
    CHECK(lost > 4800);
    CHECK(lost < 5200);
}

TEST_CASE("Jitter is never negative", "[net][impairment]") {
    Jitter jitter;
    jitter.delay.distribution =
        GENERATE(Distribution::Constant, Distribution::Uniform, Distribution::Exponential,
                 Distribution::Normal, Distribution::Pareto, Distribution::ParetoNormal);
    jitter.delay.mean = Duration::us(500);
    jitter.delay.deviation = Duration::us(400);
    jitter.reorder = true;
    std::int64_t sum = 0;
    for (const Fate& fate : pass({jitter}, 1, 20'000)) {
        CHECK(fate.extra >= Duration::zero());
        CHECK_FALSE(fate.ordered);
        sum += fate.extra.ns();
    }
    // What is cut off below zero raises the mean a little.
    CHECK(sum / 20'000 > 480'000);
    CHECK(sum / 20'000 < 580'000);
}

std::vector<std::uint32_t> arrivals_with(const std::vector<ImpairmentConfig>& impairments,
                                         Duration gap, int count) {
    World net;
    net.host("a");
    net.host("b");
    LinkDirectionConfig up = line(mbit(100), Duration::ms(1));
    up.queue.limit_packets = 0;
    up.impairments = impairments;
    net.link("a", "b", up, line(mbit(100), Duration::ms(1)));
    for (int i = 0; i < count; ++i) net.send_at(Time::zero() + gap * i, "a", "b", 1000);
    net.start();
    net.run();
    CHECK(net.network.conservation().holds);
    return net.sink("b").ids();
}

TEST_CASE("Jitter keeps the order unless it may not", "[net][impairment]") {
    Jitter jitter;
    jitter.delay = {Distribution::Exponential, Duration::ms(2), {}, {3, 1}};
    const std::vector<std::uint32_t> kept = arrivals_with({jitter}, Duration::us(100), 2000);
    CHECK(kept.size() == 2000);
    CHECK(std::is_sorted(kept.begin(), kept.end()));
    jitter.reorder = true;
    const std::vector<std::uint32_t> mixed = arrivals_with({jitter}, Duration::us(100), 2000);
    CHECK(mixed.size() == 2000);
    CHECK_FALSE(std::is_sorted(mixed.begin(), mixed.end()));
}

TEST_CASE("A packet held back is overtaken, even where jitter keeps the order",
          "[net][impairment]") {
    Jitter jitter;
    jitter.delay = {Distribution::Uniform, Duration::us(50), Duration::us(50), {3, 1}};
    const std::vector<std::uint32_t> ids =
        arrivals_with({jitter, Reorder{one_in(10), Duration::ms(5)}}, Duration::us(100), 1000);
    CHECK(ids.size() == 1000);
    std::uint32_t latest = 0, overtaken = 0;
    for (const std::uint32_t id : ids) {
        if (id < latest) ++overtaken;
        latest = std::max(latest, id);
    }
    CHECK(overtaken > 60);
    CHECK(overtaken < 140);
}

TEST_CASE("The chain has an order: what is lost is not duplicated, copies can be lost",
          "[net][impairment]") {
    const auto copies_after = [](const std::vector<ImpairmentConfig>& configs) {
        ImpairmentChain chain{configs, 1, "link/test/up"};
        int delivered = 0;
        for (int i = 0; i < 10'000; ++i) {
            for (const Fate& fate : chain.apply(at(i))) delivered += !fate.lost;
        }
        return delivered;
    };
    const Duplicate twice{Probability::always(), Duration::us(3)};
    CHECK(copies_after({BernoulliLoss{Probability::always()}, twice}) == 0);
    CHECK(copies_after({twice}) == 20'000);
    CHECK(copies_after({twice, twice}) == 40'000);
    const int some = copies_after({twice, BernoulliLoss{one_in(2)}});
    CHECK(some > 9700);
    CHECK(some < 10'300);
    // Of each pair none, one or both survive: losses of the two are independent.
    ImpairmentChain chain{{twice, BernoulliLoss{one_in(2)}}, 1, "link/test/up"};
    int one = 0;
    for (int i = 0; i < 10'000; ++i) {
        const std::vector<Fate>& fates = chain.apply(at(i));
        REQUIRE(fates.size() == 2);
        CHECK(fates[1].extra - fates[0].extra == Duration::us(3));
        one += fates[0].lost != fates[1].lost;
    }
    CHECK(one > 4800);
    CHECK(one < 5200);
}

TEST_CASE("Each impairment has its own stream: a neighbour's knob does not shift it",
          "[net][impairment][determinism]") {
    Jitter jitter;
    jitter.delay = {Distribution::Normal, Duration::us(500), Duration::us(100), {3, 1}};
    jitter.reorder = true;
    std::vector<std::vector<std::int64_t>> extras;
    for (const Probability p : {Probability::never(), one_in(3), Probability::always()}) {
        extras.emplace_back();
        for (const Fate& fate : pass({BernoulliLoss{p}, jitter}, 7, 500))
            extras.back().push_back(fate.extra.ns());
    }
    CHECK(extras[0] == extras[1]);
    CHECK(extras[0] == extras[2]);
}

TEST_CASE("The loss of a direction can change, and can come", "[net][impairment][timeline]") {
    World net;
    net.host("a");
    net.host("b");
    const std::uint32_t link = net.link("a", "b", line(mbit(100), Duration::ms(1)));
    for (int i = 0; i < 30; ++i) net.send_at(Time::zero() + Duration::ms(i), "a", "b", 1000);
    net.script.at(Time::zero() + Duration::us(9500),
                  [&](Time now) { net.network.set_loss(now, 2 * link, Probability::always()); });
    net.script.at(Time::zero() + Duration::us(19'500),
                  [&](Time now) { net.network.set_loss(now, 2 * link, Probability::never()); });
    net.start();
    net.run();
    CHECK(net.sink("b").count == 20);
    CHECK(net.network.counters(2 * link).dropped[static_cast<int>(trace::DropReason::Loss)] == 10);
}

TEST_CASE("A lost packet has used the link", "[net][impairment]") {
    World net;
    net.host("a");
    net.host("b");
    LinkDirectionConfig up = line(mbit(8), Duration::zero());
    up.impairments = {BernoulliLoss{Probability::always()}};
    up.queue.limit_packets = 1;
    net.link("a", "b", up, line(mbit(8), Duration::zero()));
    net.watch();
    net.send_at(Time::zero(), "a", "b", 1000);
    net.send_at(Time::zero(), "a", "b", 1000);
    net.start();
    net.run();
    REQUIRE(net.log.sent.size() == 2);
    CHECK(net.log.sent[0].record.drop == trace::DropReason::Loss);
    CHECK(net.log.sent[0].record.departure == Time::from_ns(1'000'000));
    CHECK(net.log.sent[0].record.arrival.is_never());
    CHECK(net.log.sent[1].record.drop == trace::DropReason::Queue);
    CHECK(net.network.busy(0, Time::from_ns(5'000'000)) == Duration::ms(1));
}

}  // namespace
}  // namespace seedwire::net
