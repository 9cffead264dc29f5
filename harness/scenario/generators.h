// Regular topologies: which nodes and links a `topology:` stands for, as plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace seedwire::scenario {

struct GeneratedNode {
    std::string name;
    bool router = false;
};

struct GeneratedLink {
    /// Which of the generator's link settings it has.
    enum class Role : std::uint8_t {
        Core,   ///< between routers: `link` or `bottleneck`
        Access  ///< of a host
    };
    std::string name;      ///< as people write it in paths
    std::string from, to;  ///< `up` leads from `from` to `to`
    Role role = Role::Core;
};

struct Generated {
    std::vector<GeneratedNode> nodes;
    std::vector<GeneratedLink> links;
};

/// left1 .. leftN - router_left = bottleneck = router_right - right1 .. rightN.
Generated generate_dumbbell(std::int64_t pairs);
/// h1 .. hN around the router `hub`.
Generated generate_star(std::int64_t hosts);
/// Routers r1 - r2 - .. - rN; a host h1 .. hN at each.
Generated generate_line(std::int64_t routers);
/// The same, closed: rN - r1.
Generated generate_ring(std::int64_t routers);
/// Routers r1 (the root), r2 .. level by level, `depth` levels of them; `fanout` branches each; the
/// hosts h1 .. are the leaves.
Generated generate_tree(std::int64_t depth, std::int64_t fanout);
/// Routers r1 .. rN+1 joined by hop1 .. hopN; `source` at the first, `sink` at the last router; in1
/// .. inN enter at the beginning of each hop and out1 .. outN leave at its end.
Generated generate_parking_lot(std::int64_t hops);

}  // namespace seedwire::scenario
