// Rounds of a request up and a response down on one connection; then the client closes.
#pragma once

#include <vector>

#include "models/app/flow_client.h"
#include "models/app/flow_server.h"

namespace seedwire::app {

class RequestClient final : public FlowClient {
public:
    RequestClient(const Place& place, const FlowConfig& config, std::vector<Time> starts,
                  std::uint32_t server_node);
    void on_ready(Time now, host::SocketId socket, std::uint32_t cookie,
                  std::uint16_t events) override;

private:
    struct Exchange {
        host::SocketId socket = socket::kNoSocket;
        std::uint32_t round = 0;
        std::uint64_t to_write = 0, to_read = 0;
        bool pausing = false;  ///< between two rounds
        host::AppTimer pause;  ///< made when first needed
    };
    void on_open(Time now, std::uint32_t connection, host::SocketId socket) override;
    void on_refused(Time now, std::uint32_t connection) override;
    void on_flow_timer(Time now, std::uint32_t cookie) override;
    void run(Time now, std::uint32_t connection);
    /// Goes on with the present round. True: it is over.
    bool run_round(Time now, Exchange& exchange);
    void start_round(Exchange& exchange);
    void close(Time now, Exchange& exchange);

    std::vector<Exchange> exchanges_;  // by connection
};

class RequestServer final : public FlowServer {
public:
    RequestServer(const Place& place, const FlowConfig& config) : FlowServer{place, config} {}
    void on_timer(Time now, std::uint32_t cookie) override;

private:
    struct Exchange {
        host::SocketId socket = socket::kNoSocket;
        host::AppTimer thought;  ///< made when first needed
        std::uint64_t left = 0;  ///< of the request to read, or of the response to write
        bool writing = false;
        bool thinking = false;
    };
    std::uint32_t on_accepted(Time now, host::SocketId socket) override;
    void on_connection(Time now, host::SocketId socket, std::uint32_t cookie,
                       std::uint16_t events) override;
    /// Goes on until it has to wait (true) or the connection is over (false).
    bool serve(Time now, std::uint32_t place);
    void think(Time now, std::uint32_t place);

    std::vector<Exchange> exchanges_;  // by place
    PlaceList places_;
};

}  // namespace seedwire::app
