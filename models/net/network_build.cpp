// The construction of a network: all that depends on names is decided here, in the order of names.
#include <algorithm>
#include <tuple>

#include "models/net/network_parts.h"
#include "sim/base/assert.h"
#include "sim/base/stable_hash.h"

namespace seedwire::net {

Network::Network(Simulation& simulation, trace::Recorder& recorder, RoutingOptions options)
    : parts_{std::make_unique<Parts>(simulation, recorder, options)} {}
Network::~Network() = default;

std::uint32_t Network::add_node(std::string_view name, bool forwards,
                                std::optional<wire::Address> address) {
    SEEDWIRE_ASSERT(!parts_->routing);
    Parts::NodeState node;
    node.name = name;
    node.key = stable_hash(name);
    node.given = address;
    node.forwards = forwards;
    parts_->nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(parts_->nodes.size() - 1);
}

void Network::attach(std::uint32_t node, Node& object) { parts_->nodes[node].object = &object; }

void Network::attach_router(std::uint32_t node) {
    attach(node, parts_->routers.emplace_back(*this, node));
}

std::uint32_t Network::add_link(std::string_view name, std::uint32_t a, std::uint32_t b,
                                const LinkDirectionConfig& up, const LinkDirectionConfig& down,
                                std::int64_t cost) {
    SEEDWIRE_ASSERT(!parts_->routing);
    SEEDWIRE_ASSERT(a != b);
    parts_->links.push_back({std::string{name}, a, b, up, down, cost});
    return static_cast<std::uint32_t>(parts_->links.size() - 1);
}

void Network::build() {
    SEEDWIRE_ASSERT(!parts_->routing);
    parts_->order_interfaces();
    parts_->assign_addresses();
    parts_->make_directions(packets_);
    parts_->compute_routes();
}

/// Interfaces of a node: by the neighbour's name, then the link's.
void Network::Parts::order_interfaces() {
    for (std::uint32_t link = 0; link < links.size(); ++link) {
        nodes[links[link].a].interfaces.push_back(2 * link);
        nodes[links[link].b].interfaces.push_back(2 * link + 1);
    }
    for (std::uint32_t node = 0; node < nodes.size(); ++node) {
        const auto key = [&](std::uint32_t direction) {
            const LinkState& link = links[direction / 2];
            return std::tuple{other_end_name(link, node), std::string_view{link.name}};
        };
        std::vector<std::uint32_t>& interfaces = nodes[node].interfaces;
        std::sort(interfaces.begin(), interfaces.end(),
                  [&](std::uint32_t x, std::uint32_t y) { return key(x) < key(y); });
    }
}

/// 10.x.y.z counts the nodes in the order of their names, z from 1 to 254; a node with an address
/// of its own is counted too, so that giving one changes no other, unless it takes another's.
void Network::Parts::assign_addresses() {
    std::vector<std::uint32_t> by_name(nodes.size());
    for (std::uint32_t node = 0; node < nodes.size(); ++node) by_name[node] = node;
    std::sort(by_name.begin(), by_name.end(),
              [&](std::uint32_t x, std::uint32_t y) { return nodes[x].name < nodes[y].name; });
    node_by_address.reserve(nodes.size());
    for (std::uint32_t node = 0; node < nodes.size(); ++node) {
        if (!nodes[node].given) continue;
        const bool unique = node_by_address.insert(nodes[node].given->value, node);
        SEEDWIRE_ASSERT(unique);
        nodes[node].address = *nodes[node].given;
    }
    std::uint32_t rank = 0;
    const auto numbered = [](std::uint32_t n) {
        return 0x0A00'0000U | (n / 254) << 8 | (n % 254 + 1);
    };
    for (const std::uint32_t node : by_name) {
        if (nodes[node].given) {
            ++rank;
            continue;
        }
        while (node_by_address.contains(numbered(rank))) ++rank;
        nodes[node].address = {numbered(rank++)};
        node_by_address.insert(nodes[node].address.value, node);
    }
}

void Network::Parts::make_directions(wire::PacketPool& packets) {
    std::vector<std::uint32_t> interface_of(2 * links.size());
    for (const NodeState& node : nodes) {
        for (std::uint32_t i = 0; i < node.interfaces.size(); ++i)
            interface_of[node.interfaces[i]] = i;
    }
    // Entities must not move once the kernel knows them.
    directions.reserve(2 * links.size());
    const LinkEnvironment environment{simulation, recorder, packets, totals};
    for (std::uint32_t link = 0; link < links.size(); ++link) {
        LinkState& l = links[link];
        SEEDWIRE_ASSERT(nodes[l.a].object != nullptr);
        SEEDWIRE_ASSERT(nodes[l.b].object != nullptr);
        const std::uint32_t first = 2 * link, second = first + 1;
        const LinkPlace up{first, l.a, l.b, interface_of[second], nodes[l.b].object};
        const LinkPlace down{second, l.b, l.a, interface_of[first], nodes[l.a].object};
        directions.emplace_back(environment, up, l.name + "/up", l.up);
        directions.emplace_back(environment, down, l.name + "/down", l.down);
        l.up = l.down = {};
    }
    for (LinkDirection& direction : directions) direction.start();
}

void Network::Parts::compute_routes() {
    RoutingGraph graph;
    graph.first_edge.reserve(nodes.size() + 1);
    graph.edges.reserve(directions.size());
    for (const NodeState& node : nodes) {
        graph.first_edge.push_back(static_cast<std::uint32_t>(graph.edges.size()));
        graph.forwards.push_back(node.forwards ? 1 : 0);
        for (const std::uint32_t d : node.interfaces) {
            std::int64_t weight = 1;
            if (options.metric == Metric::Delay) weight = directions[d].config().delay.ns();
            if (options.metric == Metric::Cost) weight = links[d / 2].cost;
            // Nothing crosses in less than 1 ns, and a path with a loop must never be as short.
            graph.edges.push_back({d, directions[d].place().to, std::max<std::int64_t>(weight, 1)});
        }
    }
    graph.first_edge.push_back(static_cast<std::uint32_t>(graph.edges.size()));
    routing.emplace(std::move(graph));
}

}  // namespace seedwire::net
