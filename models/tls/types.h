// The vocabulary of TLS: numbers of the registries, and their names. RFC 8446 §4, §6, RFC 8447.
#pragma once

#include <cstdint>
#include <string_view>

namespace seedwire::tls {

enum class ContentType : std::uint8_t {
    ChangeCipherSpec = 20,
    Alert = 21,
    Handshake = 22,
    ApplicationData = 23,
};

/// RFC 8446 §4, RFC 5246 §7.4, RFC 8879 §4.
enum class HandshakeType : std::uint8_t {
    ClientHello = 1,
    ServerHello = 2,
    NewSessionTicket = 4,
    EndOfEarlyData = 5,
    EncryptedExtensions = 8,
    Certificate = 11,
    ServerKeyExchange = 12,
    CertificateRequest = 13,
    ServerHelloDone = 14,
    CertificateVerify = 15,
    ClientKeyExchange = 16,
    Finished = 20,
    KeyUpdate = 24,
    CompressedCertificate = 25,
    MessageHash = 254,
    /// A ServerHello with the fixed random; on the wire its type is ServerHello. RFC 8446 §4.1.3.
    HelloRetryRequest = 255,
};

/// RFC 8446 §6, RFC 7301 §3.2. `Alert` is the description; its level follows (is_fatal()).
enum class Alert : std::uint8_t {
    CloseNotify = 0,
    UnexpectedMessage = 10,
    BadRecordMac = 20,
    RecordOverflow = 22,
    HandshakeFailure = 40,
    BadCertificate = 42,
    UnsupportedCertificate = 43,
    CertificateRevoked = 44,
    CertificateExpired = 45,
    CertificateUnknown = 46,
    IllegalParameter = 47,
    UnknownCa = 48,
    AccessDenied = 49,
    DecodeError = 50,
    DecryptError = 51,
    ProtocolVersion = 70,
    InsufficientSecurity = 71,
    InternalError = 80,
    InappropriateFallback = 86,
    UserCanceled = 90,
    MissingExtension = 109,
    UnsupportedExtension = 110,
    UnrecognizedName = 112,
    BadCertificateStatusResponse = 113,
    UnknownPskIdentity = 115,
    CertificateRequired = 116,
    NoApplicationProtocol = 120,
};

/// RFC 8446 §4.2 and the documents it names.
enum class ExtensionType : std::uint16_t {
    ServerName = 0,
    MaxFragmentLength = 1,
    StatusRequest = 5,
    SupportedGroups = 10,
    EcPointFormats = 11,
    SignatureAlgorithms = 13,
    UseSrtp = 14,
    Heartbeat = 15,
    Alpn = 16,
    SignedCertificateTimestamp = 18,
    ClientCertificateType = 19,
    ServerCertificateType = 20,
    Padding = 21,
    EncryptThenMac = 22,
    ExtendedMasterSecret = 23,
    CompressCertificate = 27,
    RecordSizeLimit = 28,
    SessionTicket = 35,
    PreSharedKey = 41,
    EarlyData = 42,
    SupportedVersions = 43,
    Cookie = 44,
    PskKeyExchangeModes = 45,
    CertificateAuthorities = 47,
    OidFilters = 48,
    PostHandshakeAuth = 49,
    SignatureAlgorithmsCert = 50,
    KeyShare = 51,
    RenegotiationInfo = 65281,
};

enum class Suite : std::uint16_t {
    None = 0,
    Aes128GcmSha256 = 0x1301,
    Aes256GcmSha384 = 0x1302,
    Chacha20Poly1305Sha256 = 0x1303,
    Aes128CcmSha256 = 0x1304,
    Aes128Ccm8Sha256 = 0x1305,
};

/// RFC 8446 §4.2.7, FIPS 203, draft-ietf-tls-ecdhe-mlkem.
enum class Group : std::uint16_t {
    None = 0,
    Secp256r1 = 23,
    Secp384r1 = 24,
    Secp521r1 = 25,
    X25519 = 29,
    X448 = 30,
    Ffdhe2048 = 256,
    Ffdhe3072 = 257,
    Ffdhe4096 = 258,
    Ffdhe6144 = 259,
    Ffdhe8192 = 260,
    Mlkem512 = 512,
    Mlkem768 = 513,
    Mlkem1024 = 514,
    Secp256r1Mlkem768 = 4587,
    X25519Mlkem768 = 4588,
    Secp384r1Mlkem1024 = 4589,
    P256Kyber512 = 0x2F29,  ///< of round 2, as OQS-OpenSSL 1.1.1 numbered it
};

/// RFC 8446 §4.2.3, draft-ietf-tls-mldsa, draft-reddy-tls-slhdsa.
enum class Scheme : std::uint16_t {
    None = 0,
    RsaPkcs1Sha1 = 0x0201,
    EcdsaSha1 = 0x0203,
    RsaPkcs1Sha256 = 0x0401,
    EcdsaSecp256r1Sha256 = 0x0403,
    RsaPkcs1Sha384 = 0x0501,
    EcdsaSecp384r1Sha384 = 0x0503,
    RsaPkcs1Sha512 = 0x0601,
    EcdsaSecp521r1Sha512 = 0x0603,
    RsaPssRsaeSha256 = 0x0804,
    RsaPssRsaeSha384 = 0x0805,
    RsaPssRsaeSha512 = 0x0806,
    Ed25519 = 0x0807,
    Ed448 = 0x0808,
    RsaPssPssSha256 = 0x0809,
    RsaPssPssSha384 = 0x080A,
    RsaPssPssSha512 = 0x080B,
    Mldsa44 = 0x0904,
    Mldsa65 = 0x0905,
    Mldsa87 = 0x0906,
    SlhdsaSha2With128s = 0x0911,
    SlhdsaSha2With128f = 0x0912,
    SlhdsaSha2With192s = 0x0913,
    SlhdsaSha2With256s = 0x0915,
    Dilithium2 = 0xFE03,  ///< of round 2, as OQS-OpenSSL 1.1.1 numbered it
    Falcon512 = 0xFED7,
    Falcon1024 = 0xFEDA,
};

constexpr std::uint16_t kTls10 = 0x0301, kTls12 = 0x0303, kTls13 = 0x0304;

/// Which keys protect a record. RFC 8446 §7.3.
enum class Epoch : std::uint8_t { Plain, Early, Handshake, Application };

/// RFC 8446 §A.1, §A.2; names as printed there (state_name()).
enum class State : std::uint8_t {
    Start,
    WaitServerHello,
    WaitEncryptedExtensions,
    WaitCertificateOrRequest,
    WaitCertificate,
    WaitCertificateVerify,
    WaitFinished,
    ReceivedClientHello,
    Negotiated,
    WaitEndOfEarlyData,
    WaitFlight2,
    Connected,
    // TLS 1.2, RFC 5246 §7.3, named after the message that is awaited.
    WaitServerKeyExchange,
    WaitServerHelloDone,
    WaitClientKeyExchange,
    WaitTicket,
    WaitChangeCipherSpec,
    Closed,  ///< after an alert, or close_notify in both directions
};

std::string_view name_of(ContentType type);
std::string_view name_of(HandshakeType type);  ///< as the RFC spells it in text: "ClientHello"
std::string_view name_of(Alert alert);         ///< "unexpected_message"
std::string_view name_of(ExtensionType type);  ///< "key_share"; empty if unknown
std::string_view name_of(Suite suite);         ///< "TLS_AES_128_GCM_SHA256"
std::string_view name_of(Group group);         ///< "x25519"
std::string_view name_of(Scheme scheme);       ///< "ecdsa_secp256r1_sha256"
std::string_view name_of(Epoch epoch);         ///< "plain", "early", "handshake", "application"
std::string_view name_of(State state);         ///< "WAIT_SH"

/// The reverse; None if there is no such name.
Suite suite_named(std::string_view name);
Group group_named(std::string_view name);
Scheme scheme_named(std::string_view name);

/// RFC 8446 §6.1, §6.2: all but these end the connection.
constexpr bool is_fatal(Alert alert) {
    return alert != Alert::CloseNotify && alert != Alert::UserCanceled;
}

}  // namespace seedwire::tls
