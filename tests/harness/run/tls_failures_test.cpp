// Failure drills: which alert, from which side, and when, to the nanosecond. Every term of a moment
// is written out: bytes on the wire, wake-ups, and the work of models/tls/algorithms.cpp.
#include <fmt/format.h>

#include "harness/observe/tls_figures.h"
#include "tests/support/catch.h"
#include "tests/support/run_scenario.h"

namespace seedwire::run {
namespace {

using test::run_text;

observe::TlsSummary summary(const test::Ran& ran, std::uint32_t flow = 0,
                            std::int32_t ordinal = -1) {
    const auto found = observe::tls_summary(*ran.run.world, flow, ordinal);
    REQUIRE(found);
    return *found;
}

std::string visit(const std::string& tls) {
    return "version: 1\nname: test\nhosts: [client, server]\nlinks:\n"
           "  - {between: [client, server], rate: 100 Mbit/s, delay: 20 ms}\n"
           "flows:\n  f: {app: request_response, from: client, to: server, over: tls, "
           "options: [nodelay 1], tls: {" +
           tls + "}}\n";
}

constexpr Duration us(std::int64_t tenths) { return Duration::ns(tenths * 100); }
constexpr Duration kWakeup = us(300);             // `wakeup` of hosts
constexpr std::int64_t kSyn = 60, kHeaders = 52;  // bytes: IP, TCP, options
/// 20 ms and 80 ns a byte.
constexpr Duration on_wire(std::int64_t bytes) {
    return Duration::ms(20) + Duration::ns(80 * bytes);
}

// SYN, SYN-ACK, and the client's program has seen it.
constexpr Duration kOpen = on_wire(kSyn) * 2 + kWakeup;
constexpr Duration kHalfHandshake = us(1250), kHandshake = us(2500);                // 250 us a side
constexpr Duration kGenerate = us(320), kAgree = us(364);                           // x25519
constexpr Duration kSign = us(224), kVerify = us(638), kPerCertificate = us(2500);  // P-256
constexpr Duration kServerWork = kHandshake + kGenerate + kAgree + kSign;
constexpr Duration kChain = (kVerify + kPerCertificate) * 2;
constexpr std::int64_t kPlainAlert = 7;

struct Drill {
    const char* what;
    const char* tls;
    tls::Alert alert;
};

const std::string kShop = "chain: [{names: [shop.example]}, {ca: acme}]";

}  // namespace

TEST_CASE("A server refuses when it has read the hello") {
    const Drill drills[] = {
        {"version", "client: {versions: [tls1.2]}, server: {versions: [tls1.3]}",
         tls::Alert::ProtocolVersion},
        {"group", "client: {groups: [x25519]}, server: {groups: [secp384r1]}",
         tls::Alert::HandshakeFailure},
        {"suite",
         "client: {suites: [TLS_AES_128_GCM_SHA256]}, server: {suites: [TLS_AES_256_GCM_SHA384]}",
         tls::Alert::HandshakeFailure},
        {"protocol", "client: {alpn: [h2]}, server: {alpn: [http/1.1]}",
         tls::Alert::NoApplicationProtocol},
    };
    for (const Drill& drill : drills) {
        INFO(drill.what);
        const auto ran = run_text(visit(drill.tls));
        const observe::TlsSummary tls = summary(*ran);
        CHECK(tls.alert == drill.alert);
        CHECK_FALSE(tls.alert_of_client);
        CHECK(tls.completed == 0);
        const auto hello = static_cast<std::int64_t>(tls.handshake_bytes) - kPlainAlert;
        const bool has_key = drill.alert != tls::Alert::ProtocolVersion;
        const Duration client = kHalfHandshake + (has_key ? kGenerate : Duration::zero());
        const Duration sent = kOpen + client + on_wire(kHeaders + hello) + kWakeup + kHandshake;
        REQUIRE(tls.alert_sent);
        CHECK(*tls.alert_sent == sent);
        REQUIRE(tls.alert_received);
        CHECK(*tls.alert_received == sent + on_wire(kHeaders + kPlainAlert) + kWakeup);
    }
}

TEST_CASE("A client refuses when it has verified the chain") {
    const std::string shop = "server: {" + kShop + "}";
    const std::string expired = "server: {chain: [{names: [s.example], expires: 0 s}, {ca: acme}]}";
    const std::string revoked =
        "server: {chain: [{names: [s.example], revoked: true}, {ca: acme}]}";
    const std::string unknown = "client: {trust: [other-root]}, " + shop;
    const std::string name = "client: {name: bank.example}, " + shop;
    const std::string slow = "client: {clock_slow: 8760 h}, " + shop;
    const std::string fast = "client: {clock_fast: 8760 h}, " + shop;
    const Drill drills[] = {
        {"expired", expired.c_str(), tls::Alert::CertificateExpired},
        {"revoked", revoked.c_str(), tls::Alert::CertificateRevoked},
        {"unknown CA", unknown.c_str(), tls::Alert::UnknownCa},
        {"wrong name", name.c_str(), tls::Alert::BadCertificate},
        {"slow clock", slow.c_str(), tls::Alert::CertificateExpired},
        {"fast clock", fast.c_str(), tls::Alert::CertificateExpired},
    };
    for (const Drill& drill : drills) {
        INFO(drill.what);
        const auto ran = run_text(visit(drill.tls));
        const observe::TlsSummary tls = summary(*ran);
        CHECK(tls.alert == drill.alert);
        CHECK(tls.alert_of_client);
        CHECK(tls.completed == 0);
        // The hello and the server's flight: a segment each.
        const auto both = static_cast<std::int64_t>(tls.handshake_bytes) - kPlainAlert;
        const Duration sent = kOpen + kHalfHandshake + kGenerate + on_wire(0) * 2 +
                              Duration::ns(80 * (2 * kHeaders + both)) + kWakeup * 2 + kServerWork +
                              kAgree + kChain;
        REQUIRE(tls.alert_sent);
        CHECK(*tls.alert_sent == sent);
        REQUIRE(tls.alert_received);
        CHECK(*tls.alert_received == sent + on_wire(kHeaders + kPlainAlert) + kWakeup);
    }
}

TEST_CASE("A server that demands a certificate refuses a client that is connected already") {
    const auto ran = run_text(visit("server: {client_auth: required}"));
    const observe::TlsSummary tls = summary(*ran);
    CHECK(tls.alert == tls::Alert::CertificateRequired);
    CHECK_FALSE(tls.alert_of_client);
    REQUIRE(tls.handshake);  // the client's
    REQUIRE(tls.tcp);
    // change_cipher_spec, an empty Certificate, Finished with SHA-384. RFC 8446 §4.4.2.4
    constexpr std::int64_t kSecondFlight = 6 + (8 + 22) + (4 + 48 + 22), kSealedAlert = 24;
    REQUIRE(tls.alert_sent);
    CHECK(*tls.alert_sent ==
          *tls.tcp + *tls.handshake + on_wire(kHeaders + kSecondFlight) + kWakeup);
    REQUIRE(tls.alert_received);
    CHECK(*tls.alert_received - *tls.alert_sent > on_wire(kHeaders + kSealedAlert));
    CHECK(*tls.alert_received - *tls.alert_sent < Duration::ms(21));
}

// RFC 8446 §8: a copied first flight is taken once a memory, and not outside the window.
TEST_CASE("A replayed first flight is taken once, and only while its ticket's age is believed") {
    const auto replayed = [](const std::string& server, const std::string& start) {
        const std::string takes = "early_data: 16 kB, early_data_window: 10 s";
        return run_text(fmt::format(
            "version: 1\nname: test\nhosts: [client, server, other]\nlinks:\n"
            "  - {{between: [client, server], rate: 100 Mbit/s, delay: 5 ms}}\n"
            "  - {{between: [client, other], rate: 100 Mbit/s, delay: 5 ms}}\n"
            "templates:\n  t: {{app: request_response, from: client, over: tls, request: 300 B}}\n"
            "flows:\n"
            "  page: {{use: t, to: server, count: 2, start: [0 s, 1 s], tls: {{client: "
            "{{early_data: "
            "1 kB}}, server: {{{0}}}}}}}\n"
            "  copy: {{use: t, to: {1}, start: {2}, tls: {{replay: \"page[1]\", server: "
            "{{{0}}}}}}}\n",
            takes, server, start));
    };
    constexpr std::uint32_t kCopy = 0, kPage = 1;  // flows in the order of their names
    const auto same = replayed("server", "2 s");
    CHECK(summary(*same, kPage, 1).early_bytes == 300);
    CHECK(summary(*same, kCopy).early_refused == 1);
    CHECK(summary(*same, kCopy).early_bytes == 0);
    const auto other = replayed("other", "2 s");
    CHECK(summary(*other, kCopy).early_accepted == 1);
    CHECK(summary(*other, kCopy).early_bytes == 300);
    CHECK(summary(*other, kCopy).completed == 0);
    // 10 s after the original, and a little less and more.
    CHECK(summary(*replayed("other", "10900 ms"), kCopy).early_bytes == 300);
    CHECK(summary(*replayed("other", "11100 ms"), kCopy).early_bytes == 0);
    // Nothing was seen yet: nothing to send.
    CHECK_FALSE(
        observe::tls_summary(*replayed("other", "500 ms")->run.world, kCopy, -1)->completed);
}

TEST_CASE("A count that stands alone is meant to be more than none") {
    const std::string two = visit("");
    CHECK(run_text(two + "expect: [f.tls.completed]\n")->run.holds());
    CHECK_FALSE(run_text(two + "expect: [f.tls.resumed]\n")->run.holds());
}

}  // namespace seedwire::run
