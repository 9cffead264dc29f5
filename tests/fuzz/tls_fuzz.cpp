// Arbitrary bytes to TLS endpoints: as a stream of records, as changes of an honest peer's
// messages, as protected content. Whatever comes, an endpoint ends with an alert, waits, or goes
// on.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/tls/endpoint.h"
#include "sim/base/assert.h"

namespace {

using namespace seedwire;  // NOLINT(google-build-using-namespace): of a program

struct World {
    tls::Pki pki;
    tls::Config client, server;

    World() {
        const auto root = pki.add({.subject = "root", .is_ca = true});
        const auto leaf = pki.add({.subject = "leaf", .names = {"a.example"}, .issuer = root});
        const tls::Profile& profile = *tls::find_profile("rfc");
        client = tls::make_config(profile, tls::Role::Client);
        server = tls::make_config(profile, tls::Role::Server);
        client.versions = server.versions = {tls::kTls13, tls::kTls12};
        client.other_suites = 5;
        client.server_name = client.trust.name = "a.example";
        client.trust.roots = server.trust.roots = {root};
        client.credential = server.credential = tls::Credential{pki, {leaf}};
        server.client_auth = tls::ClientAuth::Optional;
        client.early_data = server.max_early_data = 1000;
        client.offers_post_handshake_auth = true;
        client.has_costs = server.has_costs = false;
    }
};

/// Takes bytes off the front of the input; zeros once it is used up.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : data_{data}, size_{size} {}
    std::uint8_t next() { return at_ < size_ ? data_[at_++] : std::uint8_t{0}; }
    bool is_empty() const { return at_ >= size_; }
    tls::Bytes rest() const { return {data_ + at_, size_ - at_}; }

private:
    const std::uint8_t* data_;
    std::size_t size_, at_ = 0;
};

struct Connection {
    tls::RecordLog to_server, from_client, to_client, from_server;
    tls::Endpoint client, server;
    tls::Output out;
    std::uint64_t client_sent = 0, server_sent = 0;

    Connection(const World& world, tls::SessionCache& sessions, tls::TicketAuthority& tickets)
        : client{world.client,
                 tls::Role::Client,
                 {.pki = &world.pki,
                  .outgoing = &from_client,
                  .incoming = &to_client,
                  .sessions = &sessions,
                  .entropy = 1}},
          server{world.server,
                 tls::Role::Server,
                 {.pki = &world.pki,
                  .outgoing = &from_server,
                  .incoming = &to_server,
                  .tickets = &tickets,
                  .entropy = 2}} {
        from_client.keep_consumed();
        from_server.keep_consumed();
    }

    /// Records from one log to the other, changed as the input says.
    static void forward(tls::RecordLog& from, std::uint64_t& sent, tls::RecordLog& to,
                        Input* changes) {
        for (; sent < from.count(); ++sent) {
            tls::Record record = from[sent];
            std::vector<std::uint8_t> content;
            for (const tls::Piece& piece : from.pieces(record))
                content.insert(content.end(), piece.data, piece.data + piece.length);
            if (changes != nullptr && !content.empty()) {
                for (int n = changes->next() % 4; n > 0; --n) {
                    const std::uint32_t low = changes->next(), high = changes->next();
                    const std::size_t at = (low | high << 8) % content.size();
                    content[at] = static_cast<std::uint8_t>(content[at] ^ changes->next());
                }
            }
            const std::span<std::uint8_t> copy = to.allocate(content.size());
            std::ranges::copy(content, copy.begin());
            const tls::Piece piece{copy.data(), static_cast<std::uint32_t>(content.size())};
            to.append(record, {&piece, content.empty() ? 0U : 1U});
        }
    }
    void run(Input* changes_of_client, Input* changes_of_server) {
        for (int i = 0; i < 6; ++i) {
            forward(from_client, client_sent, to_server, changes_of_client);
            server.on_bytes(Time::zero(), to_server.end(), out);
            forward(from_server, server_sent, to_client, changes_of_server);
            client.on_bytes(Time::zero(), to_client.end(), out);
            out.clear();
        }
    }
};

/// Protected content of any type, under the right keys.
void say(tls::RecordLog& log, tls::Secret key, std::uint64_t sequence, std::uint8_t type,
         tls::Bytes content) {
    tls::Record record;
    record.type = 23;
    record.inner_type = type;
    record.key = key;
    record.sequence = sequence;
    record.content = static_cast<std::uint32_t>(content.size());
    record.length = static_cast<std::uint16_t>(content.size() + 17);
    const tls::Piece piece{content.data(), record.content};
    log.append(record, {&piece, content.empty() ? 0U : 1U});
}

void check(const tls::Endpoint& endpoint) {
    const tls::Info& info = endpoint.info();
    if (info.state != tls::State::Closed) return;
    SEEDWIRE_ASSERT(info.sent || info.received || info.is_truncated);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const World world;
    if (size > 60'000) return 0;
    Input input{data, size};
    tls::SessionCache sessions;
    tls::TicketAuthority tickets{3};
    const std::uint8_t way = input.next();
    Connection first{world, sessions, tickets};
    first.client.start(Time::zero(), 0, first.out);
    if (way % 4 == 0) {
        tls::RecordLog& log = way & 8 ? first.to_client : first.to_server;
        tls::Endpoint& reader = way & 8 ? first.client : first.server;
        log.append_bytes(input.rest());
        reader.on_bytes(Time::zero(), log.end(), first.out);
        reader.on_end(Time::zero(), first.out);
        check(reader);
        return 0;
    }
    if (way % 4 == 1) {
        // A resumption with early data, changed on its way.
        first.run(nullptr, nullptr);
        Connection second{world, sessions, tickets};
        second.client.start(Time::zero(), 100, second.out);
        second.run(way & 8 ? &input : nullptr, way & 8 ? nullptr : &input);
        check(second.client);
        check(second.server);
        return 0;
    }
    if (way % 4 == 2) {
        first.run(way & 8 ? &input : nullptr, way & 8 ? nullptr : &input);
        check(first.client);
        check(first.server);
        return 0;
    }
    first.run(nullptr, nullptr);
    SEEDWIRE_ASSERT(first.client.info().is_done);
    const bool to_server = (way & 8) != 0;
    tls::Endpoint& reader = to_server ? first.server : first.client;
    tls::RecordLog& log = to_server ? first.to_server : first.to_client;
    const auto secrets = first.client.secrets();
    const tls::Secret key = to_server ? secrets.client_application : secrets.server_application;
    std::uint64_t sequence = to_server ? 0 : 2;  // behind two tickets
    while (!input.is_empty()) {
        const std::uint8_t type = static_cast<std::uint8_t>(20 + input.next() % 5);
        const std::size_t length = std::min<std::size_t>(input.next(), input.rest().size());
        const tls::Bytes content = input.rest().first(length);
        say(log, key, sequence++, type, content);
        for (std::size_t i = 0; i < length; ++i) input.next();
    }
    reader.on_bytes(Time::zero(), log.end(), first.out);
    check(reader);
    return 0;
}
