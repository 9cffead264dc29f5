// Port demultiplexing and receive queues of UDP.
#include "models/udp/sockets.h"

#include "sim/base/assert.h"

namespace seedwire::udp {

SocketId Sockets::bind(std::uint16_t port) {
    if (port == 0) {
        const std::uint16_t first = next_dynamic_;
        do {
            port = next_dynamic_;
            next_dynamic_ = next_dynamic_ == kLastDynamicPort
                                ? kFirstDynamicPort
                                : static_cast<std::uint16_t>(next_dynamic_ + 1);
        } while (by_port_.contains(port) && next_dynamic_ != first);
    }
    if (by_port_.contains(port)) return {};
    std::uint32_t index = static_cast<std::uint32_t>(sockets_.size());
    if (free_.empty()) {
        sockets_.emplace_back();
    } else {
        index = free_.back();
        free_.pop_back();
        sockets_[index] = Socket{};
    }
    sockets_[index].port = port;
    by_port_.insert(port, index);
    return {index};
}

Sockets::Socket& Sockets::at(SocketId socket) {
    SEEDWIRE_ASSERT(socket.value < sockets_.size());
    SEEDWIRE_ASSERT(sockets_[socket.value].port != 0);
    return sockets_[socket.value];
}

void Sockets::connect(SocketId socket, wire::SocketAddress peer) { at(socket).peer = peer; }

void Sockets::close(SocketId socket) {
    Socket& s = at(socket);
    by_port_.erase(s.port);
    s.port = 0;
    s.queue.release();
    free_.push_back(socket.value);
}

void Sockets::set_receive_buffer(SocketId socket, std::uint32_t bytes) {
    at(socket).receive_buffer = bytes;
}

Datagram Sockets::send(SocketId socket, wire::SocketAddress to, std::uint16_t length) {
    Socket& s = at(socket);
    SEEDWIRE_ASSERT(length <= kMaximumPayload);
    ++counters_.sent;
    return {{address_, s.port}, to, s.next_number++, length};
}

Datagram Sockets::send(SocketId socket, std::uint16_t length) {
    SEEDWIRE_ASSERT(at(socket).peer.has_value());
    return send(socket, *at(socket).peer, length);
}

Sockets::Delivery Sockets::deliver(const Datagram& datagram, SocketId* socket) {
    const std::uint32_t index = by_port_.find(datagram.destination.port);
    const bool known = index != FlatMap<std::uint16_t>::kNone &&
                       (!sockets_[index].peer || *sockets_[index].peer == datagram.source);
    if (!known) {
        ++counters_.refused;
        return Delivery::NoSocket;
    }
    if (socket != nullptr) *socket = {index};
    Socket& s = sockets_[index];
    if (s.queued_bytes + datagram.length > s.receive_buffer) {
        ++counters_.overflow;
        return Delivery::Overflow;
    }
    s.queued_bytes += datagram.length;
    s.queue.push_back(datagram);
    ++counters_.received;
    return Delivery::Queued;
}

std::optional<Datagram> Sockets::receive(SocketId socket) {
    Socket& s = at(socket);
    if (s.queue.empty()) return std::nullopt;
    const Datagram datagram = s.queue.take_front();
    s.queued_bytes -= datagram.length;
    return datagram;
}

void Sockets::on_icmp_error(std::uint16_t local, wire::SocketAddress peer, Error error) {
    const std::uint32_t index = by_port_.find(local);
    if (index == FlatMap<std::uint16_t>::kNone) return;
    // An unconnected socket could not tell which of its datagrams was meant: RFC 1122 §4.1.3.3 asks
    // for the error to reach an application that can use it.
    if (sockets_[index].peer == peer) sockets_[index].error = error;
}

Error Sockets::take_error(SocketId socket) {
    Socket& s = at(socket);
    const Error error = s.error;
    s.error = Error::None;
    return error;
}

}  // namespace seedwire::udp
