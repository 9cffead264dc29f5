// The narrow door between applications and their host: calls one way, wake-ups the other.
#pragma once

#include <cstdint>

#include "models/socket/calls.h"
#include "models/socket/types.h"
#include "models/trace/records.h"
#include "sim/base/time.h"

namespace seedwire::host {

using socket::Result;
using socket::SocketId;

/// Handle of an owner within its host.
struct OwnerId {
    std::uint32_t value = UINT32_MAX;
};
/// Handle of an application's timer within its host.
struct AppTimer {
    std::uint32_t value = UINT32_MAX;
};

/// What names a connection whatever the order of events: its flow (or program) and its number
/// there.
struct ConnectionName {
    std::uint32_t flow = UINT32_MAX;  ///< index into the scenario's flows, then programs
    std::uint32_t ordinal = 0;        ///< k-th connection of that flow, from 0
    std::uint64_t flow_key = 0;       ///< stable hash of the flow's name
};

/// A UDP datagram, or an ICMP echo reply, as its receiver sees it.
struct Datagram {
    wire::SocketAddress from;
    std::uint16_t port = 0;                 ///< it was sent to; of an echo: the identifier
    std::uint64_t number = 0;               ///< of the flow's datagrams or echoes, from 0
    std::uint32_t length = 0;               ///< payload, bytes
    std::uint32_t connection = UINT32_MAX;  ///< dense id of its flow
    Time arrived;                           ///< at the host; the owner runs `wakeup` later
};

/// An application, as its host sees it. It runs inside these calls only, never inside segment
/// processing: the stack decides about its ACK first, then, `wakeup` later, the program runs.
class SocketOwner {
public:
    virtual ~SocketOwner() = default;
    virtual void on_start(Time now) = 0;  ///< once, at time zero: set timers, bind early sockets
    /// Something it waited for has happened to a socket; `cookie` is the owner's own word for it.
    virtual void on_ready(Time now, SocketId socket, std::uint32_t cookie,
                          std::uint16_t events) = 0;
    virtual void on_timer(Time now, std::uint32_t cookie) = 0;
    virtual void on_datagram(Time, const Datagram&) {}
    virtual bool is_finished() const = 0;
};

/// The host, as an application sees it. Calls are those of socket::Stack and never block;
/// wait_for() says what the owner is to be woken for.
class SocketApi : public socket::NonBlockingCalls {
public:
    virtual OwnerId add_owner(SocketOwner& owner) = 0;  ///< before the run starts

    // --- TCP ---
    virtual SocketId open(OwnerId owner, std::uint32_t cookie,
                          const tcp::SocketOptions& options) = 0;
    virtual tcp::Error bind(SocketId socket, std::uint16_t port) = 0;
    virtual tcp::Error listen(SocketId socket, std::int32_t backlog) = 0;
    // accept(), from NonBlockingCalls: the new socket belongs to the listener's owner.
    /// Registers the connection under `name`.
    virtual tcp::Error connect(Time now, SocketId socket, std::uint32_t peer_node,
                               std::uint16_t port, const ConnectionName& name) = 0;
    /// sendto() with MSG_FASTOPEN: the same with data in the SYN, as Stack::fast_open() has it.
    virtual Result fast_open(Time now, SocketId socket, std::uint32_t peer_node, std::uint16_t port,
                             const ConnectionName& name, std::uint32_t length) = 0;
    /// recv() with MSG_OOB: it never waits.
    virtual Result read_urgent(Time now, SocketId socket) = 0;
    virtual tcp::Error shutdown(Time now, SocketId socket, socket::Shutdown how) = 0;
    virtual tcp::Error close(Time now, SocketId socket) = 0;
    virtual tcp::Error set_option(Time now, SocketId socket, socket::Option option,
                                  std::int64_t value) = 0;
    virtual Result get_option(SocketId socket, socket::Option option) = 0;
    virtual std::uint16_t poll(SocketId socket) const = 0;
    virtual bool at_end_of_file(SocketId socket) const = 0;
    /// Dense id of the socket's connection; UINT32_MAX while it has none.
    virtual std::uint32_t connection(SocketId socket) const = 0;
    /// The owner is woken for these socket::event bits from now on.
    virtual void wait_for(SocketId socket, std::uint16_t events) = 0;
    virtual void set_cookie(SocketId socket, std::uint32_t cookie) = 0;

    // --- datagrams and ping ---
    /// Registers a datagram flow (or a ping) as a connection; returns its dense id.
    virtual std::uint32_t add_datagram_flow(const ConnectionName& name, std::uint16_t client_port,
                                            std::uint32_t server_node,
                                            std::uint16_t server_port) = 0;
    /// Datagrams of this flow leave so far apart, in both directions; for the jitter.
    virtual void set_datagram_interval(std::uint32_t connection, Duration interval) = 0;
    /// Opens a UDP socket for the owner and returns its port; 0: taken (port 0 takes any).
    virtual std::uint16_t udp_bind(OwnerId owner, std::uint16_t port) = 0;
    /// Sends datagram `number` of the connection to its other end.
    virtual void send_datagram(Time now, std::uint32_t connection, bool client,
                               std::uint64_t number, std::uint32_t length) = 0;
    /// ICMP echo request `number` of the connection, of which its header holds the lower 16 bits;
    /// the first reply to it comes through on_datagram().
    virtual void send_echo(Time now, OwnerId owner, std::uint32_t connection, std::uint32_t number,
                           std::uint32_t length) = 0;

    // --- time and records ---
    virtual AppTimer add_timer(OwnerId owner, std::uint32_t cookie) = 0;
    virtual void set_timer(AppTimer timer, Time at) = 0;  ///< Time::never() stops it
    virtual void record(Time now, std::uint32_t connection, bool client, trace::AppEvent::Kind kind,
                        std::uint64_t amount) = 0;
};

}  // namespace seedwire::host
