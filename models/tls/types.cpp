#include "models/tls/types.h"

#include <algorithm>
#include <array>
#include <span>

namespace seedwire::tls {

namespace {

template <class T>
struct Named {
    T value;
    std::string_view name;
};

template <class T, std::size_t N>
std::string_view find_name(const std::array<Named<T>, N>& table, T value) {
    const auto* row = std::ranges::find(table, value, &Named<T>::value);
    return row == table.end() ? std::string_view{} : row->name;
}
template <class T, std::size_t N>
T find_value(const std::array<Named<T>, N>& table, std::string_view name) {
    const auto* row = std::ranges::find(table, name, &Named<T>::name);
    return row == table.end() ? T{} : row->value;
}

constexpr auto kHandshakeTypes = std::to_array<Named<HandshakeType>>({
    {HandshakeType::ClientHello, "ClientHello"},
    {HandshakeType::ServerHello, "ServerHello"},
    {HandshakeType::NewSessionTicket, "NewSessionTicket"},
    {HandshakeType::EndOfEarlyData, "EndOfEarlyData"},
    {HandshakeType::EncryptedExtensions, "EncryptedExtensions"},
    {HandshakeType::Certificate, "Certificate"},
    {HandshakeType::ServerKeyExchange, "ServerKeyExchange"},
    {HandshakeType::CertificateRequest, "CertificateRequest"},
    {HandshakeType::ServerHelloDone, "ServerHelloDone"},
    {HandshakeType::CertificateVerify, "CertificateVerify"},
    {HandshakeType::ClientKeyExchange, "ClientKeyExchange"},
    {HandshakeType::Finished, "Finished"},
    {HandshakeType::KeyUpdate, "KeyUpdate"},
    {HandshakeType::CompressedCertificate, "CompressedCertificate"},
    {HandshakeType::MessageHash, "message_hash"},
    {HandshakeType::HelloRetryRequest, "HelloRetryRequest"},
});

constexpr auto kAlerts = std::to_array<Named<Alert>>({
    {Alert::CloseNotify, "close_notify"},
    {Alert::UnexpectedMessage, "unexpected_message"},
    {Alert::BadRecordMac, "bad_record_mac"},
    {Alert::RecordOverflow, "record_overflow"},
    {Alert::HandshakeFailure, "handshake_failure"},
    {Alert::BadCertificate, "bad_certificate"},
    {Alert::UnsupportedCertificate, "unsupported_certificate"},
    {Alert::CertificateRevoked, "certificate_revoked"},
    {Alert::CertificateExpired, "certificate_expired"},
    {Alert::CertificateUnknown, "certificate_unknown"},
    {Alert::IllegalParameter, "illegal_parameter"},
    {Alert::UnknownCa, "unknown_ca"},
    {Alert::AccessDenied, "access_denied"},
    {Alert::DecodeError, "decode_error"},
    {Alert::DecryptError, "decrypt_error"},
    {Alert::ProtocolVersion, "protocol_version"},
    {Alert::InsufficientSecurity, "insufficient_security"},
    {Alert::InternalError, "internal_error"},
    {Alert::InappropriateFallback, "inappropriate_fallback"},
    {Alert::UserCanceled, "user_canceled"},
    {Alert::MissingExtension, "missing_extension"},
    {Alert::UnsupportedExtension, "unsupported_extension"},
    {Alert::UnrecognizedName, "unrecognized_name"},
    {Alert::BadCertificateStatusResponse, "bad_certificate_status_response"},
    {Alert::UnknownPskIdentity, "unknown_psk_identity"},
    {Alert::CertificateRequired, "certificate_required"},
    {Alert::NoApplicationProtocol, "no_application_protocol"},
});

constexpr auto kExtensions = std::to_array<Named<ExtensionType>>({
    {ExtensionType::ServerName, "server_name"},
    {ExtensionType::MaxFragmentLength, "max_fragment_length"},
    {ExtensionType::StatusRequest, "status_request"},
    {ExtensionType::SupportedGroups, "supported_groups"},
    {ExtensionType::EcPointFormats, "ec_point_formats"},
    {ExtensionType::SignatureAlgorithms, "signature_algorithms"},
    {ExtensionType::UseSrtp, "use_srtp"},
    {ExtensionType::Heartbeat, "heartbeat"},
    {ExtensionType::Alpn, "application_layer_protocol_negotiation"},
    {ExtensionType::SignedCertificateTimestamp, "signed_certificate_timestamp"},
    {ExtensionType::ClientCertificateType, "client_certificate_type"},
    {ExtensionType::ServerCertificateType, "server_certificate_type"},
    {ExtensionType::Padding, "padding"},
    {ExtensionType::EncryptThenMac, "encrypt_then_mac"},
    {ExtensionType::ExtendedMasterSecret, "extended_master_secret"},
    {ExtensionType::CompressCertificate, "compress_certificate"},
    {ExtensionType::RecordSizeLimit, "record_size_limit"},
    {ExtensionType::SessionTicket, "session_ticket"},
    {ExtensionType::PreSharedKey, "pre_shared_key"},
    {ExtensionType::EarlyData, "early_data"},
    {ExtensionType::SupportedVersions, "supported_versions"},
    {ExtensionType::Cookie, "cookie"},
    {ExtensionType::PskKeyExchangeModes, "psk_key_exchange_modes"},
    {ExtensionType::CertificateAuthorities, "certificate_authorities"},
    {ExtensionType::OidFilters, "oid_filters"},
    {ExtensionType::PostHandshakeAuth, "post_handshake_auth"},
    {ExtensionType::SignatureAlgorithmsCert, "signature_algorithms_cert"},
    {ExtensionType::KeyShare, "key_share"},
    {ExtensionType::RenegotiationInfo, "renegotiation_info"},
});

constexpr auto kSuites = std::to_array<Named<Suite>>({
    {Suite::Aes128GcmSha256, "TLS_AES_128_GCM_SHA256"},
    {Suite::Aes256GcmSha384, "TLS_AES_256_GCM_SHA384"},
    {Suite::Chacha20Poly1305Sha256, "TLS_CHACHA20_POLY1305_SHA256"},
    {Suite::Aes128CcmSha256, "TLS_AES_128_CCM_SHA256"},
    {Suite::Aes128Ccm8Sha256, "TLS_AES_128_CCM_8_SHA256"},
});

constexpr auto kGroups = std::to_array<Named<Group>>({
    {Group::Secp256r1, "secp256r1"},
    {Group::Secp384r1, "secp384r1"},
    {Group::Secp521r1, "secp521r1"},
    {Group::X25519, "x25519"},
    {Group::X448, "x448"},
    {Group::Ffdhe2048, "ffdhe2048"},
    {Group::Ffdhe3072, "ffdhe3072"},
    {Group::Ffdhe4096, "ffdhe4096"},
    {Group::Ffdhe6144, "ffdhe6144"},
    {Group::Ffdhe8192, "ffdhe8192"},
    {Group::Mlkem512, "MLKEM512"},
    {Group::Mlkem768, "MLKEM768"},
    {Group::Mlkem1024, "MLKEM1024"},
    {Group::Secp256r1Mlkem768, "SecP256r1MLKEM768"},
    {Group::X25519Mlkem768, "X25519MLKEM768"},
    {Group::Secp384r1Mlkem1024, "SecP384r1MLKEM1024"},
    {Group::P256Kyber512, "p256_kyber512"},
});

constexpr auto kSchemes = std::to_array<Named<Scheme>>({
    {Scheme::RsaPkcs1Sha1, "rsa_pkcs1_sha1"},
    {Scheme::EcdsaSha1, "ecdsa_sha1"},
    {Scheme::RsaPkcs1Sha256, "rsa_pkcs1_sha256"},
    {Scheme::EcdsaSecp256r1Sha256, "ecdsa_secp256r1_sha256"},
    {Scheme::RsaPkcs1Sha384, "rsa_pkcs1_sha384"},
    {Scheme::EcdsaSecp384r1Sha384, "ecdsa_secp384r1_sha384"},
    {Scheme::RsaPkcs1Sha512, "rsa_pkcs1_sha512"},
    {Scheme::EcdsaSecp521r1Sha512, "ecdsa_secp521r1_sha512"},
    {Scheme::RsaPssRsaeSha256, "rsa_pss_rsae_sha256"},
    {Scheme::RsaPssRsaeSha384, "rsa_pss_rsae_sha384"},
    {Scheme::RsaPssRsaeSha512, "rsa_pss_rsae_sha512"},
    {Scheme::Ed25519, "ed25519"},
    {Scheme::Ed448, "ed448"},
    {Scheme::RsaPssPssSha256, "rsa_pss_pss_sha256"},
    {Scheme::RsaPssPssSha384, "rsa_pss_pss_sha384"},
    {Scheme::RsaPssPssSha512, "rsa_pss_pss_sha512"},
    {Scheme::Mldsa44, "mldsa44"},
    {Scheme::Mldsa65, "mldsa65"},
    {Scheme::Mldsa87, "mldsa87"},
    {Scheme::SlhdsaSha2With128s, "slhdsa_sha2_128s"},
    {Scheme::SlhdsaSha2With128f, "slhdsa_sha2_128f"},
    {Scheme::SlhdsaSha2With192s, "slhdsa_sha2_192s"},
    {Scheme::SlhdsaSha2With256s, "slhdsa_sha2_256s"},
    {Scheme::Dilithium2, "dilithium2"},
    {Scheme::Falcon512, "falcon512"},
    {Scheme::Falcon1024, "falcon1024"},
});

constexpr auto kStates = std::to_array<Named<State>>({
    {State::Start, "START"},
    {State::WaitServerHello, "WAIT_SH"},
    {State::WaitEncryptedExtensions, "WAIT_EE"},
    {State::WaitCertificateOrRequest, "WAIT_CERT_CR"},
    {State::WaitCertificate, "WAIT_CERT"},
    {State::WaitCertificateVerify, "WAIT_CV"},
    {State::WaitFinished, "WAIT_FINISHED"},
    {State::ReceivedClientHello, "RECVD_CH"},
    {State::Negotiated, "NEGOTIATED"},
    {State::WaitEndOfEarlyData, "WAIT_EOED"},
    {State::WaitFlight2, "WAIT_FLIGHT2"},
    {State::Connected, "CONNECTED"},
    {State::WaitServerKeyExchange, "WAIT_SKE"},
    {State::WaitServerHelloDone, "WAIT_SHD"},
    {State::WaitClientKeyExchange, "WAIT_CKE"},
    {State::WaitTicket, "WAIT_TICKET"},
    {State::WaitChangeCipherSpec, "WAIT_CCS"},
    {State::Closed, "CLOSED"},
});

}  // namespace

std::string_view name_of(ContentType type) {
    switch (type) {
        case ContentType::ChangeCipherSpec:
            return "change_cipher_spec";
        case ContentType::Alert:
            return "alert";
        case ContentType::Handshake:
            return "handshake";
        case ContentType::ApplicationData:
            return "application_data";
    }
    return {};
}
std::string_view name_of(Epoch epoch) {
    constexpr std::array<std::string_view, 4> kNames = {"plain", "early", "handshake",
                                                        "application"};
    return kNames[static_cast<std::size_t>(epoch)];
}
std::string_view name_of(HandshakeType type) { return find_name(kHandshakeTypes, type); }
std::string_view name_of(Alert alert) { return find_name(kAlerts, alert); }
std::string_view name_of(ExtensionType type) { return find_name(kExtensions, type); }
std::string_view name_of(Suite suite) { return find_name(kSuites, suite); }
std::string_view name_of(Group group) { return find_name(kGroups, group); }
std::string_view name_of(Scheme scheme) { return find_name(kSchemes, scheme); }
std::string_view name_of(State state) { return find_name(kStates, state); }

Suite suite_named(std::string_view name) { return find_value(kSuites, name); }
Group group_named(std::string_view name) { return find_value(kGroups, name); }
Scheme scheme_named(std::string_view name) { return find_value(kSchemes, name); }

}  // namespace seedwire::tls
