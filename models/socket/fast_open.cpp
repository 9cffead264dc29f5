// Fast Open among the sockets of a host. RFC 7413 §4; Linux, `tcp_sendmsg_fastopen`,
// `tcp_fastopen_defer_connect`, `reqsk_fastopen_remove`.
#include <algorithm>

#include "models/socket/stack.h"
#include "models/socket/stack_parts.h"

namespace seedwire::socket {

using tcp::Error;
using tcp::State;

// --- client -------------------------------------------------------------------------------------

tcp::FastOpenRequest Stack::Parts::prepare_fast_open(Time now, const Socket& socket,
                                                     std::uint32_t bytes) const {
    return fast_open.prepare(now, *sysctls, options_of(socket).fast_open_no_cookie,
                             socket.remote.address, bytes);
}

std::uint32_t Stack::Parts::send_fast_open_syn(Time now, SocketId id, std::uint32_t bytes) {
    Socket& socket = sockets[id];
    socket.deferred = false;
    const std::size_t first = mark();
    if (socket.quickack >= 0) socket.endpoint.set_quickack(now, socket.quickack != 0, out.tcp);
    const std::uint32_t sent =
        socket.endpoint.connect(now, prepare_fast_open(now, socket, bytes), out.tcp);
    recall_path(socket);
    settle(now, id, first);
    return sent;
}

Result Stack::fast_open(Time now, SocketId id, wire::SocketAddress to, std::uint32_t mtu,
                        std::uint32_t length) {
    Parts& p = *parts_;
    Socket* socket = p.open_socket(id);
    if (socket == nullptr) return failure(Error::BadDescriptor);
    if ((p.sysctls->tcp_fastopen & tcp::fast_open::kClient) == 0) {
        return failure(Error::NotSupported);
    }
    if (socket->kind == Socket::Kind::Listening) return failure(Error::IsConnected);
    if (socket->kind == Socket::Kind::Connection && !socket->deferred) {
        const Error error = socket->endpoint.take_error();
        if (error != Error::None) return failure(error);
        if (!socket->established) return failure(Error::Already);
        if (!socket->connecting) return failure(Error::IsConnected);
        socket->connecting = false;
        return success(0);
    }
    if (!socket->deferred) {
        const Error error = p.prepare_connection(*socket, id, to, mtu);
        if (error != Error::None) return failure(error);
    }
    const std::uint32_t sent = p.send_fast_open_syn(now, id, length);
    return sent == 0 ? failure(Error::InProgress) : success(sent);
}

bool Stack::is_deferred(SocketId id) const {
    const Socket* socket = parts_->open_socket(id);
    return socket != nullptr && socket->deferred;
}

void Stack::expect_write(SocketId id) {
    if (parts_->has_endpoint(id)) parts_->sockets[id].endpoint.expect_write();
}

void Stack::forget_paths() {
    parts_->fast_open.forget_paths();
    parts_->paths.forget();
}

// --- server -------------------------------------------------------------------------------------

Error Stack::set_fast_open_key(SocketId id, std::span<const std::uint8_t> key) {
    Parts& p = *parts_;
    if (p.open_socket(id) == nullptr) return Error::BadDescriptor;
    const auto keys = tcp::fast_open_keys(key);
    if (!keys) return Error::InvalidArgument;
    p.forget_keys(id);
    p.socket_keys.push_back({id, *keys});
    return Error::None;
}

const tcp::FastOpenKeys& Stack::Parts::keys_of(SocketId listener) const {
    for (const SocketKeys& own : socket_keys) {
        if (own.socket == listener) return own.keys;
    }
    return sysctls->tcp_fastopen_key.count != 0 ? sysctls->tcp_fastopen_key : drawn_keys;
}

void Stack::Parts::forget_keys(SocketId id) {
    std::erase_if(socket_keys, [id](const SocketKeys& own) { return own.socket == id; });
}

std::int32_t Stack::Parts::fast_open_limit(const Socket& socket, std::int32_t backlog) const {
    constexpr std::int32_t kEveryListener =
        tcp::fast_open::kServer | tcp::fast_open::kWithoutSocketOption;
    std::int32_t limit = options_of(socket).fast_open_queue;
    if (limit == 0 && (sysctls->tcp_fastopen & kEveryListener) == kEveryListener) limit = backlog;
    return std::min(limit, sysctls->somaxconn);
}

/// The SYN brought a good cookie: a socket at once, which the program may accept. [TFO-4]
void Stack::Parts::start_early(Time now, const Arrival& arrival, SocketId listener,
                               std::uint32_t index) {
    const Request& request = requests[index];
    const SocketId id = add_socket(sockets[listener].options, Socket::Kind::Connection);
    Socket& child = sockets[id];
    child.remote = arrival.from;
    child.local_port = arrival.to.port;
    child.label = arrival.label;
    child.parent = child.listener = listener;
    child.early = true;
    child.reported = State::SynReceived;
    child.endpoint = tcp::Endpoint{*sysctls, options_of(child), request.environment};
    tcp::PassiveOpen open = requests.handshake(index);
    open.early = true;
    open.syn_ack.ack = open.syn.end();
    requests.remove(index);
    child.endpoint.accept(now, open);
    recall_path(child);
    demux.set(child.remote, child.local_port, {TargetKind::Connection, id});
    Listener& queue = listeners[sockets[listener].listener];
    queue.fast_open.open();
    queue.accept_queue.push_back(id);
    wake(listener, event::kAcceptable);
    change(arrival.label, State::Listen, State::SynReceived);
    const std::size_t first = mark();
    out.tcp.segments.push_back(open.syn_ack);
    settle(now, id, first);
}

void Stack::Parts::leave_early(Time now, Socket& socket, bool reset) {
    tcp::FastOpenQueue& queue = listeners[sockets[socket.listener].listener].fast_open;
    queue.close();
    if (reset && socket.parent == kNoSocket) queue.block(now);
    socket.early = false;
}

void Stack::Parts::on_fast_open_news(Time now, SocketId id, std::uint16_t events) {
    Socket& socket = sockets[id];
    if (socket.early && !socket.endpoint.is_early()) {
        const bool reset =
            (events & event::kError) != 0 && socket.endpoint.error() == Error::ConnectionReset;
        leave_early(now, socket, reset);
    }
    if ((events & event::kFastOpenNews) == 0) return;
    fast_open.learn(now, *sysctls, socket.remote.address, out.tcp.fast_open);
    out.tcp.fast_open = {};
}

}  // namespace seedwire::socket
