#include "harness/world/world.h"

#include "sim/base/assert.h"

namespace seedwire::world {

namespace {

net::RoutingOptions routing_of(const scenario::Scenario& scenario) {
    net::RoutingOptions options;
    switch (scenario.metric) {
        case scenario::RoutingMetric::Delay:
            options.metric = net::Metric::Delay;
            break;
        case scenario::RoutingMetric::Hops:
            options.metric = net::Metric::Hops;
            break;
        case scenario::RoutingMetric::Cost:
            options.metric = net::Metric::Cost;
            break;
    }
    options.equal_cost = scenario.equal_cost == scenario::EqualCost::PerPacket
                             ? net::EqualCost::PerPacket
                             : net::EqualCost::PerFlow;
    return options;
}

}  // namespace

World::World(const scenario::Scenario& scenario)
    : scenario_{scenario},
      simulation_{scenario.seed},
      network_{simulation_, recorder_, routing_of(scenario)},
      tls_{scenario.seed},
      timeline_{scenario, simulation_, network_} {
    AssertContext& context = assert_context();
    context.scenario = scenario.file;
    context.seed = scenario.seed;
    simulation_.set_limits(
        {scenario.maximum_events, static_cast<std::uint64_t>(scenario.maximum_memory.count)});
    build_network();
    build_hosts();
    build_applications();
    network_.build();
}

World::~World() = default;

void World::build_network() {
    for (const scenario::NodeSpec& node : scenario_.nodes)
        network_.add_node(node.name, node.router, node.address);
    for (const scenario::LinkSpec& link : scenario_.links)
        network_.add_link(link.name, link.from, link.to, link.up, link.down, link.cost);
}

void World::build_hosts() {
    hosts_.resize(scenario_.nodes.size());
    std::vector<bool> sysctls_change(hosts_.size());
    for (const scenario::TimelineEntry& entry : scenario_.timeline) {
        using SetSysctl = scenario::TimelineEntry::SetSysctl;
        if (const auto* set = std::get_if<SetSysctl>(&entry.change))
            sysctls_change[set->node] = true;
    }
    for (std::uint32_t i = 0; i < hosts_.size(); ++i) {
        const scenario::NodeSpec& node = scenario_.nodes[i];
        if (node.router) {
            network_.attach_router(i);
            continue;
        }
        const host::HostConfig config{node.name,        i, node.ttl, node.wakeup, node.sysctls,
                                      sysctls_change[i]};
        hosts_[i] = std::make_unique<host::Host>(config, simulation_, network_, recorder_, figures_,
                                                 workspace_);
        if (node.cpu) tls_.add_cpu(i, *node.cpu);
    }
}

void World::build_applications() {
    applications_.set_tls({&tls_, &recorder_});
    for (std::uint32_t i = 0; i < scenario_.flows.size(); ++i) {
        add_flow(i);
    }
    const auto flows = static_cast<std::uint32_t>(scenario_.flows.size());
    for (std::uint32_t i = 0; i < scenario_.programs.size(); ++i) {
        const scenario::ProgramSpec& program = scenario_.programs[i];
        applications_.add_program(flows + i, program.name, program.config,
                                  *hosts_[program.config.node]);
    }
}

void World::add_flow(std::uint32_t index) {
    const scenario::FlowSpec& flow = scenario_.flows[index];
    const auto per_pair = static_cast<std::uint32_t>(flow.starts.size()) / flow.pair_count();
    std::vector<bool> served(flow.pairs.empty() ? 0 : hosts_.size());
    for (std::uint32_t p = 0; p < flow.pair_count(); ++p) {
        const scenario::FlowEnds ends = flow.pair(p);
        const auto first = flow.starts.begin() + std::int64_t{p} * per_pair;
        app::FlowPlace place{index, flow.name, {first, first + per_pair}, p * per_pair, true};
        if (!served.empty()) {
            place.serves = !served[ends.to];
            served[ends.to] = true;
        }
        app::FlowConfig config = flow.config;
        config.client_options = ends.client_options;
        config.server_options = ends.server_options;
        config.start = place.starts.front();
        applications_.add_flow(place, config, *hosts_[ends.from], *hosts_[ends.to]);
    }
}

void World::start() {
    simulation_.start();
    timeline_.start(hosts_);
    for (const auto& host : hosts_)
        if (host) host->start();
}

void World::look() {
    for (const auto& host : hosts_)
        if (host) host->look(simulation_.now());
}

void World::finish() {
    for (const auto& host : hosts_)
        if (host) host->finish(simulation_.now());
    recorder_.end(simulation_.now());
}

}  // namespace seedwire::world
