// Whole handshakes between two endpoints. RFC 8446 §2.
#include "tests/support/catch.h"
#include "tests/support/tls_pair.h"

namespace seedwire::tls {

namespace {

using Names = std::vector<std::string>;

bool has(const TestEnd& end, Event::Kind kind) {
    for (const Event& event : end.events)
        if (event.kind == kind) return true;
    return false;
}

}  // namespace

TEST_CASE("A full handshake exchanges the messages of figure 1", "[tls][rfc8446]") {
    const TestPki world;
    TicketAuthority tickets{1};
    SessionCache sessions;
    for (const Profile& profile : profiles()) {
        INFO(profile.name);
        TlsPair pair{world.pki, client_of(world, profile.name), server_of(world, profile.name),
                     &sessions, &tickets};
        pair.handshake();
        CHECK(pair.client.info().is_done);
        CHECK(pair.server.info().is_done);
        CHECK(pair.client.info().state == State::Connected);
        CHECK(pair.client_end.sent_messages() == Names{"ClientHello", "Finished"});
        CHECK(pair.client.info().suite == pair.server.info().suite);
        CHECK(pair.client.secrets().client_application == pair.server.secrets().client_application);
        pair.at_client([&](Output& out) { CHECK(pair.client.write(pair.now, 100, out) == 100); });
        CHECK(pair.server.info().data_received == 100);
        pair.at_server(
            [&](Output& out) { CHECK(pair.server.write(pair.now, 40'000, out) == 40'000); });
        CHECK(pair.client.info().data_received == 40'000);
        pair.at_client([&](Output& out) { pair.client.close(pair.now, out); });
        CHECK(has(pair.server_end, Event::Kind::PeerClosed));
        pair.at_server([&](Output& out) { pair.server.close(pair.now, out); });
        CHECK(pair.server.info().state == State::Closed);
        CHECK(pair.client.info().state == State::Closed);
        CHECK(pair.client_end.closes);
        CHECK(sessions.size() == profile.tickets);
        sessions.remove_all(TestPki::kName);
    }
}

TEST_CASE("Any stack resumes its sessions", "[tls][rfc8446]") {
    const TestPki world;
    TicketAuthority tickets{1};
    for (const Profile& profile : profiles()) {
        INFO(profile.name);
        SessionCache sessions;
        for (int i = 0; i < 2; ++i) {
            TlsPair pair{world.pki, client_of(world, profile.name), server_of(world, profile.name),
                         &sessions, &tickets};
            pair.handshake();
            pair.at_server([&](Output& out) { pair.server.write(pair.now, 10, out); });
            CHECK(pair.client.info().is_done);
            CHECK(pair.server.info().is_resumed == (i == 1));
            CHECK(pair.client.info().is_resumed == (i == 1));
        }
    }
}

}  // namespace seedwire::tls
