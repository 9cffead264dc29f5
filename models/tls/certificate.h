// Certificates as facts: who names whom, until when, how large. RFC 5280, RFC 8446 §4.4.2.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/tls/algorithms.h"
#include "models/tls/bytes.h"
#include "models/tls/secrets.h"
#include "sim/base/time.h"

namespace seedwire::tls {

/// Names a certificate of a Pki; 0: none.
using CertificateId = std::uint32_t;

struct Certificate {
    std::string subject{};             ///< for people
    std::vector<std::string> names{};  ///< dNSNames; "*.example" stands for one label
    KeyAlgorithm key = KeyAlgorithm::P256;
    KeyAlgorithm signed_by = KeyAlgorithm::P256;  ///< the kind of the issuer's key
    CertificateId issuer = 0;                     ///< 0: self-signed
    bool is_ca = false, is_revoked = false;
    /// Validity, on the clock that starts with the scenario.
    Duration not_before = Duration::s(-30 * 86'400), not_after = Duration::s(365 * 86'400);
    std::uint32_t der = 0;           ///< bytes; 0: der_size() of a lean certificate
    std::uint16_t subject_der = 67;  ///< bytes of its distinguished name, for CA lists
    std::uint16_t scts = 0;          ///< signed certificate timestamps in the TLS extension
    std::uint16_t ocsp = 0;          ///< bytes of the stapled OCSP response; 0: none
};

/// DER bytes of a certificate with just what TLS needs, one name of 18 characters and 2 + length
/// for each byte more. Formula: base + SubjectPublicKeyInfo + twice the AlgorithmIdentifier + the
/// issuer's signature in its BIT STRING.
std::uint32_t der_size(const Certificate& certificate);

/// All certificates of a world. What travels is a reference, so that a changed one is noticed.
class Pki {
public:
    CertificateId add(Certificate certificate);  ///< fills `der` in
    const Certificate& operator[](CertificateId id) const { return certificates_[id - 1]; }
    std::size_t size() const { return certificates_.size(); }
    /// The certificate that stands in these bytes; 0: none, or changed.
    CertificateId find(Bytes der) const;
    /// What is on the wire in place of DER: id, check and filler. At least 16 bytes.
    void write(CertificateId id, ByteWriter& out) const;
    /// The private key's abstract value; whoever has it can sign as the certificate's owner.
    static Secret key_of(CertificateId id) { return stable_hash(0x6B65'7900'0000'0000 + id); }

private:
    std::vector<Certificate> certificates_;
};

enum class Verdict : std::uint8_t {
    Trusted,
    UnknownCa,
    Expired,
    NotYetValid,
    Revoked,
    WrongName,
    UnsupportedKey,
    Unreadable,  ///< the bytes are no certificate
};
std::string_view name_of(Verdict verdict);

struct Trust {
    std::vector<CertificateId> roots;
    std::string name;      ///< that the leaf must bear; empty: any
    Duration clock_error;  ///< what the verifier's clock shows beyond the true time
    bool checks_revocation = true;
    bool is_blind = false;  ///< verification is switched off
};

/// Judges a chain, leaf first, as presented at `now`. In this order: a path to a root, validity,
/// revocation, name.
Verdict judge(const Pki& pki, std::span<const CertificateId> chain, const Trust& trust, Time now);

/// A chain to present with the key to prove it; its Certificate message is built once.
class Credential {
public:
    Credential() = default;
    /// `chain`: leaf first; without the root, as a rule. `compressed`: bytes of the message's body
    /// after compression (RFC 8879), 0: it never travels compressed.
    Credential(const Pki& pki, std::vector<CertificateId> chain, std::uint32_t compressed = 0);

    bool is_empty() const { return chain_.empty(); }
    std::span<const CertificateId> chain() const { return chain_; }
    KeyAlgorithm key() const { return key_; }
    Secret secret() const { return secret_; }
    void set_secret(Secret secret) { secret_ = secret; }  ///< a key that is not the leaf's
    bool may_compress() const { return !compressed_.empty(); }
    /// The whole handshake message with an empty context. `with_staple`, `with_scts`: what the peer
    /// asked for.
    Bytes message(bool with_staple, bool with_scts) const {
        return messages_[(with_staple ? 1U : 0U) + (with_scts ? 2U : 0U)];
    }
    Bytes compressed_message() const { return compressed_; }
    std::uint32_t leaf_der() const { return leaf_der_; }
    std::uint32_t chain_der() const { return chain_der_; }  ///< sum over the chain

private:
    std::vector<CertificateId> chain_;
    KeyAlgorithm key_ = KeyAlgorithm::None;
    Secret secret_ = 0;
    std::uint32_t leaf_der_ = 0, chain_der_ = 0;
    std::array<std::vector<std::uint8_t>, 4> messages_;
    std::vector<std::uint8_t> compressed_;
};

/// One signed certificate timestamp, with its length. RFC 6962 §3.3.
constexpr std::uint32_t kSct = 2 + 120;
/// What a compressed certificate carries in the model: its certificates' references.
constexpr std::uint32_t kCertificateReference = 16;

}  // namespace seedwire::tls
