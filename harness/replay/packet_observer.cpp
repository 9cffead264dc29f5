#include "harness/replay/packet_observer.h"

namespace seedwire::replay {

namespace {

/// The client's port of flow 0; the flows of a recording follow.
constexpr std::uint16_t kFlowZeroPort = 40000;

bool is_forward(const wire::Packet& packet, const trace::Connection& connection) {
    return packet.source_port == connection.client.port &&
           packet.destination_port == connection.server.port;
}

}  // namespace

/// Resets of closed ports belong to no flow: they are found by their ports.
std::uint32_t PacketObserver::connection_of(const wire::Packet& packet) {
    if (packet.flow < connections_.size()) return packet.flow;
    for (std::uint32_t i = connections_.size(); i-- > 0;) {
        const trace::Connection& c = connections_[i];
        const bool back =
            packet.source_port == c.server.port && packet.destination_port == c.client.port;
        if (back || is_forward(packet, c)) return i;
    }
    return trace::kNone;
}

std::uint32_t PacketObserver::flow_of(std::uint32_t connection, const wire::Packet& packet) const {
    if (numbers_ == FlowNumbers::Connections) return connection;
    const std::uint16_t port =
        connection == trace::kNone ? packet.source_port : connections_[connection].client.port;
    return port > kFlowZeroPort ? std::uint32_t{port} - kFlowZeroPort : port;
}

std::uint64_t PacketObserver::window_of(std::uint32_t connection, const trace::Transmission& r) {
    const wire::Packet& p = *r.packet;
    auto& [client, server] = scales_.try_emplace(connection, -1, -1).first->second;
    int& own = p.has(wire::packet_bit::kForward) ? client : server;
    if ((p.flags & wire::flag::kSyn) != 0) {
        if (r.extension != nullptr) own = r.extension->syn.window_scale;
        return p.window;
    }
    return client >= 0 && server >= 0 ? std::uint64_t{p.window} << own : p.window;
}

void PacketObserver::on_transmission(const trace::Transmission& r) {
    const wire::Packet& p = *r.packet;
    if (r.copied || p.protocol != wire::Protocol::Tcp) return;
    const std::uint32_t connection = connection_of(p);
    wire::SeqNum own, others;
    if (connection != trace::kNone) {
        const trace::Connection& c = connections_[connection];
        const bool forward = is_forward(p, c);
        own = forward ? c.client_initial : c.server_initial;
        others = forward ? c.server_initial : c.client_initial;
        // A reset without ACK has the number it was asked for, or zero.
        if (!forward && !c.server_initial_known) own = p.seq;
    }
    SeenPacket seen;
    seen.at = r.at;
    seen.arrival = r.arrival;
    seen.direction = r.direction;
    seen.flow = flow_of(connection, p);
    seen.flags = p.flags;
    seen.cause = p.cause;
    seen.length = p.payload_length;
    seen.seq = static_cast<std::uint32_t>(p.seq - own);
    if (seen.has(wire::flag::kAck)) seen.ack = static_cast<std::uint32_t>(p.ack - others);
    seen.window = window_of(connection, r);
    if (r.extension != nullptr) {
        seen.sacks = r.extension->sack.count;
        for (std::uint8_t i = 0; i < seen.sacks; ++i)
            seen.sack[i] = {static_cast<std::uint32_t>(r.extension->sack.block[i].left - others),
                            static_cast<std::uint32_t>(r.extension->sack.block[i].right - others)};
    }
    if (!r.departure.is_never()) seen.queued = r.departure - r.at;
    seen.dropped_by_queue = r.drop == trace::DropReason::Queue;
    seen.dropped_by_rule = r.drop != trace::DropReason::None && !seen.dropped_by_queue;
    seen.marked_ce = r.marked_ce;
    packets_.push_back(seen);
}

void PacketObserver::on_window(const trace::WindowChange& r) {
    windows_.push_back(
        {r.at, flow_of(r.connection, wire::Packet{}), r.client, r.recovery, r.cwnd, r.ssthresh});
}

}  // namespace seedwire::replay
