// Keys of `tls:`. Defaults that a stack decides are left empty: its profile has them.
#include "harness/scenario/schema_tls.h"

#include <array>

namespace seedwire::scenario {
namespace {

using T = Type;

constexpr std::string_view kFlowTls = "flows.*.tls";
constexpr std::string_view kOwn = "flows.*.tls.connections[]";
constexpr std::string_view kEnd = "tls.profiles.*";
constexpr std::string_view kTickets = "tls.profiles.*.tickets";
constexpr std::string_view kCertificate = "tls.profiles.*.chain[]";
constexpr std::string_view kCpu = "hosts.*.cpu";

constexpr std::array kRows{
    KeyRow{"", "tls", T::Map, "", "", "named settings of TLS that flows refer to"},
    KeyRow{"hosts.*", "cpu", T::Map, "", "", "its processors: what TLS costs, and who waits"},
    KeyRow{kCpu, "workers", T::Integer, "0", "0 .. 1000000",
           "that many jobs at once, the rest waits in a queue; 0: nothing waits"},
    KeyRow{kCpu, "scale", T::Ratio, "1", "", "costs are multiplied by it"},
    KeyRow{"flows.*", "tls", T::Map, "", "", "settings of both ends, with `over: tls`"},
    KeyRow{"tls", "profiles", T::NamedMap, "", "",
           "settings of an end by name, for `profile: name`"},
    KeyRow{kFlowTls, "client", T::Map, "", "", "the end that opens; keys of `tls.profiles.*`"},
    KeyRow{kFlowTls, "server", T::Map, "", "", "the other end; keys of `tls.profiles.*`"},
    KeyRow{kFlowTls, "resume", T::Boolean, "true", "",
           "clients keep tickets and resume with the newest"},
    KeyRow{kFlowTls, "reuse_tickets", T::Boolean, "false", "",
           "a ticket may be used again (RFC 8446 C.4 advises against it)"},
    KeyRow{kFlowTls, "replay", T::Text, "", "",
           "clients know no key and send the first flight of a connection again: page[1]"},
    KeyRow{kFlowTls, "connections", T::List, "", "", "single connections that differ"},
    KeyRow{kOwn, "number", T::Integer, kRequired, "0 .. 999999", "which connection of the flow"},
    KeyRow{kOwn, "client", T::Map, "", "", "laid over the flow's client"},
    KeyRow{kOwn, "server", T::Map, "", "", "laid over the flow's server"},
    KeyRow{kEnd, "profile", T::Text, "openssl-3.0", "",
           "a stack (`seedwire list tls-profiles`), or a name of tls.profiles"},
    KeyRow{kEnd, "versions", T::List, "", "", "[tls1.3, tls1.2], best first"},
    KeyRow{kEnd, "suites", T::List, "", "", "of TLS 1.3, best first: TLS_AES_128_GCM_SHA256 .."},
    KeyRow{kEnd, "groups", T::List, "", "", "key exchanges, best first: x25519, secp256r1 .."},
    KeyRow{kEnd, "key_shares", T::List, "", "",
           "client: groups whose shares go with the first hello"},
    KeyRow{kEnd, "signature_schemes", T::List, "", "", "that the peer may sign with"},
    KeyRow{kEnd, "alpn", T::List, "", "", "application protocols, best first: h2, http/1.1"},
    KeyRow{kEnd, "name", T::Text, "", "",
           "client: server name that it asks for and verifies; default: the first of the leaf"},
    KeyRow{kEnd, "hosted_names", T::List, "", "",
           "server: it refuses other names than these; default: it takes any"},
    KeyRow{kEnd, "chain", T::List, "", "",
           "certificates, leaf first; default of servers: a leaf and a CA with P-256"},
    KeyRow{kEnd, "trust", T::List, "", "",
           "names of root certificates; default: the one the peer's chain leads to"},
    KeyRow{kEnd, "verify", T::Boolean, "true", "", "false: whatever the peer presents will do"},
    KeyRow{kEnd, "check_revocation", T::Boolean, "true", "", "of the peer's certificates"},
    KeyRow{kEnd, "clock_fast", T::Duration, "0 s", "0 s .. 876000 h",
           "what its clock shows beyond the true time"},
    KeyRow{kEnd, "clock_slow", T::Duration, "0 s", "0 s .. 876000 h",
           "what its clock lacks of the true time"},
    KeyRow{kEnd, "client_auth", T::Choice, "none", "none | optional | required | post_handshake",
           "server: asks the client for a certificate, post_handshake: when the handshake is done"},
    KeyRow{kEnd, "tickets", T::Form, "", "", "server: session tickets"},
    KeyRow{kEnd, "early_data", T::Bytes, "0 B", "0 B .. 1 GB",
           "client: application data sent as 0-RTT at most; server: taken at most"},
    KeyRow{kEnd, "anti_replay", T::Boolean, "true", "",
           "server: takes the early data of a hello once"},
    KeyRow{kEnd, "early_data_window", T::Duration, "10 s", "0 s .. 168 h",
           "server: by which a ticket's age may be wrong"},
    KeyRow{kEnd, "psk", T::Choice, "", "none | dhe | alone",
           "resumption with a fresh key exchange or alone; default: as the stack does"},
    KeyRow{kEnd, "max_record", T::Bytes, "16384 B", "64 B .. 16384 B", "content of own records"},
    KeyRow{kEnd, "record_size_limit", T::Bytes, "", "64 B .. 16385 B",
           "of the peer's records (RFC 8449)"},
    KeyRow{kEnd, "padding", T::Bytes, "0 B", "0 B .. 16384 B",
           "records are padded to multiples of it"},
    KeyRow{kEnd, "records", T::Choice, "", "per_message | per_flight",
           "handshake messages in a record; default: as the stack does"},
    KeyRow{kEnd, "write_buffer", T::Bytes, "", "0 B .. 1 GB",
           "handshake bytes gathered before a write(); 0 B: a write a record"},
    KeyRow{kEnd, "compressed_certificate", T::Bytes, "", "32 B .. 100 kB",
           "size of the Certificate message's body if the peer takes it compressed"},
    KeyRow{kEnd, "key_update_after", T::Integer, "0", "0 ..", "records under one key; 0: never"},
    KeyRow{kEnd, "compat_mode", T::Boolean, "", "",
           "session id and change_cipher_spec; default: as the stack does"},
    KeyRow{kEnd, "extra_hello", T::Bytes, "", "0 B .. 16 kB",
           "client: bytes of extensions that are not modelled, such as ECH"},
    KeyRow{kEnd, "costs", T::Boolean, "true", "", "false: its cryptography takes no time"},
    KeyRow{kEnd, "handshake_overhead", T::Duration, "250 us", "0 s .. 1000 s",
           "processor time of a handshake besides cryptography"},
    KeyRow{kEnd, "per_certificate", T::Duration, "250 us", "0 s .. 1000 s",
           "processor time of verifying a certificate, besides its signature"},
    KeyRow{kTickets, "count", T::Integer, "", "0 .. 255", "after a full handshake"},
    KeyRow{kTickets, "on_resumption", T::Integer, "", "0 .. 255", "after a resumption"},
    KeyRow{kTickets, "lifetime", T::Duration, "7200 s", "1 s .. 168 h", "in whole seconds"},
    KeyRow{kTickets, "stored", T::Boolean, "false", "",
           "tickets are handles to sessions that the server stores, used once"},
    KeyRow{kCertificate, "ca", T::Text, "", "", "it is a CA of that name; default: a leaf"},
    KeyRow{kCertificate, "names", T::List, "", "", "host names of a leaf; *.example works"},
    KeyRow{kCertificate, "key", T::Text, "p256", "", "kind of its key: p256, rsa2048, mldsa44 .."},
    KeyRow{kCertificate, "signed_by", T::Text, "", "",
           "kind of the issuer's key; default: that of the next certificate, or its own"},
    KeyRow{kCertificate, "issuer", T::Text, "", "",
           "name of the CA that issued it; default: the next certificate, or its own name + -root"},
    KeyRow{kCertificate, "der", T::Bytes, "", "16 B .. 100 kB", "size; default: from its contents"},
    KeyRow{kCertificate, "scts", T::Integer, "0", "0 .. 100", "certificate timestamps in TLS"},
    KeyRow{kCertificate, "ocsp", T::Bytes, "0 B", "0 B .. 60 kB", "stapled response"},
    KeyRow{kCertificate, "revoked", T::Boolean, "false", "", "its issuer took it back"},
    KeyRow{kCertificate, "expires", T::Duration, "8760 h", "0 s .. 876000 h",
           "moment of the run until which it is valid; 0 s: it has expired"},
    KeyRow{kCertificate, "valid_from", T::Duration, "", "0 s .. 876000 h",
           "moment from which it is valid; default: long before the run"},
};

}  // namespace

std::span<const KeyRow> tls_rows() { return kRows; }

}  // namespace seedwire::scenario
