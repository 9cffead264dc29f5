// Options of sockets, and what programs may ask about them. POSIX.1-2017 getsockopt(), poll().
#include <algorithm>

#include "models/socket/options.h"
#include "models/socket/poll.h"
#include "models/socket/stack.h"
#include "models/socket/stack_parts.h"

namespace seedwire::socket {

using tcp::Error;
using tcp::State;

Error Stack::set_option(Time now, SocketId id, Option option, std::int64_t value) {
    Parts& p = *parts_;
    Socket* socket = p.open_socket(id);
    if (socket == nullptr) return Error::BadDescriptor;
    const bool live = socket->kind == Socket::Kind::Connection && !socket->detached;
    const std::size_t first = p.mark();
    if (option == Option::QuickAck) {
        socket->quickack = value != 0 ? 1 : 0;
        if (!live) return Error::None;
        socket->endpoint.set_quickack(now, value != 0, p.out.tcp);
    } else {
        tcp::SocketOptions options = p.options_of(*socket);
        // Both ask for something that only the opening of a connection can do.
        const bool too_late = socket->kind == Socket::Kind::Connection &&
                              (option == Option::FastOpen || option == Option::FastOpenNoCookie ||
                               option == Option::FastOpenConnect);
        if (too_late) return Error::InvalidArgument;
        const bool counts = option == Option::Timestamping && (value & timestamping::kId) != 0 &&
                            (options.timestamping & timestamping::kId) == 0;
        // Bytes are counted from where the stream stands, and there must be one. [ERRQ-2]
        if (counts && !live) return Error::InvalidArgument;
        const Error error = apply_option(options, *p.sysctls, option, value);
        if (error != Error::None) return error;
        if (counts) {
            const tcp::StreamProgress at = socket->endpoint.progress();
            const bool writes = (options.timestamping & timestamping::kIdFromWrites) != 0;
            p.error_queue(id).count_from(writes ? at.written : at.acknowledged);
        }
        socket->options = p.share(options);
        if (option == Option::FastOpen && socket->kind == Socket::Kind::Listening) {
            p.listeners[socket->listener].fast_open.set_limit(p.fast_open_limit(*socket, 0));
        }
        if (!live) return Error::None;
        if (option == Option::NoDelay && options.nodelay) {
            // Every call pushes what is queued, even one that finds the option set.
            tcp::SocketOptions without = options;
            without.nodelay = false;
            socket->endpoint.set_options(now, p.commons.options[p.share(without)], p.out.tcp);
        }
        socket->endpoint.set_options(now, p.options_of(*socket), p.out.tcp);
    }
    p.settle(now, id, first);
    return Error::None;
}

Result Stack::get_option(SocketId id, Option option) {
    Parts& p = *parts_;
    const Socket* socket = p.open_socket(id);
    if (socket == nullptr) return failure(Error::BadDescriptor);
    if (option == Option::SocketError) return success(tcp::number(take_error(id)));
    if (option == Option::MaxSegment && socket->kind == Socket::Kind::Connection) {
        return success(socket->endpoint.info(Time::zero()).snd_mss);
    }
    return option_value(p.options_of(*socket), *p.sysctls, option);
}

std::uint16_t Stack::poll(SocketId id) const {
    const Parts& p = *parts_;
    const Socket* socket = p.open_socket(id);
    if (socket == nullptr) return readiness::kError;
    PollFacts facts;
    if (socket->kind == Socket::Kind::Listening) {
        facts.state = State::Listen;
        facts.acceptable = !p.listeners[socket->listener].accept_queue.empty();
    } else if (socket->kind == Socket::Kind::Unconnected) {
        facts.never_connected = true;
    } else {
        const tcp::Endpoint& endpoint = socket->endpoint;
        const auto low_water =
            static_cast<std::uint32_t>(std::max(p.options_of(*socket).receive_low_water, 1));
        facts.state = state(id);
        // The urgent octet at the mark is nothing that a plain read would give.
        const bool skips = endpoint.is_at_mark() && !p.options_of(*socket).inline_urgent;
        facts.readable = endpoint.readable() >= low_water + (skips ? 1U : 0U);
        facts.urgent = endpoint.has_urgent_octet();
        facts.read_shut = socket->read_shut || socket->detached || endpoint.peer_has_finished();
        facts.write_shut = socket->write_shut || socket->detached;
        facts.has_room = endpoint.writable() > 0;
        facts.early = endpoint.is_early();
        facts.deferred = socket->deferred;
        facts.error = endpoint.error() != Error::None;
    }
    if (socket->tells) {
        for (const Parts::SocketErrors& errors : p.error_queues)
            if (errors.socket == id && !errors.queue.empty()) facts.error = true;
    }
    return poll_mask(facts);
}

// [SOCK-9]
std::uint32_t Stack::readable(SocketId id) const {
    return parts_->has_endpoint(id) ? parts_->sockets[id].endpoint.readable_to_mark() : 0;
}

std::uint32_t Stack::octets_left_out(SocketId id) const {
    return parts_->has_endpoint(id) ? parts_->sockets[id].endpoint.octets_left_out() : 0;
}

bool Stack::is_at_mark(SocketId id) const {
    return parts_->has_endpoint(id) && parts_->sockets[id].endpoint.is_at_mark();
}

std::uint32_t Stack::unacknowledged(SocketId id) const {
    return parts_->has_endpoint(id) ? parts_->sockets[id].endpoint.unacknowledged() : 0;
}

std::uint64_t Stack::bytes_read(SocketId id) const {
    return parts_->has_endpoint(id) ? parts_->sockets[id].endpoint.bytes_read() : 0;
}

bool Stack::is_established(SocketId id) const {
    const Socket* socket = parts_->open_socket(id);
    return socket != nullptr && socket->established;
}

bool Stack::at_end_of_file(SocketId id) const {
    return parts_->has_endpoint(id) && parts_->sockets[id].endpoint.at_end_of_file();
}

State Stack::state(SocketId id) const {
    const Socket* socket = parts_->open_socket(id);
    if (socket == nullptr || socket->kind == Socket::Kind::Unconnected) return State::Closed;
    if (socket->kind == Socket::Kind::Listening) return State::Listen;
    if (socket->deferred) return State::SynSent;
    return socket->detached ? State::Closed : socket->endpoint.state();
}

bool Stack::has_new_window(SocketId id, tcp::Glance& glance) {
    Socket& socket = parts_->sockets[id];
    if (!socket.endpoint) return false;
    const bool differs = parts_->has_new_window(socket);
    glance = socket.endpoint.glance();
    socket.seen_cwnd = glance.cwnd;
    socket.seen_ssthresh = glance.ssthresh;
    socket.seen_recovery = glance.recovery;
    return differs;
}

tcp::Info Stack::info(Time now, SocketId id) const {
    if (parts_->has_endpoint(id)) return parts_->sockets[id].endpoint.info(now);
    tcp::Info info;
    info.state = state(id);
    return info;
}

wire::SocketAddress Stack::local(SocketId id) const {
    const Socket* socket = parts_->open_socket(id);
    return {parts_->address, socket != nullptr ? socket->local_port : std::uint16_t{0}};
}

wire::SocketAddress Stack::remote(SocketId id) const {
    const Socket* socket = parts_->open_socket(id);
    return socket != nullptr ? socket->remote : wire::SocketAddress{};
}

void Stack::set_label(SocketId id, Label label) {
    if (Socket* socket = parts_->open_socket(id)) socket->label = label;
}

Label Stack::label(SocketId id) const {
    const Socket* socket = parts_->open_socket(id);
    return socket != nullptr ? socket->label : kNoLabel;
}

}  // namespace seedwire::socket
