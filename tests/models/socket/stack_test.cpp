// Calls on sockets and what they return; listeners, ports and the end of connections.
#include "models/socket/stack.h"

#include "tests/models/socket/segments.h"
#include "tests/models/socket/two_stacks.h"
#include "tests/support/catch.h"

namespace seedwire {
namespace {

using socket::failure;
using socket::Option;
using socket::Result;
using socket::Shutdown;
using socket::SocketId;
using socket::success;
using tcp::Error;
using tcp::State;
using tcp::WriteMode;
namespace event = socket::event;

struct Connected : TwoStacks {
    SocketId listener = listen(80, 5);
    SocketId c = connect(80);
    SocketId s = static_cast<SocketId>(server.accept(now, listener).value);
};

TEST_CASE("Two stacks connect, transfer both ways and close", "[socket][rfc9293][LISTEN-1]") {
    Connected t;
    CHECK(t.client.state(t.c) == State::Established);
    CHECK(t.server.state(t.s) == State::Established);
    CHECK(t.client.local(t.c).port == 32768);
    CHECK(t.server.remote(t.s) == t.client.local(t.c));
    CHECK(t.client.write(t.now, t.c, 5000, WriteMode::Plain) == success(5000));
    t.exchange();
    CHECK(t.server.readable(t.s) == 5000);
    CHECK(t.server.read(t.now, t.s, 3000) == success(3000));
    CHECK(t.server.read(t.now, t.s, 3000) == success(2000));
    CHECK(t.server.read(t.now, t.s, 3000) == failure(Error::Again));
    CHECK(t.server.write(t.now, t.s, 10, WriteMode::Plain) == success(10));
    t.exchange();
    CHECK(t.client.read(t.now, t.c, 100) == success(10));
    CHECK(t.client.close(t.now, t.c) == Error::None);
    t.run_until(1000);
    CHECK(t.server.read(t.now, t.s, 1) == success(0));
    CHECK(t.server.state(t.s) == State::CloseWait);
    CHECK(t.server.close(t.now, t.s) == Error::None);
    t.exchange();
    CHECK(t.client.socket_count() == 0);
    CHECK(t.client.time_wait_count() == 1);
    CHECK(t.server.socket_count() == 1);  // the listener
    t.run_until(62'000);
    CHECK(t.client.time_wait_count() == 0);
    CHECK(t.client.next_timeout().is_never());
    CHECK(t.client.is_background());
}

TEST_CASE("Calls on what is not open are EBADF", "[socket][errno]") {
    TwoStacks t;
    CHECK(t.client.bind(3, 80) == Error::BadDescriptor);
    CHECK(t.client.listen(3, 1) == Error::BadDescriptor);
    CHECK(t.client.accept(t.now, 3) == failure(Error::BadDescriptor));
    CHECK(t.client.read(t.now, 3, 1) == failure(Error::BadDescriptor));
    CHECK(t.client.write(t.now, 3, 1, WriteMode::Plain) == failure(Error::BadDescriptor));
    CHECK(t.client.close(t.now, 3) == Error::BadDescriptor);
    const SocketId socket = t.client.open({});
    CHECK(t.client.close(t.now, socket) == Error::None);
    CHECK(t.client.close(t.now, socket) == Error::BadDescriptor);
}

TEST_CASE("Calls on a fresh socket fail as on Linux", "[socket][errno]") {
    TwoStacks t;
    const SocketId socket = t.client.open({});
    CHECK(t.client.read(t.now, socket, 1) == failure(Error::NotConnected));
    CHECK(t.client.write(t.now, socket, 1, WriteMode::Plain) == failure(Error::BrokenPipe));
    CHECK(t.client.accept(t.now, socket) == failure(Error::InvalidArgument));
    CHECK(t.client.shutdown(t.now, socket, Shutdown::Both) == Error::NotConnected);
    CHECK(t.client.poll(socket) == (socket::readiness::kOut | socket::readiness::kHangUp));
}

TEST_CASE("A port is bound once and a socket binds once", "[socket][errno]") {
    TwoStacks t;
    const SocketId one = t.client.open({}), two = t.client.open({});
    CHECK(t.client.bind(one, 80) == Error::None);
    CHECK(t.client.bind(one, 81) == Error::InvalidArgument);
    CHECK(t.client.bind(two, 80) == Error::AddressInUse);
    CHECK(t.client.listen(one, 1) == Error::None);
    CHECK(t.client.bind(two, 80) == Error::AddressInUse);
    t.client.close(t.now, one);
    CHECK(t.client.bind(two, 80) == Error::None);
}

TEST_CASE("connect() answers EINPROGRESS, EALREADY, success and EISCONN",
          "[socket][errno][SOCK-1]") {
    TwoStacks t;
    t.listen(80, 1);
    const SocketId c = t.client.open({});
    const wire::SocketAddress to{TwoStacks::kServer, 80};
    CHECK(t.client.connect(t.now, c, to, 1500) == Error::InProgress);
    CHECK(t.client.connect(t.now, c, to, 1500) == Error::Already);
    CHECK(t.client.poll(c) == 0);
    CHECK(t.client.write(t.now, c, 1, WriteMode::Plain) == failure(Error::Again));
    t.exchange();
    CHECK(t.client.is_established(c));
    CHECK(t.client.poll(c) == socket::readiness::kOut);
    CHECK(t.client.connect(t.now, c, to, 1500) == Error::None);
    CHECK(t.client.connect(t.now, c, to, 1500) == Error::IsConnected);
}

TEST_CASE("A closed port refuses: ECONNREFUSED once, then the socket may try again",
          "[socket][errno][rfc9293][OPEN-7][SOCK-1][SOCK-2]") {
    TwoStacks t;
    const SocketId c = t.connect(80);
    REQUIRE(t.seen.size() == 2);
    CHECK(t.seen[1].flags == (wire::flag::kRst | wire::flag::kAck));
    CHECK(t.seen[1].cause == wire::Cause::ResetClosedPort);
    CHECK(t.client.state(c) == State::Closed);
    CHECK(t.client.get_option(c, Option::SocketError) ==
          success(tcp::number(Error::ConnectionRefused)));
    CHECK(t.client.get_option(c, Option::SocketError) == success(0));
    t.listen(80, 1);
    CHECK(t.client.connect(t.now, c, {TwoStacks::kServer, 80}, 1500) == Error::InProgress);
    t.exchange();
    CHECK(t.client.is_established(c));
}

TEST_CASE("Two connections cannot share both addresses and ports", "[socket][ports]") {
    TwoStacks t;
    t.listen(80, 5);
    const SocketId one = t.client.open({});
    t.client.bind(one, 40001);
    CHECK(t.client.connect(t.now, one, {TwoStacks::kServer, 80}, 1500) == Error::InProgress);
    t.exchange();
    t.client.close(t.now, one);  // FIN-WAIT-2: the port is free to bind, the pair is taken
    t.run_until(1000);
    const SocketId two = t.client.open({});
    CHECK(t.client.bind(two, 40001) == Error::None);
    CHECK(t.client.connect(t.now, two, {TwoStacks::kServer, 80}, 1500) ==
          Error::AddressNotAvailable);
}

TEST_CASE("accept() hands out connections in the order of their completion", "[socket][SOCK-3]") {
    TwoStacks t;
    const SocketId listener = t.listen(80, 5);
    CHECK(t.server.accept(t.now, listener) == failure(Error::Again));
    CHECK(t.server.poll(listener) == 0);
    const SocketId one = t.connect(80), two = t.connect(80);
    CHECK(t.server.poll(listener) == socket::readiness::kIn);
    const auto first = static_cast<SocketId>(t.server.accept(t.now, listener).value);
    const auto second = static_cast<SocketId>(t.server.accept(t.now, listener).value);
    CHECK(t.server.remote(first) == t.client.local(one));
    CHECK(t.server.remote(second) == t.client.local(two));
    CHECK(t.server.accept(t.now, listener) == failure(Error::Again));
}

TEST_CASE("A full accept queue drops SYNs; the client's timer brings it in later",
          "[socket][LISTEN-11]") {
    TwoStacks t;
    const SocketId listener = t.listen(80, 1);
    t.connect(80);
    t.connect(80);
    const SocketId third = t.connect(80);
    CHECK(t.client.state(third) == State::SynSent);
    CHECK(t.server.request_count() == 0);
    REQUIRE(t.server.accept(t.now, listener).ok());
    t.run_until(1100);
    CHECK(t.client.is_established(third));
}

TEST_CASE(
    "A queue that fills up behind the SYN drops the last ACK, and the SYN-ACK timer asks "
    "again",
    "[socket][LISTEN-11]") {
    TwoStacks t;
    const SocketId listener = t.listen(80, 0);
    bool hold = true;
    t.lose = [&](const wire::Segment& segment, bool from_client) {
        const bool last_ack = from_client && hold && !segment.has(wire::flag::kSyn);
        return last_ack;
    };
    const SocketId slow = t.connect(80);  // its last ACK is lost
    CHECK(t.client.is_established(slow));
    CHECK(t.server.request_count() == 1);
    hold = false;
    t.connect(80);  // takes the only place
    CHECK(t.server.poll(listener) == socket::readiness::kIn);
    t.run_until(1010);  // SYN-ACK again, challenge ACK, still full
    CHECK(t.server.request_count() == 1);
    REQUIRE(t.server.accept(t.now, listener).ok());
    t.run_until(3010);
    CHECK(t.server.request_count() == 0);
    CHECK(t.server.accept(t.now, listener).ok());
}

TEST_CASE("tcp_abort_on_overflow resets the last ACK that finds the queue full",
          "[socket][LISTEN-12]") {
    TwoStacks t;
    t.server_sysctls.tcp_abort_on_overflow = true;
    t.listen(80, 0);
    bool hold = true;
    t.lose = [&](const wire::Segment& segment, bool from_client) {
        return from_client && hold && !segment.has(wire::flag::kSyn);
    };
    const SocketId slow = t.connect(80);
    hold = false;
    t.connect(80);  // takes the only place
    t.run_until(1010);
    CHECK(t.server.request_count() == 0);
    CHECK(t.client.take_error(slow) == Error::ConnectionReset);
}

TEST_CASE("SIOCOUTQ counts what is not acknowledged, SIOCINQ what is not read",
          "[socket][SOCK-9]") {
    Connected t;
    REQUIRE(t.client.write(t.now, t.c, 1000, WriteMode::Plain) == success(1000));
    CHECK(t.client.unacknowledged(t.c) == 1000);
    t.exchange();
    CHECK(t.client.unacknowledged(t.c) == 0);
    CHECK(t.server.readable(t.s) == 1000);
    REQUIRE(t.server.read(t.now, t.s, 400) == success(400));
    CHECK(t.server.readable(t.s) == 600);
}

TEST_CASE("A lost SYN-ACK comes again after a second and completes the handshake",
          "[socket][rfc6298][LISTEN-2]") {
    TwoStacks t;
    const SocketId listener = t.listen(80, 1);
    int lost = 0;
    t.lose = [&](const wire::Segment& segment, bool from_client) {
        return !from_client && segment.has(wire::flag::kSyn) && lost++ == 0;
    };
    const SocketId c = t.connect(80);
    CHECK_FALSE(t.client.is_established(c));
    t.run_until(1100);
    CHECK(t.client.is_established(c));
    CHECK(t.server.accept(t.now, listener).ok());
}

TEST_CASE("A SYN that finds the SYN-ACK's timer due is answered after it",
          "[socket][linux][LISTEN-5]") {
    TwoStacks net;
    net.listen(80, 4);
    net.lose = [](const wire::Segment&, bool from_client) { return !from_client; };
    net.connect(80);
    net.at(1000);  // both timers are due; the client's is looked at first
    net.client.on_timeout(net.now);
    net.exchange();
    std::vector<wire::Cause> causes;
    for (const wire::Segment& segment : net.seen) causes.push_back(segment.cause);
    CHECK(causes == std::vector<wire::Cause>{wire::Cause::Open, wire::Cause::PassiveOpen,
                                             wire::Cause::SynTimeout, wire::Cause::SynAckTimeout,
                                             wire::Cause::SynRepeated});
    CHECK(net.server.next_timeout() == Time::zero() + Duration::s(3));
}

TEST_CASE("Sequence numbers are drawn from the host's own stream",
          "[socket][determinism][OPEN-15]") {
    TwoStacks t, u;
    t.connect(80);
    u.connect(80);
    CHECK(t.seen[0].seq == u.seen[0].seq);
    const tcp::Sysctls sysctls;
    socket::Stack other{sysctls, TwoStacks::kClient, 1, "somebody else"};
    other.connect(Time::zero(), other.open({}), {TwoStacks::kServer, 80}, 1500);
    CHECK(other.segments()[0].seq != t.seen[0].seq);
}

TEST_CASE("close() with unread data resets; the peer reads ECONNRESET, then end of file",
          "[socket][errno][SOCK-2]") {
    Connected t;
    t.client.write(t.now, t.c, 100, WriteMode::Plain);
    t.exchange();
    t.server.close(t.now, t.s);
    t.exchange();
    CHECK(t.seen.back().has(wire::flag::kRst));
    CHECK(t.client.read(t.now, t.c, 1) == failure(Error::ConnectionReset));
    CHECK(t.client.read(t.now, t.c, 1) == success(0));
    CHECK(t.client.write(t.now, t.c, 1, WriteMode::Plain) == failure(Error::BrokenPipe));
    CHECK((t.client.poll(t.c) & socket::readiness::kHangUp) != 0);
    t.client.close(t.now, t.c);
    CHECK(t.client.socket_count() == 0);
}

TEST_CASE("Options that come and go take no more memory each time", "[socket]") {
    const tcp::Sysctls sysctls;
    socket::Commons commons;
    socket::Stack busy{sysctls, TwoStacks::kClient, 1, "busy", &commons};
    socket::Stack other{sysctls, TwoStacks::kServer, 1, "other", &commons};
    const socket::SocketId corking = busy.open({});
    for (int kind = 0; kind < 40; ++kind) {
        CHECK(busy.set_option(Time::zero(), corking, Option::Cork, kind % 2) == Error::None);
        // Forty kinds of sockets elsewhere, between one change and the next.
        for (std::int32_t i = 0; i < 40; ++i) {
            tcp::SocketOptions own;
            own.receive_buffer = 10'000 + i;
            other.open(own);
        }
    }
    CHECK(commons.options.size() <= 42);
}

TEST_CASE("SO_LINGER 0 makes close() an abort", "[socket]") {
    Connected t;
    CHECK(t.client.set_option(t.now, t.c, Option::Linger, 0) == Error::None);
    t.client.close(t.now, t.c);
    t.exchange();
    CHECK(t.seen.back().has(wire::flag::kRst));
    CHECK(t.client.socket_count() == 0);
    CHECK(t.server.read(t.now, t.s, 1) == failure(Error::ConnectionReset));
}

TEST_CASE("After shutdown(SHUT_WR) writing is EPIPE and reading goes on",
          "[socket][errno][SOCK-8]") {
    Connected t;
    CHECK(t.client.shutdown(t.now, t.c, Shutdown::Write) == Error::None);
    t.run_until(100);
    CHECK(t.client.write(t.now, t.c, 1, WriteMode::Plain) == failure(Error::BrokenPipe));
    CHECK(t.client.state(t.c) == State::FinWait2);
    CHECK(t.server.read(t.now, t.s, 1) == success(0));
    t.server.write(t.now, t.s, 7, WriteMode::Plain);
    t.exchange();
    CHECK(t.client.read(t.now, t.c, 100) == success(7));
}

TEST_CASE("Data received before TIME-WAIT can be read during it", "[socket][SOCK-8]") {
    Connected t;
    t.client.shutdown(t.now, t.c, Shutdown::Write);
    t.run_until(100);
    t.server.write(t.now, t.s, 300, WriteMode::Plain);
    t.server.close(t.now, t.s);
    t.exchange();
    CHECK(t.client.time_wait_count() == 1);
    CHECK(t.client.state(t.c) == State::Closed);
    CHECK(t.client.read(t.now, t.c, 1000) == success(300));
    CHECK(t.client.read(t.now, t.c, 1000) == success(0));
    CHECK(t.client.segments().empty());
    t.client.close(t.now, t.c);
    CHECK(t.client.socket_count() == 0);
}

TEST_CASE("An orphan in FIN-WAIT-2 becomes a stub that ends after tcp_fin_timeout",
          "[socket][CLOSE-9]") {
    Connected t;
    t.client_sysctls.tcp_fin_timeout = Duration::s(3);
    t.client.close(t.now, t.c);
    t.run_until(1000);
    CHECK(t.client.socket_count() == 0);
    CHECK(t.client.time_wait_count() == 1);
    t.run_until(5000);
    CHECK(t.client.time_wait_count() == 0);
    t.server.write(t.now, t.s, 10, WriteMode::Plain);
    t.exchange();
    CHECK(t.seen.back().cause == wire::Cause::ResetClosedPort);
}

TEST_CASE("Closing a listener resets what nobody has accepted and frees the port",
          "[socket][LISTEN-15]") {
    TwoStacks t;
    const SocketId listener = t.listen(80, 5);
    const SocketId c = t.connect(80);
    t.server.close(t.now, listener);
    t.exchange();
    CHECK(t.client.read(t.now, c, 1) == failure(Error::ConnectionReset));
    CHECK(t.server.socket_count() == 0);
    const SocketId again = t.server.open({});
    CHECK(t.server.bind(again, 80) == Error::None);
}

TEST_CASE("A SYN reopens a pair in TIME-WAIT beyond its old sequence numbers",
          "[socket][rfc6191][TW-3]") {
    TwoStacks t;
    const SocketId listener = t.listen(80, 5);
    const SocketId c = t.client.open({});
    t.client.bind(c, 40001);
    t.client.connect(t.now, c, {TwoStacks::kServer, 80}, 1500);
    t.exchange();
    const auto s = static_cast<SocketId>(t.server.accept(t.now, listener).value);
    t.server.close(t.now, s);  // the server closes first: TIME-WAIT is there
    t.run_until(1000);
    t.client.close(t.now, c);
    t.exchange();
    REQUIRE(t.server.time_wait_count() == 1);
    const wire::Segment syn = Make{}
                                  .syn()
                                  .seq(t.seen[0].seq.raw() + 100'000)
                                  .mss(1460)
                                  .timestamps(t.seen[0].ts_value + 5000, 0);
    t.server.on_segment(t.now, {{TwoStacks::kClient, 40001}, {TwoStacks::kServer, 80}, 0, 1500},
                        syn);
    CHECK(t.server.time_wait_count() == 0);
    CHECK(t.server.request_count() == 1);
    REQUIRE(t.server.segments().size() == 1);
    CHECK(t.server.segments()[0].has(wire::flag::kSyn));
}

TEST_CASE("States are told one by one, even those passed within one segment", "[socket][rfc9293]") {
    TwoStacks t;
    const SocketId listener = t.listen(80, 5);
    const SocketId c = t.client.open({});
    t.client.set_label(c, 1);
    t.client.connect(t.now, c, {TwoStacks::kServer, 80}, 1500);
    t.exchange();
    const auto s = static_cast<SocketId>(t.server.accept(t.now, listener).value);
    t.client.close(t.now, c);
    t.server.on_timeout(t.now);
    const std::vector<wire::Segment> fin = t.client.segments();
    t.exchange();
    t.server.close(t.now, s);
    t.run_until(61'000);
    std::vector<State> passed;
    for (const socket::StateChange& change : t.changes) {
        if (change.label == 1) passed.push_back(change.to);
    }
    CHECK(passed == std::vector<State>{State::SynSent, State::Established, State::FinWait1,
                                       State::FinWait2, State::TimeWait, State::Closed});
}

TEST_CASE("News wake the socket they concern", "[socket][poll][SOCK-4]") {
    Connected t;
    t.client_wakes.clear();
    t.server_wakes.clear();
    t.client.write(t.now, t.c, 100, WriteMode::Plain);
    t.exchange();
    REQUIRE_FALSE(t.server_wakes.empty());
    CHECK(t.server_wakes[0].socket == t.s);
    CHECK((t.server_wakes[0].events & event::kReadable) != 0);
    t.server.close(t.now, t.s);
    t.exchange();
    REQUIRE_FALSE(t.client_wakes.empty());
    CHECK((t.client_wakes.back().events & event::kError) != 0);
}

}  // namespace
}  // namespace seedwire
