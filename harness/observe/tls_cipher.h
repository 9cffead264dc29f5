// The cryptography that a capture needs to be decrypted by others. Everything that touches
// libcrypto is in tls_cipher.cpp; a build without it cannot seal, and its captures say so.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "models/tls/types.h"

namespace seedwire::observe {

using Octets = std::vector<std::uint8_t>;
using OctetView = std::span<const std::uint8_t>;

/// False in a build without libcrypto: then nothing below may be called.
bool can_seal();

/// HMAC (RFC 2104) with the hash of that many bytes: 32 (SHA-256) or 48 (SHA-384).
Octets hmac(std::size_t hash, OctetView key, OctetView data);

/// Ciphertext and tag of a suite's AEAD; the nonce has 12 bytes. RFC 8446 §5.2, §B.4.
Octets seal(tls::Suite suite, OctetView key, OctetView nonce, OctetView additional,
            OctetView content);

/// HKDF-Expand-Label with an empty context, of at most one block of the hash. RFC 8446 §7.1.
Octets expand_label(std::size_t hash, OctetView secret, std::string_view label, std::size_t length);

/// The PRF of TLS 1.2. RFC 5246 §5.
Octets expand_tls12(std::size_t hash, OctetView secret, std::string_view label, OctetView seed,
                    std::size_t length);

}  // namespace seedwire::observe
