// One direction of bytes: as many as asked for, or until `stop`; then the sender closes.
#pragma once

#include <vector>

#include "models/app/flow_client.h"
#include "models/app/flow_server.h"

namespace seedwire::app {

/// How far one transfer has come; what either role does when its socket is ready.
struct Transfer {
    host::SocketId socket = socket::kNoSocket;
    std::uint64_t left = 0;  ///< sender: bytes not yet written
};

/// Bytes that a transfer of this flow writes.
std::uint64_t transfer_size(const FlowConfig& config);
/// Writes as much as the socket takes. True: done, or failed.
bool pump_out(Time now, host::SocketApi& host, Transfer& transfer);
/// Reads until nothing is left; `events` woke the program. True: end of file, or failed.
bool pump_in(Time now, host::SocketApi& host, Transfer& transfer, std::uint16_t events);

class BulkClient final : public FlowClient {
public:
    BulkClient(const Place& place, const FlowConfig& config, std::vector<Time> starts,
               std::uint32_t server_node);
    void on_start(Time now) override;
    void on_ready(Time now, host::SocketId socket, std::uint32_t cookie,
                  std::uint16_t events) override;

private:
    void on_open(Time now, std::uint32_t connection, host::SocketId socket) override;
    void on_refused(Time now, std::uint32_t connection) override;
    void on_flow_timer(Time now, std::uint32_t cookie) override;
    void close(Time now, Transfer& transfer);

    std::vector<Transfer> transfers_;  // by connection
};

class BulkServer final : public FlowServer {
public:
    BulkServer(const Place& place, const FlowConfig& config) : FlowServer{place, config} {}
    void on_start(Time now) override;
    void on_timer(Time now, std::uint32_t cookie) override;

private:
    std::uint32_t on_accepted(Time now, host::SocketId socket) override;
    void on_connection(Time now, host::SocketId socket, std::uint32_t cookie,
                       std::uint16_t events) override;
    void close(Time now, std::uint32_t place);

    std::vector<Transfer> transfers_;  // by place
    PlaceList places_;
};

}  // namespace seedwire::app
