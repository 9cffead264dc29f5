#include "harness/observe/tls_cipher.h"

#include <string>
#include <string_view>

#include "models/tls/algorithms.h"
#include "tests/support/catch.h"

namespace seedwire::observe {
namespace {

Octets from_hex(std::string_view text) {
    Octets bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes.push_back(
            static_cast<std::uint8_t>(std::stoi(std::string{text.substr(i, 2)}, {}, 16)));
    return bytes;
}

Octets ascii(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace

// RFC 8448 §3, "derive write traffic keys for handshake data" of the server.
TEST_CASE("Keys follow from a traffic secret as RFC 8446 has it", "[observe][tls]") {
    if (!can_seal()) return;
    const Octets secret =
        from_hex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
    CHECK(expand_label(32, secret, "key", 16) == from_hex("3fce516009c21727d0f2e4e86ee403bc"));
    CHECK(expand_label(32, secret, "iv", 12) == from_hex("5d313eb2671276ee13000b30"));
}

// The test vector for SHA-384 that has been on the list of the TLS working group since 2009.
TEST_CASE("Key material of TLS 1.2 follows from its PRF", "[observe][tls]") {
    if (!can_seal()) return;
    const Octets secret = from_hex("b80b733d6ceefcdc71566ea48e5567df");
    const Octets seed = from_hex("cd665cf6a8447dd6ff8b27555edb7465");
    const Octets expected =
        from_hex("7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cd");
    CHECK(expand_tls12(48, secret, "test label", seed, expected.size()) == expected);
}

// RFC 8439 §2.8.2; NIST's GCM examples 4 and 16 without their last bytes.
TEST_CASE("Records are sealed by the suite's AEAD", "[observe][tls]") {
    if (!can_seal()) return;
    const Octets sealed = seal(
        tls::Suite::Chacha20Poly1305Sha256,
        from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
        from_hex("070000004041424344454647"), from_hex("50515253c0c1c2c3c4c5c6c7"),
        ascii("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
              "future, sunscreen would be it."));
    REQUIRE(sealed.size() == 114 + 16);
    CHECK(Octets(sealed.begin(), sealed.begin() + 8) == from_hex("d31a8d34648e60db"));
    CHECK(Octets(sealed.end() - 16, sealed.end()) == from_hex("1ae10b594f09e26a7e902ecbd0600691"));

    const Octets nonce = from_hex("cafebabefacedbaddecaf888");
    const Octets additional = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const Octets content = from_hex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449"
        "a6b525b16aedf5aa0de657ba637b39");
    const Octets small =
        seal(tls::Suite::Aes128GcmSha256, from_hex("feffe9928665731c6d6a8f9467308308"), nonce,
             additional, content);
    CHECK(Octets(small.end() - 16, small.end()) == from_hex("5bc94fbc3221a5db94fae95ae7121a47"));
    const Octets large =
        seal(tls::Suite::Aes256GcmSha384,
             from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"), nonce,
             additional, content);
    CHECK(Octets(large.end() - 16, large.end()) == from_hex("76fc6ece0f4e1768cddf8853bb2d551b"));
}

// A build without the AEAD of a suite would show only in captures of it.
TEST_CASE("Every suite seals, with the tag that it counts", "[observe][tls]") {
    if (!can_seal()) return;
    for (const tls::Suite suite : {tls::Suite::Aes128GcmSha256, tls::Suite::Aes256GcmSha384,
                                   tls::Suite::Chacha20Poly1305Sha256, tls::Suite::Aes128CcmSha256,
                                   tls::Suite::Aes128Ccm8Sha256}) {
        const Octets key(tls::facts(suite).key, 7), nonce(12, 1), additional(5, 2), content(33, 3);
        const Octets sealed = seal(suite, key, nonce, additional, content);
        CHECK(sealed.size() == content.size() + tls::facts(suite).tag);
        CHECK(sealed != seal(suite, key, Octets(12, 9), additional, content));
    }
}

}  // namespace seedwire::observe
