// The bytes of TLS connections for a capture: records as they stand on TCP's streams, protected
// ones sealed with keys from invented secrets, and the lines by which others can decrypt them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "harness/observe/tls_cipher.h"
#include "models/app/tls_flow.h"
#include "models/trace/connections.h"
#include "models/trace/records.h"

namespace seedwire::observe {

/// Keeps what the ends have put into their logs, because a segment is written, and sent again,
/// after its receiver has consumed the records in it.
///
/// Nothing here follows from a key exchange. A traffic secret is a function of the run's seed, the
/// connection's key and the secret's label; keys follow from it as RFC 8446 §7.2 and §7.3 have
/// them. Finished, signatures and binders are the model's filler, which no decryptor checks.
class TlsStreams {
public:
    /// `pki`: of the scenario; null: certificates stay references.
    TlsStreams(const app::TlsWorld& world, const trace::Connections& connections,
               const tls::Pki* pki)
        : world_{world}, connections_{connections}, pki_{pki} {}

    /// While the record is in its sender's log.
    void on_record(const trace::TlsRecord& r);

    /// The bytes of one end's stream from `offset` on; false: no record is known there.
    bool fill(std::uint32_t connection, bool from_client, std::uint64_t offset,
              std::span<std::uint8_t> out);

    bool has(std::uint32_t connection) const { return states_.contains(connection); }

    /// Lines of a key log (the format of NSS) that a reader needs before what this end says next,
    /// as far as they were not given yet.
    std::string take_key_log(std::uint32_t connection, bool from_client);

    void clear() {
        states_.clear(), tls12_tickets_.clear();
    }  ///< for a capture that needs no more contents

private:
    struct Kept {
        tls::Record record;
        std::size_t content_at = 0;     ///< in its direction's `handshake` or `other`
        std::uint32_t key_updates = 0;  ///< before it, in this direction
    };
    struct Direction {
        std::vector<Kept> records;
        Octets handshake, other;  ///< content of handshake records; of alerts and the rest
        std::size_t judged = 0;   ///< bytes of `handshake` in messages that were looked at
        tls::Secret last_key = 0;
        std::uint32_t key_updates = 0;
        // Segments hold parts of records: the one that was asked for last.
        std::size_t cached = SIZE_MAX;
        Octets bytes;
        // The application's secret after so many updates.
        std::uint32_t secret_updates = 0;
        Octets secret;
    };
    /// What the hellos in the clear say.
    struct State {
        Direction client, server;
        std::array<std::uint8_t, 32> client_random{}, server_random{};
        bool has_client_hello = false, has_server_hello = false;
        bool early_said = false, rest_said = false;
        std::uint16_t version = 0;
        tls::Suite suite = tls::Suite::None, early_suite = tls::Suite::None;
        std::uint64_t seed = 0, early_seed = 0;
        // TLS 1.2: a resumed session has the master secret of the connection that got the ticket.
        Octets session_id;
        std::uint64_t ticket_seed = 0, master_seed = 0;
        Octets tls12_keys;
    };
    struct Protection {
        tls::Suite suite = tls::Suite::None;
        Octets key, iv;
    };

    void look_at_messages(State& state, Direction& direction, bool from_client);
    void look_at_client_hello(State& state, std::span<const std::uint8_t> message) const;
    void look_at_tls12_ticket(const State& state, std::span<const std::uint8_t> message);
    static void look_at_server_hello(State& state, std::span<const std::uint8_t> message);

    Octets secret_of(const State& state, std::string_view label, tls::Suite suite) const;
    Protection protection_of(State& state, bool from_client, const Kept& kept) const;
    Protection protection_of_tls12(State& state, bool from_client) const;
    void make_bytes(State& state, bool from_client, std::size_t index) const;
    void fill_content(const State& state, bool from_client, const Kept& kept,
                      std::span<std::uint8_t> out) const;
    void seal_tls13(State& state, bool from_client, const Kept& kept, Octets& out) const;
    void seal_tls12(State& state, bool from_client, const Kept& kept, Octets& out) const;

    const app::TlsWorld& world_;
    const trace::Connections& connections_;
    const tls::Pki* pki_;
    std::map<std::uint32_t, State> states_;          ///< by connection
    std::map<Octets, std::uint64_t> tls12_tickets_;  ///< whose master secret they stand for
};

}  // namespace seedwire::observe
