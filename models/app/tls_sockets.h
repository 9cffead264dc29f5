// What stands between an application and its sockets where the flow runs over TLS: to the
// application it is a host, to the host an application, and it holds a tls::Endpoint a connection.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/app/tls_flow.h"
#include "models/host/socket_api.h"
#include "models/trace/recorder.h"

namespace seedwire::app {

/// One for each end of a flow (client hosts apart). Behaves as a program with a TLS library does
/// that reads whenever something can be read: up to kReadAhead bytes of plaintext wait for the
/// application, then TCP's window closes.
///
/// Closing: close_notify and a FIN leave at once; the socket is closed when the peer's end of
/// stream has come, so that neither tickets nor the peer's close_notify meet a closed socket and
/// are answered with a reset. Application data behind a close is a reset, as without TLS.
class TlsSockets final : public host::SocketApi, public host::SocketOwner {
public:
    TlsSockets(host::SocketApi& host, TlsPlace place) : host_{host}, place_{std::move(place)} {}

    // --- host::SocketOwner: news from the host ---
    void on_start(Time now) override { owner_->on_start(now); }
    void on_ready(Time now, host::SocketId socket, std::uint32_t cookie,
                  std::uint16_t events) override;
    void on_timer(Time now, std::uint32_t cookie) override;
    void on_datagram(Time now, const host::Datagram& datagram) override {
        owner_->on_datagram(now, datagram);
    }
    bool is_finished() const override { return owner_->is_finished(); }

    // --- host::SocketApi: calls of the application ---
    host::OwnerId add_owner(host::SocketOwner& owner) override;
    host::SocketId open(host::OwnerId owner, std::uint32_t cookie,
                        const tcp::SocketOptions& options) override;
    tcp::Error bind(host::SocketId socket, std::uint16_t port) override;
    tcp::Error listen(host::SocketId socket, std::int32_t backlog) override;
    host::Result accept(Time now, host::SocketId listener) override;
    tcp::Error connect(Time now, host::SocketId socket, std::uint32_t peer_node, std::uint16_t port,
                       const host::ConnectionName& name) override;
    host::Result fast_open(Time now, host::SocketId socket, std::uint32_t peer_node,
                           std::uint16_t port, const host::ConnectionName& name,
                           std::uint32_t length) override;
    host::Result write(Time now, host::SocketId socket, std::uint32_t length,
                       tcp::WriteMode mode) override;
    host::Result read(Time now, host::SocketId socket, std::uint32_t at_most) override;
    host::Result read_urgent(Time now, host::SocketId socket) override {
        return host_.read_urgent(now, socket);
    }
    tcp::Error shutdown(Time now, host::SocketId socket, socket::Shutdown how) override;
    tcp::Error close(Time now, host::SocketId socket) override;
    tcp::Error set_option(Time now, host::SocketId socket, socket::Option option,
                          std::int64_t value) override;
    host::Result get_option(host::SocketId socket, socket::Option option) override;
    tcp::Error take_error(host::SocketId socket) override;
    std::uint16_t poll(host::SocketId socket) const override;
    std::uint32_t unacknowledged(host::SocketId socket) const override;
    bool is_established(host::SocketId socket) const override;
    bool at_end_of_file(host::SocketId socket) const override;
    std::uint32_t connection(host::SocketId socket) const override;
    void wait_for(host::SocketId socket, std::uint16_t events) override;
    void set_cookie(host::SocketId socket, std::uint32_t cookie) override;
    std::uint32_t add_datagram_flow(const host::ConnectionName& name, std::uint16_t client_port,
                                    std::uint32_t server_node, std::uint16_t server_port) override;
    void set_datagram_interval(std::uint32_t connection, Duration interval) override;
    std::uint16_t udp_bind(host::OwnerId owner, std::uint16_t port) override;
    void send_datagram(Time now, std::uint32_t connection, bool client, std::uint64_t number,
                       std::uint32_t length) override;
    void send_echo(Time now, host::OwnerId owner, std::uint32_t connection, std::uint32_t number,
                   std::uint32_t length) override;
    host::AppTimer add_timer(host::OwnerId owner, std::uint32_t cookie) override;
    void set_timer(host::AppTimer timer, Time at) override { host_.set_timer(timer, at); }
    void record(Time now, std::uint32_t connection, bool client, trace::AppEvent::Kind kind,
                std::uint64_t amount) override {
        host_.record(now, connection, client, kind, amount);
    }

private:
    static constexpr std::uint32_t kListener = UINT32_MAX;
    static constexpr std::uint64_t kReadAhead = 64 * 1024;
    static constexpr std::uint32_t kBytesPerRead = 64 * 1024;

