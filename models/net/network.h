// Nodes, links and routes of one run; the way packets leave a node.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/net/config.h"
#include "models/net/counters.h"
#include "models/net/node.h"
#include "models/trace/recorder.h"
#include "models/wire/packet_pool.h"
#include "sim/kernel/simulation.h"

namespace seedwire::net {

enum class Metric : std::uint8_t { Delay, Hops, Cost };
enum class EqualCost : std::uint8_t { PerFlow, PerPacket };

struct RoutingOptions {
    Metric metric = Metric::Delay;
    EqualCost equal_cost = EqualCost::PerFlow;
};

/// Every packet has one end: sent + copies = received + dropped + in flight, and whoever holds a
/// packet besides the links has lost it.
struct Conservation {
    std::uint64_t sent = 0, copies = 0, received = 0, in_flight = 0;
    std::uint64_t dropped[trace::kDropReasonCount] = {};  ///< links and nodes
    std::uint64_t held = 0;                               ///< packets in use in the pool
    bool holds = false;
    std::string report() const;  ///< one line with all figures
};

/// Everything below the transport layer. Built in two steps: add nodes and links in any order, then
/// build(), which assigns what depends on names: interface order, addresses, routes, entities.
class Network {
public:
    Network(Simulation& simulation, trace::Recorder& recorder, RoutingOptions options);
    ~Network();

    // --- construction ---
    /// Returns the dense node id (order of the calls). A node that forwards is a router. The object
    /// is attached later, before build().
    std::uint32_t add_node(std::string_view name, bool forwards,
                           std::optional<wire::Address> address);
    void attach(std::uint32_t node, Node& object);
    /// Makes the node a router built in: forwarding, TTL, ICMP errors, answers to ping.
    void attach_router(std::uint32_t node);
    /// Returns the dense link id; its directions are 2 * id (`up`: a to b) and 2 * id + 1 (`down`).
    std::uint32_t add_link(std::string_view name, std::uint32_t a, std::uint32_t b,
                           const LinkDirectionConfig& up, const LinkDirectionConfig& down,
                           std::int64_t cost);
    /// Assigns addresses (10.x.y.z by rank of the node's name unless given), computes all routes
    /// and registers the entities. Once; before Simulation::start().
    void build();

    // --- sending ---
    wire::PacketPool& packets() { return packets_; }
    /// A packet of this node's own making, complete but for `source` (if zero), `id` and
    /// `destination_node`. Chooses the interface by its route; no route: dropped and recorded.
    void send(Time now, std::uint32_t from, wire::PacketRef packet);
    /// A packet in transit: next hop by destination; used by routers, after their TTL check.
    void forward(Time now, std::uint32_t at, wire::PacketRef packet);
    /// Ends a packet inside a node, counted and recorded.
    void drop(Time now, std::uint32_t node, wire::PacketRef packet, trace::DropReason reason);
    /// Sends an ICMP error about `packet` to its source, unless RFC 1122 §3.2.2 forbids it.
    /// `type`, `code` as RFC 792; `mtu` for "fragmentation needed" (RFC 1191 §4).
    void send_icmp_error(Time now, std::uint32_t from, const wire::Packet& packet,
                         std::uint8_t type, std::uint8_t code, std::uint16_t mtu);

    // --- questions ---
    std::uint32_t node_count() const;
    std::uint32_t link_count() const;
    std::string_view node_name(std::uint32_t node) const;
    std::uint64_t node_key(std::uint32_t node) const;  ///< stable hash of the name
    std::string_view link_name(std::uint32_t link) const;
    std::uint64_t direction_key(std::uint32_t direction) const;   ///< stable hash of "name/up"
    std::uint32_t direction_from(std::uint32_t direction) const;  ///< node ids
    std::uint32_t direction_to(std::uint32_t direction) const;
    wire::Address address(std::uint32_t node) const;
    std::optional<std::uint32_t> node_at(wire::Address address) const;
    /// MTU of the first choice of interface; 0 without a route.
    std::uint32_t interface_mtu(std::uint32_t node, std::uint32_t towards) const;
    bool has_route(std::uint32_t from, std::uint32_t to) const;
    DirectionCounters counters(std::uint32_t direction) const;
    QueueFigures queue_figures(std::uint32_t direction) const;
    /// The latest arrival of a packet planned so far; Time::zero() if there was none. What comes
    /// behind it is only waiting (TIME-WAIT), over which no mean should be taken.
    Time last_arrival() const;
    std::uint64_t dropped_inside(std::uint32_t node, trace::DropReason reason) const;
    /// Busy time of the transmitter within [0, now]; `now` is the present moment, not an earlier
    /// one.
    Duration busy(std::uint32_t direction, Time now) const;
    const LinkDirectionConfig& config(std::uint32_t direction) const;  ///< as it is now
    std::uint64_t fault_hits(std::uint32_t fault) const;  ///< of FaultRule::index, all directions
    /// The next hops from `from` to `to` (node ids), first choice first; empty: no route.
    std::vector<std::uint32_t> next_hops(std::uint32_t from, std::uint32_t to) const;
    /// Sum of the delays (and of one packet's serialisation) along the route, both ways: the time
    /// from sending a packet of `bytes` until an answer of `answer_bytes` is back, without
    /// queueing.
    Duration no_load_round_trip(std::uint32_t from, std::uint32_t to, std::int64_t bytes,
                                std::int64_t answer_bytes) const;

    /// Where every packet of the run has gone. Meant for a moment between events.
    Conservation conservation() const;

    // --- changes while the run goes on (timeline) ---
    // Routes stay as they were computed at the start. The packet being serialised keeps its rate;
    // a new delay holds for all that has not departed. Whatever starts at this very instant starts
    // under the new conditions.
    void set_rate(Time now, std::uint32_t direction, Rate rate);
    void set_delay(Time now, std::uint32_t direction, Duration delay);
    /// Changes the direction's first Bernoulli loss, or adds one at the end of its chain.
    void set_loss(Time now, std::uint32_t direction, Probability probability);
    /// A cut direction loses what waits in its queue and what is being serialised, and everything
    /// that enters; what already propagates arrives.
    void cut(Time now, std::uint32_t direction);
    void restore(Time now, std::uint32_t direction);

private:
    struct Parts;

    std::uint32_t choose(std::uint32_t route, std::uint32_t at, const wire::Packet& packet);
    std::uint64_t flow_hash(std::uint32_t at, const wire::Packet& packet) const;
    void send_specially(Time now, std::uint32_t from, wire::PacketRef packet, std::uint32_t route);
    void forward_specially(Time now, std::uint32_t at, wire::PacketRef packet, std::uint32_t route);
    void end_inside(Time now, std::uint32_t node, wire::PacketRef packet, trace::DropReason reason);
    std::uint32_t find_route(std::uint32_t from, std::uint32_t to) const;
    std::uint32_t first_direction(std::uint32_t from, std::uint32_t to) const;
    Duration no_load_one_way(std::uint32_t from, std::uint32_t to, std::int64_t bytes) const;

    std::unique_ptr<Parts> parts_;
    wire::PacketPool packets_;
};

}  // namespace seedwire::net
