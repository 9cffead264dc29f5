// Fast Open between two hosts. RFC 7413 §4.2; Linux.
#include "models/socket/stack.h"
#include "tests/models/socket/two_stacks.h"
#include "tests/support/catch.h"

namespace seedwire {
namespace {

using socket::failure;
using socket::Option;
using socket::Result;
using socket::SocketId;
using socket::success;
using tcp::Error;
using tcp::State;
using tcp::WriteMode;

constexpr std::uint8_t kSynData = 32, kChild = 128;

struct FastOpenStacks : TwoStacks {
    SocketId listener = socket::kNoSocket;

    FastOpenStacks() {
        server_sysctls.tcp_fastopen = 3;
        listener = server.open({});
        server.set_option(now, listener, Option::FastOpen, 5);
        server.bind(listener, 80);
        server.listen(listener, 5);
    }
    Result open(SocketId socket, std::uint32_t length) {
        const Result result = client.fast_open(now, socket, {kServer, 80}, 1500, length);
        return result;
    }
    /// A connection that only fetches the cookie.
    void fetch_cookie() {
        const SocketId socket = client.open({});
        CHECK(open(socket, 100) == failure(Error::InProgress));
        exchange();
        client.close(now, socket);
        server.close(now, static_cast<SocketId>(server.accept(now, listener).value));
        exchange();
        seen.clear();
    }
    SocketId accept() { return static_cast<SocketId>(server.accept(now, listener).value); }
};

TEST_CASE("The first connection fetches a cookie", "[fast_open][rfc7413][TFO-2]") {
    FastOpenStacks t;
    const SocketId c = t.client.open({});
    CHECK(t.open(c, 100) == failure(Error::InProgress));
    t.exchange();
    REQUIRE(t.seen.size() == 3);
    CHECK(t.seen[0].syn.fast_open.length == 0);
    CHECK(t.seen[0].payload.length == 0);
    CHECK(t.seen[1].syn.fast_open.length == 8);
    CHECK(t.client.info(t.now, c).fastopen_client_fail == 1);
    CHECK(t.open(c, 100) == success(0));  // connected meanwhile: write
    CHECK(t.open(c, 100) == failure(Error::IsConnected));
}

TEST_CASE("With a cookie the SYN carries data, and the server answers at once",
          "[fast_open][rfc7413][TFO-3][TFO-4]") {
    FastOpenStacks t;
    t.fetch_cookie();
    const SocketId c = t.client.open({});
    CHECK(t.open(c, 5000) == success(1420));
    CHECK(t.open(c, 10) == failure(Error::Already));
    // The SYN arrives; its answer is held back until the server's program has written.
    t.lose = [](const wire::Segment&, bool from_client) { return !from_client; };
    t.exchange();
    const SocketId s = t.accept();
    CHECK(t.server.state(s) == State::SynReceived);
    CHECK(t.server.info(t.now, s).options == (7 | kSynData | kChild));
    CHECK(t.server.poll(s) == (socket::readiness::kIn | socket::readiness::kOut));
    CHECK(t.server.read(t.now, s, 9999) == success(1420));
    CHECK(t.server.write(t.now, s, 200, WriteMode::Plain) == success(200));
    t.exchange();
    CHECK(t.seen.back().payload.length == 200);
    CHECK(t.seen.back().ack == t.seen[0].seq + 1421);
    // Data before the SYN-ACK mean nothing to the client; the SYN-ACK's timer repeats that alone.
    CHECK(t.client.state(c) == State::SynSent);
    t.lose = nullptr;
    t.run_until(1000);
    CHECK(t.client.state(c) == State::Established);
    CHECK(t.server.state(s) == State::Established);
    CHECK(t.client.info(t.now, c).options == (7 | kSynData));
    t.run_until(5000);
    CHECK(t.client.read(t.now, c, 999) == success(200));
    CHECK(t.server.unacknowledged(s) == 0);
    CHECK(t.client.unacknowledged(c) == 0);
}

TEST_CASE("Data that the SYN-ACK leaves out are sent again at once",
          "[fast_open][rfc7413][TFO-7]") {
    FastOpenStacks t;
    t.fetch_cookie();
    t.server_sysctls.tcp_fastopen_key = *tcp::parse_fast_open_keys("1-2-3-4");  // a new secret
    const SocketId c = t.client.open({});
    CHECK(t.open(c, 1000) == success(1000));
    t.exchange();
    REQUIRE(t.seen.size() >= 3);
    CHECK(t.seen[1].ack == t.seen[0].seq + 1);
    CHECK(t.seen[1].syn.fast_open.length == 8);
    CHECK(t.seen[2].payload.length == 1000);
    CHECK(t.seen[2].cause == wire::Cause::RecoveryRetransmit);
    const tcp::Info info = t.client.info(t.now, c);
    CHECK(info.fastopen_client_fail == 2);
    CHECK(info.snd_cwnd >= 10);
    CHECK((info.options & kSynData) == 0);
    CHECK(t.server.read(t.now, t.accept(), 9999) == success(1000));
    // The next SYN carries the new cookie.
    const SocketId next = t.client.open({});
    t.seen.clear();
    CHECK(t.open(next, 1000) == success(1000));
    t.exchange();
    CHECK(t.seen[1].ack == t.seen[0].seq + 1001);
}

TEST_CASE("A SYN that goes again has neither option nor data", "[fast_open][rfc7413][TFO-6]") {
    FastOpenStacks t;
    t.fetch_cookie();
    const SocketId c = t.client.open({});
    bool first = true;
    t.lose = [&first](const wire::Segment&, bool) { return std::exchange(first, false); };
    CHECK(t.open(c, 1000) == success(1000));
    t.run_until(1000);
    REQUIRE(t.seen.size() >= 4);
    CHECK(t.seen[1].cause == wire::Cause::SynTimeout);
    CHECK(t.seen[1].payload.length == 0);
    CHECK(t.seen[1].syn.fast_open.length == wire::FastOpenOption::kAbsent);
    CHECK(t.seen[3].payload.length == 1000);
    CHECK(t.client.info(t.now, c).fastopen_client_fail == 3);
    CHECK(t.server.read(t.now, t.accept(), 9999) == success(1000));
}

TEST_CASE("connect() waits for data where a cookie is known", "[fast_open][linux][TFO-11]") {
    FastOpenStacks t;
    t.fetch_cookie();
    const SocketId c = t.client.open({});
    CHECK(t.client.set_option(t.now, c, Option::FastOpenConnect, 1) == Error::None);
    CHECK(t.client.connect(t.now, c, {t.kServer, 80}, 1500) == Error::None);
    CHECK(t.client.is_deferred(c));
    CHECK(t.client.poll(c) == socket::readiness::kOut);
    CHECK(t.client.connect(t.now, c, {t.kServer, 80}, 1500) == Error::IsConnected);
    CHECK(t.client.write(t.now, c, 300, WriteMode::Plain) == success(300));
    t.exchange();
    CHECK(t.seen[0].payload.length == 300);
    CHECK(t.client.state(c) == State::Established);
    // A program may also change its mind.
    const SocketId other = t.client.open({});
    t.client.set_option(t.now, other, Option::FastOpenConnect, 1);
    CHECK(t.client.connect(t.now, other, {t.kServer, 80}, 1500) == Error::None);
    CHECK(t.client.close(t.now, other) == Error::None);
    CHECK(t.client.socket_count() == 1);
}

TEST_CASE("Fast Open is refused where it is off", "[fast_open][errno]") {
    FastOpenStacks t;
    t.client_sysctls.tcp_fastopen = 0;
    const SocketId c = t.client.open({});
    CHECK(t.open(c, 10) == failure(Error::NotSupported));
    CHECK(t.client.set_option(t.now, c, Option::FastOpenConnect, 1) == Error::NotSupported);
}

TEST_CASE("Places in the queue come back, but not at once after a reset",
          "[fast_open][rfc7413][TFO-8]") {
    FastOpenStacks t;
    t.fetch_cookie();
    t.server.set_option(t.now, t.listener, Option::FastOpen, 1);
    t.lose = [](const wire::Segment&, bool from_client) { return !from_client; };
    const SocketId first = t.client.open({});
    t.open(first, 100);
    t.exchange();
    const SocketId s = t.accept();
    CHECK(t.server.state(s) == State::SynReceived);
    const SocketId second = t.client.open({});
    t.open(second, 100);
    t.exchange();
    CHECK(t.server.accept(t.now, t.listener) == failure(Error::Again));  // an ordinary handshake
    // The first one is reset after it was accepted.
    wire::Segment reset;
    reset.flags = wire::flag::kRst;
    reset.seq = t.seen[0].seq + 101;
    t.server.on_segment(t.now, {t.client.local(first), {t.kServer, 80}, socket::kNoLabel, 1500},
                        reset);
    CHECK(t.server.take_error(s) == Error::ConnectionReset);
    const SocketId third = t.client.open({});
    t.open(third, 100);
    t.exchange();
    CHECK(t.server.accept(t.now, t.listener) == failure(Error::Again));
    t.at(60'000);
    const SocketId fourth = t.client.open({});
    t.open(fourth, 100);
    t.exchange();
    CHECK(t.server.accept(t.now, t.listener).ok());
}

TEST_CASE("A listener that closes resets what it has opened early", "[fast_open][linux]") {
    FastOpenStacks t;
    t.fetch_cookie();
    const SocketId c = t.client.open({});
    t.lose = [](const wire::Segment& segment, bool from_client) {
        return !from_client && segment.has(wire::flag::kSyn);
    };
    t.open(c, 100);
    t.exchange();
    t.server.close(t.now, t.listener);
    t.exchange();
    CHECK(t.seen.back().has(wire::flag::kRst));
    CHECK(t.seen.back().seq == t.seen[1].seq + 1);
}

TEST_CASE("The server gives up an early connection when nobody completes it",
          "[fast_open][linux][TFO-12]") {
    FastOpenStacks t;
    t.fetch_cookie();
    t.lose = [](const wire::Segment&, bool from_client) { return !from_client; };
    const SocketId c = t.client.open({});
    t.open(c, 100);
    t.exchange();
    t.client.close(t.now, c);
    const SocketId s = t.accept();
    t.seen.clear();
    t.run_until(300'000);
    CHECK(t.seen.size() == 6);  // one more than tcp_synack_retries
    CHECK(t.server.take_error(s) == Error::TimedOut);
}

}  // namespace
}  // namespace seedwire
