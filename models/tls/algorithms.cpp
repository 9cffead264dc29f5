#include "models/tls/algorithms.h"

#include <algorithm>

namespace seedwire::tls {

namespace {

constexpr Duration us(std::int64_t tenths) { return Duration::ns(tenths * 100); }
constexpr Duration kNothing;

// Shares: RFC 8446 §4.2.8, RFC 7919, FIPS 203; a hybrid is both parts. Costs in 0.1 us. Those of
// P-521, x448, ffdhe and SecP384r1MLKEM1024 were not measured: they are the sums of their parts, or
// scaled by the cube of the field size from P-384. p256_kyber512 is that of the second round of
// NIST's process, with which much was measured in 2019; it costs what P-256 and ML-KEM-512 do.
constexpr auto kGroups = std::to_array<GroupFacts>({
    {Group::X25519, 32, 32, false, us(320), us(364), kNothing},
    {Group::Secp256r1, 65, 65, false, us(158), us(523), kNothing},
    {Group::Secp384r1, 97, 97, false, us(7684), us(7558), kNothing},
    {Group::Secp521r1, 133, 133, false, us(19200), us(18900), kNothing},
    {Group::X448, 56, 56, false, us(1600), us(1600), kNothing},
    {Group::Ffdhe2048, 256, 256, false, us(3500), us(3500), kNothing},
    {Group::Ffdhe3072, 384, 384, false, us(8000), us(8000), kNothing},
    {Group::Ffdhe4096, 512, 512, false, us(15000), us(15000), kNothing},
    {Group::Ffdhe6144, 768, 768, false, us(40000), us(40000), kNothing},
    {Group::Ffdhe8192, 1024, 1024, false, us(80000), us(80000), kNothing},
    {Group::Mlkem512, 800, 768, true, us(227), us(233), us(160)},
    {Group::Mlkem768, 1184, 1088, true, us(333), us(298), us(192)},
    {Group::Mlkem1024, 1568, 1568, true, us(532), us(387), us(253)},
    {Group::X25519Mlkem768, 1216, 1120, true, us(654), us(665), us(836)},
    {Group::Secp256r1Mlkem768, 1249, 1153, true, us(519), us(880), us(904)},
    {Group::Secp384r1Mlkem1024, 1665, 1665, true, us(8216), us(7945), us(15495)},
    {Group::P256Kyber512, 865, 801, true, us(385), us(756), us(841)},
});

using enum Scheme;
constexpr std::array<Scheme, 3> kRsaSchemes = {RsaPssRsaeSha256, RsaPssRsaeSha384,
                                               RsaPssRsaeSha512};
constexpr std::array<Scheme, 3> only(Scheme scheme) { return {scheme, None, None}; }

// Keys and signatures: FIPS 204, FIPS 205; DER of the wrappings counted by hand (X.690), bases from
// measured certificates with one name of 18 characters. ML-DSA's tries: FIPS 204, table 1. Costs in
// 0.1 us; P-521, SLH-DSA-192s, -256s and Falcon were not measured and are scaled from their kin; so
// is dilithium2, the second parameter set of NIST's second round (2019), with its own tries.
constexpr auto kKeys = std::to_array<KeyFacts>({
    {KeyAlgorithm::Rsa2048, "rsa2048", 256, 256, 38, 15, 318, 296, kRsaSchemes, us(2726), us(196)},
    {KeyAlgorithm::Rsa3072, "rsa3072", 384, 384, 38, 15, 318, 296, kRsaSchemes, us(7357), us(386)},
    {KeyAlgorithm::Rsa4096, "rsa4096", 512, 512, 38, 15, 318, 296, kRsaSchemes, us(15048), us(646)},
    {KeyAlgorithm::P256, "p256", 65, 71, 26, 12, 315, 290, only(EcdsaSecp256r1Sha256), us(224),
     us(638)},
    {KeyAlgorithm::P384, "p384", 97, 103, 23, 12, 315, 290, only(EcdsaSecp384r1Sha384), us(7887),
     us(6327)},
    {KeyAlgorithm::P521, "p521", 133, 139, 25, 12, 317, 292, only(EcdsaSecp521r1Sha512), us(19700),
     us(15800)},
    {KeyAlgorithm::Ed25519, "ed25519", 32, 64, 12, 7, 318, 296, only(Scheme::Ed25519), us(324),
     us(1037)},
    {KeyAlgorithm::Mldsa44, "mldsa44", 1312, 2420, 22, 13, 320, 300, only(Scheme::Mldsa44),
     us(5491), us(1132), 425},
    {KeyAlgorithm::Mldsa65, "mldsa65", 1952, 3309, 22, 13, 320, 300, only(Scheme::Mldsa65),
     us(8758), us(1681), 510},
    {KeyAlgorithm::Mldsa87, "mldsa87", 2592, 4627, 22, 13, 320, 300, only(Scheme::Mldsa87),
     us(14712), us(2696), 385},
    {KeyAlgorithm::SlhdsaSha2With128s, "slhdsa128s", 32, 7856, 18, 13, 328, 308,
     only(Scheme::SlhdsaSha2With128s), us(2663058), us(2693)},
    {KeyAlgorithm::SlhdsaSha2With128f, "slhdsa128f", 32, 17088, 18, 13, 328, 308,
     only(Scheme::SlhdsaSha2With128f), us(122476), us(7485)},
    {KeyAlgorithm::SlhdsaSha2With192s, "slhdsa192s", 48, 16224, 18, 13, 328, 308,
     only(Scheme::SlhdsaSha2With192s), us(4800000), us(4000)},
    {KeyAlgorithm::SlhdsaSha2With256s, "slhdsa256s", 64, 29792, 18, 13, 328, 308,
     only(Scheme::SlhdsaSha2With256s), us(4300000), us(5500)},
    {KeyAlgorithm::Dilithium2, "dilithium2", 1184, 2044, 22, 13, 320, 300, only(Scheme::Dilithium2),
     us(4500), us(900), 590},
    {KeyAlgorithm::Falcon512, "falcon512", 897, 666, 22, 13, 320, 300, only(Scheme::Falcon512),
     us(2000), us(350)},
    {KeyAlgorithm::Falcon1024, "falcon1024", 1793, 1280, 22, 13, 320, 300, only(Scheme::Falcon1024),
     us(4000), us(700)},
});

// RFC 8446 §B.4. Small records: 64 bytes.
constexpr auto kSuites = std::to_array<SuiteFacts>({
    {Suite::Aes128GcmSha256, 32, 16, 16, us(4), us(53)},
    {Suite::Aes256GcmSha384, 48, 16, 32, us(5), us(56)},
    {Suite::Chacha20Poly1305Sha256, 32, 16, 32, us(2), us(46)},
    {Suite::Aes128CcmSha256, 32, 16, 16, us(6), us(160)},
    {Suite::Aes128Ccm8Sha256, 32, 8, 16, us(6), us(160)},
});

template <class Row, std::size_t N, class Key>
const Row& find(const std::array<Row, N>& rows, Key Row::*column, Key key) {
    static constexpr Row kUnknown{};
    const auto row = std::ranges::find(rows, key, column);
    return row == rows.end() ? kUnknown : *row;
}

}  // namespace

const GroupFacts& facts(Group group) { return find(kGroups, &GroupFacts::group, group); }
const KeyFacts& facts(KeyAlgorithm algorithm) {
    return find(kKeys, &KeyFacts::algorithm, algorithm);
}
const SuiteFacts& facts(Suite suite) { return find(kSuites, &SuiteFacts::suite, suite); }

std::span<const KeyFacts> key_algorithms() { return kKeys; }

KeyAlgorithm key_algorithm_named(std::string_view name) {
    return find(kKeys, &KeyFacts::name, name).algorithm;
}

bool can_sign(KeyAlgorithm key, Scheme scheme) {
    if (scheme == Scheme::None) return false;
    const auto& schemes = facts(key).schemes;
    return std::ranges::find(schemes, scheme) != schemes.end();
}

bool is_for_tls13(Scheme scheme) {
    return std::ranges::any_of(
        kKeys, [scheme](const KeyFacts& key) { return can_sign(key.algorithm, scheme); });
}

}  // namespace seedwire::tls
