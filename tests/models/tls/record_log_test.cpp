// The side channel beside TCP: ranges, memory, raw bytes. RFC 8446 §5.1.
#include "models/tls/record_log.h"

#include <algorithm>
#include <array>

#include "models/tls/certificate.h"
#include "models/tls/config.h"
#include "tests/support/catch.h"

namespace seedwire::tls {

namespace {

Record record_of(std::uint16_t length) {
    Record record;
    record.length = length;
    record.content = length;
    return record;
}

}  // namespace

TEST_CASE("Records follow each other in the stream without a gap", "[tls]") {
    RecordLog log;
    log.append(record_of(10), {});
    log.append(record_of(20), {});
    CHECK(log[0].begin == 0);
    CHECK(log[1].begin == 15);
    CHECK(log.end() == 40);
}

TEST_CASE("A log forgets what was consumed, and reuses its memory", "[tls]") {
    RecordLog log;
    for (int i = 0; i < 1000; ++i) {
        const std::span<std::uint8_t> content = log.allocate(100);
        const Piece piece{content.data(), 100};
        log.append(record_of(100), {&piece, 1});
        log.consume(log.count());
    }
    CHECK(log.count() == 1000);
    CHECK(log.memory() < 8192);
}

TEST_CASE("Content that no record refers to yet survives consumption", "[tls]") {
    RecordLog log;
    log.append(record_of(5), {});
    const std::span<std::uint8_t> early = log.allocate(4);
    std::fill(early.begin(), early.end(), std::uint8_t{7});
    log.consume(1);
    const std::span<std::uint8_t> late = log.allocate(4);
    CHECK(late.data() != early.data());
    CHECK(early[0] == 7);
}

TEST_CASE("Raw bytes are cut as their headers say", "[tls]") {
    RecordLog log;
    const std::array<std::uint8_t, 12> bytes = {22, 3, 1, 0, 2, 9, 9, 21, 3, 3, 0, 8};
    log.append_bytes(bytes);
    REQUIRE(log.count() == 2);
    CHECK(log[0].length == 2);
    CHECK(log[1].type == 21);
    CHECK(log[1].length == 8);
    CHECK(log.end() == 12);  // the second record never ends
}

TEST_CASE("Certificates have the measured DER sizes", "[tls][sizes]") {
    struct Row {
        const char* key;
        std::uint32_t leaf, ca;
    };
    for (const Row row :
         {Row{"rsa2048", 903, 881}, Row{"rsa4096", 1415, 1393}, Row{"p256", 504, 479},
          Row{"p384", 565, 540}, Row{"ed25519", 443, 421}, Row{"mldsa44", 4105, 4085},
          Row{"mldsa65", 5634, 5614}, Row{"mldsa87", 7592, 7572}}) {
        INFO(row.key);
        Certificate certificate;
        certificate.key = certificate.signed_by = key_algorithm_named(row.key);
        certificate.names = {"server.example.com"};
        CHECK(der_size(certificate) == row.leaf);
        certificate.names.clear();
        certificate.is_ca = true;
        CHECK(der_size(certificate) == row.ca);
    }
}

TEST_CASE("An impossible configuration says why", "[tls]") {
    Pki pki;
    const Profile* profile = find_profile("rfc");
    REQUIRE(profile != nullptr);
    Config config = make_config(*profile, Role::Client);
    CHECK(check(config, Role::Client, pki).empty());
    config.key_shares = {Group::Secp384r1, Group::Mlkem512};
    config.max_plaintext = 63;
    config.suites.clear();
    std::vector<std::string> fields;
    for (const ConfigProblem& problem : check(config, Role::Client, pki))
        fields.push_back(problem.field);
    CHECK(fields == std::vector<std::string>{"suites", "key_shares", "max_record"});
    Config server = make_config(*profile, Role::Server);
    server.max_early_data = 100;
    server.tickets = 0;
    REQUIRE(check(server, Role::Server, pki).size() == 1);
    CHECK(check(server, Role::Server, pki)[0].field == "tickets.max_early_data");
    const CertificateId root = pki.add({.subject = "root", .is_ca = true});
    const CertificateId leaf = pki.add({.subject = "leaf", .issuer = root});
    const CertificateId other = pki.add({.subject = "other", .is_ca = true});
    CHECK(check_chain(pki, {leaf, root}).empty());
    CHECK(check_chain(pki, {leaf, other}) == "'leaf' was not issued by 'other'");
}

TEST_CASE("Chains are judged by path, validity, revocation and name", "[tls][rfc5280]") {
    Pki pki;
    const CertificateId root = pki.add({.subject = "root", .is_ca = true});
    const CertificateId ca = pki.add({.subject = "ca", .issuer = root, .is_ca = true});
    const CertificateId leaf =
        pki.add({.subject = "leaf", .names = {"*.example.com"}, .issuer = ca});
    Certificate bad = pki[leaf];
    bad.is_revoked = true;
    const CertificateId revoked = pki.add(bad);
    Trust trust{.roots = {root}, .name = "www.example.com", .clock_error = {}};
    const auto judged = [&](std::vector<CertificateId> chain) {
        return judge(pki, chain, trust, Time::zero());
    };
    CHECK(judged({leaf, ca}) == Verdict::Trusted);
    CHECK(judged({leaf}) == Verdict::UnknownCa);
    CHECK(judged({leaf, root}) == Verdict::UnknownCa);
    CHECK(judged({revoked, ca}) == Verdict::Revoked);
    trust.name = "a.www.example.com";
    CHECK(judged({leaf, ca}) == Verdict::WrongName);
    trust.clock_error = Duration::s(366 * 86'400);
    CHECK(judged({leaf, ca}) == Verdict::Expired);
    trust.clock_error = Duration::s(-31 * 86'400);
    CHECK(judged({leaf, ca}) == Verdict::NotYetValid);
    trust.is_blind = true;
    CHECK(judged({}) == Verdict::Trusted);
}

}  // namespace seedwire::tls
