// Each rule in which the profiles differ, as Linux has it and as the RFC has it.
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "models/tcp/profile_table.h"
#include "models/tcp/receive/receive_window.h"
#include "tests/support/catch.h"
#include "tests/support/tcp_drive.h"

using namespace seedwire;
using namespace seedwire::literals;
using namespace seedwire::test;
using tcp::Profile;

namespace {

DriveConfig settings(bool rfc) {
    DriveConfig config;
    tcp::apply_profile(rfc ? Profile::Rfc : Profile::Linux, config.sysctls);
    config.options.congestion = config.sysctls.tcp_congestion_control;
    return config;
}

/// ESTABLISHED at `rtt`, as the client.
void establish(TcpDrive& d, Duration rtt = 100_ms) {
    d.to_syn_sent();
    d.at(rtt);
    d.in(d.peer_syn().ack(101));
    REQUIRE(d.state() == tcp::State::Established);
    d.discard();
}

/// What left since the last call: its number.
std::size_t count(TcpDrive& d) {
    const std::size_t n = d.pending();
    d.discard();
    return n;
}

}  // namespace

TEST_CASE("The table of differences is complete and cites its sources", "[tcp][profile]") {
    std::set<std::string> names;
    for (const tcp::DifferenceRow& row : tcp::differences()) {
        INFO(row.name);
        CHECK(names.emplace(row.name).second);
        CHECK(row.citation.substr(0, 4) == "RFC ");
        CHECK(row.linux_rule != row.rfc_rule);
    }
    CHECK(names.size() == 29);
}

