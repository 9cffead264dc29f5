#include "harness/world/world.h"

#include "sim/base/assert.h"

namespace seedwire::world {

namespace {

net::RoutingOptions routing_of(const scenario::Scenario& scenario) {
    net::RoutingOptions options;
    switch (scenario.metric) {
        case scenario::RoutingMetric::Delay: options.metric = net::Metric::Delay; break;
        case scenario::RoutingMetric::Hops: options.metric = net::Metric::Hops; break;
        case scenario::RoutingMetric::Cost: options.metric = net::Metric::Cost; break;
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
      timeline_{scenario, simulation_, network_} {
    AssertContext& context = assert_context();
    context.scenario = scenario.file;
    context.seed = scenario.seed;
    simulation_.set_limits({scenario.maximum_events,
                            static_cast<std::uint64_t>(scenario.maximum_memory.count)});
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
    for (std::uint32_t i = 0; i < hosts_.size(); ++i) {
        const scenario::NodeSpec& node = scenario_.nodes[i];
        if (node.router) {
            network_.attach_router(i);
            continue;
        }
        const host::HostConfig config{node.name, i, node.sysctls, node.wakeup, node.ttl};
        hosts_[i] = std::make_unique<host::Host>(config, simulation_, network_, recorder_, figures_);
    }
}

void World::build_applications() {
    for (std::uint32_t i = 0; i < scenario_.flows.size(); ++i) {
        const scenario::FlowSpec& flow = scenario_.flows[i];
        applications_.add_flow({i, flow.name, flow.starts}, flow.config, *hosts_[flow.from],
                               *hosts_[flow.to]);
    }
    const auto flows = static_cast<std::uint32_t>(scenario_.flows.size());
    for (std::uint32_t i = 0; i < scenario_.programs.size(); ++i) {
        const scenario::ProgramSpec& program = scenario_.programs[i];
        applications_.add_program(flows + i, program.name, program.config,
                                  *hosts_[program.config.node]);
    }
}

void World::start() {
    simulation_.start();
    timeline_.start();
    for (const auto& host : hosts_)
        if (host) host->start();
}

void World::finish() {
    for (const auto& host : hosts_)
        if (host) host->finish(simulation_.now());
    recorder_.end(simulation_.now());
}

}  // namespace seedwire::world
