// The inside of a Stack: its tables, and the steps that several of its calls share.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "models/socket/deadlines.h"
#include "models/socket/demux.h"
#include "models/socket/error_queue.h"
#include "models/socket/listener.h"
#include "models/socket/stack.h"
#include "models/socket/syn_cookies.h"
#include "models/socket/time_wait.h"
#include "models/tcp/fast_open/client.h"
#include "models/tcp/path_memory.h"
#include "sim/base/chunked_vector.h"
#include "sim/base/random.h"

namespace seedwire::socket {

/// One descriptor, or a connection whose program has closed it.
struct Socket {
    enum class Kind : std::uint8_t { Free, Unconnected, Listening, Connection };
    tcp::Endpoint endpoint;  ///< Connection only
    wire::SocketAddress remote;
    std::uint32_t options = 0;    ///< index into Commons::options
    std::uint32_t listener = 0;   ///< Listening: index of its Listener
    SocketId parent = kNoSocket;  ///< the listener in whose queue it waits
    Label label = kNoLabel;
    std::uint32_t seen_cwnd = 0, seen_ssthresh = 0;  ///< by has_new_window()
    std::uint16_t local_port = 0;
    Kind kind = Kind::Free;
    std::int8_t quickack = -1;                 ///< TCP_QUICKACK set before there was a connection
    tcp::State reported = tcp::State::Closed;  ///< the last one in changes()
    tcp::RecoveryState seen_recovery = tcp::RecoveryState::Open;  ///< by has_new_window()
    bool bound : 1 = false;                                       ///< bind() took the port
    bool orphan : 1 = false;       ///< close() was called; no descriptor any more
    bool connecting : 1 = false;   ///< connect() has not reported its end yet
    bool established : 1 = false;  ///< the handshake was completed once
    bool detached : 1 = false;     ///< a stub, or nobody, gets its segments now
    bool foreground : 1 = false;   ///< it waits for more than keepalives
    bool untested : 1 = false;     ///< only keepalive waits, and no probe was answered yet
    bool read_shut : 1 = false, write_shut : 1 = false;
    bool deferred : 1 = false;  ///< connect() waits for data: no SYN was sent yet
    bool tells : 1 = false;     ///< it has an ErrorQueue
    bool early : 1 = false;     ///< opened by a SYN with data, the handshake is not complete
};
static_assert(sizeof(Socket) == 48);

struct Stack::Parts {
    Parts(const tcp::Sysctls& sysctls_of_host, wire::Address address_of_host, std::uint64_t seed,
          std::string_view host_name, Commons* shared);

    // --- descriptors ---
    SocketId add_socket(std::uint32_t options_index, Socket::Kind kind);
    void free_socket(SocketId id);
    /// The open descriptor, or null.
    Socket* open_socket(SocketId id);
    const Socket* open_socket(SocketId id) const;
    bool has_endpoint(SocketId id) const;
    const tcp::SocketOptions& options_of(const Socket& socket) const {
        return commons.options[socket.options];
    }
    /// Index into Commons::options of a place with that content: the same for equal ones.
    std::uint32_t share(const tcp::SocketOptions& options);
    tcp::Environment draw_environment(std::uint32_t mtu);

    // --- after an endpoint was given something to do ---
    std::size_t mark() {
        out.tcp.challenges = &challenges;  // of this host, also where hosts share the outputs
        return out.tcp.segments.size();
    }
    /// Collects what the endpoint of `id` said since `first`: segments, a change of state, news;
    /// then its deadline, or its end.
    void settle(Time now, SocketId id, std::size_t first) { settle(now, sockets[id], id, first); }
    void settle(Time now, Socket& socket, SocketId id, std::size_t first);
    /// State and events. False: that was its end. Apart, since most inputs bring no news.
    [[gnu::noinline]] bool tell_news(Time now, Socket& socket, SocketId id);
    void emit(const Batch& batch, const wire::Segment& segment);
    /// The messages of a socket; made on demand.
    ErrorQueue& error_queue(SocketId id);
    void forget_errors(SocketId id);
    void note_progress(Time now, SocketId id);
    void note_write(Time now, SocketId id, std::uint32_t bytes, bool zero_copy);
    void remember_path(const Socket& socket, std::uint16_t events, tcp::State before);
    void recall_path(Socket& socket) {
        if (!paths.empty())
            socket.endpoint.recall_path(paths.recall(*sysctls, socket.remote.address));
    }
    void end_connection(Time now, SocketId id, std::uint16_t events);
    [[gnu::always_inline]] inline void watch_deadline(Socket& socket, SocketId id);
    void leave_foreground(Socket& socket);
    void change(Label label, tcp::State from, tcp::State to);
    void wake(SocketId id, std::uint16_t events) {
        out.wakes.push_back({id, events});
        out.said = true;
    }
    void retire(const Socket& socket, Time now);
    Time next_timeout() const {
        return std::min({deadlines.earliest(), requests.next_expiry(), stubs.next_expiry()});
    }
    bool has_new_window(const Socket& socket) const {
        const tcp::Glance glance = socket.endpoint.glance();
        return glance.cwnd != socket.seen_cwnd || glance.ssthresh != socket.seen_ssthresh ||
               glance.recovery != socket.seen_recovery;
    }