TEST_CASE("docs/profiles.md shows the table as it is", "[tcp][profile][docs]") {
    std::string table = "| rule | Linux | RFC | source |\n|---|---|---|---|\n";
    for (const tcp::DifferenceRow& row : tcp::differences()) {
        table += "| " + std::string{row.what} + " | " + std::string{row.linux_rule} + " | " +
                 std::string{row.rfc_rule} + " | " + std::string{row.citation} + " |\n";
    }
    std::ifstream file{SEEDWIRE_SOURCE_DIR "/docs/profiles.md"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    CHECK(text.substr(text.find("| rule |")) == table);
}

TEST_CASE("Profiles: ICMP errors that call themselves final", "[tcp][profile][rfc1122]") {
    const bool rfc = GENERATE(false, true);
    TcpDrive d{settings(rfc)};
    establish(d);
    d.write(1000);
    tcp::Output out;
    const wire::SeqNum quoted = wire::SeqNum{101};
    d.endpoint().on_icmp_error(d.now(), tcp::Error::HostUnreachable, false, quoted, out);
    CHECK(d.state() == tcp::State::Established);
    d.endpoint().on_icmp_error(d.now(), tcp::Error::ConnectionRefused, true, quoted, out);
    CHECK(d.state() == (rfc ? tcp::State::Closed : tcp::State::Established));
}

TEST_CASE("Profiles: the least RTO and the variance behind it", "[tcp][profile][rfc6298][RTT-5]") {
    const bool rfc = GENERATE(false, true);
    TcpDrive d{settings(rfc)};
    establish(d);
    CHECK(d.info().rto == (rfc ? 1'000'000 : 300'000));  // 100 + 200 ms; at least 1 s
    d.at(200_ms);
    d.write(1000);
    if (!rfc) return;
    d.at(1100_ms);
    d.in(d.peer().ack(1101));  // 900 ms: off by 800, so that the variance is 3/4 x 50 + 1/4 x 800
    CHECK(d.info().rto == 200'000 + 4 * 237'500);
    d.write(1000);
    d.after(1_ms);
    d.in(d.peer().ack(2101));  // a fall by 199 ms counts as much as a rise
    CHECK(d.info().rttvar == (237'500 * 3 + 199'000) / 4);
}

TEST_CASE("Profiles: after a lost SYN", "[tcp][profile][rfc6298][rfc5681][OPEN-13][RTT-10]") {
    const bool rfc = GENERATE(false, true);
    DriveConfig config = settings(rfc);
    config.timestamps = true;
    TcpDrive d{config};
    d.to_syn_sent();
    d.at(1100_ms);
    CHECK(count(d) == 1);
    d.in(d.peer_syn().ack(101));
    CHECK(d.info().rto == (rfc ? 3'000'000 : 300'000));
    CHECK(d.info().snd_cwnd == (rfc ? 1 : 10));
}

TEST_CASE("Profiles: SYNs back off and are given up", "[tcp][profile][rfc6298][rfc9293][OPEN-4]") {
    const bool rfc = GENERATE(false, true);
    TcpDrive d{settings(rfc)};
    d.connect();
    d.at(5_s);
    CHECK(count(d) == (rfc ? 3 : 6));  // 0, 1, 3; 0, 1, 2, 3, 4, 5
    d.at(179_s);
    CHECK((d.state() == tcp::State::SynSent) == rfc);
    d.at(260_s);
    CHECK(d.state() == tcp::State::Closed);
}

TEST_CASE("Profiles: ACKs of data in order", "[tcp][profile][rfc9293][rfc5681]") {
    const bool rfc = GENERATE(false, true);
    TcpDrive d{settings(rfc)};
    d.to_established_passively();
    d.in(d.peer().data(1000).ack(101));
    CHECK(count(d) == (rfc ? 0 : 1));  // a quick ACK
    if (!rfc) return;
    d.in(d.peer(1000).data(1000).ack(101));
    CHECK(count(d) == 1);  // every second segment
    d.in(d.peer(2000).data(300).push().ack(101));
    d.read();
    d.in(d.peer(2300).data(300).push().ack(101));
    d.read();
    CHECK(count(d) == 0);  // two short ones are no full segments, and reading sends nothing
    const Duration arrived = d.now().since_start();
    d.after(400_ms);
    CHECK(count(d) == 0);
    d.at(arrived + 500_ms);
    CHECK(count(d) == 1);
}

TEST_CASE("Profiles: the reader sends ACKs only with Linux", "[tcp][profile][ACK-11]") {
    const bool rfc = GENERATE(false, true);
    TcpDrive d{settings(rfc)};
    d.to_established_passively();
    for (std::uint32_t i = 0; i < 40; ++i) {  // beyond the quick ACKs
        d.in(d.peer(i * 1000).data(1000).ack(101));
        d.read();
    }
    d.discard();
    d.in(d.peer(40'000).data(100).push().ack(101));
    CHECK(count(d) == 0);
    d.read();
    CHECK(count(d) == (rfc ? 0 : 1));
}

TEST_CASE("Profiles: the ACK of a FIN", "[tcp][profile][rfc9293][ACK-16]") {
    const bool rfc = GENERATE(false, true);
    TcpDrive d{settings(rfc)};
    d.to_established_passively();
    d.in(d.peer().data(1000).push().ack(101));
    d.read();
    d.after(1_s);
    d.discard();
    d.in(d.peer(1000).fin().ack(101));
    CHECK(count(d) == (rfc ? 1 : 0));
    d.after(100_ms);
    CHECK(count(d) == (rfc ? 0 : 1));
}

TEST_CASE("Profiles: ACKs of data out of order", "[tcp][profile][rfc5681][ACK-13]") {
    const bool rfc = GENERATE(false, true);
    DriveConfig config = settings(rfc);
    config.sack = true;
    TcpDrive d{config};
    establish(d);
    for (std::uint32_t i = 0; i < 60; ++i) {
        d.in(d.peer(i * 1000).data(1000).ack(101));
        d.read();
    }
    d.after(1_s);
    d.discard();
    for (std::uint32_t i = 61; i < 67; ++i) d.in(d.peer(i * 1000).data(1000).ack(101));
    CHECK(count(d) == (rfc ? 6 : 3));
}

TEST_CASE("Profiles: the edge of the window moves by whole segments", "[tcp][profile][rfc9293]") {
    const bool rfc = GENERATE(false, true);
    tcp::ReceiveWindow window;
    window.start({.buffer = 100'000, .window = 40'000, .clamp = 65'535, .advertised_mss = 1000},
                 tcp::StreamOffset{1});
    const std::uint32_t step = rfc ? 1000 : 0;
    window.select(tcp::StreamOffset{1}, 0, 500, false, step);
    const std::uint32_t promised = window.last_offer();
    window.select(tcp::StreamOffset{601}, 0, 500, false, step);
    CHECK((window.last_offer() == promised - 600) == rfc);
}

TEST_CASE("Profiles: the receiver asks for that step", "[tcp][profile][rfc9293]") {
    const bool rfc = GENERATE(false, true);
    DriveConfig config = settings(rfc);
    config.options.receive_buffer = 20'000;
    config.options.receive_buffer_locked = true;
    TcpDrive d{config};
    d.to_established_passively();
    // Every 300 octets free as many again: too little to move the edge.
    std::uint32_t edge = 0;
    std::set<std::uint32_t> edges;
    for (std::uint32_t i = 0; i < 12; ++i) {
        d.in(d.peer(i * 300).data(300).push().ack(101));
        d.read();
        d.after(600_ms);
        while (d.pending() > 0) {
            const wire::Segment ack = d.take();
            edge = ack.ack.raw() + ack.window;
            edges.insert(edge);
        }
    }
    std::uint32_t least = UINT32_MAX, before = 0;
    for (const std::uint32_t e : edges) {
        if (before != 0) least = std::min(least, e - before);
        before = e;
    }
    CHECK((least >= 1000) == rfc);
}

TEST_CASE("Profiles: a small buffer that was read empty opens again", "[tcp][profile][rfc9293]") {
    const bool rfc = GENERATE(false, true);
    DriveConfig config = settings(rfc);
    config.options.receive_buffer = 2304;
    config.options.receive_buffer_locked = true;
    TcpDrive d{config};
    d.to_established_passively();
    // Segments of 564 octets: two of them close the window, and no two fit its half.
    d.in(d.peer(0).data(564).ack(101));
    d.in(d.peer(564).data(564).ack(101));
    d.in(d.peer(1128).data(1).ack(101));
    d.after(600_ms);
    d.discard();
    d.read();
    d.in(d.peer(1128).data(1).ack(101));
    d.after(600_ms);
    REQUIRE(d.pending() > 0);
    wire::Segment last;
    while (d.pending() > 0) last = d.take();
    CHECK(last.window > 0);
}

TEST_CASE("Profiles: Nagle", "[tcp][profile][nagle][rfc9293][NAGLE-1]") {
    const bool rfc = GENERATE(false, true);
    TcpDrive d{settings(rfc)};
    establish(d);
    d.write(1500);
    d.out(data(1000).seq(101));
    CHECK(count(d) == (rfc ? 0 : 1));  // Minshall: behind a full segment a short one may go
    d.at(200_ms);
    d.in(d.peer().ack(1101));
    CHECK(count(d) == (rfc ? 1 : 0));
}

TEST_CASE("Profiles: the rest of a window", "[tcp][profile][rfc9293][SEND-2]") {
    const bool rfc = GENERATE(false, true);
    DriveConfig config = settings(rfc);
    config.options.nodelay = true;
    config.peer_window = 20'000;
    TcpDrive d{config};
    establish(d);
    const auto sent = [&d](std::uint16_t window) {
        d.in(d.peer().ack(101).window(window));
        d.write(5000);
        std::uint32_t bytes = 0;
        while (d.pending() > 0) bytes += d.take().payload.length;
        return bytes;
    };
    SECTION("a third of a segment behind a full one") { CHECK(sent(1300) == (rfc ? 1000 : 1300)); }
    SECTION("less than a segment") { CHECK(sent(900) == 0); }
    SECTION("three full segments") { CHECK(sent(3000) == 3000); }
}

TEST_CASE("Profiles: half of a small window is no silly rest", "[tcp][profile][rfc9293]") {
    const bool rfc = GENERATE(false, true);
    DriveConfig config = settings(rfc);
    config.options.nodelay = true;
    config.peer_window = 1200;  // segments of 600, RFC 9293 §3.8.6.2.1 (3): from 600 on
    TcpDrive d{config};
    establish(d);
    d.in(d.peer().ack(101).window(599));
    d.write(5000);
    CHECK(count(d) == 0);
    d.in(d.peer().ack(101).window(600));
    CHECK(count(d) == 1);
}

TEST_CASE("Profiles: blocks and PSH", "[tcp][profile][rfc9293][SEND-4][SEND-6]") {
    const bool rfc = GENERATE(false, true);
    TcpDrive d{settings(rfc)};
    establish(d);
    d.write(4000);
    for (std::uint32_t i = 0; i < 4; ++i) {
        const bool push = rfc ? i == 3 : i % 2 == 1;
        SegmentBuilder expected = data(1000).seq(101 + i * 1000);
        if (push) expected.push();
        d.out(expected);
    }
}

TEST_CASE("Profiles: the congestion control by default", "[tcp][profile][rfc5681]") {
    CHECK(settings(false).sysctls.tcp_congestion_control == tcp::CongestionName::Cubic);
    CHECK(settings(true).sysctls.tcp_congestion_control == tcp::CongestionName::Reno);
}

TEST_CASE("Profiles: slow start counts segments or ACKs", "[tcp][profile][rfc5681][CC-1]") {
    const bool rfc = GENERATE(false, true);
    TcpDrive d{settings(rfc)};
    establish(d);
    d.write(30'000);
    d.at(200_ms);
    d.in(d.peer().ack(4101));
    CHECK(d.info().snd_cwnd == (rfc ? 11 : 14));
}

TEST_CASE("Profiles: a window that was not used", "[tcp][profile][rfc5681][CC-5]") {
    const bool rfc = GENERATE(false, true);
    TcpDrive d{settings(rfc)};
    establish(d);
    for (std::uint32_t i = 0; i < 5; ++i) {
        d.write(1000);
        d.after(100_ms);
        d.in(d.peer().ack(1101 + i * 1000));
    }
    CHECK(d.info().snd_cwnd == (rfc ? 15 : 10));
}

TEST_CASE("Profiles: recovery after a loss", "[tcp][profile][rfc6675][rfc5681]") {
    const bool rfc = GENERATE(false, true);
    DriveConfig config = settings(rfc);
    config.sack = true;
    config.options.congestion = tcp::CongestionName::Reno;
    TcpDrive d{config};
    establish(d);
    d.write(50'000);
    d.discard();
    d.at(200_ms);
    // The second of the ten is lost. Later ones arrive one by one.
    d.in(d.peer().ack(1101));
    const std::uint32_t cwnd = d.info().snd_cwnd;
    d.discard();
    d.in(d.peer().ack(1101).sack({{2101, 3101}}));
    d.in(d.peer().ack(1101).sack({{2101, 4101}}));
    d.discard();
    const std::uint32_t flight = d.info().unacked;
    d.in(d.peer().ack(1101).sack({{2101, 5101}}));
    const tcp::Info info = d.info();
    CHECK(info.ca_state == tcp::RecoveryState::Recovery);
    CHECK(info.retrans == 1);
    CHECK(info.snd_ssthresh == (rfc ? flight / 2 : cwnd / 2));
    d.discard();
    d.in(d.peer().ack(1101).sack({{2101, 6101}}));
    if (rfc) {
        CHECK(d.info().snd_cwnd == info.snd_ssthresh);  // at once
    } else {
        CHECK(d.info().snd_cwnd > info.snd_ssthresh);  // in proportion
    }
    CHECK(count(d) <= 1);
}

TEST_CASE("Profiles: a retransmission that is lost again", "[tcp][profile][rfc6675]") {
    const bool rfc = GENERATE(false, true);
    DriveConfig config = settings(rfc);
    config.sack = true;
    TcpDrive d{config};
    establish(d);
    d.write(50'000);
    d.at(200_ms);
    d.in(d.peer().ack(1101));
    for (std::uint32_t end = 3101; end <= 10'101; end += 1000)
        d.in(d.peer().ack(1101).sack({{2101, end}}));
    REQUIRE(d.info().ca_state == tcp::RecoveryState::Recovery);
    const std::uint32_t before = d.info().total_retrans;
    d.at(310_ms);
    // What was sent after the retransmission arrives.
    for (std::uint32_t end = 11'101; end <= 14'101; end += 1000)
        d.in(d.peer().ack(1101).sack({{2101, end}}));
    CHECK((d.info().total_retrans > before) == !rfc);
}

TEST_CASE("Profiles: room that nothing else needs in recovery", "[tcp][profile][rfc6675]") {
    const bool rfc = GENERATE(false, true);
    DriveConfig config = settings(rfc);
    config.sack = true;
    config.options.congestion = tcp::CongestionName::Reno;
    config.sysctls.tcp_early_retrans = 0;
    TcpDrive d{config};
    establish(d);
    d.write(10'000);
    d.discard();
    d.at(200_ms);
    // Segments 1, 5 and 9 have not arrived, and nothing new waits.
    d.in(d.peer().ack(101).sack({{1101, 2101}}));
    d.in(d.peer().ack(101).sack({{1101, 3101}}));
    d.discard();
    d.in(d.peer().ack(101).sack({{1101, 4101}}));
    d.out(data(1000).seq(101));
    d.out_nothing();
    d.in(d.peer().ack(101).sack({{5101, 6101}, {1101, 4101}}));
    d.discard();
    d.in(d.peer().ack(101).sack({{5101, 8101}, {1101, 4101}}));
    if (rfc) {
        d.out(data(1000).seq(4101));
        d.out(data(1000).seq(9101).push());  // rule (4): the end of what is outstanding, once
        d.out_nothing();
    }
    d.discard();
    REQUIRE(d.info().ca_state == tcp::RecoveryState::Recovery);
    d.in(d.peer().ack(101).sack({{9101, 10'101}, {5101, 8101}, {1101, 4101}}));
    // Rule (3): the ninth lies below a SACKed octet, though by count it is not lost; Linux thinks
    // it is.
    d.out(data(1000).seq(8101));
    d.out_nothing();
    CHECK(d.info().lost == (rfc ? 2 : 3));
    CHECK(d.info().total_retrans == (rfc ? 4 : 3));
}

TEST_CASE("Profiles: a lost tail is probed for, or not", "[tcp][profile][rfc6298][TLP-1]") {
    const bool rfc = GENERATE(false, true);
    DriveConfig config = settings(rfc);
    config.sack = true;
    TcpDrive d{config};
    establish(d, 20_ms);
    d.write(3000);
    d.discard();
    d.at(20_ms + 100_ms);
    CHECK(count(d) == (rfc ? 0 : 1));
    d.at(20_ms + 1_s);
    CHECK(d.info().total_rto >= 1);
}

TEST_CASE("Profiles: a needless timeout stays or is taken back", "[tcp][profile][rfc5681]") {
    const bool rfc = GENERATE(false, true);
    DriveConfig config = settings(rfc);
    config.sack = config.timestamps = true;
    config.sysctls.tcp_early_retrans = 0;
    TcpDrive d{config};
    d.to_established();
    d.after(10_ms);
    d.write(10'000);
    const wire::Segment original = d.take();
    d.discard();
    const std::uint32_t cwnd = d.info().snd_cwnd;
    d.after(1500_ms);
    REQUIRE(d.info().ca_state == tcp::RecoveryState::Loss);
    // The originals had only been slow: their timestamps come back.
    d.in(d.peer().ack(5041).timestamps(1'001'500, original.ts_value));
    CHECK((d.info().ca_state == tcp::RecoveryState::Open) == !rfc);
    CHECK((d.info().snd_cwnd >= cwnd) == !rfc);
}

TEST_CASE("Profiles: F-RTO is tried, or not", "[tcp][profile][rfc6298][FRTO-2][FRTO-3]") {
    CHECK(settings(false).sysctls.tcp_frto == 2);
    CHECK(settings(true).sysctls.tcp_frto == 0);
}

TEST_CASE("Profiles: the window after a pause", "[tcp][profile][rfc5681][CC-7]") {
    const bool rfc = GENERATE(false, true);
    TcpDrive d{settings(rfc)};
    establish(d);
    std::uint32_t acked = 101;
    d.write(60'000);
    while (acked < 60'101) {
        acked += 1000;
        d.after(1_ms);
        d.in(d.peer().ack(acked));
    }
    REQUIRE(d.info().snd_cwnd > 20);
    d.after(Duration::us(d.info().rto) + 50_ms);  // a little more than one RTO
    d.discard();
    d.write(1000);
    CHECK((d.info().snd_cwnd == 10) == rfc);
}

TEST_CASE("Profiles: the probe of a closed window", "[tcp][profile][rfc9293][PERSIST-2]") {
    const bool rfc = GENERATE(false, true);
    TcpDrive d{settings(rfc)};
    establish(d);
    d.in(d.peer().ack(101).window(0));
    d.write(1000);
    d.out_nothing();
    d.after(1500_ms);
    const wire::Segment probe = d.take();
    CHECK(probe.cause == wire::Cause::ZeroWindowProbe);
    CHECK(probe.payload.length == (rfc ? 1 : 0));
    CHECK(probe.seq.raw() == (rfc ? 101U : 100U));
    d.discard();
    // Refused, the octet goes again; taken, the rest follows.
    d.in(d.peer().ack(101).window(0));
    d.after(3_s);
    CHECK(count(d) >= 1);
    d.in(d.peer().ack(rfc ? 102 : 101).window(5000));
    std::uint32_t sent = 0;
    while (d.pending() > 0) sent += d.take().payload.length;
    CHECK(sent == (rfc ? 999 : 1000));
}
