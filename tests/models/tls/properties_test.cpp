// What must hold whatever happens below and beside: chunking, states against messages, secrets,
// time.
#include <set>

#include "tests/models/tls/conformance_cases.h"
#include "tests/models/tls/measured_cases.h"
#include "tests/support/catch.h"
#include "tests/support/count_allocations.h"
#include "tests/support/tls_adversary.h"

namespace seedwire::tls {

namespace {

std::string write_event(const Event& e) {
    return std::to_string(static_cast<int>(e.kind)) + "/" +
           std::to_string(static_cast<int>(e.message)) + "/" +
           std::to_string(static_cast<int>(e.alert)) + "/" +
           std::to_string(static_cast<int>(e.epoch)) + "/" +
           std::to_string(static_cast<int>(e.from)) + "/" + std::to_string(static_cast<int>(e.to)) +
           "/" + std::to_string(e.amount) + " ";
}

struct Story {
    std::string client, server, flights;
    bool operator==(const Story&) const = default;
};

/// A connection with much to say, read in pieces of `chunk` bytes.
Story tell(const TestPki& world, const Config& client, const Config& server, std::uint32_t chunk) {
    TicketAuthority tickets{1};
    SessionCache sessions;
    Story story;
    for (int i = 0; i < 2; ++i) {
        TlsPair pair{world.pki, client, server, &sessions, &tickets};
        pair.chunk = chunk;
        pair.now += Duration::s(i);
        pair.handshake(2000);
        pair.at_client([&](Output& out) { pair.client.write(pair.now, 20'000, out); });
        pair.at_client([&](Output& out) { pair.client.update_keys(pair.now, true, out); });
        pair.at_server([&](Output& out) { pair.server.write(pair.now, 5000, out); });
        pair.at_server([&](Output& out) { pair.server.close(pair.now, out); });
        pair.at_client([&](Output& out) { pair.client.close(pair.now, out); });
        for (const Event& e : pair.client_end.events) story.client += write_event(e);
        for (const Event& e : pair.server_end.events) story.server += write_event(e);
    }
    return story;
}

constexpr std::array kAllTypes = {0,  1,  2,  3,  4,  5,  8,  9,  11, 12, 13, 14,
                                  15, 16, 20, 21, 22, 23, 24, 25, 26, 99, 254};

/// Messages that RFC 8446 §A lets come in a state; here with tickets, without options.
std::set<int> listed(Role role, State state) {
    if (role == Role::Client) {
        switch (state) {
            case State::WaitServerHello:
                return {2};
            case State::WaitEncryptedExtensions:
                return {8};
            case State::WaitCertificateOrRequest:
                return {11, 13};
            case State::WaitCertificateVerify:
                return {15};
            case State::WaitFinished:
                return {20};
            case State::Connected:
                return {4, 24};
            default:
                return {};
        }
    }
    switch (state) {
        case State::Start:
            return {1};
        case State::WaitCertificate:
            return {11};
        case State::WaitCertificateVerify:
            return {15};
        case State::WaitFinished:
            return {20};
        case State::WaitEndOfEarlyData:
            return {5};
        case State::Connected:
            return {24};
        default:
            return {};
    }
}

struct Stop {
    Role role;
    State state;
    HandshakeType before;  ///< of the peer: what comes next in an honest handshake
};

}  // namespace

TEST_CASE("Any chunking below gives the same TLS events", "[tls][property]") {
    const TestPki world;
    for (const std::string_view stack : {"openssl-3.0", "boringssl", "nss", "rfc"}) {
        Config client = client_of(world, stack);
        Config server = server_of(world, stack);
        client.early_data = server.max_early_data = 16'384;
        server.client_auth = ClientAuth::Optional;
        server.trust.roots = {world.root};
        const Story whole = tell(world, client, server, UINT32_MAX);
        for (const std::uint32_t chunk : {1U, 2U, 3U, 7U, 100U, 1448U, 4096U}) {
            INFO(stack << ", " << chunk);
            CHECK(tell(world, client, server, chunk) == whole);
        }
    }
}

TEST_CASE("Every state refuses every message that is not listed", "[tls][property][rfc8446]") {
    const std::vector<Stop> stops = {
        {Role::Client, State::WaitServerHello, ServerHello},
        {Role::Client, State::WaitEncryptedExtensions, EncryptedExtensions},
        {Role::Client, State::WaitCertificateOrRequest, Certificate},
        {Role::Client, State::WaitCertificateVerify, CertificateVerify},
        {Role::Client, State::WaitFinished, Finished},
        {Role::Client, State::Connected, NewSessionTicket},
        {Role::Server, State::Start, ClientHello},
        {Role::Server, State::WaitCertificate, Certificate},
        {Role::Server, State::WaitCertificateVerify, CertificateVerify},
        {Role::Server, State::WaitFinished, Finished},
        {Role::Server, State::WaitEndOfEarlyData, EndOfEarlyData},
    };
    for (const Stop& stop : stops) {
        const std::set<int> allowed = listed(stop.role, stop.state);
        for (const int type : kAllTypes) {
            if (allowed.contains(type)) continue;
            Scene s{stop.role};
            const bool asks =
                stop.role == Role::Server && (stop.state == State::WaitCertificate ||
                                              stop.state == State::WaitCertificateVerify);
            if (asks) {
                s.server().client_auth = ClientAuth::Required;
                s.server().trust.roots = {s.world.root};
                s.client().credential =
                    Credential{s.world.pki, {s.world.leaf, s.world.intermediate}};
            }
            if (stop.state == State::WaitEndOfEarlyData) {
                s.resumes = true;
                s.client().early_data = s.server().max_early_data = 1000;
                s.early = 10;
            }
            const bool is_plain =
                stop.state == State::WaitServerHello || stop.state == State::Start;
            const Octets body = handshake(static_cast<HandshakeType>(type), Octets(40));
            s.editors.push_back(
                insert_before(stop.before, is_plain ? plain(ContentType::Handshake, body)
                                                    : sealed(ContentType::Handshake, body)));
            s.run();
            INFO(name_of(stop.state) << " of " << (stop.role == Role::Client ? "client" : "server")
                                     << " and message " << type);
            REQUIRE(s.alert());
            CHECK(s.alert()->first == Alert::UnexpectedMessage);
            bool was_there = false;
            for (const Event& e : s.machine_events())
                was_there = was_there || (e.kind == Event::Kind::StateChanged &&
                                          e.from == stop.state && e.to == State::Closed);
            CHECK(was_there);
        }
    }
}

TEST_CASE("A man in the middle fails at the CertificateVerify", "[tls][property]") {
    Scene s{Role::Client};
    s.client().groups = s.server().groups = {Group::X25519};
    // Another share than the server's, of right form: both ends agree on different secrets, and the
    // one in the middle would have to sign.
    s.editors.push_back(on_extensions(
        ServerHello, [](Parsed& hello) { hello.find(ExtensionType::KeyShare)->back() ^= 1; }));
    s.run();
    REQUIRE(s.alert());
    CHECK(s.alert()->first == Alert::BadRecordMac);
    CHECK(s.machine_end().secrets().server_handshake != s.peer_end().secrets().server_handshake);
}

TEST_CASE("Same entropy, same records; other entropy, other randoms", "[tls][property]") {
    const TestPki world;
    const auto first_hello = [&](std::uint64_t entropy) {
        TlsPair pair{world.pki, client_of(world, "rfc"), server_of(world, "rfc"), nullptr, nullptr,
                     entropy};
        pair.handshake();
        const Record& record = pair.client_end.log[0];
        const Piece piece = pair.client_end.log.pieces(record)[0];
        return Octets{piece.data, piece.data + piece.length};
    };
    CHECK(first_hello(1) == first_hello(1));
    CHECK(first_hello(1) != first_hello(2));
}

TEST_CASE("CPU work is the sum of its operations", "[tls][cost]") {
    const TestPki world;
    TlsPair pair{world.pki, client_of(world, "openssl-3.0"), server_of(world, "openssl-3.0")};
    pair.handshake();
    // Server: overhead, a key pair, an agreement, a signature (P-256 certificate, x25519).
    CHECK(pair.server_end.cpu == Duration::ns(250'000 + 32'000 + 36'400 + 22'400));
    // Client: overhead, a key pair, an agreement; two certificates; the CertificateVerify.
    CHECK(pair.client_end.cpu ==
          Duration::ns(250'000 + 32'000 + 36'400 + 2 * (63'800 + 250'000) + 63'800));
    CHECK(pair.server.info().cpu == pair.server_end.cpu);
}

TEST_CASE("ML-DSA signs after a random number of tries", "[tls][cost]") {
    const TestPki world{KeyAlgorithm::Mldsa44};
    std::set<std::int64_t> costs;
    Duration sum;
    constexpr int kRuns = 400;
    for (int i = 0; i < kRuns; ++i) {
        TlsPair pair{world.pki,
                     client_of(world, "openssl-3.5"),
                     server_of(world, "openssl-3.5"),
                     nullptr,
                     nullptr,
                     static_cast<std::uint64_t>(1000 + 2 * i)};
        pair.handshake();
        CHECK(pair.client.info().is_done);
        const Duration sign =
            pair.server_end.cpu - Duration::us(250) - facts(pair.server.info().group).encapsulate;
        costs.insert(sign.ns());
        sum += sign;
    }
    CHECK(costs.size() > 8);
    const Duration mean = sum / kRuns, expected = facts(KeyAlgorithm::Mldsa44).sign;
    CHECK(mean > expected * 85 / 100);
    CHECK(mean < expected * 115 / 100);
}

TEST_CASE("A buffered writer cuts a flight as measured", "[tls][sizes]") {
    // One certificate grown with names; segments of 1448 bytes per write: 8, 9, 11 and 13.
    struct Row {
        std::uint32_t flight;
        int segments;
    };
    for (const Row row :
         {Row{858, 1}, Row{9209, 8}, Row{11'449, 9}, Row{14'250, 11}, Row{17'632, 13}}) {
        TestPki world;
        struct Certificate leaf = world.pki[world.leaf];
        // All of the flight but the certificate: 127 + 6 + 28 + (13 + 22) + 101 + 58, and 22 more
        // for a second record.
        leaf.der = row.flight - 355 - (row.flight > 16'700 ? 22 : 0);
        leaf.issuer = world.root;
        const CertificateId large = world.pki.add(leaf);
        Config server = server_of(world, "openssl-3.0");
        server.suites = {Suite::Aes128GcmSha256};
        server.credential = Credential{world.pki, {large}};
        TlsPair pair{world.pki, client_of(world, "openssl-3.0"), server};
        pair.handshake();
        std::uint32_t bytes = 0;
        std::uint32_t segments = 0;
        for (const std::uint32_t write : pair.server_end.writes) {
            bytes += write;
            segments += (write + 1447) / 1448;
        }
        INFO(row.flight);
        CHECK(bytes == row.flight);
        CHECK(static_cast<int>(segments) == row.segments);
    }
}

TEST_CASE("Endpoints that are used again allocate nothing", "[tls][memory]") {
    const TestPki world;
    const Config client = client_of(world, "openssl-3.0"), server = server_of(world, "openssl-3.0");
    TicketAuthority tickets{1};
    RecordLog to_server, to_client;
    const Environment at_client{
        .pki = &world.pki, .outgoing = &to_server, .incoming = &to_client, .entropy = 1};
    const Environment at_server{.pki = &world.pki,
                                .outgoing = &to_client,
                                .incoming = &to_server,
                                .tickets = &tickets,
                                .entropy = 2};
    Endpoint a{client, Role::Client, at_client}, b{server, Role::Server, at_server};
    Output out;
    const auto finish = [&](Endpoint& end) {
        while (out.work > Duration::zero()) {
            out.clear();
            end.on_work_done(Time::zero(), out);
        }
        out.clear();
    };
    std::uint64_t before = 0;
    for (int i = 0; i < 3; ++i) {
        before = support::allocations();
        to_server.clear();
        to_client.clear();
        a.reuse(client, Role::Client, at_client);
        b.reuse(server, Role::Server, at_server);
        a.start(Time::zero(), 0, out);
        finish(a);
        for (int flight = 0; flight < 3; ++flight) {
            b.on_bytes(Time::zero(), to_server.end(), out);
            finish(b);
            a.on_bytes(Time::zero(), to_client.end(), out);
            finish(a);
        }
        REQUIRE(a.info().is_done);
    }
    CHECK(support::allocations() == before);
}

TEST_CASE("Replayed 0-RTT is taken once a domain", "[tls][rfc8446]") {
    const TestPki world;
    TicketAuthority tickets{1}, other{1};  // the same key, but no common memory
    SessionCache sessions{4, true};
    Config client = client_of(world, "rfc");
    Config server = server_of(world, "rfc");
    client.early_data = server.max_early_data = 16'384;
    {
        TlsPair first{world.pki, client, server, &sessions, &tickets};
        first.handshake();
    }
    const auto replay = [&](TicketAuthority& domain) {
        TlsPair pair{world.pki, client, server, &sessions, &domain, 55};
        pair.now += Duration::s(1);
        pair.handshake(100);
        return pair.server.info().early_data;
    };
    CHECK(replay(tickets) == EarlyDataStatus::Accepted);
    CHECK(replay(tickets) == EarlyDataStatus::Refused);
    CHECK(replay(other) == EarlyDataStatus::Accepted);
}

TEST_CASE("Refused 0-RTT goes again as data", "[tls][rfc8446]") {
    Scene s{Role::Client};
    s.resumes = true;
    s.client().early_data = s.server().max_early_data = 1000;
    s.early = 300;
    s.before_second = [](Scene& scene) { scene.server().max_early_data = 0; };
    s.run();
    CHECK(s.machine_end().info().early_data == EarlyDataStatus::Refused);
    CHECK(s.peer_end().info().data_received == 300);
}

}  // namespace seedwire::tls
