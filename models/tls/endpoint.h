// One end of one TLS connection, without I/O and without cryptography: RFC 8446.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "models/tls/config.h"
#include "models/tls/record_log.h"
#include "models/tls/replay.h"
#include "models/tls/types.h"
#include "sim/base/time.h"

namespace seedwire::tls {

/// What a CPU is asked to do. Names for figures; costs are in algorithms.h and Config.
enum class Operation : std::uint8_t {
    Handshake,    ///< state machine, memory, key schedule: Config::handshake_overhead
    Generate,     ///< key pairs of an exchange
    Agree,        ///< derive, encapsulate or decapsulate
    Sign,         ///< a CertificateVerify
    Verify,       ///< a CertificateVerify
    VerifyChain,  ///< signatures and paths of the peer's certificates
};
std::string_view name_of(Operation operation);

struct Work {
    Operation operation = Operation::Handshake;
    Duration cost;  ///< at scale 1
};

/// What happened, for programs and observers. Times are those of the call that reported it.
struct Event {
    enum class Kind : std::uint8_t {
        StateChanged,     ///< from, to
        MessageSent,      ///< message, epoch, amount: bytes with header
        MessageReceived,  ///< the same
        CcsSent,
        Negotiated,         ///< Info's version, suite, group and the rest are known
        HandshakeDone,      ///< Finished went both ways; keys for data both ways
        EarlyDataAccepted,  ///< at the client, when EncryptedExtensions says so; at the server,
                            ///< with its ServerHello
        EarlyDataRefused,
        DataArrived,       ///< amount: bytes of application data
        EarlyDataArrived,  ///< the same, as 0-RTT: may be a replay
        TicketReceived,
        TicketSent,
        KeyUpdated,           ///< of the reading side if `is_peer`, else of the writing side
        ClientAuthenticated,  ///< post-handshake, at the server
        AlertSent,            ///< alert, epoch
        AlertReceived,        ///< alert
        PeerClosed,           ///< close_notify: no more data will come
        Truncated,            ///< the stream ended without close_notify
    };
    Kind kind{};
    HandshakeType message{};
    Alert alert{};
    Epoch epoch{};
    State from{}, to{};
    bool is_peer = false;
    std::uint32_t amount = 0;
};

/// What an input makes an endpoint say. Reused by the owner from call to call, so that nothing is
/// allocated in steady state.
struct Output {
    std::vector<std::uint32_t> writes;  ///< write() calls on the TCP socket, bytes each, in order
    std::vector<Event> events;
    /// CPU to spend before on_work_done(); until then the endpoint reads and says nothing more.
    /// Zero: none. `operations`: what it is made of.
    Duration work;
    std::vector<Work> operations;
    Duration bulk_work;   ///< sealing and opening of data: to be charged, delays nothing
    bool closes = false;  ///< close TCP once all writes are done
    void clear() {
        writes.clear();
        events.clear();
        operations.clear();
        work = bulk_work = Duration::zero();
        closes = false;
    }
};

enum class EarlyDataStatus : std::uint8_t { None, Offered, Accepted, Refused };

/// All that may be observed from outside.
struct Info {
    Role role = Role::Client;
    State state = State::Start;
    std::uint16_t version = 0;  ///< 0: not agreed on yet
    Suite suite = Suite::None;
    Group group = Group::None;          ///< None: no key exchange, or not yet
    Scheme scheme = Scheme::None;       ///< of the server's CertificateVerify
    const std::string* alpn = nullptr;  ///< agreed on; null: none
    bool is_done = false;               ///< HandshakeDone was reported
    bool is_resumed = false;            ///< by PSK or, in TLS 1.2, by ticket
    bool had_retry = false;             ///< HelloRetryRequest
    bool used_dhe = false;
    EarlyDataStatus early_data = EarlyDataStatus::None;
    std::uint64_t early_bytes = 0;        ///< sent by the client, or taken by the server, as 0-RTT
    std::uint64_t skipped_bytes = 0;      ///< of refused early data, dropped by the server
    Verdict verdict = Verdict::Trusted;   ///< about the peer's chain
    CertificateId peer = 0;               ///< leaf that the peer proved to own
    std::optional<Alert> sent, received;  ///< that ended the connection (or close_notify)
    bool is_truncated = false;
    std::uint64_t data_sent = 0, data_received = 0;  ///< application bytes
    std::uint64_t handshake_sent = 0;  ///< wire bytes of everything but application data
    std::uint32_t records_sent = 0, records_received = 0;
    std::uint32_t key_updates_sent = 0, key_updates_received = 0;
    std::uint32_t tickets = 0;  ///< sent, or received
    Duration cpu;               ///< asked for, at scale 1
};

/// What an endpoint needs from its surroundings. All of it outlives the endpoint.
struct Environment {
    const Pki* pki = nullptr;
    RecordLog* outgoing = nullptr;       ///< this end appends
    RecordLog* incoming = nullptr;       ///< the other end appends; this end consumes
    SessionCache* sessions = nullptr;    ///< client; null: never resumes
    TicketAuthority* tickets = nullptr;  ///< server; null: no tickets
    std::string_view peer = {};  ///< by which the client remembers sessions; empty: server_name
    /// Where random values come from: unique to seed, connection and end, for example
    /// RandomStream{seed, "tls/<connection>/client"}.next().
    std::uint64_t entropy = 0;
};

///     start, write, close ──┐                    ┌── Output::writes     bytes for TCP; their
///     on_bytes, on_end ─────┼──► tls::Endpoint ──┤                     records: the outgoing log
///     on_work_done ─────────┘                    ├── Output::work       CPU, then on_work_done()
///                                                └── Output::events     news for programs,
///                                                observers
///
/// It owns no clock, socket or timer, has no deadline of its own, and never calls back. Bytes
/// exist as records in the two RecordLogs; TCP only moves their number. While CPU work is under
/// way, inputs are accepted and taken up afterwards.
class Endpoint {
public:
    Endpoint(const Config& config, Role role, const Environment& environment);
    ~Endpoint();
    Endpoint(Endpoint&&) noexcept;
    Endpoint& operator=(Endpoint&&) noexcept;
    /// As newly constructed, with the memory it had.
    void reuse(const Config& config, Role role, const Environment& environment);

