// Two TLS endpoints over a transport without delay or loss, and what they said to each other.
#pragma once

#include <string>
#include <vector>

#include "models/tls/endpoint.h"

namespace seedwire::tls {

/// A small world of certificates: a root, an intermediate, leaves.
struct TestPki {
    Pki pki;
    CertificateId root, intermediate, leaf;

    static constexpr const char* kName = "server.example.com";  // 18 characters, as measured

    explicit TestPki(KeyAlgorithm key = KeyAlgorithm::P256) {
        root = pki.add({.subject = "root", .key = key, .signed_by = key, .is_ca = true});
        intermediate =
            pki.add({.subject = "ca", .key = key, .signed_by = key, .issuer = root, .is_ca = true});
        leaf = pki.add({.subject = "leaf",
                        .names = {kName},
                        .key = key,
                        .signed_by = key,
                        .issuer = intermediate});
    }
};

/// One end with its output so far.
struct TestEnd {
    RecordLog log;  ///< that it writes
    std::vector<Event> events;
    std::vector<std::uint32_t> writes;
    Duration cpu;
    bool closes = false;

    std::uint64_t seen = 0;  ///< records in the log so far

    void take(Output& out) {
        events.insert(events.end(), out.events.begin(), out.events.end());
        writes.insert(writes.end(), out.writes.begin(), out.writes.end());
        closes = closes || out.closes;
    }
    std::vector<std::string> sent_messages() const {
        std::vector<std::string> names;
        for (const Event& event : events)
            if (event.kind == Event::Kind::MessageSent) names.emplace_back(name_of(event.message));
        return names;
    }
};

struct TlsPair {
    Config client_config, server_config;
    TestEnd client_end, server_end;
    Endpoint client, server;
    Time now = Time::from_ns(1'000'000'000);
    /// All records in the order in which they were made: true: the client's.
    std::vector<std::pair<bool, std::uint64_t>> order;
    std::uint32_t chunk = UINT32_MAX;  ///< bytes told to the reader at a time

    TlsPair(const Pki& pki, Config client_side, Config server_side,
            SessionCache* sessions = nullptr, TicketAuthority* tickets = nullptr,
            std::uint64_t entropy = 7)
        : client_config{std::move(client_side)},
          server_config{std::move(server_side)},
          client{client_config, Role::Client,
                 environment(pki, client_end, server_end, sessions, nullptr, entropy)},
          server{server_config, Role::Server,
                 environment(pki, server_end, client_end, nullptr, tickets, entropy + 1)} {
        client_end.log.keep_consumed();
        server_end.log.keep_consumed();
    }
    TlsPair(const TlsPair&) = delete;
    TlsPair& operator=(const TlsPair&) = delete;

    /// Says whatever follows from an input until nobody has anything left to say or to compute.
    template <class Call>
    void at_client(Call call) {
        apply(client, client_end, call);
        settle();
    }
    template <class Call>
    void at_server(Call call) {
        apply(server, server_end, call);
        settle();
    }
    void handshake(std::uint32_t early = 0) {
        apply(server, server_end, [&](Output& out) { server.start(now, 0, out); });
        at_client([&](Output& out) { client.start(now, early, out); });
    }
    void settle() {
        while (deliver(client_end, client_read_, server, server_end) ||
               deliver(server_end, server_read_, client, client_end)) {
        }
    }

private:
    static Environment environment(const Pki& pki, TestEnd& own, TestEnd& peer,
                                   SessionCache* sessions, TicketAuthority* tickets,
                                   std::uint64_t entropy) {
        return {.pki = &pki,
                .outgoing = &own.log,
                .incoming = &peer.log,
                .sessions = sessions,
                .tickets = tickets,
                .entropy = entropy};
    }
    template <class Call>
    void apply(Endpoint& endpoint, TestEnd& end, Call call) {
        Output out;
        call(out);
        take(end, out);
        while (out.work > Duration::zero()) {
            end.cpu += out.work;
            now += out.work;
            out.clear();
            endpoint.on_work_done(now, out);
            take(end, out);
        }
    }
    void take(TestEnd& end, Output& out) {
        end.take(out);
        for (; end.seen < end.log.count(); ++end.seen)
            order.emplace_back(&end == &client_end, end.seen);
    }
    bool deliver(TestEnd& from, std::uint64_t& told, Endpoint& reader, TestEnd& reader_end) {
        std::uint64_t written = 0;
        for (const std::uint32_t bytes : from.writes) written += bytes;
        if (told == written) return false;
        told = chunk < written - told ? told + chunk : written;
        apply(reader, reader_end, [&](Output& out) { reader.on_bytes(now, told, out); });
        return true;
    }

    std::uint64_t client_read_ = 0, server_read_ = 0;
};

/// Configurations of a stack that trust and present the test certificates.
inline Config client_of(const TestPki& pki, std::string_view stack) {
    Config config = make_config(*find_profile(stack), Role::Client);
    config.server_name = TestPki::kName;
    config.trust.roots = {pki.root};
    config.trust.name = TestPki::kName;
    return config;
}
inline Config server_of(const TestPki& pki, std::string_view stack) {
    Config config = make_config(*find_profile(stack), Role::Server);
    config.credential = Credential{pki.pki, {pki.leaf, pki.intermediate}};
    return config;
}

}  // namespace seedwire::tls
