// Requests and responses.
#include "models/app/request_response.h"

#include <algorithm>
#include <utility>

namespace seedwire::app {
namespace {

using namespace socket::event;
using AppKind = trace::AppEvent::Kind;

constexpr std::uint16_t kEvents =
    kReadable | kWritable | kPeerClosed | kEstablished | kError | kGone;
constexpr std::uint64_t kBytesPerCall = 1U << 20;

enum class Progress { Done, Blocked, Over };

std::uint32_t per_call(std::uint64_t left) {
    return static_cast<std::uint32_t>(std::min(left, kBytesPerCall));
}

Progress write_all(Time now, host::SocketApi& host, host::SocketId socket, std::uint64_t& left) {
    while (left > 0) {
        const host::Result result = host.write(now, socket, per_call(left), tcp::WriteMode::Plain);
        if (result.would_block()) return Progress::Blocked;
        if (!result.ok()) return Progress::Over;
        left -= static_cast<std::uint64_t>(result.value);
    }
    return Progress::Done;
}

Progress read_all(Time now, host::SocketApi& host, host::SocketId socket, std::uint64_t& left) {
    while (left > 0) {
        const host::Result result = host.read(now, socket, per_call(left));
        if (result.would_block()) return Progress::Blocked;
        if (!result.ok() || result.value == 0) return Progress::Over;
        left -= static_cast<std::uint64_t>(result.value);
    }
    return Progress::Done;
}

/// A request of no bytes could not be told from none.
std::uint64_t request_size(const FlowConfig& config) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(config.request.count, 1));
}
std::uint64_t response_size(const FlowConfig& config) {
    return static_cast<std::uint64_t>(config.response.count);
}

}  // namespace

// --- client -------------------------------------------------------------------------------------

RequestClient::RequestClient(const Place& place, const FlowConfig& config, std::vector<Time> starts,
                             std::uint32_t server_node)
    : FlowClient{place, config, std::move(starts), server_node}, exchanges_(count()) {}

void RequestClient::start_round(Exchange& exchange) {
    exchange.to_write = request_size(config());
    exchange.to_read = response_size(config());
}

void RequestClient::on_open(Time, std::uint32_t connection, host::SocketId socket) {
    exchanges_[connection].socket = socket;
    start_round(exchanges_[connection]);
    host().wait_for(socket, kEvents);
}

void RequestClient::on_refused(Time, std::uint32_t connection) {
    exchanges_[connection].socket = socket::kNoSocket;
}

void RequestClient::on_ready(Time now, host::SocketId, std::uint32_t cookie, std::uint16_t) {
    if (!exchanges_[cookie].pausing) run(now, cookie);
}

void RequestClient::on_flow_timer(Time now, std::uint32_t cookie) {
    exchanges_[cookie].pausing = false;
    if (exchanges_[cookie].socket != socket::kNoSocket) run(now, cookie);
}

void RequestClient::run(Time now, std::uint32_t connection) {
    Exchange& exchange = exchanges_[connection];
    // Behind `stop` nothing new is asked, by a connection that starts then or still connected then.
    const bool unasked = exchange.round == 0 && exchange.to_write == request_size(config());
    if (unasked && now >= config().stop) return close(now, exchange);
    while (run_round(now, exchange)) {
        if (exchange.socket == socket::kNoSocket) return;
        // What was asked is answered, but behind `stop` nothing new is asked.
        const bool stopped = now + config().interval >= config().stop;
        if (++exchange.round >= config().rounds || stopped) return close(now, exchange);
        start_round(exchange);
        if (config().interval == Duration::zero()) continue;
        if (exchange.pause.value == UINT32_MAX) exchange.pause = add_flow_timer(connection);
        exchange.pausing = true;
        return host().set_timer(exchange.pause, now + config().interval);
    }
}

bool RequestClient::run_round(Time now, Exchange& exchange) {
    if (exchange.to_write > 0) {
        const Progress progress = write_all(now, host(), exchange.socket, exchange.to_write);
        if (progress == Progress::Blocked) return false;
        if (progress == Progress::Over) {
            close(now, exchange);
            return true;
        }
        record(now, host().connection(exchange.socket), true, AppKind::Requested, exchange.round);
    }
    const Progress progress = read_all(now, host(), exchange.socket, exchange.to_read);
    if (progress == Progress::Blocked) return false;
    if (progress == Progress::Over) {
        close(now, exchange);
        return true;
    }
    record(now, host().connection(exchange.socket), true, AppKind::Responded, exchange.round);
    return true;
}

void RequestClient::close(Time now, Exchange& exchange) {
    const std::uint32_t dense_id = host().connection(exchange.socket);
    host().close(now, std::exchange(exchange.socket, socket::kNoSocket));
    finish(now, dense_id);
}

// --- server -------------------------------------------------------------------------------------

std::uint32_t RequestServer::on_accepted(Time, host::SocketId socket) {
    const std::uint32_t place = places_.take();
    if (place >= exchanges_.size()) exchanges_.resize(place + 1);
    Exchange& exchange = exchanges_[place];
    exchange.socket = socket;
    exchange.left = request_size(config());
    exchange.writing = exchange.thinking = false;
    host().wait_for(socket, kEvents);
    return place;
}

void RequestServer::on_connection(Time now, host::SocketId socket, std::uint32_t cookie,
                                  std::uint16_t) {
    if (exchanges_[cookie].thinking || serve(now, cookie)) return;
    exchanges_[cookie].socket = socket::kNoSocket;
    places_.give_back(cookie);
    finish(now, socket);
}

void RequestServer::on_timer(Time now, std::uint32_t cookie) {
    Exchange& exchange = exchanges_[cookie];
    exchange.thinking = false;
    on_connection(now, exchange.socket, cookie, 0);
}

bool RequestServer::serve(Time now, std::uint32_t place) {
    Exchange& exchange = exchanges_[place];
    for (;;) {
        const bool wrote = exchange.writing;
        const Progress progress = wrote ? write_all(now, host(), exchange.socket, exchange.left)
                                        : read_all(now, host(), exchange.socket, exchange.left);
        if (progress == Progress::Blocked) return true;
        if (progress == Progress::Over) return false;
        exchange.writing = !wrote && response_size(config()) > 0;
        exchange.left = exchange.writing ? response_size(config()) : request_size(config());
        if (!wrote && config().think > Duration::zero()) {
            think(now, place);
            return true;
        }
    }
}

void RequestServer::think(Time now, std::uint32_t place) {
    Exchange& exchange = exchanges_[place];
    exchange.thinking = true;
    if (exchange.thought.value == UINT32_MAX) exchange.thought = host().add_timer(owner(), place);
    host().set_timer(exchange.thought, now + config().think);
}

}  // namespace seedwire::app
