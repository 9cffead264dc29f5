// How the stacks of the world differ: their hellos, their records, their tickets, their alerts. One
// row a stack, measured record by record.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "models/tls/types.h"

namespace seedwire::tls {

/// When a server sends its tickets after a full handshake.
enum class TicketTime : std::uint8_t {
    AfterFinished,  ///< of the client
    FirstFlight,    ///< behind its own Finished, unless it waits for a client certificate
    FirstWrite,     ///< with its first application data; with accepted 0-RTT: first flight
};
/// What a client certificate adds to a self-contained ticket.
enum class TicketGrowth : std::uint8_t { None, Leaf, Chain };
/// Whether a change_cipher_spec is sent for compatibility. RFC 8446 §D.4.
enum class SendsCcs : std::uint8_t { Never, IfSessionId, Always };
/// What a server does about an alert that is not protected though it should be.
enum class PlainAlert : std::uint8_t { Accept, BadRecordMac, UnexpectedMessage };

/// Alerts where stacks differ from each other or the RFC leaves a choice.
struct Dialect {
    Alert bad_binder = Alert::DecryptError;                    // RFC 8446 §4.2.11
    Alert bad_ccs_value = Alert::UnexpectedMessage;            // §5
    Alert bad_compression = Alert::IllegalParameter;           // §4.1.2
    Alert duplicate_in_client_hello = Alert::DecodeError;      // not specified
    Alert no_common_version = Alert::ProtocolVersion;          // §4.2.1
    Alert no_usable_certificate = Alert::HandshakeFailure;     // §4.4.2.2
    Alert no_client_certificate = Alert::CertificateRequired;  // §4.4.2.4
    Alert unknown_ca = Alert::UnknownCa;                       // §6.2
    Alert expired = Alert::CertificateExpired;
    Alert wrong_name = Alert::BadCertificate;
    /// A client takes its handshake keys for writing into use with its second flight only: alerts
    /// before that are not protected.
    bool takes_write_keys_late = false;
    bool alpn_alert_after_server_hello = false;
    /// Said to a peer whose stream ends without close_notify; RFC 8446 §6.1 asks for nothing.
    std::optional<Alert> truncation{};
    bool judges_outside = false;  ///< the application refuses the certificate: no alert, TCP closes
    bool ignores_unknown_warnings = false;  ///< RFC 8446 §6: any other alert is fatal
    /// A client that reads the server's protected records takes a plain alert for one out of order.
    PlainAlert plain_alert = PlainAlert::UnexpectedMessage;
};

struct Profile {
    std::string_view name;
    std::string_view summary;

    // --- the client ---
    std::span<const std::uint16_t> versions;  ///< offered, best first
    std::span<const Suite> suites;
    std::uint16_t other_suites = 0;  ///< values of older versions (and signalling ones) beside them
    std::span<const Group> groups;
    std::span<const Group> key_shares;
    std::span<const Scheme> schemes;
    std::span<const ExtensionType> hello;  ///< order of extensions; each is sent if it applies
    /// Of these, extensions that are sent only if an older version is on offer too.
    std::span<const ExtensionType> only_with_old_versions{};
    bool old_hello_is_modern = false;   ///< supported_versions and a session id without TLS 1.3 too
    bool drops_session_ticket = false;  ///< no session_ticket beside a PSK
    std::uint8_t session_id = 32;       ///< bytes; 0: no compatibility mode
    std::uint8_t psk_modes = 1;         ///< 1: psk_dhe_ke; 2: and psk_ke
    std::uint8_t point_formats = 1;     ///< values in ec_point_formats
    std::uint8_t compressions = 0;      ///< algorithms in compress_certificate
    std::uint16_t record_size_limit = 0;  ///< offered; 0: not
    bool pads_hello = false;              ///< RFC 7685: 256 to 511 bytes become 512
    bool greases = false;                 ///< RFC 8701
    std::uint16_t extra_hello = 0;        ///< bytes of extensions not modelled, such as ECH
    bool asks_for_staple = false, asks_for_scts = false;
    SendsCcs client_ccs = SendsCcs::IfSessionId;
    bool ccs_before_early_data = true;  ///< else a client that sends early data sends no CCS at all

    // --- the server ---
    bool hello_versions_first = true;  ///< ServerHello: supported_versions before key_share
    bool hello_psk_first = false;      ///< pre_shared_key before the others
    bool always_sends_groups = false;  ///< supported_groups in EncryptedExtensions
    bool sends_groups = false;         ///< the same, if it prefers a group to the one agreed on
    bool answers_record_size_limit = false;
    SendsCcs server_ccs = SendsCcs::IfSessionId;
    std::uint16_t cookie = 0;                  ///< bytes in a HelloRetryRequest
    std::uint16_t request_schemes = 14;        ///< signature_algorithms in CertificateRequest
    std::uint16_t request_extra = 0;           ///< bytes of other extensions there
    bool names_authorities = true;             ///< certificate_authorities there
    std::uint8_t post_handshake_context = 32;  ///< bytes of certificate_request_context
    bool sends_root = false;                   ///< the chain is followed by the root it ends in

    std::uint8_t tickets = 2, tickets_resumed = 1;
    std::uint8_t ticket_nonce = 8;  ///< bytes
    /// Bytes of the identity: frame + state, rounded up to whole blocks with at least one byte of
    /// padding if a block has more than a byte.
    std::uint16_t ticket_frame = 0, ticket_block = 1;
    std::uint16_t ticket_sha256 = 121;  ///< state under a suite with SHA-256
    std::uint16_t ticket_sha384 = 137;
    std::uint16_t ticket_extensions = 0;    ///< bytes beside early_data
    bool renews_tickets_after_auth = true;  ///< post-handshake authentication brings new ones
    TicketTime ticket_time = TicketTime::AfterFinished;
    bool early_tickets_when_resumed = false;  ///< FirstFlight holds for resumptions too
    TicketGrowth ticket_growth = TicketGrowth::None;
    bool writes_tickets_apart = false;      ///< each in a write() of its own
    std::uint16_t ticket_growth_extra = 0;  ///< bytes beside the certificates
    std::uint16_t growth_per_certificate = 0;

    // --- both ---
    bool follows_client = false;     ///< the client's order of suites and groups decides
    bool coalesces = false;          ///< all messages of a flight under one key in one record
    std::uint32_t write_buffer = 0;  ///< bytes gathered before a write(); 0: a write a record;
                                     ///< UINT32_MAX: a write a flight
    Dialect dialect{};
};

std::span<const Profile> profiles();
const Profile* find_profile(std::string_view name);  ///< null: there is none

}  // namespace seedwire::tls
