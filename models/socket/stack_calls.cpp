// What the calls of programs do and return. RFC 9293 §3.9.1; POSIX.1-2017; errno as on Linux.
#include <algorithm>

#include "models/socket/stack.h"
#include "models/socket/stack_parts.h"
#include "sim/base/assert.h"

namespace seedwire::socket {

using tcp::Error;
using tcp::State;

// --- descriptors --------------------------------------------------------------------------------

SocketId Stack::Parts::add_socket(std::uint32_t options_index, Socket::Kind kind) {
    SocketId id = 0;
    if (free_sockets.empty()) {
        id = static_cast<SocketId>(sockets.size());
        sockets.extend_to(sockets.size() + 1);
    } else {
        id = free_sockets.back();
        free_sockets.pop_back();
    }
    sockets[id].options = options_index;
    sockets[id].kind = kind;
    return id;
}

void Stack::Parts::free_socket(SocketId id) {
    Socket& socket = sockets[id];
    SEEDWIRE_ASSERT(socket.kind != Socket::Kind::Free);
    if (socket.bound) demux.unbind(socket.local_port);
    leave_foreground(socket);
    deadlines.remove(id);
    if (!socket_keys.empty()) forget_keys(id);
    if (socket.tells) forget_errors(id);
    socket = Socket{};
    free_sockets.push_back(id);
}

namespace {

/// Of a table that may be const.
auto* find_open(auto& sockets, SocketId id) {
    if (id >= sockets.size()) return decltype(&sockets[id]){nullptr};
    auto& socket = sockets[id];
    const bool open =
        socket.kind != Socket::Kind::Free && !socket.orphan && socket.parent == kNoSocket;
    return open ? &socket : nullptr;
}

}  // namespace

const Socket* Stack::Parts::open_socket(SocketId id) const { return find_open(sockets, id); }

Socket* Stack::Parts::open_socket(SocketId id) { return find_open(sockets, id); }

bool Stack::Parts::has_endpoint(SocketId id) const {
    const Socket* socket = open_socket(id);
    return socket != nullptr && socket->kind == Socket::Kind::Connection;
}

std::uint32_t Stack::Parts::share(const tcp::SocketOptions& options) {
    // A host has few kinds of sockets. All of its own are looked at: a program that corks and
    // uncorks must not leave a copy each time, however many kinds other hosts have.
    for (const std::uint32_t index : known_options)
        if (commons.options[index] == options) return index;
    known_options.push_back(commons.share(options));
    return known_options.back();
}

// [OPEN-15]
tcp::Environment Stack::Parts::draw_environment(std::uint32_t mtu) {
    const std::uint64_t draw = random.next();
    return {mtu, static_cast<std::uint32_t>(draw), static_cast<std::uint32_t>(draw >> 32)};
}

SocketId Stack::open(const tcp::SocketOptions& options) {
    return parts_->add_socket(parts_->share(options), Socket::Kind::Unconnected);
}

Error Stack::bind(SocketId id, std::uint16_t port) {
    Parts& p = *parts_;
    Socket* socket = p.open_socket(id);
    if (socket == nullptr) return Error::BadDescriptor;
    if (socket->kind != Socket::Kind::Unconnected || socket->local_port != 0) {
        return Error::InvalidArgument;
    }
    if (port == 0) port = p.demux.ephemeral_port();
    if (port == 0 || !p.demux.bind(port)) return Error::AddressInUse;
    socket->local_port = port;
    socket->bound = true;
    return Error::None;
}

// --- passive opening ----------------------------------------------------------------------------

Error Stack::listen(SocketId id, std::int32_t backlog) {
    Parts& p = *parts_;
    Socket* socket = p.open_socket(id);
    if (socket == nullptr) return Error::BadDescriptor;
    if (socket->kind == Socket::Kind::Connection) return Error::InvalidArgument;
    const std::int32_t bounded =
        backlog < 0 ? p.sysctls->somaxconn : std::min(backlog, p.sysctls->somaxconn);
    if (socket->kind == Socket::Kind::Listening) {
        Listener& listener = p.listeners[socket->listener];
        listener.backlog = bounded;
        listener.fast_open.set_limit(p.fast_open_limit(*socket, bounded));
        return Error::None;
    }
    if (socket->local_port == 0) {
        const Error error = bind(id, 0);
        if (error != Error::None) return error;
    }
    if (!p.demux.add_listener(socket->local_port, id)) return Error::AddressInUse;
    if (p.free_listeners.empty()) {
        socket->listener = static_cast<std::uint32_t>(p.listeners.size());
        p.listeners.emplace_back();
    } else {
        socket->listener = p.free_listeners.back();
        p.free_listeners.pop_back();
    }
    Listener& listener = p.listeners[socket->listener];
    listener.backlog = bounded;
    listener.fast_open = {};
    listener.fast_open.set_limit(p.fast_open_limit(*socket, bounded));
    socket->kind = Socket::Kind::Listening;
    socket->reported = State::Listen;
    return Error::None;
}

// [SOCK-3]
Result Stack::accept(Time, SocketId id) {
    Parts& p = *parts_;
    const Socket* socket = p.open_socket(id);
    if (socket == nullptr) return failure(Error::BadDescriptor);
    if (socket->kind != Socket::Kind::Listening) return failure(Error::InvalidArgument);
    Ring<SocketId>& queue = p.listeners[socket->listener].accept_queue;
    if (queue.empty()) return failure(Error::Again);
    const SocketId child = queue.take_front();
    p.sockets[child].parent = kNoSocket;
    if (p.sockets[child].early) p.sockets[child].endpoint.adopt();
    return success(child);
}

void Stack::Parts::stop_listening(Time now, SocketId id) {
    const std::uint32_t index = sockets[id].listener;
    for (std::uint32_t i = 0; i < requests.capacity() && listeners[index].requests > 0; ++i) {
        if (requests[i].in_use && requests[i].listener == id) drop_request(i, State::Closed);
    }
    while (!listeners[index].accept_queue.empty()) {
        const SocketId child = listeners[index].accept_queue.take_front();
        sockets[child].parent = kNoSocket;
        sockets[child].orphan = true;
        if (sockets[child].detached) {
            free_socket(child);
            continue;
        }
        // Linux resets what no program will ever accept, `inet_csk_listen_stop`. [LISTEN-15]
        const std::size_t first = mark();
        sockets[child].endpoint.abort(now, out.tcp);
        settle(now, child, first);
    }
    for (SocketId other = 0; other < sockets.size(); ++other) {
        Socket& socket = sockets[other];
        if (socket.early && socket.listener == id) socket.early = false;
    }
    demux.remove_listener(sockets[id].local_port);
    listeners[index].accept_queue.release();
    free_listeners.push_back(index);
    sockets[id].kind = Socket::Kind::Unconnected;
    sockets[id].reported = State::Closed;
}

// --- active opening -----------------------------------------------------------------------------

// [SOCK-1]
Error Stack::connect(Time now, SocketId id, wire::SocketAddress to, std::uint32_t mtu) {
    Parts& p = *parts_;
    Socket* socket = p.open_socket(id);
    if (socket == nullptr) return Error::BadDescriptor;
    if (socket->kind == Socket::Kind::Listening) return Error::IsConnected;
    if (socket->kind == Socket::Kind::Connection) {
        if (socket->deferred) return Error::IsConnected;
        const bool reports = socket->connecting;
        const Error error = socket->endpoint.take_error();
        if (error != Error::None && !socket->established) {
            socket->connecting = false;
            return error;
        }
        if (socket->established) {
            socket->connecting = false;
            return reports ? Error::None : Error::IsConnected;
        }
        if (!socket->detached) return Error::Already;
        // An attempt that has failed and said so: the descriptor is as good as new.
        socket->endpoint = {};
        socket->kind = Socket::Kind::Unconnected;
        socket->detached = socket->read_shut = socket->write_shut = false;
        if (!socket->bound) socket->local_port = 0;
    }
    const Error prepared = p.prepare_connection(*socket, id, to, mtu);
    if (prepared != Error::None) return prepared;
    if (p.options_of(*socket).fast_open_connect) {
        // With a cookie the SYN waits for the first write; without one it asks for it now. [TFO-11]
        if (p.prepare_fast_open(now, *socket, 1).bytes > 0) {
            socket->deferred = true;
            return Error::None;
        }
        p.send_fast_open_syn(now, id, 0);
        return Error::InProgress;
    }
    const std::size_t first = p.mark();
    if (socket->quickack >= 0) socket->endpoint.set_quickack(now, socket->quickack != 0, p.out.tcp);
    socket->endpoint.connect(now, p.out.tcp);
    p.recall_path(*socket);
    p.settle(now, id, first);
    return Error::InProgress;
}

Error Stack::Parts::prepare_connection(Socket& socket, SocketId id, wire::SocketAddress to,
                                       std::uint32_t mtu) {
    std::uint16_t port = socket.local_port;
    if (port == 0) port = demux.ephemeral_port(to);
    if (port == 0 || demux.contains(to, port)) return Error::AddressNotAvailable;
    socket.local_port = port;
    socket.remote = to;
    socket.kind = Socket::Kind::Connection;
    socket.connecting = true;
    socket.reported = State::Closed;
    demux.set(to, port, {TargetKind::Connection, id});
    socket.seen_cwnd = socket.seen_ssthresh = 0;
    socket.seen_recovery = tcp::RecoveryState::Open;
    socket.endpoint = tcp::Endpoint{*sysctls, options_of(socket), draw_environment(mtu)};
    return Error::None;
}

// --- transfer -----------------------------------------------------------------------------------

Result Stack::write(Time now, SocketId id, std::uint32_t length, tcp::WriteMode mode) {
    Parts& p = *parts_;
    Socket* socket = p.open_socket(id);
    if (socket == nullptr) return failure(Error::BadDescriptor);
    if (socket->kind != Socket::Kind::Connection) return failure(Error::BrokenPipe);
    if (socket->deferred) {
        const std::uint32_t sent = p.send_fast_open_syn(now, id, length);
        return sent == 0 ? failure(Error::InProgress) : success(sent);
    }
    tcp::Endpoint& endpoint = socket->endpoint;
    const Error error = endpoint.take_error();
    if (error != Error::None) return failure(error);
    if (socket->detached || socket->write_shut) return failure(Error::BrokenPipe);
    if (!endpoint.may_write()) {
        const State state = endpoint.state();
        const bool opening = state == State::SynSent || state == State::SynReceived;
        return failure(opening ? Error::Again : Error::BrokenPipe);
    }
    if (length == 0) return success(0);
    const std::size_t first = p.mark();
    const std::uint32_t accepted = endpoint.write(now, length, mode, p.out.tcp);
    p.settle(now, id, first);
    if (accepted > 0 && p.options_of(*socket).timestamping != 0) [[unlikely]]
        p.note_write(now, id, accepted, false);
    return accepted == 0 ? failure(Error::Again) : success(accepted);
}

Result Stack::read(Time now, SocketId id, std::uint32_t at_most) {
    Parts& p = *parts_;
    Socket* socket = p.open_socket(id);
    if (socket == nullptr) return failure(Error::BadDescriptor);
    if (socket->kind != Socket::Kind::Connection) return failure(Error::NotConnected);
    tcp::Endpoint& endpoint = socket->endpoint;
    if (endpoint.readable() > 0 && at_most > 0) {
        const std::size_t first = p.mark();
        const std::uint32_t taken = endpoint.read(now, at_most, p.out.tcp);
        if (socket->detached) {
            // What a stub stands for says no more than the stub does.
            p.out.tcp.segments.resize(first);
            p.out.tcp.events = 0;
        } else {
            p.settle(now, *socket, id, first);
        }
        // An urgent octet alone is skipped, and nothing is left.
        if (taken > 0) return success(taken);
    }
    if (endpoint.at_end_of_file()) return success(0);
    const Error error = endpoint.take_error();
    if (error != Error::None) return failure(error);
    if (socket->read_shut || socket->detached) return success(0);
    return failure(Error::Again);
}

// [SOCK-2]
Result Stack::read_urgent(SocketId id, bool peek) {
    Parts& p = *parts_;
    Socket* socket = p.open_socket(id);
    if (socket == nullptr) return failure(Error::BadDescriptor);
    if (socket->kind != Socket::Kind::Connection) return failure(Error::NotConnected);
    const tcp::UrgentRead read = socket->endpoint.read_urgent(peek);
    return read.error == Error::None ? success(read.taken) : failure(read.error);
}

Error Stack::take_error(SocketId id) {
    Parts& p = *parts_;
    if (!p.has_endpoint(id)) return Error::None;
    return p.sockets[id].endpoint.take_any_error();
}

// --- closing ------------------------------------------------------------------------------------

// [SOCK-8]
Error Stack::shutdown(Time now, SocketId id, Shutdown how) {
    Parts& p = *parts_;
    Socket* socket = p.open_socket(id);
    if (socket == nullptr) return Error::BadDescriptor;
    if (socket->kind == Socket::Kind::Listening) {
        if (how != Shutdown::Write) p.stop_listening(now, id);
        return Error::None;
    }
    if (socket->kind == Socket::Kind::Unconnected) return Error::NotConnected;
    const bool was_over = socket->detached;
    if (how != Shutdown::Write) socket->read_shut = true;
    if (how != Shutdown::Read) socket->write_shut = true;
    if (was_over) return Error::NotConnected;
    const std::size_t first = p.mark();
    if (how != Shutdown::Write) socket->endpoint.shutdown_read(now, p.out.tcp);
    if (how != Shutdown::Read) socket->endpoint.shutdown_write(now, p.out.tcp);
    p.settle(now, id, first);
    return Error::None;
}

Error Stack::close(Time now, SocketId id) {
    Parts& p = *parts_;
    const Socket* socket = p.open_socket(id);
    if (socket == nullptr) return Error::BadDescriptor;
    switch (socket->kind) {
        case Socket::Kind::Listening:
            p.stop_listening(now, id);
            p.free_socket(id);
            break;
        case Socket::Kind::Connection:
            p.close_connection(now, id);
            break;
        case Socket::Kind::Unconnected:
        case Socket::Kind::Free:
            p.free_socket(id);
            break;
    }
    return Error::None;
}

void Stack::Parts::close_connection(Time now, SocketId id) {
    Socket& socket = sockets[id];
    if (socket.detached) return free_socket(id);
    socket.orphan = true;
    // The port is the program's to bind again; the connection keeps using it.
    if (socket.bound) demux.unbind(socket.local_port);
    socket.bound = false;
    const tcp::SocketOptions& options = options_of(socket);
    const std::size_t first = mark();
    if (options.linger_set && options.linger == Duration::zero()) {
        socket.endpoint.abort(now, out.tcp);
    } else {
        socket.endpoint.close(now, out.tcp);
    }
    settle(now, id, first);
}

}  // namespace seedwire::socket
