// UDP sockets: ports, queues, peers and errors.
#include "models/udp/sockets.h"

#include "tests/support/catch.h"

namespace seedwire::udp {
namespace {

constexpr wire::Address kHere{0x0A000001}, kThere{0x0A000002};

TEST_CASE("A port has one socket; port 0 takes a free one", "[udp][rfc768]") {
    Sockets sockets{kHere};
    const SocketId dns = sockets.bind(53);
    REQUIRE(dns);
    CHECK_FALSE(sockets.bind(53));
    const SocketId first = sockets.bind(0);
    const SocketId second = sockets.bind(0);
    CHECK(sockets.local(first).port == 32768);
    CHECK(sockets.local(second).port == 32769);
    sockets.close(dns);
    CHECK(sockets.bind(53));
    for (int i = 32770; i <= 60999; ++i) CHECK(sockets.bind(0));
    CHECK_FALSE(sockets.bind(0));
    sockets.close(first);
    CHECK(sockets.local(sockets.bind(0)).port == 32768);
}

TEST_CASE("Datagrams are numbered, delivered by port and received in order", "[udp][rfc768]") {
    Sockets here{kHere}, there{kThere};
    const SocketId a = here.bind(1000);
    const SocketId b = there.bind(2000);
    for (std::uint16_t i = 0; i < 3; ++i) {
        const Datagram datagram = here.send(a, {kThere, 2000}, static_cast<std::uint16_t>(100 + i));
        CHECK(datagram.number == i);
        CHECK(datagram.source == wire::SocketAddress{kHere, 1000});
        SocketId to;
        CHECK(there.deliver(datagram, &to) == Sockets::Delivery::Queued);
        CHECK(to == b);
    }
    for (std::uint16_t i = 0; i < 3; ++i) CHECK(there.receive(b)->length == 100 + i);
    CHECK_FALSE(there.receive(b).has_value());
    CHECK(here.counters().sent == 3);
    CHECK(there.counters().received == 3);
    CHECK(there.deliver(here.send(a, {kThere, 2001}, 1)) == Sockets::Delivery::NoSocket);
    CHECK(there.counters().refused == 1);
}

TEST_CASE("A full receive queue drops what comes, and takes again once it is read", "[udp]") {
    Sockets sockets{kHere};
    const SocketId s = sockets.bind(1);
    sockets.set_receive_buffer(s, 250);
    const Datagram datagram{{kThere, 9}, {kHere, 1}, 0, 100};
    CHECK(sockets.deliver(datagram) == Sockets::Delivery::Queued);
    CHECK(sockets.deliver(datagram) == Sockets::Delivery::Queued);
    CHECK(sockets.deliver(datagram) == Sockets::Delivery::Overflow);
    CHECK(sockets.counters().overflow == 1);
    CHECK(sockets.waiting(s) == 2);
    CHECK(sockets.receive(s).has_value());
    CHECK(sockets.deliver(datagram) == Sockets::Delivery::Queued);
}

TEST_CASE("A connected socket hears its peer alone, and of the errors it caused",
          "[udp][rfc1122]") {
    Sockets sockets{kHere};
    const SocketId s = sockets.bind(1);
    sockets.on_icmp_error(1, {kThere, 9}, Error::Refused);
    CHECK(sockets.take_error(s) == Error::None);
    sockets.connect(s, {kThere, 9});
    CHECK(sockets.send(s, 5).destination == wire::SocketAddress{kThere, 9});
    CHECK(sockets.deliver({{kThere, 8}, {kHere, 1}, 0, 1}) == Sockets::Delivery::NoSocket);
    CHECK(sockets.deliver({{kThere, 9}, {kHere, 1}, 0, 1}) == Sockets::Delivery::Queued);
    sockets.on_icmp_error(1, {kThere, 8}, Error::Refused);
    CHECK(sockets.take_error(s) == Error::None);
    sockets.on_icmp_error(1, {kThere, 9}, Error::Refused);
    CHECK(sockets.take_error(s) == Error::Refused);
    CHECK(sockets.take_error(s) == Error::None);
}

TEST_CASE("A datagram survives the way into a packet and out of it", "[udp]") {
    const Datagram datagram{{kHere, 1}, {kThere, 2}, 77, 160, wire::Ecn::Ect0};
    wire::Packet packet;
    to_packet(datagram, packet);
    CHECK(packet.ip_length() == 188);
    const Datagram read = to_datagram(packet);
    CHECK(read.source == datagram.source);
    CHECK(read.destination == datagram.destination);
    CHECK(read.number == 77);
    CHECK(read.length == 160);
    CHECK(read.ecn == wire::Ecn::Ect0);
}

}  // namespace
}  // namespace seedwire::udp
