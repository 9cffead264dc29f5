// A host: where the sockets of one node meet the network, the kernel's clock and the programs.
// RFC 1122 §3.2.2 (ICMP), §3.3; RFC 768.
//
// How a world is put together:
//     trace::Recorder recorder;                        // one per run
//     host::FigureTable figures;                       // one per run
//     host::Workspace workspace;                       // one per run
//     net::Network network(simulation, recorder, routing);
//     const std::uint32_t node = network.add_node("client", false, {});
//     host::Host client({.name = "client", .node = node}, simulation, network, recorder, figures,
//                       workspace);
//     app::Applications applications;                  // models/app/applications.h
//     applications.add_flow({...}, client, server);    // while names are being collected
//     network.build();
//     simulation.start();
//     client.start();  server.start();                 // in the order of names
//     simulation.run_until(...);
//     client.finish(simulation.now());                 // last accounts into the figures
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "models/host/connection_figures.h"
#include "models/host/socket_api.h"
#include "models/net/network.h"
#include "models/net/node.h"
#include "models/socket/stack.h"
#include "models/tcp/config.h"
#include "models/trace/recorder.h"
#include "sim/kernel/simulation.h"

namespace seedwire::host {

struct HostConfig {
    std::string name;
    std::uint32_t node = 0;  ///< dense id from Network::add_node()
    std::uint8_t ttl = 64;
    Duration wakeup = Duration::us(30);  ///< from news in a socket to the program seeing them
    tcp::Sysctls sysctls;
    bool sysctls_change = false;  ///< by Host::sysctls(): else equal ones are shared with others
};

/// What hosts work with while they handle an event: empty between events, one for all of a run.
/// With a thousand hosts it is in the cache only if they share it.
struct Workspace {
    socket::Commons commons;
    wire::Segment arriving;  ///< the segment being processed; here it need not be made each time
};

class Host final : public net::Node, public Entity, public SocketApi {
public:
    /// Attaches itself to its node and registers its entity, "host/<name>", in Phase::Timer. The
    /// seed is the simulation's.
    Host(const HostConfig& config, Simulation& simulation, net::Network& network,
         trace::Recorder& recorder, FigureTable& figures, Workspace& workspace);
    ~Host() override;
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    /// Time zero: after Network::build() and Simulation::start(). Starts the applications.
    void start();
    /// Brings round trips (and tcp_info, if kept) of connections that still exist up to date;
    /// changes nothing else. Between events.
    void look(Time now);
    /// The end of the run: figures of connections that still exist.
    void finish(Time now);

    const std::string& name() const;
    std::uint32_t node() const;
    wire::Address address() const;
    bool programs_finished() const;  ///< every application has done what it was asked to do
    const socket::Stack& stack() const;
    /// As `sysctl -w` changes them while the run goes on. Requires: HostConfig::sysctls_change.
    tcp::Sysctls& sysctls();

    // --- net::Node, Entity ---
    void on_packet(Time now, std::uint32_t interface, wire::PacketRef packet) override;
    Time on_due(Time now) override;

    // --- SocketApi ---
    OwnerId add_owner(SocketOwner& owner) override;
    SocketId open(OwnerId owner, std::uint32_t cookie, const tcp::SocketOptions& options) override;
    tcp::Error bind(SocketId socket, std::uint16_t port) override;
    tcp::Error listen(SocketId socket, std::int32_t backlog) override;
    Result accept(Time now, SocketId listener) override;
    tcp::Error connect(Time now, SocketId socket, std::uint32_t peer_node, std::uint16_t port,
                       const ConnectionName& name) override;
    Result fast_open(Time now, SocketId socket, std::uint32_t peer_node, std::uint16_t port,
                     const ConnectionName& name, std::uint32_t length) override;
    void expect_write(SocketId socket) override;
    Result write(Time now, SocketId socket, std::uint32_t length, tcp::WriteMode mode) override;
    Result read_urgent(Time now, SocketId socket) override;
    Result read(Time now, SocketId socket, std::uint32_t at_most) override;
    tcp::Error shutdown(Time now, SocketId socket, socket::Shutdown how) override;
    tcp::Error close(Time now, SocketId socket) override;
    tcp::Error set_option(Time now, SocketId socket, socket::Option option,
                          std::int64_t value) override;
    Result get_option(SocketId socket, socket::Option option) override;
    tcp::Error take_error(SocketId socket) override;
    std::uint16_t poll(SocketId socket) const override;
    std::uint32_t unacknowledged(SocketId socket) const override;
    bool is_established(SocketId socket) const override;
    bool at_end_of_file(SocketId socket) const override;
    std::uint32_t connection(SocketId socket) const override;
    void wait_for(SocketId socket, std::uint16_t events) override;
    void set_cookie(SocketId socket, std::uint32_t cookie) override;
    std::uint32_t add_datagram_flow(const ConnectionName& name, std::uint16_t client_port,
                                    std::uint32_t server_node, std::uint16_t server_port) override;
    void set_datagram_interval(std::uint32_t connection, Duration interval) override;
    std::uint16_t udp_bind(OwnerId owner, std::uint16_t port) override;
    void send_datagram(Time now, std::uint32_t connection, bool client, std::uint64_t number,
                       std::uint32_t length) override;
    void send_echo(Time now, OwnerId owner, std::uint32_t connection, std::uint32_t number,
                   std::uint32_t length) override;
    AppTimer add_timer(OwnerId owner, std::uint32_t cookie) override;
    void set_timer(AppTimer timer, Time at) override;
    void record(Time now, std::uint32_t connection, bool client, trace::AppEvent::Kind kind,
                std::uint64_t amount) override;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace seedwire::host
