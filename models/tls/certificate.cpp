#include "models/tls/certificate.h"

#include <algorithm>
#include <array>

namespace seedwire::tls {

namespace {

constexpr std::uint32_t kLeanName = 18;  // characters of the name in the measured certificates

std::uint64_t check_of(CertificateId id, std::uint32_t der) {
    return combine_hash(0x6365'7274, std::uint64_t{id} << 32 | der);
}

/// RFC 6125 §6.4: a wildcard is the whole first label.
bool is_match(std::string_view pattern, std::string_view name) {
    if (!pattern.starts_with("*.")) return pattern == name;
    const std::size_t dot = name.find('.');
    return dot != std::string_view::npos && dot > 0 && name.substr(dot) == pattern.substr(1);
}

bool contains(std::span<const CertificateId> list, CertificateId id) {
    return std::ranges::find(list, id) != list.end();
}

Verdict check_validity(const Certificate& certificate, Duration clock) {
    if (clock > certificate.not_after) return Verdict::Expired;
    if (clock < certificate.not_before) return Verdict::NotYetValid;
    return Verdict::Trusted;
}

/// How many of the presented certificates the path uses, and the root it ends in; 0: none.
CertificateId find_root(const Pki& pki, std::span<const CertificateId> chain,
                        std::span<const CertificateId> roots, std::size_t& used) {
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const CertificateId issuer = pki[chain[i]].issuer;
        used = i + 1;
        if (contains(roots, chain[i])) return chain[i];
        if (issuer == 0) return 0;  // self-signed, and not trusted
        if (contains(roots, issuer)) return issuer;
        if (i + 1 == chain.size() || chain[i + 1] != issuer || !pki[issuer].is_ca) return 0;
    }
    return 0;
}

void write_entry(const Pki& pki, CertificateId id, bool staple, bool scts, ByteWriter& out) {
    const std::size_t data = out.open(3);
    pki.write(id, out);
    out.close(data, 3);
    const Certificate& certificate = pki[id];
    const std::size_t extensions = out.open(2);
    if (staple && certificate.ocsp > 0) {
        out.u16(static_cast<std::uint16_t>(ExtensionType::StatusRequest));
        const std::size_t body = out.open(2);
        out.u8(1);  // ocsp, RFC 6066 §8
        out.u24(certificate.ocsp);
        out.filler(id, certificate.ocsp);
        out.close(body, 2);
    }
    if (scts && certificate.scts > 0) {
        out.u16(static_cast<std::uint16_t>(ExtensionType::SignedCertificateTimestamp));
        const std::size_t body = out.open(2);
        const std::size_t list = out.open(2);
        for (std::uint32_t i = 0; i < certificate.scts; ++i) {
            out.u16(kSct - 2);
            out.filler(std::uint64_t{id} * 1000 + i, kSct - 2);
        }
        out.close(list, 2);
        out.close(body, 2);
    }
    out.close(extensions, 2);
}

}  // namespace

std::uint32_t der_size(const Certificate& certificate) {
    const KeyFacts& key = facts(certificate.key);
    const KeyFacts& issuer = facts(certificate.signed_by);
    std::uint32_t size = certificate.is_ca ? key.ca_base : key.leaf_base;
    size += key.spki_overhead + key.public_key + 2U * issuer.identifier;
    size += issuer.signature + (issuer.signature < 127 ? 3U : 5U);  // BIT STRING, X.690 §8.6
    std::uint32_t names = 0;
    for (const std::string& name : certificate.names)
        names += 2 + static_cast<std::uint32_t>(name.size());
    if (!certificate.names.empty()) size += names - (2 + kLeanName);
    return size;
}

CertificateId Pki::add(Certificate certificate) {
    if (certificate.der == 0) certificate.der = der_size(certificate);
    certificate.der = std::max(certificate.der, kCertificateReference);
    certificates_.push_back(std::move(certificate));
    return static_cast<CertificateId>(certificates_.size());
}

void Pki::write(CertificateId id, ByteWriter& out) const {
    const std::uint32_t der = (*this)[id].der;
    out.u64(id);
    out.u64(check_of(id, der));
    out.zeros(der - kCertificateReference);
}

CertificateId Pki::find(Bytes der) const {
    ByteReader reader{der};
    const std::uint64_t id = reader.u64();
    const std::uint64_t check = reader.u64();
    if (reader.failed() || id == 0 || id > certificates_.size()) return 0;
    const auto known = static_cast<CertificateId>(id);
    return check == check_of(known, (*this)[known].der) ? known : 0;
}

std::string_view name_of(Verdict verdict) {
    constexpr std::array<std::string_view, 8> kNames = {
        "trusted", "unknown CA", "expired",         "not yet valid",
        "revoked", "wrong name", "unsupported key", "unreadable"};
    return kNames[static_cast<std::size_t>(verdict)];
}

Verdict judge(const Pki& pki, std::span<const CertificateId> chain, const Trust& trust, Time now) {
    if (trust.is_blind) return Verdict::Trusted;
    std::size_t used = 0;
    const CertificateId root = find_root(pki, chain, trust.roots, used);
    if (root == 0) return Verdict::UnknownCa;
    const Duration clock = now.since_start() + trust.clock_error;
    for (std::size_t i = 0; i <= used; ++i) {
        const Verdict validity = check_validity(pki[i < used ? chain[i] : root], clock);
        if (validity != Verdict::Trusted) return validity;
    }
    for (std::size_t i = 0; trust.checks_revocation && i < used; ++i)
        if (pki[chain[i]].is_revoked) return Verdict::Revoked;
    const auto bears_name = [&](const std::string& name) { return is_match(name, trust.name); };
    if (!trust.name.empty() && std::ranges::none_of(pki[chain[0]].names, bears_name))
        return Verdict::WrongName;
    return Verdict::Trusted;
}

Credential::Credential(const Pki& pki, std::vector<CertificateId> chain, std::uint32_t compressed)
    : chain_{std::move(chain)} {
    SEEDWIRE_ASSERT(!chain_.empty());
    key_ = pki[chain_[0]].key;
    secret_ = Pki::key_of(chain_[0]);
    leaf_der_ = pki[chain_[0]].der;
    std::size_t largest = 8;
    for (const CertificateId id : chain_) {
        chain_der_ += pki[id].der;
        largest += pki[id].der + 32 + pki[id].ocsp + std::size_t{pki[id].scts} * kSct;
    }
    for (std::size_t kind = 0; kind < messages_.size(); ++kind) {
        std::vector<std::uint8_t>& message = messages_[kind];
        message.resize(largest);
        ByteWriter out{message};
        out.u8(static_cast<std::uint8_t>(HandshakeType::Certificate));
        const std::size_t body = out.open(3);
        out.u8(0);  // certificate_request_context
        const std::size_t list = out.open(3);
        for (const CertificateId id : chain_)
            write_entry(pki, id, (kind & 1) != 0, (kind & 2) != 0, out);
        out.close(list, 3);
        out.close(body, 3);
        message.resize(out.size());
    }
    if (compressed == 0) return;
    const auto references = static_cast<std::uint32_t>(chain_.size()) * kCertificateReference;
    compressed = std::max(compressed, references);
    compressed_.resize(std::size_t{4} + 8 + compressed);
    ByteWriter out{compressed_};
    out.u8(static_cast<std::uint8_t>(HandshakeType::CompressedCertificate));
    out.u24(8 + compressed);
    out.u16(1);  // zlib, RFC 8879 §7.3
    out.u24(static_cast<std::uint32_t>(messages_[0].size()) - 4);
    out.u24(compressed);
    for (const CertificateId id : chain_) {
        out.u64(id);
        out.u64(check_of(id, pki[id].der));
    }
    out.zeros(compressed - references);
}

}  // namespace seedwire::tls
