// TLS connections between applications and TCP.
#include "models/app/tls_sockets.h"

#include <algorithm>
#include <utility>

#include "sim/base/assert.h"
#include "sim/base/random.h"
#include "sim/base/stable_hash.h"

namespace seedwire::app {

using namespace socket::event;
using host::Result;
using host::SocketId;
using tcp::Error;
using EventKind = tls::Event::Kind;

namespace {

constexpr std::uint16_t kEvents =
    kReadable | kWritable | kPeerClosed | kEstablished | kError | kGone;

}  // namespace

TlsSockets::Connection* TlsSockets::find(SocketId socket) {
    if (socket >= places_.size() || places_[socket] == kListener) return nullptr;
    return &connections_[places_[socket]];
}
const TlsSockets::Connection* TlsSockets::find(SocketId socket) const {
    if (socket >= places_.size() || places_[socket] == kListener) return nullptr;
    return &connections_[places_[socket]];
}

std::uint32_t TlsSockets::add_connection(SocketId socket, std::uint32_t cookie) {
    auto place = static_cast<std::uint32_t>(connections_.size());
    if (free_.empty()) {
        connections_.emplace_back();
    } else {
        place = free_.back();
        free_.pop_back();
    }
    Connection& c = connections_[place];
    // What has memory keeps it: endpoint, list of writes, timer.
    Connection fresh;
    fresh.endpoint = std::move(c.endpoint);
    fresh.writes = std::move(c.writes);
    fresh.writes.clear();
    fresh.timer = c.timer;
    c = std::move(fresh);
    c.socket = socket;
    c.cookie = cookie;
    c.is_owned = true;
    if (socket >= places_.size()) places_.resize(socket + 1, kListener);
    places_[socket] = place;
    return place;
}

void TlsSockets::release(Connection& c) {
    if (c.timer.value != UINT32_MAX) host_.set_timer(c.timer, Time::never());
    free_.push_back(static_cast<std::uint32_t>(&c - connections_.data()));
    places_[c.socket] = kListener;
    c.socket = socket::kNoSocket;
}

// --- from TCP -----------------------------------------------------------------------------------

void TlsSockets::on_ready(Time now, SocketId socket, std::uint32_t cookie, std::uint16_t events) {
    if (cookie == kListener) return owner_->on_ready(now, socket, cookie, events);
    Connection& c = connections_[cookie];
    if (c.socket != socket || c.is_gone) return;
    if (!c.has_endpoint && !host_.is_established(socket)) {
        // Only what went wrong is news before TCP is open.
        if ((events & (kError | kGone)) != 0) c.has_failed = true;
        return wake(now, c);
    }
    if (!c.has_endpoint) begin(now, c);
    advance(now, c);
}

void TlsSockets::on_timer(Time now, std::uint32_t cookie) {
    const Timer timer = timers_[cookie];
    if (!timer.is_ours) return owner_->on_timer(now, timer.cookie);
    Connection& c = connections_[timer.cookie];
    if (!c.is_working || c.socket == socket::kNoSocket) return;
    c.is_working = false;
    out_.clear();
    c.endpoint->on_work_done(now, out_);
    process(now, c);
    advance(now, c);
}

/// TCP is open: the handshake begins.
void TlsSockets::begin(Time now, Connection& c) {
    c.dense_id = host_.connection(c.socket);
    SEEDWIRE_ASSERT(c.dense_id != UINT32_MAX);
    c.logs = &place_.world->logs(c.dense_id);
    c.figures = &place_.world->figures(c.dense_id).end(place_.is_client);
    const std::uint32_t ordinal = place_.recorder->connections()[c.dense_id].ordinal;
    const TlsConfig::Pair& pair = place_.config->of(ordinal);
    const tls::Config& config = place_.is_client ? pair.client : pair.server;
    const tls::Role role = place_.is_client ? tls::Role::Client : tls::Role::Server;
    tls::Environment environment;
    environment.pki = place_.config->pki.get();
    environment.outgoing = place_.is_client ? &c.logs->from_client : &c.logs->from_server;
    environment.incoming = place_.is_client ? &c.logs->from_server : &c.logs->from_client;
    if (place_.is_client && place_.config->resumes)
        environment.sessions = &place_.world->sessions(place_.node, place_.config->reuses_tickets);
    if (!place_.is_client) environment.tickets = &place_.world->tickets(place_.node);
    environment.peer = place_.peer;
    // Of the connection's name, not of its dense number: what else runs must not matter.
    RandomStream random{place_.world->seed(), place_.is_client ? "tls/client" : "tls/server"};
    environment.entropy =
        combine_hash(random.next(), place_.recorder->connections().key(c.dense_id));
    if (c.endpoint)
        c.endpoint->reuse(config, role, environment);
    else
        c.endpoint = std::make_unique<tls::Endpoint>(config, role, environment);
    c.has_endpoint = true;
    c.asks_late = !place_.is_client && config.asks_late_only;
    TlsEndFigures& end = *c.figures;
    end.started = now;
    end.info = c.endpoint->info();
    out_.clear();
    const bool replays = place_.is_client && place_.config->replays != 0;
    if (replays) return begin_replay(now, c);
    c.endpoint->start(now, std::min(place_.first_data, config.early_data), out_);
    c.may_say_early = place_.is_client && config.early_data > 0;
    process(now, c);
}

/// In place of a handshake. Who has seen nothing has nothing to send.
void TlsSockets::begin_replay(Time now, Connection& c) {
    const tls::FirstFlight* flight = place_.world->find_flight(place_.config->replays);
    if (flight == nullptr) {
        c.has_failed = true;
        return;
    }
    c.endpoint->replay(now, *flight, out_);
    c.may_say_early = true;
    process(now, c);
}

/// For somebody who will send it again.
void TlsSockets::keep_flight(const Connection& c) {
    const std::uint64_t name = place_.recorder->connections().key(c.dense_id);
    if (place_.world->wants_flight(name))
        place_.world->add_flight(name, tls::copy_flight(c.logs->from_client));
}

void TlsSockets::advance(Time now, Connection& c) {
    flush(now, c);
    pull(now, c);
    flush(now, c);
    finish_tcp(now, c);
    wake(now, c);
}

/// Takes from TCP what there is, as long as the application keeps up.
void TlsSockets::pull(Time now, Connection& c) {
    while (!c.is_gone && !c.has_ended && c.readable < kReadAhead) {
        const Result result = host_.read(now, c.socket, kBytesPerRead);
        if (result.would_block()) return;
        out_.clear();
        if (!result.ok()) {
            c.has_failed = c.has_ended = true;
            return;
        }
        if (result.value == 0) {
            c.has_ended = true;
            c.endpoint->on_end(now, out_);
        } else {
            c.read += static_cast<std::uint64_t>(result.value);
            c.endpoint->on_bytes(now, c.read, out_);
        }
        process(now, c);
    }
}

/// Hands TCP what it takes.
void TlsSockets::flush(Time now, Connection& c) {
    while (!c.is_gone && c.next_write < c.writes.size()) {
        std::uint32_t& left = c.writes[c.next_write];
        const Result result = host_.write(now, c.socket, left, tcp::WriteMode::Plain);
        if (result.would_block()) return;
        if (!result.ok()) {
            c.has_failed = true;
            c.next_write = c.writes.size();
            break;
        }
        left -= static_cast<std::uint32_t>(result.value);
        if (left == 0) ++c.next_write;
    }
    if (c.next_write == c.writes.size()) {
        c.writes.clear();
        c.next_write = 0;
    }
}

/// All is written: what an end had to wait with. The descriptor stays until its owner closes it.
void TlsSockets::finish_tcp(Time now, Connection& c) {
    if (c.is_gone || c.is_working || !c.writes.empty()) return;
    const bool lingers = !c.closes && !c.has_ended && !c.has_failed && c.readable == 0;
    if (!c.is_owned && !lingers) return abandon(now, c);
    if (c.closes) c.half_closes = true;
    if (std::exchange(c.half_closes, false) && !std::exchange(c.has_shut, true)) {
        host_.shutdown(now, c.socket, socket::Shutdown::Write);
    }
}

// --- what an endpoint says ----------------------------------------------------------------------

void TlsSockets::process(Time now, Connection& c) {
    // A job of no length is done at once, and may ask for the next one.
    for (;;) {
        for (const std::uint32_t bytes : out_.writes) c.writes.push_back(bytes);
        if (place_.recorder->wants_tls()) report_records(now, c);
        process_events(now, c);
        if (out_.closes) {
            c.closes = true;
            c.has_failed |= place_.is_client && place_.config->replays != 0;
        }
        if (out_.bulk_work > Duration::zero())
            place_.world->cpu(place_.node).charge(now, out_.bulk_work);
        const bool works = out_.work > Duration::zero();
        if (works) ask_for_work(now, c);
        if (!works || c.is_working) break;
        out_.clear();
        c.endpoint->on_work_done(now, out_);
    }
    const tls::Info& info = c.endpoint->info();
    if (c.asks_late && info.is_done && c.endpoint->may_write()) {
        c.asks_late = false;
        return ask_for_certificate(now, c);
    }
    if (c.may_say_early && info.state != tls::State::Start) {
        c.may_say_early = false;
        c.said_early = info.early_bytes;
        if (place_.config->replays == 0) keep_flight(c);
    }
    c.figures->info = info;
}

void TlsSockets::process_events(Time now, Connection& c) {
    TlsEndFigures& end = *c.figures;
    for (const tls::Event& event : out_.events) {
        switch (event.kind) {
            case EventKind::HandshakeDone:
                end.done = now;
                break;
            case EventKind::DataArrived:
            case EventKind::EarlyDataArrived:
                c.readable += event.amount;
                if (end.first_data.is_never()) end.first_data = now;
                break;
            case EventKind::PeerClosed:
                c.peer_closed = true;
                break;
            case EventKind::Truncated:
                c.has_failed = true;
                break;
            case EventKind::AlertSent:
            case EventKind::AlertReceived: {
                if (!tls::is_fatal(event.alert)) break;
                c.has_failed = true;
                Time& at = event.kind == EventKind::AlertSent ? end.alert_sent : end.alert_received;
                if (at.is_never()) at = now;
                break;
            }
            default:
                break;
        }
        if (place_.recorder->wants_tls()) report_event(now, c, event);
    }
    out_.events.clear();
}

/// Post-handshake authentication, RFC 8446 §4.6.2.
void TlsSockets::ask_for_certificate(Time now, Connection& c) {
    out_.clear();
    c.endpoint->request_client_certificate(now, out_);
    process(now, c);
}

void TlsSockets::ask_for_work(Time now, Connection& c) {
    host::Cpu& cpu = place_.world->cpu(place_.node);
    const Time done = cpu.submit(now, out_.work);
    const Time begun = done - cpu.scaled(out_.work);
    TlsEndFigures& end = *c.figures;
    end.worked += done - begun;
    end.waited += begun - now;
    if (done == now) return;
    if (place_.recorder->wants_tls())
        place_.recorder->record(trace::TlsWork{now, begun, done, c.dense_id, place_.is_client});
    if (c.timer.value == UINT32_MAX) {
        timers_.push_back({true, static_cast<std::uint32_t>(&c - connections_.data())});
        c.timer = host_.add_timer(owner_id_, static_cast<std::uint32_t>(timers_.size() - 1));
    }
    c.is_working = true;
    host_.set_timer(c.timer, done);
}

/// Tells the application what it waits for.
void TlsSockets::wake(Time now, Connection& c) {
    if (!c.is_owned) return;
    std::uint16_t events = 0;
    if (c.readable > 0) events |= kReadable;
    if (c.peer_closed) events |= kReadable | kPeerClosed;
    if (c.has_failed) events |= kReadable | kWritable | kError;
    const bool may_write = c.has_endpoint && c.writes.empty() && c.endpoint->may_write();
    if (may_write || c.said_early > 0) events |= kWritable | kEstablished;
    events &= c.waits_for;
    // Readiness is level-triggered here: whoever is told in vain just tries in vain.
    if (events != 0) owner_->on_ready(now, c.socket, c.cookie, events);
}

// --- calls of the application -------------------------------------------------------------------

host::OwnerId TlsSockets::add_owner(host::SocketOwner& owner) {
    SEEDWIRE_ASSERT(owner_ == nullptr);  // one application an instance
    owner_ = &owner;
    return owner_id_ = host_.add_owner(*this);
}

SocketId TlsSockets::open(host::OwnerId owner, std::uint32_t cookie,
                          const tcp::SocketOptions& options) {
    const SocketId socket = host_.open(owner, kListener, options);
    if (cookie == kListener) {
        if (socket < places_.size()) places_[socket] = kListener;
        return socket;
    }
    host_.set_cookie(socket, add_connection(socket, cookie));
    return socket;
}

Result TlsSockets::accept(Time now, SocketId listener) {
    const Result result = host_.accept(now, listener);
    if (!result.ok()) return result;
    const auto socket = static_cast<SocketId>(result.value);
    const std::uint32_t place = add_connection(socket, 0);
    host_.set_cookie(socket, place);
    host_.wait_for(socket, kEvents);
    Connection& c = connections_[place];
    if (host_.is_established(socket)) {
        begin(now, c);
        // The application is told of the connection before anything of what came with it.
        flush(now, c);
        pull(now, c);
        flush(now, c);
    }
    return result;
}

Result TlsSockets::write(Time now, SocketId socket, std::uint32_t length, tcp::WriteMode mode) {
    Connection& c = *find(socket);
    if (!c.has_endpoint) {
        if (c.has_failed) return host_.write(now, socket, length, mode);
        return socket::failure(Error::Again);
    }
    if (c.has_failed) return socket::failure(Error::BrokenPipe);
    if (c.may_say_early) return socket::failure(Error::Again);
    if (c.said_early > 0) {
        const auto taken =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(length, c.said_early));
        c.said_early -= taken;
        return socket::success(taken);
    }
    if (!c.writes.empty() || !c.endpoint->may_write()) return socket::failure(Error::Again);
    out_.clear();
    const std::uint32_t taken = c.endpoint->write(now, std::min(length, tls::kMaxPlaintext), out_);
    process(now, c);
    flush(now, c);
    return taken > 0 ? socket::success(taken) : socket::failure(Error::Again);
}

