// Which link direction leads from a node towards another: shortest paths, all of equal cost kept.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/net/network.h"

namespace seedwire::net {

/// The graph as routing sees it. Directions are listed for each node in the order of its
/// interfaces, which follows names; that order breaks all ties.
struct RoutingGraph {
    struct Edge {
        std::uint32_t direction = 0;
        std::uint32_t to = 0;
        std::int64_t weight = 1;  ///< at least 1
    };
    std::vector<std::uint32_t> first_edge;  ///< by node, one more than nodes
    std::vector<Edge> edges;
    std::vector<std::uint8_t> forwards;  ///< by node: may packets of others pass through?
    std::uint32_t nodes() const { return static_cast<std::uint32_t>(forwards.size()); }
};

/// Routes are computed once from the links as they are at the start; a cut does not change them. A
/// node with one link (a leaf) has a default route, and is reached through its neighbour. Between
/// the others ("core"), shortest paths to a destination are computed when it is first used: what is
/// never used costs neither time nor memory.
class Routing {
public:
    static constexpr std::uint32_t kNone = UINT32_MAX;
    /// Set in a route that stands for several directions; the rest is the number of the set.
    static constexpr std::uint32_t kSetBit = 0x8000'0000;

    explicit Routing(RoutingGraph graph);
    ~Routing();
    Routing(Routing&&) noexcept;
    Routing& operator=(Routing&&) noexcept;

    /// From one node towards another: a direction, a set of them (kSetBit), or kNone.
    std::uint32_t find(std::uint32_t from, std::uint32_t to) {
        const Source& source = sources_[from];
        if (source.core == kNone) {
            // All that a leaf need know: does its neighbour pass packets on, or is it the target?
            return source.neighbour_forwards || source.neighbour == to ? source.default_direction
                                                                       : kNone;
        }
        if (to >= node_count_) return kNone;
        const Place& place = places_[to];
        if (place.core == source.core) return place.last_direction;
        if (place.core == kNone || !place.is_open) return kNone;
        std::vector<std::uint32_t>& row = rows_[place.core];
        if (row.empty()) [[unlikely]]
            compute(place.core);
        return row[source.core];
    }
    /// The directions of a set, in the order of interfaces.
    std::uint32_t count(std::uint32_t set) const { return sets_[set & ~kSetBit].count; }
    std::uint32_t member(std::uint32_t set, std::uint32_t index) const {
        return members_[sets_[set & ~kSetBit].first + index];
    }
    /// The members in turn. Each node has its own turn for each destination (for each group of
    /// leaves behind the same node).
    std::uint32_t next_in_turn(std::uint32_t set);

private:
    struct Source {
        std::uint32_t core = kNone;  // number among the core nodes; kNone: a leaf
        std::uint32_t default_direction = kNone, neighbour = kNone;
        bool neighbour_forwards = false;
    };
    struct Place {
        std::uint32_t core = kNone;            // itself, or what it is attached to
        std::uint32_t last_direction = kNone;  // from there to the leaf
        bool is_open = true;                   // can others than that one reach it?
    };
    struct HopSet {
        std::uint32_t first = 0, count = 0, turn = 0;
    };
    struct Search;

    void compute(std::uint32_t core);
    std::uint32_t make_route(std::vector<std::uint32_t>& directions);

    RoutingGraph graph_;
    std::uint32_t node_count_ = 0;
    std::vector<Source> sources_;                   // by node
    std::vector<Place> places_;                     // by node
    std::vector<std::uint32_t> core_nodes_;         // core number -> node
    std::vector<std::vector<std::uint32_t>> rows_;  // by destination's core, then by core: a route
    std::vector<HopSet> sets_;
    std::vector<std::uint32_t> members_;
    std::unique_ptr<Search> search_;
};

}  // namespace seedwire::net
