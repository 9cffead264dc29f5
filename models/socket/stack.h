// All TCP sockets of one host, without I/O: who gets a segment, and what calls on sockets return.
// RFC 9293 §3.9.1 and §3.10; POSIX.1-2017 for errno.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "models/socket/calls.h"
#include "models/socket/error_queue.h"
#include "models/socket/types.h"
#include "models/tcp/config.h"
#include "sim/base/chunked_vector.h"
#include "sim/base/time.h"

namespace seedwire::socket {

/// Where a segment came from and what the host knows about it.
struct Arrival {
    wire::SocketAddress from, to;
    Label label = kNoLabel;    ///< of the end that receives it
    std::uint32_t mtu = 1500;  ///< of the way back; read for SYNs only
};

/// An ICMP error about a segment of ours. RFC 792, RFC 1191 §4.
struct IcmpError {
    wire::SocketAddress local, remote;  ///< as quoted: its source and destination
    std::uint8_t type = 3, code = 0;
    std::uint16_t mtu = 0;  ///< fragmentation needed only
    wire::SeqNum quoted;
};

/// What a stack says, until it is cleared.
struct Outputs {
    tcp::Output tcp;  ///< its segments are the stack's
    std::vector<Batch> batches;
    std::vector<Wake> wakes;
    std::vector<StateChange> changes;
    std::vector<Retired> retired;
    std::vector<Touched> touched;
    // So that the many inputs which cause little are done with little. What watchers want:
    bool accounts = false;  ///< something is in `changes`, `retired` or `touched`
    bool said = false;      ///< something is in any of the outputs

    void clear();
};

/// What the stacks of a run may share. With a thousand hosts it matters that what they say, and the
/// settings they read, lie in the same few lines of memory.
struct Commons {
    Outputs outputs;
    ChunkedVector<tcp::SocketOptions, 2> options;  ///< sockets and endpoints point into it
    ChunkedVector<tcp::Sysctls, 1> sysctls;

    /// Index of a place in `options` with that content.
    std::uint32_t share(const tcp::SocketOptions& content);
    /// A place that stays, with that content.
    const tcp::Sysctls& share(const tcp::Sysctls& content);
};

///      calls ───┐               ┌── segments(), batches()   to transmit
/// on_segment ───┼──►  Stack  ───┼── wakes()                 who may run
/// on_timeout ───┘               ├── changes(), retired()    for whoever watches
///                               └── next_timeout()          when to call back
///
/// After any input the outputs hold what it caused; take them, then clear_outputs(). No call
/// blocks: calls.h builds blocking ones on top.
class Stack final : public NonBlockingCalls {
public:
    /// `sysctls` outlives the stack. Initial sequence numbers and timestamp offsets come from the
    /// random stream "host/<name>/isn". Stacks of one run may share `commons`, which outlive
    /// them then: whoever calls one clears its outputs before the next is called.
    Stack(const tcp::Sysctls& sysctls, wire::Address address, std::uint64_t seed,
          std::string_view host_name, Commons* shared = nullptr);
    ~Stack() override;
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;