    struct Connection {
        host::SocketId socket = socket::kNoSocket;
        std::uint32_t cookie = 0, dense_id = UINT32_MAX;
        std::uint16_t waits_for = 0;
        bool has_endpoint = false;
        bool is_owned = false;     ///< the application has not closed it yet
        bool closes = false;       ///< TCP is to be closed when all is written
        bool half_closes = false;  ///< the same of the sending direction
        bool has_shut = false;     ///< it is closed
        bool is_gone = false;      ///< TCP is closed, the place free
        bool has_ended = false;    ///< the peer's stream: no more bytes will be read
        bool peer_closed = false;  ///< its close_notify, or the end in its place
        bool has_failed = false;
        bool is_working = false;  ///< the processor is busy with it
        bool asks_late = false;   ///< for the client's certificate, as soon as it may
        std::uint64_t read = 0;   ///< bytes of the peer's stream
        std::uint64_t readable = 0;
        bool may_say_early = false;      ///< the hello is not out: how much goes is not known
        std::uint64_t said_early = 0;    ///< bytes that went before the application wrote them
        std::uint64_t records_seen = 0;  ///< in the outgoing log, by observers
        std::uint32_t message_left = 0;  ///< of the handshake message that the last record cuts
        std::uint8_t message_type = 0;
        std::size_t next_write = 0;
        std::vector<std::uint32_t> writes;  ///< that TCP has not taken yet, from next_write on
        std::unique_ptr<tls::Endpoint> endpoint;
        TlsWorld::Logs* logs = nullptr;
        TlsEndFigures* figures = nullptr;
        host::AppTimer timer;  ///< made when first needed
    };
    struct Timer {
        bool is_ours = false;
        std::uint32_t cookie = 0;  ///< ours: the connection's place
    };

    Connection* find(host::SocketId socket);
    const Connection* find(host::SocketId socket) const;
    std::uint32_t add_connection(host::SocketId socket, std::uint32_t cookie);
    void release(Connection& c);

    void begin(Time now, Connection& c);
    void begin_replay(Time now, Connection& c);
    void keep_flight(const Connection& c);
    void advance(Time now, Connection& c);
    void pull(Time now, Connection& c);
    void flush(Time now, Connection& c);
    void finish_tcp(Time now, Connection& c);
    /// What the endpoint said in out_.
    void process(Time now, Connection& c);
    void process_events(Time now, Connection& c);
    void ask_for_work(Time now, Connection& c);
    void ask_for_certificate(Time now, Connection& c);
    void wake(Time now, Connection& c);
    void abandon(Time now, Connection& c);

    // tls_observation.cpp
    void report_records(Time now, Connection& c);
    void report_messages(trace::TlsRecord& out, Connection& c, const tls::RecordLog& log,
                         const tls::Record& record) const;
    void report_event(Time now, const Connection& c, const tls::Event& event) const;

    host::SocketApi& host_;
    TlsPlace place_;
    host::SocketOwner* owner_ = nullptr;
    host::OwnerId owner_id_;
    std::vector<Connection> connections_;  // by place, which the host has as cookie
    std::vector<std::uint32_t> free_;
    std::vector<std::uint32_t> places_;  // by socket; kListener: not a connection of ours
    std::vector<Timer> timers_;          // what the cookies of timers mean
    tls::Output out_;
};

}  // namespace seedwire::app
