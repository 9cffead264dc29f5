// SYN cookies. RFC 4987 §3.6; Linux.
#include "models/socket/syn_cookies.h"

#include "models/tcp/negotiation.h"
#include "tests/models/socket/two_stacks.h"
#include "tests/support/catch.h"

namespace seedwire {
namespace {

using socket::failure;
using socket::SocketId;
using socket::success;
using tcp::Error;
using tcp::State;
using tcp::WriteMode;

constexpr std::uint8_t kAllOptions = 7;  // timestamps, SACK, window scaling

/// The server's SYN-ACKs are lost until `open` is called: its SYN queue fills.
struct Flooded : TwoStacks {
    SocketId listener = listen(80, 2);
    std::vector<SocketId> early;

    Flooded() {
        lose = [](const wire::Segment&, bool from_client) { return !from_client; };
        for (int i = 0; i < 3; ++i) early.push_back(connect(80));
        CHECK(server.request_count() == 3);
        lose = nullptr;
        seen.clear();
    }
};

TEST_CASE("An overflowing SYN queue answers with cookies", "[socket][syncookies][COOKIE-1]") {
    Flooded t;
    const SocketId c = t.connect(80);
    CHECK(t.client.state(c) == State::Established);
    CHECK(t.server.request_count() == 3);  // nothing was kept of that SYN
    const auto s = static_cast<SocketId>(t.server.accept(t.now, t.listener).value);
    CHECK(t.server.state(s) == State::Established);
    // Timestamps have carried the other options.
    CHECK(t.server.info(t.now, s).options == kAllOptions);
    CHECK(t.server.info(t.now, s).snd_wscale == t.client.info(t.now, c).rcv_wscale);
    CHECK(t.server.info(t.now, s).snd_mss == 1448);
    CHECK(t.client.write(t.now, c, 5000, WriteMode::Plain) == success(5000));
    t.exchange();
    CHECK(t.server.read(t.now, s, 9999) == success(5000));
}

TEST_CASE("Without timestamps a cookie keeps the segment size alone",
          "[socket][syncookies][COOKIE-2]") {
    Flooded t;
    t.client_sysctls.tcp_timestamps = false;
    const SocketId c = t.connect(80);
    CHECK(t.client.info(t.now, c).options == 0);
    const auto s = static_cast<SocketId>(t.server.accept(t.now, t.listener).value);
    CHECK(t.server.info(t.now, s).options == 0);
    CHECK(t.server.info(t.now, s).snd_mss == 1460);
}

TEST_CASE("Switched off, an overflowing queue drops", "[socket][syncookies][COOKIE-4]") {
    Flooded t;
    t.server_sysctls.tcp_syncookies = 0;
    const SocketId c = t.connect(80);
    CHECK(t.client.state(c) == State::SynSent);
    CHECK(t.seen.size() == 1);
}

TEST_CASE("tcp_syncookies 2 sends cookies always", "[socket][syncookies][COOKIE-1]") {
    TwoStacks t;
    t.server_sysctls.tcp_syncookies = 2;
    const SocketId listener = t.listen(80, 5);
    const SocketId c = t.connect(80);
    CHECK(t.client.state(c) == State::Established);
    CHECK(t.server.accept(t.now, listener).ok());
}

TEST_CASE("Without cookies the last quarter of tcp_max_syn_backlog stays free",
          "[socket][syncookies][COOKIE-4]") {
    TwoStacks t;
    t.server_sysctls.tcp_syncookies = 0;
    t.server_sysctls.tcp_max_syn_backlog = 8;
    t.listen(80, 100);
    t.lose = [](const wire::Segment&, bool from_client) { return !from_client; };
    for (int i = 0; i < 10; ++i) t.connect(80);
    CHECK(t.server.request_count() == 7);
}

TEST_CASE("A cookie is known again for two minutes, and only there",
          "[socket][syncookies][COOKIE-3]") {
    const socket::SynCookies cookies{{1, 2}};
    const tcp::Sysctls sysctls;
    const wire::SocketAddress client{{1}, 1000}, server{{2}, 80};
    wire::Segment syn;
    syn.seq = wire::SeqNum{77};
    syn.syn.mss = 1400;
    Time now = Time::zero() + Duration::s(30);
    const tcp::Environment numbers = cookies.numbers(now, client, server, syn, 1500);
    wire::Segment ack;
    ack.flags = wire::flag::kAck;
    ack.seq = syn.seq + 1;
    ack.ack = wire::SeqNum{numbers.initial_sequence} + 1;
    const auto recovered = cookies.recover(now, client, server, ack, sysctls, 1500);
    REQUIRE(recovered);
    CHECK(recovered->syn.syn.mss == 1300);  // the next smaller one of the list
    CHECK(recovered->syn.seq == syn.seq);
    CHECK(recovered->environment.initial_sequence == numbers.initial_sequence);
    CHECK_FALSE(cookies.recover(now, {{1}, 1001}, server, ack, sysctls, 1500));
    ack.seq += 1000;
    CHECK_FALSE(cookies.recover(now, client, server, ack, sysctls, 1500));
    ack.seq = syn.seq + 1;
    now += Duration::s(89);
    CHECK(cookies.recover(now, client, server, ack, sysctls, 1500));
    now += Duration::s(1);
    CHECK_FALSE(cookies.recover(now, client, server, ack, sysctls, 1500));
}

TEST_CASE("An ACK is no cookie where none was sent", "[socket][syncookies][COOKIE-3]") {
    socket::SynCookies cookies{{1, 2}};
    CHECK_FALSE(cookies.had_recent_overflow(Time::zero()));
    cookies.note_overflow(Time::zero());
    CHECK(cookies.had_recent_overflow(Time::zero() + Duration::s(120)));
    CHECK_FALSE(cookies.had_recent_overflow(Time::zero() + Duration::s(121)));
}

}  // namespace
}  // namespace seedwire
