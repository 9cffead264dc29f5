// Bulk transfers.
#include "models/app/bulk.h"

#include <algorithm>
#include <utility>

namespace seedwire::app {
namespace {

using namespace socket::event;

constexpr std::uint32_t kBytesPerWrite = 64 * 1024;
constexpr std::uint32_t kBytesPerRead = 1024 * 1024;
constexpr std::uint16_t kSenderEvents = kWritable | kEstablished | kError | kGone;
constexpr std::uint16_t kReceiverEvents = kReadable | kPeerClosed | kEstablished | kError | kGone;

bool has_stop(const FlowConfig& config) { return !config.stop.is_never(); }

}  // namespace

std::uint64_t transfer_size(const FlowConfig& config) {
    return config.bytes.count > 0 ? static_cast<std::uint64_t>(config.bytes.count) : UINT64_MAX;
}

bool pump_out(Time now, host::SocketApi& host, Transfer& transfer) {
    while (transfer.left > 0) {
        const auto length =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(transfer.left, kBytesPerWrite));
        const host::Result result = host.write(now, transfer.socket, length, tcp::WriteMode::Plain);
        if (result.would_block()) return false;
        if (!result.ok()) return true;
        transfer.left -= static_cast<std::uint64_t>(result.value);
    }
    return true;
}

bool pump_in(Time now, host::SocketApi& host, Transfer& transfer, std::uint16_t events) {
    // A call that fills less than its buffer has emptied the socket; only an end may lie behind.
    const bool may_end = (events & ~kReadable) != 0;
    for (;;) {
        const host::Result result = host.read(now, transfer.socket, kBytesPerRead);
        if (result.would_block()) return false;
        if (!result.ok() || result.value == 0) return true;
        if (!may_end && result.value < kBytesPerRead) return false;
    }
}

// --- client -------------------------------------------------------------------------------------

BulkClient::BulkClient(const Place& place, const FlowConfig& config, std::vector<Time> starts,
                       std::uint32_t server_node)
    : FlowClient{place, config, std::move(starts), server_node}, transfers_(count()) {}

void BulkClient::on_start(Time now) {
    FlowClient::on_start(now);
    if (!config().download && has_stop(config())) {
        host().set_timer(add_flow_timer(0), config().stop);
    }
}

void BulkClient::on_open(Time now, std::uint32_t connection, host::SocketId socket) {
    const bool too_late = has_stop(config()) && config().stop <= now;
    transfers_[connection] = {socket, too_late ? 0 : transfer_size(config())};
    host().wait_for(socket, config().download ? kReceiverEvents : kSenderEvents);
}

void BulkClient::on_refused(Time, std::uint32_t connection) {
    transfers_[connection].socket = socket::kNoSocket;
}

void BulkClient::on_ready(Time now, host::SocketId, std::uint32_t cookie, std::uint16_t events) {
    Transfer& transfer = transfers_[cookie];
    const bool done = config().download ? pump_in(now, host(), transfer, events)
                                        : pump_out(now, host(), transfer);
    if (done) close(now, transfer);
}

void BulkClient::on_flow_timer(Time now, std::uint32_t) {
    for (Transfer& transfer : transfers_) {
        if (transfer.socket != socket::kNoSocket) close(now, transfer);
    }
}

void BulkClient::close(Time now, Transfer& transfer) {
    const std::uint32_t dense_id = host().connection(transfer.socket);
    host().close(now, std::exchange(transfer.socket, socket::kNoSocket));
    finish(now, dense_id);
}

// --- server -------------------------------------------------------------------------------------

void BulkServer::on_start(Time now) {
    FlowServer::on_start(now);
    if (config().download && has_stop(config())) {
        host().set_timer(host().add_timer(owner(), 0), config().stop);
    }
}

std::uint32_t BulkServer::on_accepted(Time now, host::SocketId socket) {
    const std::uint32_t place = places_.take();
    if (place >= transfers_.size()) transfers_.resize(place + 1);
    const bool too_late = has_stop(config()) && config().stop <= now;
    transfers_[place] = {socket, too_late ? 0 : transfer_size(config())};
    host().wait_for(socket, config().download ? kSenderEvents : kReceiverEvents);
    return place;
}

void BulkServer::on_connection(Time now, host::SocketId, std::uint32_t cookie,
                               std::uint16_t events) {
    Transfer& transfer = transfers_[cookie];
    const bool done = config().download ? pump_out(now, host(), transfer)
                                        : pump_in(now, host(), transfer, events);
    if (done) close(now, cookie);
}

void BulkServer::on_timer(Time now, std::uint32_t) {
    for (std::uint32_t place = 0; place < transfers_.size(); ++place) {
        if (transfers_[place].socket != socket::kNoSocket) close(now, place);
    }
}

void BulkServer::close(Time now, std::uint32_t place) {
    finish(now, std::exchange(transfers_[place].socket, socket::kNoSocket));
    places_.give_back(place);
}

}  // namespace seedwire::app
