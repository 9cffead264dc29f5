// What Network is made of. For the files of models/net alone.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/net/link_direction.h"
#include "models/net/network.h"
#include "models/net/router.h"
#include "models/net/routing.h"
#include "models/net/totals.h"
#include "sim/base/flat_map.h"

namespace seedwire::net {

struct Network::Parts {
    struct alignas(64) NodeState {
        // Used for every packet, in one line of memory.
        wire::Address address;
        std::uint32_t packets_sent = 0;
        /// The last look-up in node_by_address: most packets go where the one before went.
        wire::Address last_destination;
        std::uint32_t last_destination_node = UINT32_MAX;

        Node* object = nullptr;
        std::string name;
        std::uint64_t key = 0;
        std::optional<wire::Address> given;
        bool forwards = false;
        std::vector<std::uint32_t> interfaces;  ///< directions that leave here, in order
        std::array<std::uint64_t, trace::kDropReasonCount> dropped{};  ///< packets that ended here
    };
    struct LinkState {
        std::string name;
        std::uint32_t a = 0, b = 0;
        LinkDirectionConfig up, down;  ///< moved into the directions by build()
        std::int64_t cost = 1;
    };

    Parts(Simulation& simulation_, trace::Recorder& recorder_, RoutingOptions options_)
        : simulation{simulation_}, recorder{recorder_}, options{options_} {}

    Simulation& simulation;
    trace::Recorder& recorder;
    RoutingOptions options;
    Totals totals;
    std::vector<LinkDirection> directions;
    std::optional<Routing> routing;
    std::vector<NodeState> nodes;
    std::vector<LinkState> links;
    FlatMap<std::uint32_t> node_by_address;
    std::deque<Router> routers;

    std::string_view other_end_name(const LinkState& link, std::uint32_t node) const {
        return nodes[link.a == node ? link.b : link.a].name;
    }
    void order_interfaces();
    void assign_addresses();
    void make_directions(wire::PacketPool& packets);
    void compute_routes();
};

}  // namespace seedwire::net
