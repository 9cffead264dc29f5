// Datagrams and echoes of a host. RFC 768, RFC 792, RFC 1122 §3.2.2.6; RFC 3550 §6.4.1.
#include <algorithm>

#include "models/host/host_parts.h"
#include "models/net/router.h"
#include "sim/base/assert.h"
#include "sim/base/stable_hash.h"

namespace seedwire::host {

using AppKind = trace::AppEvent::Kind;

// --- sending ------------------------------------------------------------------------------------

std::uint32_t Host::add_datagram_flow(const ConnectionName& name, std::uint16_t client_port,
                                      std::uint32_t server_node, std::uint16_t server_port) {
    Parts& p = *parts_;
    trace::Connection connection;
    connection.flow = name.flow;
    connection.ordinal = name.ordinal;
    connection.client_node = p.config.node;
    connection.server_node = server_node;
    connection.client = {p.address, client_port};
    connection.server = {p.network.address(server_node), server_port};
    connection.udp = true;
    const std::uint32_t id =
        p.recorder.connections().add(connection, combine_hash(name.flow_key, name.ordinal));
    p.figures.add(id);
    return id;
}

void Host::set_datagram_interval(std::uint32_t connection, Duration interval) {
    parts_->figures.datagrams(connection, true).interval = interval;
    parts_->figures.datagrams(connection, false).interval = interval;
}

std::uint16_t Host::udp_bind(OwnerId owner, std::uint16_t port) {
    Parts& p = *parts_;
    const udp::SocketId socket = p.udp->bind(port);
    if (!socket) return 0;
    if (socket.value >= p.udp_records.size()) p.udp_records.resize(socket.value + 1);
    p.udp_records[socket.value] = {owner.value, p.udp->local(socket).port, false};
    return p.udp_records[socket.value].port;
}

void Host::Parts::send_packet(Time now, wire::PacketRef ref, std::uint32_t connection,
                              bool client) {
    wire::Packet& packet = network.packets()[ref];
    packet.flow = connection;
    packet.ttl = config.ttl;
    if (client) packet.bits |= wire::packet_bit::kForward;
    EndFigures& end = figures[connection].end(client);
    if (end.opened.is_never()) end.opened = now;
    if (end.first_data_sent.is_never()) end.first_data_sent = now;
    ++end.segments_sent;
    ++end.data_segments_sent;
    end.bytes_sent += packet.payload_length;
    end.bytes_written += packet.payload_length;
    network.send(now, config.node, ref);
}

void Host::send_datagram(Time now, std::uint32_t connection, bool client, std::uint64_t number,
                         std::uint32_t length) {
    Parts& p = *parts_;
    const trace::Connection& ends = p.recorder.connections()[connection];
    udp::Datagram datagram;
    datagram.source = client ? ends.client : ends.server;
    datagram.destination = client ? ends.server : ends.client;
    datagram.number = number;
    datagram.length = static_cast<std::uint16_t>(length);
    const wire::PacketRef ref = p.network.packets().allocate();
    udp::to_packet(datagram, p.network.packets()[ref]);
    p.app_event(now, connection << 1 | (client ? 1U : 0U), AppKind::DatagramSent, number);
    p.send_packet(now, ref, connection, client);
}

void Host::send_echo(Time now, OwnerId owner, std::uint32_t connection, std::uint32_t number,
                     std::uint32_t length) {
    Parts& p = *parts_;
    SEEDWIRE_ASSERT(owner.value <= UINT16_MAX);  // the identifier's 16 bits
    const wire::PacketRef ref = p.network.packets().allocate();
    wire::Packet& packet = p.network.packets()[ref];
    packet.protocol = wire::Protocol::Icmp;
    packet.source = p.address;
    packet.destination = p.recorder.connections()[connection].server.address;
    packet.source_port = net::icmp::pack(net::icmp::kEchoRequest, 0);
    packet.seq = wire::SeqNum{owner.value << 16 | (number & UINT16_MAX)};
    packet.header_bytes = 20 + 8;  // IP and ICMP
    packet.payload_length = static_cast<std::uint16_t>(length);
    packet.payload_offset = number;
    packet.cause = wire::Cause::EchoRequest;
    p.send_packet(now, ref, connection, true);
}

// --- receiving ----------------------------------------------------------------------------------

void Host::Parts::receive_datagram(Time now, wire::PacketRef ref) {
    wire::PacketPool& pool = network.packets();
    udp::SocketId socket;
    switch (udp->deliver(udp::to_datagram(pool[ref]), &socket)) {
        case udp::Sockets::Delivery::NoSocket: {
            const wire::Packet unwanted = pool[ref];
            network.send_icmp_error(now, config.node, unwanted, net::icmp::kUnreachable,
                                    net::icmp::kPortUnreachable, 0);
            return network.drop(now, config.node, ref, trace::DropReason::Unreachable);
        }
        case udp::Sockets::Delivery::Overflow:
            return network.drop(now, config.node, ref, trace::DropReason::Queue);
        case udp::Sockets::Delivery::Queued:
            break;
    }
    account_datagram(now, pool[ref]);
    pool.release(ref);
    UdpRecord& record = udp_records[socket.value];
    if (!record.pending) {
        record.pending = true;
        wakeups.add(now, Wakeups::Kind::Udp, socket.value, 0);
    }
    reschedule(now);
}

void Host::Parts::account_datagram(Time now, const wire::Packet& packet) {
    const socket::Label label = receiver_of(packet);
    if (label == socket::kNoLabel) return;
    EndFigures& end = end_of(label);
    DatagramTracker& tracker = figures.datagrams(id_of(label), is_client(label));
    if (end.opened.is_never()) end.opened = now;
    ++end.received;
    if (!tracker.seen.take(packet.payload_offset)) {
        ++end.late.make().duplicates;
        return;
    }
    const auto number = static_cast<std::uint32_t>(packet.payload_offset);
    note_jitter(now, number, end, tracker);
    if (number + 1 < tracker.next_number) {
        ++end.late.make().reordered;
    } else {
        tracker.next_number = number + 1;
    }
    end.bytes_delivered += packet.payload_length;
    end.last_in_order = now;
    app_event(now, label, AppKind::DatagramReceived, packet.payload_offset);
}

/// RFC 3550 §6.4.1: how much the spacing of two datagrams differs between both ends, smoothed.
void Host::Parts::note_jitter(Time now, std::uint32_t number, EndFigures& end,
                              DatagramTracker& tracker) {
    if (tracker.interval != Duration::zero() && !tracker.last_arrival.is_never()) {
        const std::int64_t sent_apart = std::int64_t{number} - tracker.last_number;
        const Duration difference = (now - tracker.last_arrival) - tracker.interval * sent_apart;
        const std::int64_t size = difference.ns() < 0 ? -difference.ns() : difference.ns();
        Duration& jitter = end.late.make().jitter;
        jitter += Duration::ns((size - jitter.ns()) / 16);
    }
    tracker.last_arrival = now;
    tracker.last_number = number;
}

void Host::Parts::run_datagrams(Time now, std::uint32_t udp_socket) {
    const std::uint32_t owner = udp_records[udp_socket].owner;
    const std::uint16_t port = udp_records[udp_socket].port;
    udp_records[udp_socket].pending = false;
    while (const auto datagram = udp->receive({udp_socket})) {
        owners[owner]->on_datagram(
            now, {datagram->source, port, datagram->number, datagram->length, UINT32_MAX, now});
    }
}

void Host::Parts::receive_echo_reply(Time now, const wire::Packet& packet) {
    const std::uint32_t owner = packet.seq.raw() >> 16;
    if (owner >= owners.size()) return;
    const socket::Label label = receiver_of(packet);
    if (label == socket::kNoLabel) return;
    EndFigures& end = end_of(label);
    ++end.received;
    // A request that was doubled on its way is answered twice.
    if (!figures.datagrams(id_of(label), is_client(label)).seen.take(packet.payload_offset)) {
        ++end.late.make().duplicates;
        return;
    }
    end.bytes_delivered += packet.payload_length;
    end.last_in_order = now;
    echo_replies.push_back(
        {{packet.source, 0}, 0, packet.payload_offset, packet.payload_length, id_of(label), now});
    wakeups.add(now, Wakeups::Kind::Echo, owner, 0);
    reschedule(now);
}

void Host::Parts::run_echo(Time now, std::uint32_t owner) {
    const Datagram reply = echo_replies.take_front();
    owners[owner]->on_datagram(now, reply);
}

}  // namespace seedwire::host
