// TLS alone: complete handshakes between two endpoints without a network, and what one weighs.
//
//     bench_tls_handshakes [HANDSHAKES]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "bench/support/measure.h"
#include "models/tls/endpoint.h"

using namespace seedwire;

namespace {

/// A client and a server that are used for one connection after the other.
class Pair {
public:
    Pair(const tls::Pki& pki, const tls::Config& client, const tls::Config& server,
         tls::SessionCache* sessions, tls::TicketAuthority* tickets)
        : pki_{&pki},
          client_config_{&client},
          server_config_{&server},
          sessions_{sessions},
          tickets_{tickets},
          client_{client, tls::Role::Client, environment(true, 1)},
          server_{server, tls::Role::Server, environment(false, 2)} {}

    bool handshake(std::uint64_t number) {
        to_server_.clear();
        to_client_.clear();
        client_.reuse(*client_config_, tls::Role::Client, environment(true, 2 * number));
        server_.reuse(*server_config_, tls::Role::Server, environment(false, 2 * number + 1));
        out_.clear();
        server_.start(now_, 0, out_);
        finish(server_);
        out_.clear();
        client_.start(now_, 0, out_);
        finish(client_);
        for (int flight = 0; flight < 4; ++flight) {
            tell(server_, to_server_);
            tell(client_, to_client_);
        }
        now_ += Duration::ms(1);
        return client_.info().is_done && server_.info().is_done;
    }
    void trim() {
        to_server_.trim();
        to_client_.trim();
    }
    const tls::Info& server_info() const { return server_.info(); }

private:
    tls::Environment environment(bool is_client, std::uint64_t entropy) {
        return {.pki = pki_,
                .outgoing = is_client ? &to_server_ : &to_client_,
                .incoming = is_client ? &to_client_ : &to_server_,
                .sessions = is_client ? sessions_ : nullptr,
                .tickets = is_client ? nullptr : tickets_,
                .entropy = entropy};
    }
    void tell(tls::Endpoint& endpoint, const tls::RecordLog& log) {
        out_.clear();
        endpoint.on_bytes(now_, log.end(), out_);
        finish(endpoint);
    }
    void finish(tls::Endpoint& endpoint) {
        while (out_.work > Duration::zero()) {
            out_.clear();
            endpoint.on_work_done(now_, out_);
        }
    }

    const tls::Pki* pki_;
    const tls::Config* client_config_;
    const tls::Config* server_config_;
    tls::SessionCache* sessions_;
    tls::TicketAuthority* tickets_;
    tls::RecordLog to_server_, to_client_;
    tls::Output out_;
    Time now_;
    tls::Endpoint client_, server_;
};

struct World {
    tls::Pki pki;
    tls::Config client, server;

    World(const char* stack, tls::KeyAlgorithm key) {
        const auto root = pki.add({.key = key, .signed_by = key, .is_ca = true});
        const auto ca = pki.add({.key = key, .signed_by = key, .issuer = root, .is_ca = true});
        const auto leaf =
            pki.add({.names = {"server.example.com"}, .key = key, .signed_by = key, .issuer = ca});
        client = tls::make_config(*tls::find_profile(stack), tls::Role::Client);
        server = tls::make_config(*tls::find_profile(stack), tls::Role::Server);
        client.server_name = client.trust.name = "server.example.com";
        client.trust.roots = {root};
        server.credential = tls::Credential{pki, {leaf, ca}};
    }
};

void measure(const char* title, const World& world, bool resumes, std::uint64_t count) {
    tls::SessionCache sessions;
    tls::TicketAuthority tickets{7};
    Pair pair{world.pki, world.client, world.server, resumes ? &sessions : nullptr, &tickets};
    std::uint64_t done = 0, resumed = 0;
    for (std::uint64_t i = 0; i < count / 10; ++i) pair.handshake(i);
    const auto begin = std::chrono::steady_clock::now();
    for (std::uint64_t i = 0; i < count; ++i) {
        done += pair.handshake(count + i) ? 1U : 0U;
        resumed += pair.server_info().is_resumed ? 1U : 0U;
    }
    const auto ns = (std::chrono::steady_clock::now() - begin).count();
    std::printf("%-44s %8.2f us a handshake, both ends (%llu done, %llu resumed)\n", title,
                static_cast<double>(ns) * 1e-3 / static_cast<double>(count),
                static_cast<unsigned long long>(done), static_cast<unsigned long long>(resumed));
}

/// Endpoints and logs of connections that stay open.
void weigh(const World& world) {
    constexpr std::uint64_t kCount = 10'000;
    tls::TicketAuthority tickets{7};
    const std::uint64_t before = bench::heap_bytes();
    std::vector<std::unique_ptr<Pair>> pairs;
    for (std::uint64_t i = 0; i < kCount; ++i) {
        pairs.push_back(
            std::make_unique<Pair>(world.pki, world.client, world.server, nullptr, &tickets));
        pairs.back()->handshake(i);
        pairs.back()->trim();
    }
    std::printf("%-44s %8.0f bytes, both ends and both logs\n", "an open connection",
                static_cast<double>(bench::heap_bytes() - before) / kCount);
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
    const World classic{"openssl-3.0", tls::KeyAlgorithm::P256};
    const World browser{"browser", tls::KeyAlgorithm::P256};
    const World quantum{"openssl-3.5", tls::KeyAlgorithm::Mldsa44};
    measure("full, P-256, chain of two", classic, false, count);
    measure("resumed", classic, true, count);
    measure("full, browser with X25519MLKEM768", browser, false, count);
    measure("full, X25519MLKEM768 and ML-DSA-44", quantum, false, count);
    weigh(classic);
}
