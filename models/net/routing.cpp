// Shortest paths with Dijkstra's algorithm, backwards from each destination.
#include "models/net/routing.h"

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/graph/filtered_graph.hpp>
#include <utility>

#include "sim/base/assert.h"

namespace seedwire::net {
namespace {

constexpr std::int64_t kUnreachable = INT64_MAX;

struct Weight {
    std::int64_t weight = 1;
};
// Edges point from a link's receiving node to its sender, since the search runs backwards.
using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, Weight>;

/// Keeps the edges that a path to `target` may use: those out of nodes that forward, and the
/// target's own.
struct Passable {
    const Graph* graph = nullptr;
    const std::vector<std::uint8_t>* forwards = nullptr;
    std::uint32_t target = 0;
    bool operator()(const Graph::edge_descriptor& edge) const {
        const auto node = source(edge, *graph);
        return node == target || (*forwards)[node] != 0;
    }
};

struct SaturatedSum {
    std::int64_t operator()(std::int64_t a, std::int64_t b) const {
        std::int64_t sum = 0;
        return __builtin_add_overflow(a, b, &sum) ? kUnreachable : sum;
    }
};

}  // namespace

struct Routing::Search {
    Graph graph;                         // among core nodes
    std::vector<std::uint8_t> forwards;  // by core number
    std::vector<std::int64_t> distance;  // of the last search
    std::vector<std::size_t> predecessor;
    std::vector<std::uint32_t> candidates;
};

Routing::Routing(RoutingGraph graph) : graph_{std::move(graph)}, search_{new Search} {
    const std::uint32_t nodes = graph_.nodes();
    const auto degree = [this](std::uint32_t node) {
        return graph_.first_edge[node + 1] - graph_.first_edge[node];
    };
    sources_.resize(nodes);
    places_.resize(nodes);
    node_count_ = nodes;
    for (std::uint32_t node = 0; node < nodes; ++node) {
        if (degree(node) < 2) continue;
        sources_[node].core = places_[node].core = static_cast<std::uint32_t>(core_nodes_.size());
        core_nodes_.push_back(node);
        search_->forwards.push_back(graph_.forwards[node]);
    }
    rows_.resize(core_nodes_.size());
    std::vector<std::pair<std::size_t, std::size_t>> ends;
    std::vector<Weight> weights;
    for (std::uint32_t node = 0; node < nodes; ++node) {
        for (std::uint32_t e = graph_.first_edge[node]; e < graph_.first_edge[node + 1]; ++e) {
            const RoutingGraph::Edge& edge = graph_.edges[e];
            SEEDWIRE_ASSERT(edge.weight >= 1);
            if (sources_[node].core == kNone) {
                const bool forwards = graph_.forwards[edge.to] != 0;
                sources_[node] = {kNone, edge.direction, edge.to, forwards};
                places_[node].core = places_[edge.to].core;
                places_[node].is_open = forwards;
            } else if (degree(edge.to) == 1) {
                places_[edge.to].last_direction = edge.direction;
            } else {
                ends.emplace_back(sources_[edge.to].core, sources_[node].core);
                weights.push_back({edge.weight});
            }
        }
    }
    search_->graph = Graph(boost::edges_are_unsorted_multi_pass, ends.begin(), ends.end(),
                           weights.begin(), core_nodes_.size());
}

Routing::~Routing() = default;
Routing::Routing(Routing&&) noexcept = default;
Routing& Routing::operator=(Routing&&) noexcept = default;

[[gnu::noinline]] void Routing::compute(std::uint32_t target) {
    Search& s = *search_;
    const std::size_t cores = core_nodes_.size();
    s.distance.assign(cores, kUnreachable);
    s.predecessor.resize(cores);
    const boost::filtered_graph<Graph, Passable> passable{s.graph,
                                                          Passable{&s.graph, &s.forwards, target}};
    const auto index = get(boost::vertex_index, s.graph);
    boost::dijkstra_shortest_paths(
        passable, static_cast<std::size_t>(target),
        boost::weight_map(get(&Weight::weight, s.graph))
            .vertex_index_map(index)
            .distance_map(boost::make_iterator_property_map(s.distance.begin(), index))
            .predecessor_map(boost::make_iterator_property_map(s.predecessor.begin(), index))
            .distance_inf(kUnreachable)
            .distance_combine(SaturatedSum{}));
    rows_[target].assign(cores, kNone);
    for (std::uint32_t core = 0; core < cores; ++core) {
        if (core == target || s.distance[core] == kUnreachable) continue;
        const std::uint32_t node = core_nodes_[core];
        s.candidates.clear();
        for (std::uint32_t e = graph_.first_edge[node]; e < graph_.first_edge[node + 1]; ++e) {
            const RoutingGraph::Edge& edge = graph_.edges[e];
            const std::uint32_t next = sources_[edge.to].core;
            if (next == kNone || (next != target && s.forwards[next] == 0)) continue;
            if (s.distance[next] == kUnreachable) continue;
            if (SaturatedSum{}(s.distance[next], edge.weight) == s.distance[core])
                s.candidates.push_back(edge.direction);
        }
        rows_[target][core] = make_route(s.candidates);
    }
}

std::uint32_t Routing::make_route(std::vector<std::uint32_t>& directions) {
    if (directions.empty()) return kNone;
    if (directions.size() == 1) return directions.front();
    const auto set = static_cast<std::uint32_t>(sets_.size());
    SEEDWIRE_ASSERT(set < kSetBit - 1);
    sets_.push_back({static_cast<std::uint32_t>(members_.size()),
                     static_cast<std::uint32_t>(directions.size()), 0});
    members_.insert(members_.end(), directions.begin(), directions.end());
    return set | kSetBit;
}

std::uint32_t Routing::next_in_turn(std::uint32_t set) {
    HopSet& hops = sets_[set & ~kSetBit];
    const std::uint32_t direction = members_[hops.first + hops.turn];
    hops.turn = hops.turn + 1 == hops.count ? 0 : hops.turn + 1;
    return direction;
}

}  // namespace seedwire::net
