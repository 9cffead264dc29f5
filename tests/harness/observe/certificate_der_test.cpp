#include "harness/observe/certificate_der.h"

#include <span>
#include <string>

#include "tests/support/catch.h"

namespace seedwire::observe {
namespace {

using Octets = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

/// X.690: what stands at the front, and what is behind it; all constructed contents too.
bool take(View& der, int& elements) {
    if (der.size() < 2) return false;
    const std::uint8_t tag = der[0];
    std::size_t length = der[1], head = 2;
    if (length >= 0x80) {
        const std::size_t bytes = length & 0x7F;
        if (bytes == 0 || der.size() < head + bytes) return false;
        for (length = 0; head < 2 + bytes; ++head) length = length << 8 | der[head];
        if (length < 0x80) return false;  // not the shortest form
    }
    if (der.size() < head + length) return false;
    View content = der.subspan(head, length);
    der = der.subspan(head + length);
    ++elements;
    if ((tag & 0x20) == 0) return true;
    while (!content.empty())
        if (!take(content, elements)) return false;
    return true;
}

bool is_der(View bytes, int least) {
    int elements = 0;
    return take(bytes, elements) && bytes.empty() && elements >= least;
}

bool holds(const Octets& bytes, std::string_view text) {
    return std::string{bytes.begin(), bytes.end()}.find(text) != std::string::npos;
}

/// 127 bytes of content make 129, 128 make 131; likewise where a length grows to two bytes.
bool is_impossible(std::size_t size) { return size == 130 || size == 259; }

}  // namespace

TEST_CASE("A certificate of every kind of key is DER of exactly the size it counts",
          "[observe][tls]") {
    for (const tls::KeyFacts& facts : tls::key_algorithms()) {
        INFO(facts.name);
        tls::Pki pki;
        tls::Certificate root;
        root.subject = "root of all";
        root.is_ca = true;
        root.key = root.signed_by = facts.algorithm;
        tls::Certificate leaf;
        leaf.subject = "shop.example";
        leaf.names = {"shop.example", "*.shop.example"};
        leaf.key = leaf.signed_by = facts.algorithm;
        leaf.issuer = pki.add(root);
        const tls::CertificateId id = pki.add(leaf);
        for (const tls::CertificateId each : {leaf.issuer, id}) {
            const Octets der = certificate_der(pki, each);
            CHECK(der.size() == pki[each].der);
            CHECK(is_der(der, 25));
            CHECK(holds(der, "root of all"));
        }
        CHECK(holds(certificate_der(pki, id), "*.shop.example"));
    }
}

TEST_CASE("Any size of a certificate is DER, and a certificate as soon as one fits",
          "[observe][tls]") {
    tls::Pki pki;
    int certificates = 0;
    for (std::uint32_t size = 16; size < 1400; ++size) {
        tls::Certificate odd;
        odd.subject = "odd";
        odd.names = {"odd.example"};
        odd.der = size;
        const Octets der = certificate_der(pki, pki.add(odd));
        INFO(size);
        CHECK(der.empty() == is_impossible(size));
        if (der.empty()) continue;
        CHECK(der.size() == size);
        CHECK(is_der(der, 1));
        const bool is_certificate = is_der(der, 12);
        certificates += is_certificate ? 1 : 0;
        if (size >= 90) CHECK(is_certificate);
        if (size >= 420) CHECK(holds(der, "odd.example"));
    }
    CHECK(certificates > 1300);
}

TEST_CASE("Validity is written on a clock that begins with 1970", "[observe][tls]") {
    tls::Pki pki;
    tls::Certificate certificate;
    certificate.subject = "old";
    certificate.not_before = Duration::s(-86'400);
    certificate.not_after = Duration::s(951'868'799);  // a leap day, in a century that has one
    Octets der = certificate_der(pki, pki.add(certificate));
    CHECK(holds(der, "691231000000Z"));
    CHECK(holds(der, "000229235959Z"));
    certificate.not_after = Duration::s(std::int64_t{80} * 365 * 86'400 + 20 * 86'400);
    der = certificate_der(pki, pki.add(certificate));
    CHECK(holds(der, "20500101000000Z"));  // from 2050 on with four digits
}

TEST_CASE("Staples and timestamps have the form that dissectors expect, and their size",
          "[observe][tls]") {
    for (std::size_t size = 20; size < 900; ++size) {
        INFO(size);
        const Octets response = ocsp_response(size, 7);
        CHECK(response.empty() == is_impossible(size));
        if (response.empty()) continue;
        CHECK(response.size() == size);
        CHECK(is_der(response, 1));
    }
    const Octets stamp = certificate_timestamp(120, 3);
    CHECK(stamp.size() == 120);
    CHECK(stamp[0] == 0);
    CHECK((stamp[45] << 8 | stamp[46]) == 120 - 47);
}

TEST_CASE("Real certificates take the place of references, and nothing moves", "[observe][tls]") {
    tls::Pki pki;
    tls::Certificate leaf;
    leaf.subject = "shop.example";
    leaf.names = {"shop.example"};
    leaf.scts = 2;
    leaf.ocsp = 400;
    const tls::CertificateId id = pki.add(leaf);
    const tls::Credential credential{pki, {id}};
    const tls::Bytes message = credential.message(true, true);
    Octets real{message.begin(), message.end()};
    write_real_certificates(pki, tls::kTls13, real);
    CHECK(real.size() == message.size());
    const std::size_t at = 4 + 1 + 3 + 3;
    CHECK(Octets(real.begin() + at, real.begin() + at + pki[id].der) == certificate_der(pki, id));
    // What is no Certificate message stays as it is.
    Octets other(40, 5);
    const Octets before = other;
    write_real_certificates(pki, tls::kTls13, other);
    CHECK(other == before);
}

}  // namespace seedwire::observe
