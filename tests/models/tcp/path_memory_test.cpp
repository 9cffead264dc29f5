// What connections leave for the next one to the same address.
#include "models/tcp/path_memory.h"

#include "models/tcp/info.h"
#include "tests/support/catch.h"
#include "tests/support/tcp_drive.h"

using namespace seedwire;
using namespace seedwire::literals;
using namespace seedwire::test;
using tcp::KnownPath;
using tcp::PathExperience;
using tcp::PathMemory;

namespace {

constexpr wire::Address kPeer{0x0a000002}, kOther{0x0a000001};

tcp::Sysctls remembering() {
    tcp::Sysctls sysctls;
    sysctls.tcp_no_metrics_save = false;
    return sysctls;
}

PathExperience experience(std::uint32_t rtt_us) {
    return {.srtt8_us = 8 * rtt_us,
            .cwnd = 20,
            .ssthresh = tcp::kInfiniteSsthresh,
            .reordering = 3,
            .open = true};
}

}  // namespace

TEST_CASE("A longer RTT is remembered at once, a shorter one by an eighth", "[tcp][path][PATH-1]") {
    const tcp::Sysctls sysctls = remembering();
    PathMemory memory;
    memory.learn(sysctls, kPeer, experience(100));
    CHECK(memory.recall(sysctls, kPeer).srtt8_us == 800);
    memory.learn(sysctls, kPeer, experience(200));
    CHECK(memory.recall(sysctls, kPeer).srtt8_us == 1600);
    memory.learn(sysctls, kPeer, experience(100));
    CHECK(memory.recall(sysctls, kPeer).srtt8_us == 1500);
    CHECK(memory.recall(sysctls, kOther) == KnownPath{});
    PathExperience silent = experience(100);
    silent.backed_off = true;
    memory.learn(sysctls, kPeer, silent);
    CHECK(memory.recall(sysctls, kPeer).srtt8_us == 0);
    memory.forget();
    CHECK(memory.empty());
}

TEST_CASE("With tcp_no_metrics_save 1 nothing is remembered", "[tcp][path][PATH-1]") {
    const tcp::Sysctls sysctls;
    PathMemory memory;
    memory.learn(sysctls, kPeer, experience(100));
    CHECK(memory.empty());
}

TEST_CASE("Thresholds are remembered if asked for", "[tcp][path][PATH-2]") {
    tcp::Sysctls sysctls = remembering();
    sysctls.tcp_no_ssthresh_metrics_save = false;
    PathMemory memory;
    memory.learn(sysctls, kPeer, experience(100));
    CHECK(memory.recall(sysctls, kPeer).ssthresh == 0);  // slow start did not end
    PathExperience avoiding = experience(100);
    avoiding.ssthresh = 12;
    memory.learn(sysctls, kPeer, avoiding);
    CHECK(memory.recall(sysctls, kPeer).ssthresh == 12);
    avoiding.cwnd = 40;
    memory.learn(sysctls, kPeer, avoiding);
    CHECK(memory.recall(sysctls, kPeer).ssthresh == 20);  // half of the window
    PathExperience starting = experience(100);
    starting.cwnd = 60;
    memory.learn(sysctls, kPeer, starting);
    CHECK(memory.recall(sysctls, kPeer).ssthresh == 30);
    sysctls.tcp_no_ssthresh_metrics_save = true;
    CHECK(memory.recall(sysctls, kPeer).ssthresh == 0);
}

TEST_CASE("Reordering is remembered of connections that were still repairing",
          "[tcp][path][PATH-2]") {
    const tcp::Sysctls sysctls = remembering();
    PathMemory memory;
    PathExperience end = experience(100);
    end.reordering = 9;
    memory.learn(sysctls, kPeer, end);
    CHECK(memory.recall(sysctls, kPeer).reordering == 0);
    end.ssthresh = 10;
    memory.learn(sysctls, kPeer, end);
    CHECK(memory.recall(sysctls, kPeer).reordering == 0);
    end.open = false;
    memory.learn(sysctls, kPeer, end);
    CHECK(memory.recall(sysctls, kPeer).reordering == 9);
    end.reordering = 5;
    memory.learn(sysctls, kPeer, end);
    CHECK(memory.recall(sysctls, kPeer).reordering == 9);
}

TEST_CASE("What is known of a path is where a connection begins", "[tcp][path][PATH-3]") {
    TcpDrive d{DriveConfig{}};
    d.to_syn_sent();
    d.endpoint().recall_path({.srtt8_us = 800'000, .ssthresh = 30, .reordering = 8});
    d.at(10_ms);
    d.in(d.peer_syn().ack(101));
    CHECK(d.info().rtt == 10'000);
    CHECK(d.info().rto == 300'000);  // 100 ms and twice that
    CHECK(d.info().snd_ssthresh == 30);
    CHECK(d.info().reordering == 8);
    d.write(1000);
    d.after(10_ms);
    d.in(d.peer().ack(1101));
    CHECK(d.info().rto < 300'000);  // this connection's own samples count
}

TEST_CASE("A remembered RTT that the handshake exceeds changes nothing", "[tcp][path][PATH-3]") {
    TcpDrive d{DriveConfig{}};
    d.to_syn_sent();
    d.endpoint().recall_path({.srtt8_us = 80'000});
    d.at(50_ms);
    d.in(d.peer_syn().ack(101));
    CHECK(d.info().rto == 250'000);
    CHECK(d.info().snd_ssthresh == tcp::kInfiniteSsthresh);
}
