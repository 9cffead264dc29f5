// Deadlines, ports, readiness, options, ICMP: the small tables of models/socket.
#include "models/socket/deadlines.h"
#include "models/socket/demux.h"
#include "models/socket/icmp.h"
#include "models/socket/options.h"
#include "models/socket/poll.h"
#include "tests/support/catch.h"

namespace seedwire::socket {
namespace {

using namespace seedwire::literals;
using tcp::Error;
using tcp::State;

Time at(std::int64_t ms) { return Time::zero() + Duration::ms(ms); }

TEST_CASE("Deadlines come in the order of time, those of one instant in that of ids",
          "[socket][timers]") {
    Deadlines deadlines;
    deadlines.set(7, at(5));
    deadlines.set(3, at(5));
    deadlines.set(9, at(1));
    deadlines.set(1, at(8));
    deadlines.set(1, at(2));
    CHECK(deadlines.earliest() == at(1));
    std::vector<std::uint32_t> order;
    while (!deadlines.empty()) order.push_back(deadlines.pop());
    CHECK(order == std::vector<std::uint32_t>{9, 1, 3, 7});
    CHECK(deadlines.earliest().is_never());
}

TEST_CASE("lower() moves a deadline forward only, never() removes it", "[socket][timers]") {
    Deadlines deadlines;
    deadlines.lower(4, at(10));
    deadlines.lower(4, at(20));
    CHECK(deadlines.at(4) == at(10));
    deadlines.lower(4, at(3));
    CHECK(deadlines.earliest() == at(3));
    deadlines.set(4, Time::never());
    CHECK(deadlines.empty());
}

TEST_CASE("Any mixture of changes leaves the deadlines sorted", "[socket][timers]") {
    Deadlines deadlines;
    std::vector<Time> expected(64, Time::never());
    std::uint64_t state = 1;
    for (int step = 0; step < 2000; ++step) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        const auto id = static_cast<std::uint32_t>(state >> 33) % 64;
        const bool removes = (state >> 40) % 4 == 0;
        expected[id] = removes ? Time::never() : at(static_cast<std::int64_t>(state >> 50) % 97);
        deadlines.set(id, expected[id]);
        Time first = Time::never();
        for (Time t : expected) first = std::min(first, t);
        REQUIRE(deadlines.earliest() == first);
        REQUIRE(deadlines.at(id) == expected[id]);
    }
}

TEST_CASE("Ephemeral ports count up from 32768 and skip what is taken",
          "[socket][ports][OPEN-16]") {
    Demux demux;
    const wire::SocketAddress peer{{0x0a000002}, 80};
    CHECK(demux.ephemeral_port(peer) == 32768);
    CHECK(demux.bind(32769));
    CHECK(demux.add_listener(32770, 5));
    demux.set(peer, 32771, {TargetKind::Stub, 1});
    CHECK(demux.ephemeral_port(peer) == 32772);
}

TEST_CASE("The same port serves two peers, but not one peer twice", "[socket][ports][OPEN-16]") {
    Demux demux;
    const wire::SocketAddress one{{0x0a000002}, 80}, two{{0x0a000003}, 80};
    for (int port = 32768; port <= 60999; ++port) {
        demux.set(one, static_cast<std::uint16_t>(port), {TargetKind::Connection, 0});
    }
    CHECK(demux.ephemeral_port(one) == 0);
    CHECK(demux.ephemeral_port(two) == 32768);
    CHECK(demux.ephemeral_port(one) == 0);
    demux.erase(one, 40000);
    CHECK(demux.ephemeral_port(one) == 40000);
}

TEST_CASE("A pair of addresses leads to what was put behind it last", "[socket]") {
    Demux demux;
    const wire::SocketAddress peer{{0x0a000002}, 40001};
    CHECK(demux.find(peer, 80).kind == TargetKind::None);
    demux.set(peer, 80, {TargetKind::Request, 12});
    demux.set(peer, 80, {TargetKind::Connection, 34});
    CHECK(demux.find(peer, 80).kind == TargetKind::Connection);
    CHECK(demux.find(peer, 80).index == 34);
    CHECK(demux.find(peer, 81).kind == TargetKind::None);
    demux.erase(peer, 80);
    CHECK(demux.find(peer, 80).kind == TargetKind::None);
}

TEST_CASE("One port has one listener", "[socket][ports]") {
    Demux demux;
    CHECK(demux.add_listener(80, 1));
    CHECK_FALSE(demux.add_listener(80, 2));
    CHECK_FALSE(demux.bind(80));
    demux.remove_listener(80);
    CHECK(demux.bind(80));
    CHECK_FALSE(demux.bind(80));
}

TEST_CASE("poll() reports readiness as Linux does", "[socket][poll][SOCK-4]") {
    using namespace readiness;
    PollFacts facts;
    SECTION("a fresh socket") {
        facts.never_connected = true;
        CHECK(poll_mask(facts) == (kOut | kHangUp));
    }
    SECTION("a listener") {
        facts.state = State::Listen;
        CHECK(poll_mask(facts) == 0);
        facts.acceptable = true;
        CHECK(poll_mask(facts) == kIn);
    }
    SECTION("while connecting") {
        facts.state = State::SynSent;
        facts.has_room = true;
        CHECK(poll_mask(facts) == 0);
    }
    SECTION("connected") {
        facts.state = State::Established;
        facts.has_room = true;
        CHECK(poll_mask(facts) == kOut);
        facts.readable = true;
        CHECK(poll_mask(facts) == (kIn | kOut));
        facts.has_room = false;
        CHECK(poll_mask(facts) == kIn);
    }
    SECTION("closed by the peer") {
        facts.state = State::CloseWait;
        facts.read_shut = facts.has_room = true;
        CHECK(poll_mask(facts) == (kIn | kOut | kReadHangUp));
    }
    SECTION("reset") {
        facts.read_shut = facts.write_shut = facts.error = true;
        CHECK(poll_mask(facts) == (kIn | kOut | kError | kHangUp | kReadHangUp));
    }
}

TEST_CASE("Buffers are kept doubled, within the limits of the host", "[socket][options][SOCK-5]") {
    const tcp::Sysctls sysctls;
    tcp::SocketOptions options;
    CHECK(option_value(options, sysctls, Option::ReceiveBuffer) == success(131072));
    CHECK(apply_option(options, sysctls, Option::ReceiveBuffer, 16384) == Error::None);
    CHECK(options.receive_buffer == 32768);
    CHECK(options.receive_buffer_locked);
    CHECK(apply_option(options, sysctls, Option::ReceiveBuffer, 1) == Error::None);
    CHECK(options.receive_buffer == 2304);
    CHECK(apply_option(options, sysctls, Option::SendBuffer, INT32_MAX) == Error::None);
    CHECK(options.send_buffer == 2 * 4194304);
}

TEST_CASE("Options out of range are EINVAL, unknown ones ENOPROTOOPT",
          "[socket][options][SOCK-6]") {
    const tcp::Sysctls sysctls;
    tcp::SocketOptions options;
    CHECK(apply_option(options, sysctls, Option::KeepIdle, 0) == Error::InvalidArgument);
    CHECK(apply_option(options, sysctls, Option::KeepIdle, 32768) == Error::InvalidArgument);
    CHECK(apply_option(options, sysctls, Option::KeepCount, 128) == Error::InvalidArgument);
    CHECK(apply_option(options, sysctls, Option::MaxSegment, 87) == Error::InvalidArgument);
    CHECK(apply_option(options, sysctls, Option::UserTimeout, -1) == Error::InvalidArgument);
    CHECK(apply_option(options, sysctls, Option::SocketError, 0) == Error::NoProtocolOption);
    CHECK(options == tcp::SocketOptions{});
}

TEST_CASE("Options not set show the defaults of the host", "[socket][options][SOCK-6]") {
    const tcp::Sysctls sysctls;
    tcp::SocketOptions options;
    CHECK(option_value(options, sysctls, Option::KeepIdle) == success(7200));
    CHECK(option_value(options, sysctls, Option::KeepCount) == success(9));
    CHECK(option_value(options, sysctls, Option::Linger) == success(-1));
    apply_option(options, sysctls, Option::Linger, 0);
    CHECK(options.linger_set);
    CHECK(option_value(options, sysctls, Option::Linger) == success(0));
}

TEST_CASE("ICMP errors become errno, and only some are final", "[socket][icmp][ICMP-5]") {
    CHECK(meaning_of_icmp(3, 0).error == Error::NetworkUnreachable);
    CHECK_FALSE(meaning_of_icmp(3, 1).hard);
    CHECK(meaning_of_icmp(3, 3).error == Error::ConnectionRefused);
    CHECK(meaning_of_icmp(3, 3).hard);
    CHECK(meaning_of_icmp(11, 0).error == Error::HostUnreachable);
    CHECK(meaning_of_icmp(3, 16).error == Error::None);
    CHECK(meaning_of_icmp(0, 0).error == Error::None);
}

}  // namespace
}  // namespace seedwire::socket
