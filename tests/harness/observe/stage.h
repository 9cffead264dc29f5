// A network of two or three hosts and records made by hand, for observers that only watch.
#pragma once

#include <string>
#include <vector>

#include "harness/observe/packet_words.h"
#include "tests/models/net/net_fixture.h"

namespace seedwire::observe::testing {

constexpr Time ms(std::int64_t value) { return Time::zero() + Duration::ms(value); }
constexpr Time us(std::int64_t value) { return Time::zero() + Duration::us(value); }

/// client - line - server, one connection; further hosts and another order on request.
class Stage {
public:
    explicit Stage(const std::vector<std::string>& hosts = {"client", "server"},
                   std::uint32_t idle_connections = 0) {
        for (const std::string& name : hosts) net.host(name);
        const auto config = net::testing::line(net::testing::mbit(10), Duration::ms(20));
        if (hosts.size() > 2)
            net.network.add_link("idle", net["client"], net["idle"], config, config, 1);
        link = net.network.add_link("line", net["client"], net["server"], config, config, 1);
        net.network.build();
        trace::Connection c;
        for (std::uint32_t i = 0; i < idle_connections; ++i) connections.add(c, 77);
        c.flow = 0;
        c.client_node = net["client"];
        c.server_node = net["server"];
        c.client = {net.network.address(c.client_node), 40001};
        c.server = {net.network.address(c.server_node), 5001};
        c.client_initial = wire::SeqNum{1000};
        c.server_initial = wire::SeqNum{5000};
        c.server_initial_known = true;
        connection = connections.add(c, 4711);
    }

    SegmentNames names() const { return {&connections, &net.network}; }
    std::uint32_t up() const { return link * 2; }
    std::uint32_t down() const { return link * 2 + 1; }

    /// A segment with relative numbers; `id` counts the packets of its host.
    wire::Packet segment(bool from_client, std::uint32_t id, std::uint16_t flags, std::uint32_t seq,
                         std::uint32_t ack, std::uint16_t length = 0) const {
        const trace::Connection& c = connections[connection];
        wire::Packet p;
        p.source = from_client ? c.client.address : c.server.address;
        p.destination = from_client ? c.server.address : c.client.address;
        p.source_port = from_client ? c.client.port : c.server.port;
        p.destination_port = from_client ? c.server.port : c.client.port;
        p.destination_node = from_client ? c.server_node : c.client_node;
        p.id = id;
        p.flow = connection;
        p.seq = (from_client ? c.client_initial : c.server_initial) + seq;
        p.ack = (from_client ? c.server_initial : c.client_initial) + ack;
        p.flags = flags;
        p.window = 64240;
        p.header_bytes = 40;
        p.payload_length = length;
        p.payload_offset = seq == 0 ? 0 : seq - 1;
        p.bits = from_client ? wire::packet_bit::kForward : std::uint8_t{0};
        p.cause = wire::Cause::NewData;
        return p;
    }
    /// Sent at `at`, arriving 20 ms later.
    trace::Transmission sent(const wire::Packet& packet, Time at) const {
        trace::Transmission t;
        t.at = at;
        t.direction = packet.has(wire::packet_bit::kForward) ? up() : down();
        t.packet = &packet;
        t.departure = at;
        t.arrival = at + Duration::ms(20);
        return t;
    }
    trace::Transmission lost(const wire::Packet& packet, Time at, trace::DropReason reason,
                             std::uint32_t fault = trace::kNoFault) const {
        trace::Transmission t = sent(packet, at);
        t.departure = t.arrival = Time::never();
        t.drop = reason;
        t.fault = fault;
        return t;
    }

    net::testing::World net;
    trace::Connections connections;
    std::uint32_t link = 0, connection = 0;
};

}  // namespace seedwire::observe::testing
