// Path MTU discovery by probing. RFC 4821 §7; Linux, `tcp_mtu_probe`.
#include "models/tcp/send/mtu_prober.h"

#include <vector>

#include "tests/support/catch.h"
#include "tests/support/tcp_drive.h"

namespace seedwire::test {
using namespace literals;
namespace {

TEST_CASE("The search halves what is between a size that works and one that may not",
          "[tcp][mtu][rfc4821][PMTU-3]") {
    tcp::MtuProber prober;
    prober.start(Time::zero(), 552, 1500, true);
    CHECK(prober.next_size() == 1026);
    prober.on_probe_sent(1026, tcp::StreamOffset{1}, tcp::StreamOffset{987});
    CHECK(prober.is_probing());
    prober.on_success();
    CHECK(prober.low() == 1026);
    prober.on_probe_sent(prober.next_size(), tcp::StreamOffset{987}, tcp::StreamOffset{2000});
    prober.on_failure();
    CHECK(prober.high() == 1262);
    CHECK_FALSE(prober.is_over(8));
    CHECK(prober.is_over(300));
    prober.restart_if_due(Time::zero() + 599_s, 600_s, 1026);
    CHECK(prober.high() == 1262);
    prober.restart_if_due(Time::zero() + 600_s, 600_s, 1026);
    CHECK(prober.high() == 1500);
    prober.limit(1400);
    CHECK(prober.high() == 1400);
}

struct Probing : TcpDrive {
    explicit Probing(std::int32_t mode) : TcpDrive{config(mode)} {}
    static DriveConfig config(std::int32_t mode) {
        DriveConfig config;
        config.peer_mss = 1460;
        config.sack = true;
        config.sysctls.tcp_mtu_probing = mode;
        config.sysctls.tcp_base_mss = 512;
        config.sysctls.initial_cwnd = 12;
        return config;
    }
    /// ESTABLISHED after a round trip of 100 ms.
    void open() {
        to_syn_sent();
        at(100_ms);
        in(peer_syn().ack(101));
        discard();
    }
    /// The lengths of all segments that wait to be looked at.
    std::vector<std::uint32_t> lengths() {
        std::vector<std::uint32_t> lengths;
        while (pending() > 0) lengths.push_back(take().payload.length);
        return lengths;
    }
};

TEST_CASE("A probe leaves before segments of the size that works",
          "[tcp][mtu][rfc4821][PMTU-3][PMTU-5]") {
    Probing d{2};
    d.open();
    CHECK(d.info().snd_mss == 512);
    d.write(6000);
    const auto lengths = d.lengths();
    REQUIRE(lengths.size() > 2);
    CHECK(lengths[0] == 986);  // half-way between 512 + 40 and 1500
    CHECK(lengths[1] == 512);
    CHECK(d.info().snd_cwnd == 11);
    d.after(100_ms);
    d.in(d.peer().ack(101 + 6000 - 1000));
    CHECK(d.info().snd_mss == 986);
    // The window counts segments, and they have grown.
    CHECK(d.info().snd_cwnd < 12);
}

TEST_CASE("The loss of the probe alone costs no window", "[tcp][mtu][rfc4821][PMTU-4]") {
    Probing d{2};
    d.open();
    d.write(6000);
    d.discard();
    d.after(100_ms);
    d.in(d.peer().ack(101).sack({{101 + 986, 101 + 986 + 512}}));
    d.in(d.peer().ack(101).sack({{101 + 986, 101 + 986 + 1024}}));
    d.in(d.peer().ack(101).sack({{101 + 986, 101 + 986 + 1536}}));
    REQUIRE(d.pending() > 0);
    const wire::Segment again = d.take();
    CHECK(again.seq == wire::SeqNum{101});
    CHECK(again.payload.length == 512);  // a size that works
    CHECK(d.info().snd_cwnd == 12);
    CHECK(d.info().snd_ssthresh >= 9);
    CHECK(d.info().snd_mss == 512);
}

TEST_CASE("Off, nothing is probed; 1 waits for a black hole", "[tcp][mtu][rfc4821][PMTU-6]") {
    for (const std::int32_t mode : {0, 1}) {
        Probing d{mode};
        d.open();
        CHECK(d.info().snd_mss == 1460);
        d.write(20'000);
        CHECK(d.lengths()[0] == 1460);
    }
    Probing d{1};
    d.open();
    d.write(1460);
    d.after(6_s);  // beyond tcp_retries1 timeouts
    CHECK(d.info().snd_mss == 512);
    CHECK(d.lengths().back() == 512);
}

}  // namespace
}  // namespace seedwire::test