    // --- calls of programs; EBADF on a descriptor that is not open ---
    SocketId open(const tcp::SocketOptions& options);  ///< socket()
    tcp::Error bind(SocketId socket, std::uint16_t port);
    tcp::Error listen(SocketId socket, std::int32_t backlog);
    Result accept(Time now,
                  SocketId listener) override;  ///< value: the new descriptor; EAGAIN: none waits
    /// EINPROGRESS is success: kEstablished or kError follows. `mtu` of the way to `to`. The label
    /// is given first, with set_label().
    tcp::Error connect(Time now, SocketId socket, wire::SocketAddress to, std::uint32_t mtu);
    Result write(Time now, SocketId socket, std::uint32_t length, tcp::WriteMode mode) override;
    /// The same with MSG_ZEROCOPY: with SO_ZEROCOPY set a message tells when the buffer is free.
    Result write_zero_copy(Time now, SocketId socket, std::uint32_t length, tcp::WriteMode mode);
    /// sendto() with MSG_FASTOPEN: connects, and says how many of the bytes went with the SYN. 0:
    /// it is connected already, so write(). EINPROGRESS: the SYN left without data.
    Result fast_open(Time now, SocketId socket, wire::SocketAddress to, std::uint32_t mtu,
                     std::uint32_t length);
    bool is_deferred(SocketId socket) const;  ///< the next write() opens the connection
    void expect_write(SocketId socket) override;
    /// TCP_FASTOPEN_KEY: 16 octets, or 32 with a key that was used before.
    tcp::Error set_fast_open_key(SocketId socket, std::span<const std::uint8_t> key);
    void forget_paths();  ///< `ip tcp_metrics flush`, cookies of servers included
    Result read(Time now, SocketId socket, std::uint32_t at_most) override;  ///< 0: end of file
    /// recv() with MSG_OOB; EINVAL: nothing is urgent, or it comes in line.
    Result read_urgent(SocketId socket, bool peek);
    /// recvmsg() with MSG_ERRQUEUE; nothing: EAGAIN.
    std::optional<QueuedError> read_error_queue(SocketId socket);
    tcp::Error shutdown(Time now, SocketId socket, Shutdown how);
    tcp::Error close(Time now, SocketId socket);
    tcp::Error set_option(Time now, SocketId socket, Option option, std::int64_t value);
    Result get_option(SocketId socket, Option option);
    tcp::Error take_error(SocketId socket) override;
    std::uint16_t poll(SocketId socket) const;                     ///< readiness bits that hold now
    std::uint32_t readable(SocketId socket) const;                 ///< SIOCINQ
    std::uint32_t unacknowledged(SocketId socket) const override;  ///< SIOCOUTQ
    std::uint32_t octets_left_out(SocketId socket) const;          ///< urgent, never read in line
    bool is_at_mark(SocketId socket) const;                        ///< SIOCATMARK
    std::uint64_t bytes_read(SocketId socket) const;
    bool is_established(SocketId socket) const override;  ///< now or earlier
    bool at_end_of_file(SocketId socket) const;
    tcp::State state(SocketId socket) const;  ///< CLOSED also where a stub has taken over
    /// Have cwnd, ssthresh or the recovery state changed since it was asked last (of this
    /// connection)? For whoever watches windows; `glance` says what they are now.
    bool has_new_window(SocketId socket, tcp::Glance& glance);
    /// From now on touched() tells which connections to ask that.
    void watch_windows(bool on);
    tcp::Info info(Time now, SocketId socket) const;    ///< getsockopt(TCP_INFO)
    wire::SocketAddress local(SocketId socket) const;   ///< getsockname()
    wire::SocketAddress remote(SocketId socket) const;  ///< getpeername()
    void set_label(SocketId socket, Label label);
    Label label(SocketId socket) const;

    // --- the network and the clock ---
    void on_segment(Time now, const Arrival& arrival, const wire::Segment& segment);
    void on_icmp_error(Time now, const IcmpError& error);
    void on_timeout(Time now);  ///< whatever is due
    /// When to call on_timeout(), perhaps too early: timers are lazy.
    Time next_timeout() const;
    bool is_background() const;  ///< at most keepalives wait
    bool tests_peers() const;    ///< some keepalive has no answer yet: it may find the peer gone

    // --- outputs ---
    bool has_outputs() const;   ///< else there is nothing to clear
    bool has_accounts() const;  ///< changes(), retired() or touched(): for whoever watches
    const std::vector<wire::Segment>& segments() const;
    const std::vector<Batch>& batches() const;
    const std::vector<Wake>& wakes() const;
    const std::vector<StateChange>& changes() const;
    const std::vector<Retired>& retired() const;
    const std::vector<Touched>& touched() const;  ///< see has_new_window()
    void clear_outputs();

    // --- at the end of a run ---
    /// Gives an account of every endpoint that still exists, in the order of descriptors.
    void retire_all(Time now);
    std::size_t socket_count() const;     ///< open descriptors and orphans
    std::size_t request_count() const;    ///< handshakes not completed
    std::size_t time_wait_count() const;  ///< stubs, FIN-WAIT-2 ones included

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace seedwire::socket