    /// TCP is open. The client says hello and sends up to `early` bytes of application data as
    /// 0-RTT, as far as a ticket allows (Info::early_bytes says how many).
    void start(Time now, std::uint32_t early, Output& out);
    /// Instead: sends what another client sent first. Whatever the server answers ends it.
    void replay(Time now, const FirstFlight& flight, Output& out);
    /// `total` bytes of the peer's stream have been read from TCP so far, in order.
    void on_bytes(Time now, std::uint64_t total, Output& out);
    /// The peer's stream has ended (FIN) behind the bytes told so far.
    void on_end(Time now, Output& out);
    void on_work_done(Time now, Output& out);

    /// Sends application data; returns how many bytes were taken: all, or as many as may go as
    /// early data, or none before the handshake allows it (see may_write()).
    std::uint32_t write(Time now, std::uint32_t bytes, Output& out);
    bool may_write() const;
    void close(Time now, Output& out);  ///< close_notify; reading goes on
    void update_keys(Time now, bool asks_peer, Output& out);
    void request_client_certificate(Time now, Output& out);  ///< server, after the handshake
    /// Gives up before the end of the handshake: user_canceled and close_notify. RFC 8446 §6.1.
    void cancel(Time now, Output& out);

    const Info& info() const;
    /// Secrets under which records were sealed so far, for a capture that can be decrypted:
    /// abstract values, equal at both ends; 0: none yet.
    struct TrafficSecrets {
        Secret client_early = 0, client_handshake = 0, server_handshake = 0, client_application = 0,
               server_application = 0;
    };
    TrafficSecrets secrets() const;

    struct Parts;

private:
    std::unique_ptr<Parts> parts_;
};

}  // namespace seedwire::tls
