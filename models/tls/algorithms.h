// Sizes and costs of what real TLS computes and this model does not: key exchanges, signatures,
// ciphers. FIPS 203, 204, 205; RFC 8446 §4.2.8, §B.4; costs measured with OpenSSL 3.5 on one core.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "models/tls/types.h"
#include "sim/base/time.h"

namespace seedwire::tls {

/// Of a certificate's key, and of the signatures that it makes.
enum class KeyAlgorithm : std::uint8_t {
    None,
    Rsa2048,
    Rsa3072,
    Rsa4096,
    P256,
    P384,
    P521,
    Ed25519,
    Mldsa44,
    Mldsa65,
    Mldsa87,
    SlhdsaSha2With128s,
    SlhdsaSha2With128f,
    SlhdsaSha2With192s,
    SlhdsaSha2With256s,
    Dilithium2,
    Falcon512,
    Falcon1024,
};

struct GroupFacts {
    Group group = Group::None;
    std::uint16_t client_share = 0, server_share = 0;  ///< bytes
    bool is_kem = false;  ///< the server encapsulates: it generates no key of its own
    Duration generate;    ///< a key pair
    Duration agree;       ///< derive, or decapsulate
    Duration encapsulate;
};

struct KeyFacts {
    KeyAlgorithm algorithm = KeyAlgorithm::None;
    std::string_view name;
    std::uint16_t public_key = 0;     ///< raw bytes, as inside SubjectPublicKeyInfo
    std::uint16_t signature = 0;      ///< bytes; of ECDSA the usual length of its DER form
    std::uint16_t spki_overhead = 0;  ///< DER around the public key
    std::uint16_t identifier = 0;     ///< DER of the AlgorithmIdentifier of its signatures
    std::uint16_t leaf_base = 0;      ///< DER of a lean leaf without key and signature
    std::uint16_t ca_base = 0;        ///< the same of a CA certificate
    std::array<Scheme, 3> schemes{};  ///< it can sign with in TLS 1.3
    Duration sign, verify;
    /// Mean tries of the rejection sampling, in hundredths; 100: signing takes a fixed time.
    std::uint16_t sign_tries = 100;
};

struct SuiteFacts {
    Suite suite = Suite::None;
    std::uint8_t hash = 0;  ///< bytes: 32 (SHA-256) or 48 (SHA-384)
    std::uint8_t tag = 16;  ///< bytes of the AEAD
    std::uint8_t key = 16;  ///< bytes
    Duration per_record;    ///< sealing or opening a small one
    Duration per_16_kib;
};

/// A default-constructed row if the model does not know it.
const GroupFacts& facts(Group group);
const KeyFacts& facts(KeyAlgorithm algorithm);
const SuiteFacts& facts(Suite suite);

std::span<const KeyFacts> key_algorithms();               ///< all, for lists and suggestions
KeyAlgorithm key_algorithm_named(std::string_view name);  ///< None if there is none
/// Signatures by this scheme are made by keys of this kind; RSA stands for all RSA sizes.
bool can_sign(KeyAlgorithm key, Scheme scheme);
/// A key that the model can have uses the scheme, in TLS 1.3.
bool is_for_tls13(Scheme scheme);

}  // namespace seedwire::tls