    // --- arrivals ---
    void on_request_segment(Time now, const Arrival& arrival, std::uint32_t index,
                            const wire::Segment& segment);
    void on_stub_segment(Time now, const Arrival& arrival, std::uint32_t index,
                         const wire::Segment& segment);
    void on_listener_segment(Time now, const Arrival& arrival, SocketId listener,
                             const wire::Segment& segment);
    void on_unwanted_segment(const Arrival& arrival, const wire::Segment& segment);
    void start_request(Time now, const Arrival& arrival, SocketId listener,
                       const wire::Segment& syn, std::optional<std::uint32_t> sequence);
    void complete_request(Time now, std::uint32_t index, const wire::Segment& segment);
    /// False: the segment acknowledges no cookie.
    bool complete_cookie(Time now, const Arrival& arrival, SocketId listener,
                         const wire::Segment& segment);
    void send_cookie(Time now, const Arrival& arrival, SocketId listener, const wire::Segment& syn);
    bool is_nearly_full(const Listener& queue) const;
    void enter_queue(const Arrival& arrival, SocketId listener, std::uint32_t index);
    std::uint32_t add_request(Time now, const Arrival& arrival, SocketId listener,
                              const wire::Segment& syn, const tcp::Environment& environment);
    void drop_request(std::uint32_t index, tcp::State to);

    // --- Fast Open: fast_open.cpp ---
    const tcp::FastOpenKeys& keys_of(SocketId listener) const;
    void forget_keys(SocketId id);
    std::int32_t fast_open_limit(const Socket& socket, std::int32_t backlog) const;
    void start_early(Time now, const Arrival& arrival, SocketId listener, std::uint32_t index);
    void on_fast_open_news(Time now, SocketId id, std::uint16_t events);
    void leave_early(Time now, Socket& socket, bool reset);
    tcp::FastOpenRequest prepare_fast_open(Time now, const Socket& socket,
                                           std::uint32_t bytes) const;
    tcp::Error prepare_connection(Socket& socket, SocketId id, wire::SocketAddress to,
                                  std::uint32_t mtu);
    std::uint32_t send_fast_open_syn(Time now, SocketId id, std::uint32_t bytes);
    void reset(const Arrival& arrival, const wire::Segment& segment, wire::Cause cause);
    void forget_stub(std::uint32_t index);

    // --- timers ---
    void on_socket_timers(Time now);
    void on_request_timers(Time now);
    void on_stub_timers(Time now);

    // --- closing ---
    void stop_listening(Time now, SocketId id);
    void close_connection(Time now, SocketId id);

    // Used for every segment, in few lines of memory.
    const tcp::Sysctls* sysctls;
    wire::Address address;
    bool watches_windows = false;
    std::uint32_t foreground_count = 0, untested_count = 0;
    std::unique_ptr<Commons> own_commons;  ///< unless they are shared
    Commons& commons;
    Outputs& out;
    ChunkedVector<Socket, 2> sockets;  ///< by descriptor
    Deadlines deadlines;               ///< by descriptor
    Demux demux;
    RequestTable requests;
    TimeWaitTable stubs;

    tcp::HostChallengeLimit challenges;
    RandomStream random;
    std::vector<std::uint32_t> known_options;  ///< in Commons::options, what sockets here have had
    std::vector<SocketId> free_sockets;
    std::vector<Listener> listeners;
    std::vector<std::uint32_t> free_listeners;
    tcp::FastOpenClient fast_open;
    tcp::PathMemory paths;
    tcp::FastOpenKeys drawn_keys;  ///< where no sysctl gives any
    struct SocketKeys {
        SocketId socket = kNoSocket;
        tcp::FastOpenKeys keys;
    };
    std::vector<SocketKeys> socket_keys;  ///< TCP_FASTOPEN_KEY
    struct SocketErrors {
        SocketId socket = kNoSocket;
        ErrorQueue queue;
    };
    std::vector<SocketErrors> error_queues;  ///< of the few sockets that ask for messages
    SynCookies cookies;
};

}  // namespace seedwire::socket
