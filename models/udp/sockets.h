// The UDP sockets of one host, without I/O: ports, receive queues, errors. RFC 768, RFC 1122 §4.1.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/udp/datagram.h"
#include "sim/base/flat_map.h"
#include "sim/base/ring.h"

namespace seedwire::udp {

/// Names a socket of one host; reused after close().
struct SocketId {
    std::uint32_t value = UINT32_MAX;
    constexpr explicit operator bool() const { return value != UINT32_MAX; }
    constexpr bool operator==(const SocketId&) const = default;
};

/// What an ICMP error told about a connected socket. RFC 1122 §4.1.3.3.
enum class Error : std::uint8_t { None, Refused, Unreachable, MessageSize };

struct Counters {
    std::uint64_t sent = 0, received = 0;
    std::uint64_t refused = 0;   ///< arrived at a port where nobody listens
    std::uint64_t overflow = 0;  ///< arrived at a full receive queue
};

/// All UDP sockets of a host. Time does not matter to UDP, so nothing here takes it.
///
///     send() -> Datagram for the network;   Datagram from the network -> deliver() -> receive()
class Sockets {
public:
    explicit Sockets(wire::Address address) : address_{address} {}

    /// Opens a socket on `port`; 0 takes the next free port from 32768 on. No socket if the port is
    /// taken or none is left.
    SocketId bind(std::uint16_t port);
    /// Restricts the socket to one peer, as connect() does: others' datagrams are not for it.
    void connect(SocketId socket, wire::SocketAddress peer);
    void close(SocketId socket);
    /// Most payload bytes that may wait to be received (SO_RCVBUF); 212,992 as Linux has it.
    void set_receive_buffer(SocketId socket, std::uint32_t bytes);

    /// The datagram to transmit. Numbers count up per socket. Requires: length <= kMaximumPayload.
    Datagram send(SocketId socket, wire::SocketAddress to, std::uint16_t length);
    /// Likewise to the connected peer.
    Datagram send(SocketId socket, std::uint16_t length);

    enum class Delivery : std::uint8_t {
        Queued,    ///< receive() will find it
        NoSocket,  ///< to be answered with ICMP port unreachable (RFC 1122 §4.1.3.1)
        Overflow   ///< no room in the receive queue
    };
    /// Takes a datagram from the network. `socket`, if given, learns who got it.
    Delivery deliver(const Datagram& datagram, SocketId* socket = nullptr);
    /// The next datagram waiting at the socket.
    std::optional<Datagram> receive(SocketId socket);
    std::size_t waiting(SocketId socket) const { return sockets_[socket.value].queue.size(); }

    /// An ICMP error about a datagram that this host sent from `local` to `peer`. Only a connected
    /// socket is told.
    void on_icmp_error(std::uint16_t local, wire::SocketAddress peer, Error error);
    /// The pending error, which is cleared.
    Error take_error(SocketId socket);

    wire::SocketAddress local(SocketId socket) const {
        return {address_, sockets_[socket.value].port};
    }
    const Counters& counters() const { return counters_; }

private:
    static constexpr std::uint16_t kFirstDynamicPort = 32768, kLastDynamicPort = 60999;

    struct Socket {
        std::uint16_t port = 0;  // 0 = closed
        std::optional<wire::SocketAddress> peer;
        std::uint64_t next_number = 0;
        std::uint32_t receive_buffer = 212'992;
        std::uint32_t queued_bytes = 0;
        Error error = Error::None;
        Ring<Datagram> queue;
    };

    Socket& at(SocketId socket);

    wire::Address address_;
    std::vector<Socket> sockets_;
    std::vector<std::uint32_t> free_;
    FlatMap<std::uint16_t> by_port_;
    std::uint16_t next_dynamic_ = kFirstDynamicPort;
    Counters counters_;
};

}  // namespace seedwire::udp
