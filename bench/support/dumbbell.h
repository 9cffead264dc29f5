// The dumbbell of the benchmarks: N senders, two routers, N receivers, three links each way, RTT
// 20 ms, a drop-tail queue of one bandwidth-delay product at the bottleneck.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "harness/scenario/scenario.h"

namespace seedwire::bench {

struct Dumbbell {
    std::uint32_t pairs = 10;
    Rate bottleneck = Rate::bits_per_second(100'000'000);
    Rate access = Rate::bits_per_second(100'000'000);
    Probability loss;  ///< on the bottleneck, towards the receivers
    Time stop = Time::zero() + Duration::s(10);
    tcp::CongestionName congestion = tcp::CongestionName::Reno;
};

inline std::string padded(const char* name, std::uint32_t number) {
    std::string digits = std::to_string(number);
    return name + std::string(6 - std::min<std::size_t>(6, digits.size()), '0') + digits;
}

inline scenario::NodeSpec node(std::string name, bool router) {
    scenario::NodeSpec spec;
    spec.name = std::move(name);
    spec.router = router;
    return spec;
}

inline scenario::LinkSpec link(std::string name, std::uint32_t from, std::uint32_t to, Rate rate,
                               Duration delay, std::int64_t queue_packets) {
    scenario::LinkSpec spec;
    spec.name = std::move(name);
    spec.from = from;
    spec.to = to;
    spec.up.rate = spec.down.rate = rate;
    spec.up.delay = spec.down.delay = delay;
    spec.up.queue.limit_packets = spec.down.queue.limit_packets = queue_packets;
    return spec;
}

/// Nodes, links and flows without applications' details: the caller sets what flows do.
inline scenario::Scenario make(const Dumbbell& d) {
    scenario::Scenario s;
    s.file = s.name = "dumbbell";
    s.stop = d.stop;
    const std::uint32_t n = d.pairs;
    for (std::uint32_t i = 0; i < n; ++i) s.nodes.push_back(node(padded("left", i), false));
    for (std::uint32_t i = 0; i < n; ++i) s.nodes.push_back(node(padded("right", i), false));
    s.nodes.push_back(node("router1", true));
    s.nodes.push_back(node("router2", true));
    for (scenario::NodeSpec& host : s.nodes) host.sysctls.tcp_congestion_control = d.congestion;
    const std::uint32_t r1 = 2 * n, r2 = 2 * n + 1;
    const std::int64_t bdp_packets =
        std::max<std::int64_t>(10, d.bottleneck.bits_per_second() / 50 / 8 / 1500);
    for (std::uint32_t i = 0; i < n; ++i)
        s.links.push_back(link(padded("access-left", i), i, r1, d.access, Duration::ms(1), 1000));
    for (std::uint32_t i = 0; i < n; ++i)
        s.links.push_back(
            link(padded("access-right", i), r2, n + i, d.access, Duration::ms(1), 1000));
    s.links.push_back(link("bottleneck", r1, r2, d.bottleneck, Duration::ms(8), bdp_packets));
    if (!(d.loss == Probability::never()))
        s.links.back().up.impairments.emplace_back(net::BernoulliLoss{d.loss});
    for (std::uint32_t i = 0; i < n; ++i) {
        scenario::FlowSpec flow;
        flow.name = padded("flow", i);
        flow.from = i;
        flow.to = n + i;
        // Spread over a second, so that they do not move in step.
        flow.starts = {Time::zero() + Duration::us(std::int64_t{i} * 1'000'000 / n)};
        flow.config.kind = app::Kind::Bulk;
        flow.config.start = flow.starts.front();
        flow.config.stop = d.stop;
        flow.config.client_options.congestion = d.congestion;
        flow.config.server_options.congestion = d.congestion;
        s.flows.push_back(flow);
    }
    return s;
}

}  // namespace seedwire::bench
