// What may be asked about a network, and the timeline's changes of its links.
#include <string>

#include "models/net/network_parts.h"
#include "sim/base/assert.h"
#include "sim/base/stable_hash.h"

namespace seedwire::net {

std::uint32_t Network::node_count() const {
    return static_cast<std::uint32_t>(parts_->nodes.size());
}
std::uint32_t Network::link_count() const {
    return static_cast<std::uint32_t>(parts_->links.size());
}
std::string_view Network::node_name(std::uint32_t node) const { return parts_->nodes[node].name; }
std::uint64_t Network::node_key(std::uint32_t node) const { return parts_->nodes[node].key; }
std::string_view Network::link_name(std::uint32_t link) const { return parts_->links[link].name; }
std::uint64_t Network::direction_key(std::uint32_t direction) const {
    return stable_hash(parts_->directions[direction].name());
}
std::uint32_t Network::direction_from(std::uint32_t direction) const {
    return parts_->directions[direction].place().from;
}
std::uint32_t Network::direction_to(std::uint32_t direction) const {
    return parts_->directions[direction].place().to;
}
wire::Address Network::address(std::uint32_t node) const { return parts_->nodes[node].address; }
std::optional<std::uint32_t> Network::node_at(wire::Address address) const {
    const std::uint32_t node = parts_->node_by_address.find(address.value);
    if (node == FlatMap<std::uint32_t>::kNone) return std::nullopt;
    return node;
}
std::uint32_t Network::interface_mtu(std::uint32_t node, std::uint32_t towards) const {
    const std::uint32_t direction = first_direction(node, towards);
    if (direction == Routing::kNone) return 0;
    return static_cast<std::uint32_t>(parts_->directions[direction].mtu());
}
bool Network::has_route(std::uint32_t from, std::uint32_t to) const {
    return first_direction(from, to) != Routing::kNone;
}
DirectionCounters Network::counters(std::uint32_t direction) const {
    return parts_->directions[direction].counters();
}
QueueFigures Network::queue_figures(std::uint32_t direction) const {
    return parts_->directions[direction].queue_figures();
}
Time Network::last_arrival() const { return parts_->totals.last_arrival; }
Duration Network::busy(std::uint32_t direction, Time now) const {
    return parts_->directions[direction].busy(now);
}
const LinkDirectionConfig& Network::config(std::uint32_t direction) const {
    return parts_->directions[direction].config();
}
std::uint64_t Network::fault_hits(std::uint32_t fault) const {
    const std::vector<std::uint64_t>& hits = parts_->totals.fault_hits;
    return fault < hits.size() ? hits[fault] : 0;
}

/// The route, unless the only link leads to a neighbour that knows no way.
std::uint32_t Network::find_route(std::uint32_t from, std::uint32_t to) const {
    if (from == to) return Routing::kNone;
    Routing& routing = *parts_->routing;
    const std::uint32_t route = routing.find(from, to);
    if (route == Routing::kNone || (route & Routing::kSetBit) != 0) return route;
    const std::uint32_t next = direction_to(route);
    return next == to || routing.find(next, to) != Routing::kNone ? route : Routing::kNone;
}

std::uint32_t Network::first_direction(std::uint32_t from, std::uint32_t to) const {
    const std::uint32_t route = find_route(from, to);
    const bool is_set = route != Routing::kNone && (route & Routing::kSetBit) != 0;
    return is_set ? parts_->routing->member(route, 0) : route;
}

std::vector<std::uint32_t> Network::next_hops(std::uint32_t from, std::uint32_t to) const {
    const std::uint32_t route = find_route(from, to);
    if (route == Routing::kNone) return {};
    if ((route & Routing::kSetBit) == 0) return {direction_to(route)};
    std::vector<std::uint32_t> nodes;
    for (std::uint32_t i = 0; i < parts_->routing->count(route); ++i)
        nodes.push_back(direction_to(parts_->routing->member(route, i)));
    return nodes;
}

Duration Network::no_load_one_way(std::uint32_t from, std::uint32_t to, std::int64_t bytes) const {
    Duration sum;
    while (from != to) {
        const std::uint32_t direction = first_direction(from, to);
        if (direction == Routing::kNone) return Duration::max();
        const LinkDirectionConfig& link = config(direction);
        Serialiser serialiser{link.rate};
        const auto size = static_cast<std::uint32_t>(bytes + link.overhead.count);
        const Duration sending = serialiser.add(Time::zero(), size).since_start();
        sum += std::max(sending + link.delay, Duration::ns(1));
        from = direction_to(direction);
    }
    return sum;
}

Duration Network::no_load_round_trip(std::uint32_t from, std::uint32_t to, std::int64_t bytes,
                                     std::int64_t answer_bytes) const {
    return no_load_one_way(from, to, bytes) + no_load_one_way(to, from, answer_bytes);
}

void Network::set_rate(Time now, std::uint32_t direction, Rate rate) {
    parts_->directions[direction].set_rate(now, rate);
}
void Network::set_delay(Time now, std::uint32_t direction, Duration delay) {
    parts_->directions[direction].set_delay(now, delay);
}
void Network::set_loss(Time, std::uint32_t direction, Probability probability) {
    parts_->directions[direction].set_loss(probability);
}
void Network::cut(Time now, std::uint32_t direction) { parts_->directions[direction].cut(now); }
void Network::restore(Time now, std::uint32_t direction) {
    parts_->directions[direction].restore(now);
}

std::uint64_t Network::dropped_inside(std::uint32_t node, trace::DropReason reason) const {
    return parts_->nodes[node].dropped[static_cast<std::size_t>(reason)];
}

Conservation Network::conservation() const {
    const Totals& totals = parts_->totals;
    Conservation c;
    c.sent = totals.sent;
    c.received = totals.received;
    for (std::size_t reason = 0; reason < trace::kDropReasonCount; ++reason)
        c.dropped[reason] = totals.dropped[reason];
    bool links_agree = true;
    for (const LinkDirection& direction : parts_->directions) {
        const DirectionCounters counters = direction.counters();
        c.copies += counters.copies;
        c.in_flight += direction.in_flight();
        links_agree = links_agree && counters.in_flight() == direction.in_flight();
        for (std::size_t reason = 0; reason < trace::kDropReasonCount; ++reason)
            c.dropped[reason] += counters.dropped[reason];
    }
    std::uint64_t dropped = 0;
    for (const std::uint64_t count : c.dropped) dropped += count;
    c.held = packets_.in_use();
    c.holds = links_agree && c.sent + c.copies == c.received + dropped + c.in_flight &&
              c.held == c.in_flight;
    return c;
}

std::string Conservation::report() const {
    std::string text = "sent " + std::to_string(sent) + " + copies " + std::to_string(copies) +
                       (holds ? " = " : " != ") + "received " + std::to_string(received);
    for (std::size_t reason = 1; reason < trace::kDropReasonCount; ++reason) {
        if (dropped[reason] == 0) continue;
        text += " + dropped (";
        text += to_string(static_cast<trace::DropReason>(reason));
        text += ") " + std::to_string(dropped[reason]);
    }
    text += " + in flight " + std::to_string(in_flight);
    if (held != in_flight) text += "; packets held " + std::to_string(held);
    return text;
}

}  // namespace seedwire::net