Result TlsSockets::read(Time now, SocketId socket, std::uint32_t at_most) {
    Connection& c = *find(socket);
    if (c.has_endpoint && c.readable == 0 && !c.has_failed) {
        pull(now, c);
        flush(now, c);
    }
    if (c.readable > 0) {
        const std::uint64_t taken = std::min<std::uint64_t>(at_most, c.readable);
        c.readable -= taken;
        return socket::success(static_cast<std::int64_t>(taken));
    }
    if (c.has_failed && !c.has_endpoint) return host_.read(now, socket, at_most);
    if (c.has_failed) return socket::failure(Error::ProtocolError);
    return c.peer_closed ? socket::success(0) : socket::failure(Error::Again);
}

tcp::Error TlsSockets::shutdown(Time now, SocketId socket, socket::Shutdown how) {
    Connection& c = *find(socket);
    if (how == socket::Shutdown::Read || !c.has_endpoint) return host_.shutdown(now, socket, how);
    out_.clear();
    c.endpoint->close(now, out_);
    process(now, c);
    c.half_closes = true;
    flush(now, c);
    finish_tcp(now, c);
    return Error::None;
}

tcp::Error TlsSockets::close(Time now, SocketId socket) {
    Connection* c = find(socket);
    if (c == nullptr) return host_.close(now, socket);
    c->is_owned = false;
    const bool is_open = c->has_endpoint && !c->has_failed && c->endpoint->info().is_done;
    if (!is_open) {
        // Nobody to say goodbye to; but an alert that is being sent still goes out.
        if (c->closes && !c->writes.empty()) return Error::None;
        abandon(now, *c);
        return Error::None;
    }
    out_.clear();
    c->endpoint->close(now, out_);
    process(now, *c);
    c->half_closes = true;
    flush(now, *c);
    finish_tcp(now, *c);
    return Error::None;
}

