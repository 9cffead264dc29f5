// TLS between the applications of a flow and their sockets: what a flow is set up to do, and what
// both of its ends share.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/host/cpu.h"
#include "models/tls/config.h"
#include "models/tls/endpoint.h"
#include "models/tls/record_log.h"
#include "models/tls/session.h"
#include "models/trace/recorder.h"
#include "sim/base/time.h"

namespace seedwire::app {

/// `tls:` of a flow. Shared by all its connections but those with settings of their own.
struct TlsConfig {
    struct Pair {
        tls::Config client, server;
    };
    std::shared_ptr<const tls::Pki> pki;  ///< all certificates of the scenario
    Pair common;
    std::map<std::uint32_t, Pair> own;  ///< by ordinal
    bool resumes = true;                ///< clients keep tickets
    bool reuses_tickets = false;        ///< RFC 8446 §C.4 advises against it
    /// Clients send the first flight of that connection again; its name, see flight_name(). 0:
    /// none.
    std::uint64_t replays = 0;

    const Pair& of(std::uint32_t ordinal) const {
        const auto it = own.find(ordinal);
        return it == own.end() ? common : it->second;
    }
};

/// By which a connection's first flight is known: what trace::Connections has as its key.
std::uint64_t flight_name(std::string_view flow, std::uint32_t ordinal);

/// What is known of one end of a connection's TLS; Time::never(): did not happen.
struct TlsEndFigures {
    Time started = Time::never();     ///< TCP was open: the handshake could begin
    Time done = Time::never();        ///< keys for data both ways
    Time first_data = Time::never();  ///< first byte of application data that arrived
    Time alert_sent = Time::never(), alert_received = Time::never();  ///< the fatal one
    Duration worked, waited;  ///< on and for the processor, by messages
    tls::Info info;           ///< as of the last event
};
struct TlsFigures {
    TlsEndFigures client, server;
    TlsEndFigures& end(bool is_client) { return is_client ? client : server; }
    const TlsEndFigures& end(bool is_client) const { return is_client ? client : server; }
};

/// All of TLS in one run that outlives a connection.
class TlsWorld {
public:
    /// `seed`: of the run. A run that looks at records later keeps them.
    explicit TlsWorld(std::uint64_t seed) : seed_{seed} {}
    TlsWorld(const TlsWorld&) = delete;
    TlsWorld& operator=(const TlsWorld&) = delete;

    /// The records of both directions of a connection: the side channel beside TCP's streams.
    struct Logs {
        tls::RecordLog from_client, from_server;
    };
    Logs& logs(std::uint32_t connection);
    /// Null: the connection does without TLS, or has not begun.
    const Logs* find_logs(std::uint32_t connection) const;
    /// Records stay in the logs when their receiver has read them; before the run.
    void keep_records() { keeps_ = true; }

    TlsFigures& figures(std::uint32_t connection) { return figures_[connection]; }
    const TlsFigures* find_figures(std::uint32_t connection) const;
    bool is_empty() const { return figures_.empty(); }

    tls::SessionCache& sessions(std::uint32_t node, bool reuses);
    tls::TicketAuthority& tickets(std::uint32_t node);
    host::Cpu& add_cpu(std::uint32_t node, const host::CpuConfig& config);
    host::Cpu& cpu(std::uint32_t node);
    const host::Cpu* find_cpu(std::uint32_t node) const;
    /// Somebody will send that connection's first flight again: it is kept when it is sent.
    void keep_flight(std::uint64_t name) { flights_[name]; }
    bool wants_flight(std::uint64_t name) const;
    void add_flight(std::uint64_t name, tls::FirstFlight flight);
    /// Null: it has not been sent yet.
    const tls::FirstFlight* find_flight(std::uint64_t name) const;
    std::uint64_t seed() const { return seed_; }

private:
    std::uint64_t seed_;
    bool keeps_ = false;
    std::map<std::uint32_t, std::unique_ptr<Logs>> logs_;  // by connection
    std::map<std::uint32_t, TlsFigures> figures_;          // by connection
    std::map<std::uint32_t, tls::SessionCache> sessions_;  // by client's node
    std::map<std::uint32_t, tls::TicketAuthority> tickets_;
    std::map<std::uint32_t, host::Cpu> cpus_;
    std::map<std::uint64_t, tls::FirstFlight> flights_;  // by name; empty: not sent yet
};

/// What all TlsSockets of a run have in common.
struct TlsSurroundings {
    TlsWorld* world = nullptr;
    const trace::Recorder* recorder = nullptr;
};

/// Where TlsSockets stand.
struct TlsPlace {
    TlsWorld* world = nullptr;
    const trace::Recorder* recorder = nullptr;
    std::shared_ptr<const TlsConfig> config;
    std::uint32_t node = 0;
    bool is_client = false;
    std::string peer;              ///< what a client remembers sessions by
    std::uint32_t first_data = 0;  ///< bytes that a client says first, as far as 0-RTT may carry
};

}  // namespace seedwire::app
