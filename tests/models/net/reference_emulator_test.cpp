// The link against a second, plain implementation of its definition: departures as fractions, the
// queue counted by looking at every earlier packet, rules evaluated one after the other.
#include <algorithm>

#include "models/net/link_direction.h"
#include "sim/base/int128.h"
#include "tests/models/net/net_fixture.h"
#include "tests/support/catch.h"

namespace seedwire::net {
namespace {

using testing::World;

struct Offered {
    std::int64_t at_ns = 0;
    std::uint32_t bytes = 0;
    wire::Ecn ecn = wire::Ecn::NotEct;
    bool tcp_data = false;  // the class that half of the rules match
};

struct Outcome {
    std::int64_t at_ns = 0;
    std::uint32_t id = 0;
    bool copy = false, ce = false;
    auto operator<=>(const Outcome&) const = default;
};

/// Does what the definition says, packet by packet, remembering everything.
class ReferenceEmulator {
public:
    explicit ReferenceEmulator(const LinkDirectionConfig& config) : config_{config} {
        counts_.resize(config.faults.size());
    }

    void offer(std::uint32_t id, const Offered& packet) {
        std::vector<const FaultRule*> selected;
        for (std::size_t r = 0; r < config_.faults.size(); ++r) {
            const FaultRule& rule = config_.faults[r];
            if (!rule.match.is_always() && !packet.tcp_data) continue;
            const std::uint64_t k = ++counts_[r];
            bool chosen = rule.nth.empty();
            for (const FaultRule::Range& range : rule.nth)
                if (k >= range.first && k <= range.last) chosen = true;
            if (rule.every != 0) {
                const auto difference =
                    static_cast<std::int64_t>(k) - static_cast<std::int64_t>(rule.offset);
                if (difference % static_cast<std::int64_t>(rule.every) != 0) chosen = false;
            }
            if (k < rule.first || k > rule.last) chosen = false;
            if (packet.at_ns < rule.from.ns() || packet.at_ns >= rule.until.ns()) chosen = false;
            if (chosen) selected.push_back(&rule);
        }
        const auto has = [&](FaultRule::Action action) {
            return std::any_of(selected.begin(), selected.end(),
                               [action](const FaultRule* r) { return r->action == action; });
        };
        if (has(FaultRule::Action::Drop)) return;
        std::int64_t q = 0, queued_bytes = 0;
        for (const auto& [end, bytes] : sent_) {
            if (end <= packet.at_ns) continue;
            ++q;
            queued_bytes += bytes;
        }
        const QueueConfig& queue = config_.queue;
        if (queue.limit_packets > 0 && q + 1 > queue.limit_packets) return;
        if (queue.limit_bytes > 0 && queued_bytes + packet.bytes > queue.limit_bytes) return;
        const bool ect = packet.ecn == wire::Ecn::Ect0 || packet.ecn == wire::Ecn::Ect1;
        const bool over = queue.ecn_threshold_packets > 0 && q >= queue.ecn_threshold_packets;
        const bool ce =
            packet.ecn == wire::Ecn::Ce || (ect && (over || has(FaultRule::Action::MarkCe)));
        const std::int64_t end = serialise(packet.at_ns, packet.bytes);
        if (end > packet.at_ns) sent_.emplace_back(end, packet.bytes);
        std::int64_t arrival = end + config_.delay.ns();
        for (const FaultRule* rule : selected)
            if (rule->action == FaultRule::Action::Delay) arrival += rule->by.ns();
        const bool corrupted = has(FaultRule::Action::Corrupt);
        for (const FaultRule* rule : selected) {
            if (rule->action == FaultRule::Action::Duplicate && !corrupted)
                outcomes.push_back(
                    {std::max(arrival + rule->by.ns(), packet.at_ns + 1), id, true, ce});
        }
        if (!corrupted) outcomes.push_back({std::max(arrival, packet.at_ns + 1), id, false, ce});
    }

    std::vector<Outcome> outcomes;

private:
    /// Exact ends in units of 1/rate ns since the start of the busy period.
    std::int64_t serialise(std::int64_t at, std::uint32_t bytes) {
        if (config_.rate.is_unlimited()) return at;
        const Int128 rate = config_.rate.bits_per_second();
        if (Int128{at} * rate >= end_) end_ = Int128{at} * rate;
        end_ += Int128{bytes + config_.overhead.count} * 8 * 1'000'000'000;
        return static_cast<std::int64_t>((end_ + rate - 1) / rate);
    }