void TlsSockets::abandon(Time now, Connection& c) {
    host_.close(now, c.socket);
    release(c);
    c.is_gone = true;
}

// --- what TLS has nothing to do with ------------------------------------------------------------

tcp::Error TlsSockets::bind(SocketId socket, std::uint16_t port) {
    return host_.bind(socket, port);
}
tcp::Error TlsSockets::listen(SocketId socket, std::int32_t backlog) {
    return host_.listen(socket, backlog);
}
tcp::Error TlsSockets::connect(Time now, SocketId socket, std::uint32_t peer_node,
                               std::uint16_t port, const host::ConnectionName& name) {
    host_.wait_for(socket, kEvents);
    return host_.connect(now, socket, peer_node, port, name);
}
Result TlsSockets::fast_open(Time now, SocketId socket, std::uint32_t peer_node, std::uint16_t port,
                             const host::ConnectionName& name, std::uint32_t length) {
    return host_.fast_open(now, socket, peer_node, port, name, length);
}
tcp::Error TlsSockets::set_option(Time now, SocketId socket, socket::Option option,
                                  std::int64_t value) {
    return host_.set_option(now, socket, option, value);
}
Result TlsSockets::get_option(SocketId socket, socket::Option option) {
    return host_.get_option(socket, option);
}
tcp::Error TlsSockets::take_error(SocketId socket) { return host_.take_error(socket); }
std::uint16_t TlsSockets::poll(SocketId socket) const { return host_.poll(socket); }
std::uint32_t TlsSockets::unacknowledged(SocketId socket) const {
    return host_.unacknowledged(socket);
}
bool TlsSockets::is_established(SocketId socket) const { return host_.is_established(socket); }
bool TlsSockets::at_end_of_file(SocketId socket) const {
    const Connection* c = find(socket);
    return c != nullptr && c->peer_closed && c->readable == 0;
}
std::uint32_t TlsSockets::connection(SocketId socket) const {
    const Connection* c = find(socket);
    return c != nullptr && c->has_endpoint ? c->dense_id : host_.connection(socket);
}
void TlsSockets::wait_for(SocketId socket, std::uint16_t events) {
    Connection* c = find(socket);
    if (c == nullptr) return host_.wait_for(socket, events);
    c->waits_for = events;
}
void TlsSockets::set_cookie(SocketId socket, std::uint32_t cookie) {
    Connection* c = find(socket);
    if (c == nullptr) return host_.set_cookie(socket, cookie);
    c->cookie = cookie;
}
std::uint32_t TlsSockets::add_datagram_flow(const host::ConnectionName& name,
                                            std::uint16_t client_port, std::uint32_t server_node,
                                            std::uint16_t server_port) {
    return host_.add_datagram_flow(name, client_port, server_node, server_port);
}
void TlsSockets::set_datagram_interval(std::uint32_t connection, Duration interval) {
    host_.set_datagram_interval(connection, interval);
}
std::uint16_t TlsSockets::udp_bind(host::OwnerId owner, std::uint16_t port) {
    return host_.udp_bind(owner, port);
}
void TlsSockets::send_datagram(Time now, std::uint32_t connection, bool client,
                               std::uint64_t number, std::uint32_t length) {
    host_.send_datagram(now, connection, client, number, length);
}
void TlsSockets::send_echo(Time now, host::OwnerId owner, std::uint32_t connection,
                           std::uint32_t number, std::uint32_t length) {
    host_.send_echo(now, owner, connection, number, length);
}
host::AppTimer TlsSockets::add_timer(host::OwnerId owner, std::uint32_t cookie) {
    timers_.push_back({false, cookie});
    return host_.add_timer(owner, static_cast<std::uint32_t>(timers_.size() - 1));
}

}  // namespace seedwire::app
