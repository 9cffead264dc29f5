// The table of stacks. Measured: OpenSSL 3.0.22 and 3.5.8, GnuTLS 3.7.9, Go 1.19.8, BoringSSL of
// Android 13, NSS 3.87.1, wolfSSL 5.5.4; the browser is composed from what browsers send.
#include "models/tls/profile.h"

#include <algorithm>
#include <array>

namespace seedwire::tls {

namespace {

using enum ExtensionType;
using enum Group;

constexpr auto kOnly13 = std::to_array<std::uint16_t>({kTls13});
constexpr auto kSince12 = std::to_array<std::uint16_t>({kTls13, kTls12});
constexpr auto kSince10 = std::to_array<std::uint16_t>({kTls13, kTls12, 0x0302, kTls10});

constexpr auto kAesFirst = std::to_array<Suite>(
    {Suite::Aes256GcmSha384, Suite::Chacha20Poly1305Sha256, Suite::Aes128GcmSha256});
constexpr auto kSmallFirst = std::to_array<Suite>(
    {Suite::Aes128GcmSha256, Suite::Aes256GcmSha384, Suite::Chacha20Poly1305Sha256});
constexpr auto kNssSuites = std::to_array<Suite>(
    {Suite::Aes128GcmSha256, Suite::Chacha20Poly1305Sha256, Suite::Aes256GcmSha384});
constexpr auto kGnutlsSuites =
    std::to_array<Suite>({Suite::Aes256GcmSha384, Suite::Chacha20Poly1305Sha256,
                          Suite::Aes128GcmSha256, Suite::Aes128CcmSha256});

constexpr auto kOpenssl30Groups =
    std::to_array<Group>({X25519, Secp256r1, X448, Secp521r1, Secp384r1, Ffdhe2048, Ffdhe3072,
                          Ffdhe4096, Ffdhe6144, Ffdhe8192});
constexpr auto kOpenssl35Groups = std::to_array<Group>(
    {X25519Mlkem768, X25519, Secp256r1, X448, Secp384r1, Secp521r1, Ffdhe2048, Ffdhe3072});
constexpr auto kGnutlsGroups =
    std::to_array<Group>({Secp256r1, Secp384r1, Secp521r1, X25519, X448, Ffdhe2048, Ffdhe3072,
                          Ffdhe4096, Ffdhe6144, Ffdhe8192});
constexpr auto kGoGroups = std::to_array<Group>({X25519, Secp256r1, Secp384r1, Secp521r1});
constexpr auto kBoringGroups = std::to_array<Group>({X25519, Secp256r1, Secp384r1});
constexpr auto kNssGroups =
    std::to_array<Group>({X25519, Secp256r1, Secp384r1, Secp521r1, Ffdhe2048, Ffdhe3072, Ffdhe4096,
                          Ffdhe6144, Ffdhe8192});
constexpr auto kWolfGroups = std::to_array<Group>(
    {Secp521r1, Secp384r1, Secp256r1, X25519, X448, Ffdhe2048, Ffdhe3072, Ffdhe4096, Ffdhe6144,
     Ffdhe8192, static_cast<Group>(26), static_cast<Group>(27), static_cast<Group>(28)});
constexpr auto kBrowserGroups =
    std::to_array<Group>({X25519Mlkem768, X25519, Secp256r1, Secp384r1});

constexpr auto kX25519 = std::to_array<Group>({X25519});
constexpr auto kP256 = std::to_array<Group>({Secp256r1});
constexpr auto kHybridAndX25519 = std::to_array<Group>({X25519Mlkem768, X25519});
constexpr auto kGnutlsShares = std::to_array<Group>({Secp256r1, X25519});

/// Values that only older versions used: SHA-224 and SHA-1, DSA. RFC 5246 §7.4.1.4.1.
constexpr Scheme old(std::uint16_t value) { return static_cast<Scheme>(value); }

using S = Scheme;
constexpr auto kOpenssl30Schemes = std::to_array<Scheme>({S::EcdsaSecp256r1Sha256,
                                                          S::EcdsaSecp384r1Sha384,
                                                          S::EcdsaSecp521r1Sha512,
                                                          S::Ed25519,
                                                          S::Ed448,
                                                          S::RsaPssPssSha256,
                                                          S::RsaPssPssSha384,
                                                          S::RsaPssPssSha512,
                                                          S::RsaPssRsaeSha256,
                                                          S::RsaPssRsaeSha384,
                                                          S::RsaPssRsaeSha512,
                                                          S::RsaPkcs1Sha256,
                                                          S::RsaPkcs1Sha384,
                                                          S::RsaPkcs1Sha512,
                                                          old(0x0303),
                                                          old(0x0301),
                                                          old(0x0302),
                                                          old(0x0402),
                                                          old(0x0502),
                                                          old(0x0602)});
constexpr auto kOpenssl35Schemes = std::to_array<Scheme>({S::Mldsa65,
                                                          S::Mldsa87,
                                                          S::Mldsa44,
                                                          S::EcdsaSecp256r1Sha256,
                                                          S::EcdsaSecp384r1Sha384,
                                                          S::EcdsaSecp521r1Sha512,
                                                          S::Ed25519,
                                                          S::Ed448,
                                                          old(0x081A),
                                                          old(0x081B),
                                                          old(0x081C),
                                                          S::RsaPssPssSha256,
                                                          S::RsaPssPssSha384,
                                                          S::RsaPssPssSha512,
                                                          S::RsaPssRsaeSha256,
                                                          S::RsaPssRsaeSha384,
                                                          S::RsaPssRsaeSha512,
                                                          S::RsaPkcs1Sha256,
                                                          S::RsaPkcs1Sha384,
                                                          S::RsaPkcs1Sha512,
                                                          old(0x0303),
                                                          old(0x0301),
                                                          old(0x0302),
                                                          old(0x0402),
                                                          old(0x0502),
                                                          old(0x0602)});
constexpr auto kGnutlsSchemes = std::to_array<Scheme>(
    {S::RsaPkcs1Sha256, S::RsaPssPssSha256, S::RsaPssRsaeSha256, S::EcdsaSecp256r1Sha256,
     S::Ed25519, S::RsaPkcs1Sha384, S::RsaPssPssSha384, S::RsaPssRsaeSha384,
     S::EcdsaSecp384r1Sha384, S::Ed448, S::RsaPkcs1Sha512, S::RsaPssPssSha512, S::RsaPssRsaeSha512,
     S::EcdsaSecp521r1Sha512, S::RsaPkcs1Sha1, S::EcdsaSha1});
constexpr auto kGoSchemes = std::to_array<Scheme>(
    {S::RsaPssRsaeSha256, S::EcdsaSecp256r1Sha256, S::Ed25519, S::RsaPssRsaeSha384,
     S::RsaPssRsaeSha512, S::RsaPkcs1Sha256, S::RsaPkcs1Sha384, S::RsaPkcs1Sha512,
     S::EcdsaSecp384r1Sha384, S::EcdsaSecp521r1Sha512, S::RsaPkcs1Sha1, S::EcdsaSha1});
constexpr auto kBoringSchemes =
    std::to_array<Scheme>({S::EcdsaSecp256r1Sha256, S::RsaPssRsaeSha256, S::RsaPkcs1Sha256,
                           S::EcdsaSecp384r1Sha384, S::RsaPssRsaeSha384, S::RsaPkcs1Sha384,
                           S::RsaPssRsaeSha512, S::RsaPkcs1Sha512, S::RsaPkcs1Sha1});
constexpr auto kNssSchemes = std::to_array<Scheme>(
    {S::EcdsaSecp256r1Sha256, S::EcdsaSecp384r1Sha384, S::EcdsaSecp521r1Sha512, S::RsaPssRsaeSha256,
     S::RsaPssRsaeSha384, S::RsaPssRsaeSha512, S::RsaPkcs1Sha256, S::RsaPkcs1Sha384,
     S::RsaPkcs1Sha512, S::EcdsaSha1, S::RsaPkcs1Sha1, old(0x0402), old(0x0502), old(0x0602),
     old(0x0202)});
constexpr auto kWolfSchemes = std::to_array<Scheme>(
    {S::EcdsaSecp521r1Sha512, S::EcdsaSecp384r1Sha384, S::EcdsaSecp256r1Sha256, S::EcdsaSha1,
     S::Ed25519, S::Ed448, S::RsaPssPssSha512, S::RsaPssRsaeSha512, S::RsaPssPssSha384,
     S::RsaPssRsaeSha384, S::RsaPssPssSha256, S::RsaPssRsaeSha256, S::RsaPkcs1Sha512,
     S::RsaPkcs1Sha384, S::RsaPkcs1Sha256, old(0x0301), S::RsaPkcs1Sha1});

// pre_shared_key closes every hello (RFC 8446 §4.2.11) and is not listed.
constexpr auto kOpenssl30Hello = std::to_array<ExtensionType>(
    {ServerName, MaxFragmentLength, EcPointFormats, SupportedGroups, SessionTicket, StatusRequest,
     Alpn, EncryptThenMac, ExtendedMasterSecret, PostHandshakeAuth, SignatureAlgorithms,
     SupportedVersions, PskKeyExchangeModes, KeyShare, Cookie, EarlyData});
constexpr auto kOnlyRenegotiation = std::to_array<ExtensionType>({RenegotiationInfo});
constexpr auto kOnlyPointFormats = std::to_array<ExtensionType>({EcPointFormats});
constexpr auto kBoringOld = std::to_array<ExtensionType>(
    {ExtendedMasterSecret, RenegotiationInfo, EcPointFormats, SessionTicket});
constexpr auto kOpenssl35Hello = std::to_array<ExtensionType>(
    {RenegotiationInfo, ServerName, MaxFragmentLength, EcPointFormats, SupportedGroups,
     SessionTicket, StatusRequest, Alpn, EncryptThenMac, ExtendedMasterSecret, PostHandshakeAuth,
     SignatureAlgorithms, SupportedVersions, PskKeyExchangeModes, KeyShare, Cookie,
     CompressCertificate, EarlyData});
constexpr auto kGnutlsHello = std::to_array<ExtensionType>(
    {StatusRequest, SupportedGroups, EcPointFormats, SignatureAlgorithms, Alpn, EncryptThenMac,
     ExtendedMasterSecret, SessionTicket, KeyShare, SupportedVersions, RenegotiationInfo,
     ServerName, Cookie, EarlyData, PostHandshakeAuth, PskKeyExchangeModes, RecordSizeLimit});
constexpr auto kGoHello = std::to_array<ExtensionType>(
    {ServerName, StatusRequest, SupportedGroups, EcPointFormats, SessionTicket, SignatureAlgorithms,
     RenegotiationInfo, Alpn, SignedCertificateTimestamp, SupportedVersions, Cookie, KeyShare,
     EarlyData, PskKeyExchangeModes});
constexpr auto kBoringHello = std::to_array<ExtensionType>(
    {ServerName, ExtendedMasterSecret, RenegotiationInfo, SupportedGroups, EcPointFormats,
     SessionTicket, Alpn, StatusRequest, SignatureAlgorithms, SignedCertificateTimestamp, KeyShare,
     PskKeyExchangeModes, EarlyData, SupportedVersions, Cookie, CompressCertificate, Padding});
constexpr auto kNssHello = std::to_array<ExtensionType>(
    {ServerName, ExtendedMasterSecret, RenegotiationInfo, SupportedGroups, EcPointFormats,
     SessionTicket, Alpn, StatusRequest, EarlyData, KeyShare, SupportedVersions,
     SignatureAlgorithms, PskKeyExchangeModes, RecordSizeLimit, Cookie, PostHandshakeAuth,
     Padding});
constexpr auto kWolfHello = std::to_array<ExtensionType>(
    {EarlyData, PskKeyExchangeModes, KeyShare, SupportedVersions, Cookie, SignatureAlgorithms,
     SupportedGroups, Alpn, EncryptThenMac, ServerName});

constexpr Dialect kOpensslDialect{
    .bad_binder = Alert::IllegalParameter,
    .bad_ccs_value = Alert::IllegalParameter,
    .bad_compression = Alert::DecodeError,
    .duplicate_in_client_hello = Alert::IllegalParameter,
    .no_usable_certificate = Alert::ProtocolVersion,
    .takes_write_keys_late = true,
    .truncation = Alert::DecodeError,
    .ignores_unknown_warnings = true,
    .plain_alert = PlainAlert::Accept,
};

constexpr Profile kOpenssl30{
    .name = "openssl-3.0",
    .summary = "OpenSSL 3.0, its defaults",
    .versions = kSince10,
    .suites = kAesFirst,
    .other_suites = 28,
    .groups = kOpenssl30Groups,
    .key_shares = kX25519,
    .schemes = kOpenssl30Schemes,
    .hello = kOpenssl30Hello,
    .point_formats = 3,
    .sends_groups = true,
    .server_ccs = SendsCcs::Always,
    .request_schemes = 18,
    .ticket_frame = 64,
    .ticket_block = 16,
    .ticket_growth = TicketGrowth::Leaf,
    .writes_tickets_apart = true,
    .follows_client = true,
    .write_buffer = 4096,
    .dialect = kOpensslDialect,
};

constexpr Profile openssl35() {
    Profile p = kOpenssl30;
    p.name = "openssl-3.5";
    p.summary = "OpenSSL 3.5, its defaults: hybrid key exchange, certificate compression";
    p.versions = kSince12;
    p.other_suites = 27;
    p.groups = kOpenssl35Groups;
    p.key_shares = kHybridAndX25519;
    p.schemes = kOpenssl35Schemes;
    p.compressions = 3;
    p.hello = kOpenssl35Hello;
    p.only_with_old_versions = kOnlyRenegotiation;
    p.request_schemes = 20;
    return p;
}

constexpr Profile kGnutls{
    .name = "gnutls",
    .summary = "GnuTLS 3.7, its defaults",
    .versions = kSince12,
    .suites = kGnutlsSuites,
    .other_suites = 25,
    .groups = kGnutlsGroups,
    .key_shares = kGnutlsShares,
    .schemes = kGnutlsSchemes,
    .hello = kGnutlsHello,
    .psk_modes = 2,
    .record_size_limit = 16385,
    .asks_for_staple = true,
    .ccs_before_early_data = false,
    .hello_versions_first = false,
    .answers_record_size_limit = true,
    .request_schemes = 16,
    .request_extra = 8,
    .tickets_resumed = 2,
    .ticket_nonce = 4,
    .ticket_sha256 = 230,
    .ticket_sha384 = 230,
    .ticket_time = TicketTime::FirstFlight,
    .ticket_growth = TicketGrowth::Chain,
    .ticket_growth_extra = 33,
    .follows_client = true,
    .write_buffer = UINT32_MAX,
    .dialect = {.no_common_version = Alert::HandshakeFailure,
                .unknown_ca = Alert::BadCertificate,
                .expired = Alert::BadCertificate,
                .truncation = Alert::UnexpectedMessage,
                .plain_alert = PlainAlert::BadRecordMac},
};

constexpr Profile kGo{
    .name = "go",
    .summary = "crypto/tls of Go 1.19",
    .versions = kSince12,
    .suites = kSmallFirst,
    .other_suites = 16,
    .groups = kGoGroups,
    .key_shares = kX25519,
    .schemes = kGoSchemes,
    .hello = kGoHello,
    .old_hello_is_modern = true,
    .asks_for_staple = true,
    .asks_for_scts = true,
    .request_schemes = 12,
    .request_extra = 12,
    .tickets = 1,
    .ticket_nonce = 0,
    .ticket_sha256 = 113,
    .ticket_sha384 = 113,
    .ticket_time = TicketTime::FirstFlight,
    .early_tickets_when_resumed = true,
    .ticket_growth = TicketGrowth::Chain,
    .growth_per_certificate = 5,
    .write_buffer = UINT32_MAX,
    .dialect = {.no_client_certificate = Alert::BadCertificate,
                .unknown_ca = Alert::BadCertificate,
                .expired = Alert::BadCertificate,
                .alpn_alert_after_server_hello = true,
                .plain_alert = PlainAlert::BadRecordMac},
};

constexpr Profile kBoringssl{
    .name = "boringssl",
    .summary = "BoringSSL of Android 13",
    .versions = kSince10,
    .suites = kSmallFirst,
    .other_suites = 15,
    .groups = kBoringGroups,
    .key_shares = kX25519,
    .schemes = kBoringSchemes,
    .hello = kBoringHello,
    .only_with_old_versions = kBoringOld,
    .pads_hello = true,
    .hello_versions_first = false,
    .hello_psk_first = true,
    .request_schemes = 9,
    .names_authorities = false,
    .tickets_resumed = 2,
    .ticket_nonce = 1,
    .ticket_sha256 = 160,
    .ticket_sha384 = 176,
    .ticket_extensions = 4,
    .ticket_time = TicketTime::FirstWrite,
    .ticket_growth = TicketGrowth::Chain,
    .ticket_growth_extra = 17,
    .follows_client = true,
    .coalesces = true,
    .write_buffer = UINT32_MAX,
    .dialect = {},
};

constexpr Profile kNss{
    .name = "nss",
    .summary = "NSS 3.87",
    .versions = kSince12,
    .suites = kNssSuites,
    .other_suites = 32,
    .groups = kNssGroups,
    .key_shares = kX25519,
    .schemes = kNssSchemes,
    .hello = kNssHello,
    .only_with_old_versions = kOnlyPointFormats,
    .drops_session_ticket = true,
    .session_id = 0,
    .record_size_limit = 16385,
    .pads_hello = true,
    .hello_versions_first = false,
    .hello_psk_first = true,
    .always_sends_groups = true,
    .cookie = 116,
    .request_schemes = 15,
    .sends_root = true,
    .tickets = 1,
    .ticket_nonce = 2,
    .ticket_sha256 = 162,
    .ticket_sha384 = 162,
    .ticket_growth = TicketGrowth::Leaf,
    .coalesces = true,
    .write_buffer = UINT32_MAX,
    .dialect = {},
};

constexpr Profile kWolfssl{
    .name = "wolfssl",
    .summary = "wolfSSL 5.5",
    .versions = kOnly13,
    .suites = kSmallFirst,
    .other_suites = 57,
    .groups = kWolfGroups,
    .key_shares = kP256,
    .schemes = kWolfSchemes,
    .hello = kWolfHello,
    .session_id = 0,
    .psk_modes = 2,
    .client_ccs = SendsCcs::Never,
    .hello_versions_first = false,
    .hello_psk_first = true,
    .server_ccs = SendsCcs::Never,
    .tickets = 1,
    .ticket_nonce = 1,
    .ticket_sha256 = 174,
    .ticket_sha384 = 174,
    .write_buffer = UINT32_MAX,
    .dialect = {},
};

constexpr Profile browser() {
    Profile p = kBoringssl;
    p.name = "browser";
    p.summary = "a browser: BoringSSL with GREASE, hybrid key exchange, ECH, compression";
    p.versions = kSince12;
    p.groups = kBrowserGroups;
    p.key_shares = kHybridAndX25519;
    p.compressions = 1;
    p.greases = true;
    p.asks_for_staple = p.asks_for_scts = true;
    p.extra_hello = 218;  // encrypted_client_hello, as GREASE: draft-ietf-tls-esni §6.2
    return p;
}

/// The letter of RFC 8446 where it says something, and one habit where it does not.
constexpr Profile rfc() {
    Profile p = kOpenssl30;
    p.name = "rfc";
    p.summary = "TLS 1.3 alone by the letter of RFC 8446, with the sizes of OpenSSL";
    p.versions = kOnly13;
    p.other_suites = 0;
    p.follows_client = false;
    p.write_buffer = UINT32_MAX;
    p.dialect = {};
    return p;
}

/// Node: OpenSSL inside, certificates judged by the program.
constexpr Profile node20() {
    Profile p = kOpenssl30;
    p.name = "node-20";
    p.summary = "Node 20 with OpenSSL 3.0 inside";
    p.versions = kSince12;
    p.other_suites = 56;
    p.dialect.judges_outside = true;
    return p;
}
constexpr Profile node24() {
    Profile p = openssl35();
    p.name = "node-24";
    p.summary = "Node 24 with OpenSSL 3.5 inside";
    p.other_suites = 49;
    p.compressions = 0;
    p.dialect.judges_outside = true;
    return p;
}

constexpr Profile kOpenssl35 = openssl35();
constexpr Profile kNode20 = node20();
constexpr Profile kNode24 = node24();
constexpr Profile kRfc = rfc();
constexpr Profile kBrowser = browser();
constexpr std::array kProfiles = {kOpenssl30, kOpenssl35, kGnutls, kGo,     kBoringssl, kNss,
                                  kWolfssl,   kBrowser,   kNode20, kNode24, kRfc};

}  // namespace

std::span<const Profile> profiles() { return kProfiles; }

const Profile* find_profile(std::string_view name) {
    const auto row = std::ranges::find(kProfiles, name, &Profile::name);
    return row == kProfiles.end() ? nullptr : &*row;
}

}  // namespace seedwire::tls