    LinkDirectionConfig config_;
    std::vector<std::uint64_t> counts_;
    std::vector<std::pair<std::int64_t, std::int64_t>> sent_;
    Int128 end_ = 0;
};

Match tcp_data() {
    using Op = Match::Operation;
    return Match{
        {{Op::PushField, Field::TcpLength, 0}, {Op::PushNumber, {}, 0}, {Op::Greater, {}, 0}}};
}

FaultRule random_rule(RandomStream& random) {
    FaultRule rule;
    rule.action = static_cast<FaultRule::Action>(random.below(5));
    if (random.below(2) == 0) rule.match = tcp_data();
    rule.by = Duration::ns(static_cast<std::int64_t>(random.below(3'000'000)));
    switch (random.below(4)) {
        case 0:
            rule.nth = {{random.below(200), random.below(400)}, {17, 17}};
            break;
        case 1:
            rule.every = 2 + random.below(40);
            rule.offset = random.below(50);
            rule.first = random.below(100);
            rule.last = 100 + random.below(400);
            break;
        case 2:
            rule.every = 30;
            rule.offset = 3;
            rule.from = Time::from_ns(static_cast<std::int64_t>(random.below(50'000'000)));
            rule.until = rule.from + Duration::ms(30);
            break;
        default:
            rule.every = 7;
            break;
    }
    return rule;
}

LinkDirectionConfig random_config(RandomStream& random) {
    LinkDirectionConfig config;
    constexpr std::int64_t kRates[] = {1'000'003, 7'000'000, 10'000'000, 333'333'333};
    config.rate =
        random.below(8) == 0 ? Rate::unlimited() : Rate::bits_per_second(kRates[random.below(4)]);
    config.delay = Duration::ns(static_cast<std::int64_t>(random.below(4'000'000)));
    config.overhead = Bytes{static_cast<std::int64_t>(random.below(2) * 38)};
    config.queue.limit_packets = static_cast<std::int64_t>(random.below(30));
    config.queue.limit_bytes = static_cast<std::int64_t>(random.below(2) * random.below(20'000));
    config.queue.ecn_threshold_packets = static_cast<std::int64_t>(random.below(6));
    for (std::uint64_t i = random.below(6); i > 0; --i) {
        config.faults.push_back(random_rule(random));
        config.faults.back().index = static_cast<std::uint32_t>(i);
    }
    return config;
}

std::vector<Outcome> run_link(const LinkDirectionConfig& config, const std::vector<Offered>& all,
                              bool watched) {
    World net;
    if (watched) net.watch();
    net.host("a");
    net.host("b");
    net.link("a", "b", config, testing::line(Rate::unlimited(), Duration::ms(1)));
    for (const Offered& offered : all) {
        net.script.at(Time::from_ns(offered.at_ns), [&net, offered](Time now) {
            const wire::PacketRef ref = net.packet("b", offered.bytes);
            wire::Packet& packet = net.network.packets()[ref];
            packet.ecn = offered.ecn;
            if (offered.tcp_data) packet.protocol = wire::Protocol::Tcp;
            net.network.send(now, net["a"], ref);
        });
    }
    net.start();
    net.run();
    const Conservation conservation = net.network.conservation();
    INFO(conservation.report());
    CHECK(conservation.holds);
    std::vector<Outcome> outcomes;
    for (const auto& arrival : net.sink("b").arrivals) {
        outcomes.push_back({arrival.at.ns(), arrival.packet.id,
                            arrival.packet.has(wire::packet_bit::kCopy),
                            arrival.packet.ecn == wire::Ecn::Ce});
    }
    CHECK(std::is_sorted(outcomes.begin(), outcomes.end(),
                         [](const Outcome& a, const Outcome& b) { return a.at_ns < b.at_ns; }));
    std::sort(outcomes.begin(), outcomes.end());
    return outcomes;
}

TEST_CASE("The link agrees with a plain reading of its definition over random traffic and rules",
          "[net][link][oracle]") {
    for (int round = 0; round < 150; ++round) {
        RandomStream random{static_cast<std::uint64_t>(round), "reference emulator"};
        const LinkDirectionConfig config = random_config(random);
        std::vector<Offered> offered;
        std::int64_t now = 0;
        for (int i = 0; i < 500; ++i) {
            if (random.below(3) != 0) now += static_cast<std::int64_t>(random.below(400'000));
            offered.push_back({now, 60 + static_cast<std::uint32_t>(random.below(1441)),
                               static_cast<wire::Ecn>(random.below(4)), random.below(2) == 0});
        }
        ReferenceEmulator reference{config};
        for (std::size_t i = 0; i < offered.size(); ++i)
            reference.offer(static_cast<std::uint32_t>(i + 1), offered[i]);
        std::sort(reference.outcomes.begin(), reference.outcomes.end());
        INFO("round " << round);
        const std::vector<Outcome> outcomes = run_link(config, offered, round % 2 == 0);
        REQUIRE(outcomes.size() == reference.outcomes.size());
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            INFO("arrival " << i << " at " << outcomes[i].at_ns << " and "
                            << reference.outcomes[i].at_ns);
            REQUIRE(outcomes[i] == reference.outcomes[i]);
        }
    }
}

}  // namespace
}  // namespace seedwire::net
