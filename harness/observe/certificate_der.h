// Certificates and what travels with them in the encoding that others read (X.690, RFC 5280), each
// of exactly the size that the model gave it. Keys and signatures are filler: nothing verifies.
#pragma once

#include <cstdint>
#include <vector>

#include "models/tls/certificate.h"

namespace seedwire::observe {

/// The certificate in as many bytes as the model says: with all that a lean one has, or as much of
/// it as fits. What is too small for any (`der: 16 B`) becomes a sequence with filler. No DER has
/// 130, 259 or 65540 bytes: then nothing is returned.
std::vector<std::uint8_t> certificate_der(const tls::Pki& pki, tls::CertificateId id);

/// An OCSPResponse of that size. RFC 6960 §4.2.1.
std::vector<std::uint8_t> ocsp_response(std::size_t size, std::uint64_t filler);

/// A SignedCertificateTimestamp of that size. RFC 6962 §3.2.
std::vector<std::uint8_t> certificate_timestamp(std::size_t size, std::uint64_t filler);

/// A Certificate message of TLS 1.3 or 1.2 with real certificates in place of references; its
/// length stays. Unchanged if it is none.
void write_real_certificates(const tls::Pki& pki, std::uint16_t version,
                             std::span<std::uint8_t> message);

}  // namespace seedwire::observe
