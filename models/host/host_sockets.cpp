// Calls of applications on TCP sockets, and when they are woken. POSIX.1-2017; RFC 9293 §3.9.1.
#include <algorithm>

#include "models/host/host_parts.h"
#include "sim/base/assert.h"
#include "sim/base/stable_hash.h"

namespace seedwire::host {

using socket::Label;
using tcp::Error;
using AppKind = trace::AppEvent::Kind;

DescriptorRecord& Host::Parts::descriptor(SocketId socket) {
    if (socket >= descriptors.size()) descriptors.resize(socket + 1);
    return descriptors[socket];
}

void Host::Parts::app_event(Time now, Label label, AppKind kind, std::uint64_t amount) const {
    if (label == socket::kNoLabel || !recorder.wants_applications()) return;
    recorder.record(trace::AppEvent{now, id_of(label), is_client(label), kind, amount});
}

void Host::Parts::fail(Time now, SocketId socket, Error error) {
    const Label label = stack->label(socket);
    if (label == socket::kNoLabel) return;
    EndFigures& end = end_of(label);
    if (end.error == Error::None) end.error = error;
    app_event(now, label, AppKind::Failed, static_cast<std::uint64_t>(tcp::number(error)));
}

void Host::Parts::schedule_wake(Time now, const socket::Wake& wake) {
    DescriptorRecord& record = descriptor(wake.socket);
    const auto wanted = static_cast<std::uint16_t>(wake.events & record.interest);
    if (wanted == 0 || record.owner == UINT32_MAX) return;
    if (record.pending == 0) {
        wakeups.add(now, Wakeups::Kind::Tcp, wake.socket, record.generation);
    }
    record.pending |= wanted;
}

// --- opening ------------------------------------------------------------------------------------

SocketId Host::open(OwnerId owner, std::uint32_t cookie, const tcp::SocketOptions& options) {
    Parts& p = *parts_;
    const SocketId socket = p.stack->open(options);
    DescriptorRecord& record = p.descriptor(socket);
    record = {owner.value, cookie, 0, 0, record.generation + 1};
    return socket;
}

Error Host::bind(SocketId socket, std::uint16_t port) { return parts_->stack->bind(socket, port); }

Error Host::listen(SocketId socket, std::int32_t backlog) {
    return parts_->stack->listen(socket, backlog);
}

Result Host::accept(Time now, SocketId listener) {
    Parts& p = *parts_;
    const Result result = p.stack->accept(now, listener);
    if (!result.ok()) return result;
    const auto socket = static_cast<SocketId>(result.value);
    DescriptorRecord& record = p.descriptor(socket);
    const DescriptorRecord& parent = p.descriptors[listener];
    record = {parent.owner, parent.cookie, 0, 0, record.generation + 1};
    const Label label = p.stack->label(socket);
    if (label != socket::kNoLabel) p.end_of(label).accepted = now;
    p.app_event(now, label, AppKind::Accepted, 0);
    return result;
}

/// Both ends may open at once. The one that comes second finds the connection that the first has
/// registered, and is its other end. RFC 9293 §3.5, figure 7.
Label Host::Parts::join_simultaneous_open(SocketId socket, wire::SocketAddress to) {
    const wire::SocketAddress local = stack->local(socket);
    if (local.port == 0) return socket::kNoLabel;
    const trace::Connections& all = recorder.connections();
    for (std::uint32_t id = all.size(); id-- > 0;) {
        const trace::Connection& known = all[id];
        if (known.udp || known.client != to || known.server != local) continue;
        const bool open =
            figures[id].client.late->closed.is_never() && figures[id].server.opened.is_never();
        if (open) return id << 1;
    }
    return socket::kNoLabel;
}

std::uint32_t Host::Parts::register_connection(SocketId socket, std::uint32_t peer_node,
                                               wire::SocketAddress to, const ConnectionName& name) {
    trace::Connection connection;
    connection.flow = name.flow;
    connection.ordinal = name.ordinal;
    connection.client_node = config.node;
    connection.server_node = peer_node;
    connection.client = stack->local(socket);
    connection.server = to;
    const std::uint32_t id =
        recorder.connections().add(connection, combine_hash(name.flow_key, name.ordinal));
    figures.add(id);
    return id;
}

bool Host::Parts::begin_opening(Time now, SocketId socket, std::uint32_t peer_node,
                                wire::SocketAddress to, const ConnectionName& name) {
    Label label = join_simultaneous_open(socket, to);
    if (label == socket::kNoLabel) {
        label = register_connection(socket, peer_node, to, name) << 1 | 1U;
    }
    stack->set_label(socket, label);
    end_of(label).opened = now;
    app_event(now, label, AppKind::Opened, 0);
    if (!network.next_hops(config.node, peer_node).empty()) return true;
    fail(now, socket, Error::NetworkUnreachable);
    return false;
}

void Host::Parts::end_opening(Time now, SocketId socket, Error error) {
    const Label label = stack->label(socket);
    if (is_client(label)) recorder.connections()[id_of(label)].client = stack->local(socket);
    drain(now);
    if (error != Error::None && error != Error::InProgress) fail(now, socket, error);
}

Error Host::connect(Time now, SocketId socket, std::uint32_t peer_node, std::uint16_t port,
                    const ConnectionName& name) {
    Parts& p = *parts_;
    const wire::SocketAddress to{p.network.address(peer_node), port};
    if (!p.begin_opening(now, socket, peer_node, to, name)) return Error::NetworkUnreachable;
    const std::uint32_t mtu = p.network.interface_mtu(p.config.node, peer_node);
    const Error error = p.stack->connect(now, socket, to, mtu);
    p.end_opening(now, socket, error);
    return error;
}

Result Host::fast_open(Time now, SocketId socket, std::uint32_t peer_node, std::uint16_t port,
                       const ConnectionName& name, std::uint32_t length) {
    Parts& p = *parts_;
    const wire::SocketAddress to{p.network.address(peer_node), port};
    if (!p.begin_opening(now, socket, peer_node, to, name)) {
        return socket::failure(Error::NetworkUnreachable);
    }
    const std::uint32_t mtu = p.network.interface_mtu(p.config.node, peer_node);
    const Result result = p.stack->fast_open(now, socket, to, mtu, length);
    if (result.ok() && result.value > 0) {
        const Label label = p.stack->label(socket);
        p.end_of(label).bytes_written += static_cast<std::uint64_t>(result.value);
        p.app_event(now, label, AppKind::Wrote, static_cast<std::uint64_t>(result.value));
    }
    p.end_opening(now, socket, result.error);
    return result;
}

void Host::expect_write(SocketId socket) { parts_->stack->expect_write(socket); }

// --- transfer -----------------------------------------------------------------------------------

Result Host::write(Time now, SocketId socket, std::uint32_t length, tcp::WriteMode mode) {
    Parts& p = *parts_;
    const Result result = p.stack->write(now, socket, length, mode);
    const Label label = p.stack->label(socket);
    if (result.ok() && label != socket::kNoLabel) {
        p.end_of(label).bytes_written += static_cast<std::uint64_t>(result.value);
        p.app_event(now, label, AppKind::Wrote, static_cast<std::uint64_t>(result.value));
    } else if (!result.ok() && !result.would_block()) {
        p.fail(now, socket, result.error);
    }
    p.drain(now);
    return result;
}

Result Host::read_urgent(Time now, SocketId socket) {
    Parts& p = *parts_;
    const Result result = p.stack->read_urgent(socket, false);
    p.drain(now);
    return result;
}

Result Host::read(Time now, SocketId socket, std::uint32_t at_most) {
    Parts& p = *parts_;
    const Result result = p.stack->read(now, socket, at_most);
    if (result.ok()) {
        p.note_read(now, socket, result);
    } else if (!result.would_block()) {
        p.fail(now, socket, result.error);
    }
    p.drain(now);
    return result;
}

/// The promise of TCP, checked for every byte that a program takes: it has arrived, everything
/// before it was taken before it, and at the end of the stream nothing is missing.
void Host::Parts::note_read(Time now, SocketId socket, const Result& result) {
    const Label label = stack->label(socket);
    if (label == socket::kNoLabel) return;
    EndFigures& end = end_of(label);
    const auto count = static_cast<std::uint64_t>(result.value);
    const std::uint64_t left_out = stack->bytes_read(socket) - end.bytes_read - count;
    if (left_out > 0) [[unlikely]] {
        // Urgent octets are no part of what is read; a FIN at the end is, but of no bytes.
        end.bytes_read += std::min<std::uint64_t>(left_out, stack->octets_left_out(socket));
    }
    if (count > 0) {
        if (end.first_read.is_never()) end.first_read = now;
        end.bytes_read += count;
        SEEDWIRE_ASSERT(end.bytes_read == stack->bytes_read(socket));
        SEEDWIRE_ASSERT(end.bytes_read <= end.bytes_delivered);
        return app_event(now, label, AppKind::Read, count);
    }
    if (end.end_of_file || !stack->at_end_of_file(socket)) return;
    end.end_of_file = true;
    const EndFigures& peer = figures[id_of(label)].end(!is_client(label));
    SEEDWIRE_ASSERT(end.bytes_read == peer.bytes_written);
    SEEDWIRE_ASSERT(tracker_of(label).arrivals.prefix() == end.bytes_read);
    SEEDWIRE_ASSERT(tracker_of(label).arrivals.is_intact(stream_key(label)));
    app_event(now, label, AppKind::PeerClosed, 0);
}

// --- closing ------------------------------------------------------------------------------------

Error Host::shutdown(Time now, SocketId socket, socket::Shutdown how) {
    Parts& p = *parts_;
    const Error error = p.stack->shutdown(now, socket, how);
    if (error == Error::None && how != socket::Shutdown::Read) {
        p.app_event(now, p.stack->label(socket), AppKind::Shutdown, 0);
    }
    p.drain(now);
    return error;
}

Error Host::close(Time now, SocketId socket) {
    Parts& p = *parts_;
    const Label label = p.stack->label(socket);
    const Error error = p.stack->close(now, socket);
    if (error == Error::None) {
        p.app_event(now, label, AppKind::Closed, 0);
        if (label != socket::kNoLabel) p.tracker_of(label).abandoned = true;
        DescriptorRecord& record = p.descriptor(socket);
        record = {UINT32_MAX, 0, 0, 0, record.generation + 1};
    }
    p.drain(now);
    return error;
}

// --- options and questions ----------------------------------------------------------------------

Error Host::set_option(Time now, SocketId socket, socket::Option option, std::int64_t value) {
    const Error error = parts_->stack->set_option(now, socket, option, value);
    parts_->drain(now);
    return error;
}

Result Host::get_option(SocketId socket, socket::Option option) {
    return parts_->stack->get_option(socket, option);
}

Error Host::take_error(SocketId socket) {
    Parts& p = *parts_;
    const Error error = p.stack->take_error(socket);
    if (error != Error::None) p.fail(p.simulation.now(), socket, error);
    return error;
}

std::uint16_t Host::poll(SocketId socket) const { return parts_->stack->poll(socket); }

std::uint32_t Host::unacknowledged(SocketId socket) const {
    return parts_->stack->unacknowledged(socket);
}

bool Host::is_established(SocketId socket) const { return parts_->stack->is_established(socket); }

bool Host::at_end_of_file(SocketId socket) const { return parts_->stack->at_end_of_file(socket); }

std::uint32_t Host::connection(SocketId socket) const {
    const Label label = parts_->stack->label(socket);
    return label == socket::kNoLabel ? UINT32_MAX : Parts::id_of(label);
}

void Host::wait_for(SocketId socket, std::uint16_t events) {
    parts_->descriptor(socket).interest = events;
}

void Host::set_cookie(SocketId socket, std::uint32_t cookie) {
    parts_->descriptor(socket).cookie = cookie;
}

void Host::record(Time now, std::uint32_t connection, bool client, AppKind kind,
                  std::uint64_t amount) {
    Parts& p = *parts_;
    const Label label = connection << 1 | (client ? 1U : 0U);
    EndFigures& end = p.end_of(label);
    if (kind == AppKind::Finished) end.late.make().finished = now;
    if (kind == AppKind::EchoReceived) {
        const Duration sample = Duration::ns(static_cast<std::int64_t>(amount));
        LateFigures& late = end.late.make();
        const bool first = late.min_rtt == Duration::zero();
        late.min_rtt = first ? sample : std::min(late.min_rtt, sample);
        const std::uint32_t samples = ++p.figures.datagrams(connection, client).echoes;
        late.smoothed_rtt += (sample - late.smoothed_rtt) / std::int64_t{samples};
    }
    p.app_event(now, label, kind, amount);
}

}  // namespace seedwire::host
