// Tolerance, windows of states, connections as a group, always and eventually, completion: what
// holds, what does not, and what is said about it.
#include <string>
#include <utility>
#include <vector>

#include "harness/judge/metrics.h"
#include "tests/support/catch.h"
#include "tests/support/run_scenario.h"

namespace seedwire::judge {
namespace {

using scenario::Unit;
using scenario::Value;

/// One run; each sentence is one of its expectations.
void check_sentences(const std::string& flows,
                     const std::vector<std::pair<std::string, bool>>& sentences) {
    std::string text = flows + "expect:\n";
    for (const auto& [sentence, holds] : sentences) text += "  - " + sentence + "\n";
    const auto ran = test::run_text(test::two_hosts(text));
    REQUIRE(ran->run.verdicts.size() == sentences.size());
    for (std::size_t i = 0; i < sentences.size(); ++i) {
        INFO(sentences[i].first << ": " << ran->run.verdicts[i].actual);
        CHECK(ran->run.verdicts[i].holds == sentences[i].second);
        CHECK_FALSE(ran->run.verdicts[i].actual.empty());
    }
}

TEST_CASE("A tolerance moves the bound outwards, exactly", "[judge]") {
    const Value bound{100, 1, Unit::Bytes}, percent{2, 100, Unit::Ratio}, five{5, 1, Unit::Bytes};
    CHECK(compare(shifted(bound, percent, true), {102, 1, Unit::Bytes}) == 0);
    CHECK(compare(shifted(bound, percent, false), {98, 1, Unit::Bytes}) == 0);
    CHECK(compare(shifted(bound, five, true), {105, 1, Unit::Bytes}) == 0);
    CHECK(compare(shifted(bound, {200, 1, Unit::Bytes}, false), {0, 1, Unit::Bytes}) == 0);
    CHECK(compare(shifted({1, 3, Unit::Ratio}, {1, 3, Unit::Ratio}, true), {4, 9, Unit::Ratio}) ==
          0);
}

TEST_CASE("Comparisons with tolerance", "[judge]") {
    // 1 MB each; the handshake takes 40 ms and two serialisations.
    check_sentences("flows: {f: {app: bulk, from: client, to: server, bytes: 1 MB}}\n",
                    {{"f.handshake == 40 ms", false},
                     {"f.handshake == 40 ms +- 1 ms", true},
                     {"f.handshake == 40 ms +- 2 %", true},
                     {"f.handshake != 40 ms +- 2 %", false},
                     {"f.handshake >= 41 ms", false},
                     {"f.handshake >= 41 ms +- 5 %", true},
                     {"f.handshake <= 39 ms +- 1 us", false},
                     {"f.handshake < 39 ms +- 2 ms", true},
                     {"f.delivered == 1010 kB +- 10 kB", true},
                     {"f.delivered == 1010 kB +- 9 kB", false}});
}

TEST_CASE("A state is reached within a window", "[judge]") {
    check_sentences("flows: {f: {app: bulk, from: client, to: server, bytes: 1 kB, start: 1 s}}\n",
                    {{"f.client reaches ESTABLISHED within 40 ms..41 ms", true},
                     {"f.client reaches ESTABLISHED within 10 ms..20 ms", false},
                     {"f.client reaches ESTABLISHED after 41 ms", false},
                     {"f.client reaches ESTABLISHED after 40 ms within 50 ms", true}});
}

TEST_CASE("The connections of a flow are a group", "[judge]") {
    check_sentences(
        "flows: {f: {app: bulk, from: client, to: server, bytes: 100 kB, count: 4,\n"
        "            start: {every: 1 s, from: 0 s}}}\n",
        {{"min(f.delivered) == 100 kB", true},
         {"max(f.delivered) == 100 kB", true},
         {"mean(f.delivered) == 100 kB", true},
         {"p50(f.handshake) <= 41 ms", true},
         {"p99(f.handshake) < 40 ms", false},
         {"max(f.completion) <= 1 s", true},
         {"f.completion >= 3 s", true}});
}

TEST_CASE("always, eventually and never are about extremes", "[judge]") {
    check_sentences("flows: {f: {app: bulk, from: client, to: server, bytes: 500 kB}}\n",
                    {{"always f.cwnd >= 10 packets", true},
                     {"always f.cwnd <= 10 packets", false},
                     {"eventually f.cwnd > 20 packets", true},
                     {"never f.cwnd < 10 packets", true},
                     {"never f.cwnd > 20 packets", false},
                     {"never f.timeouts > 0", true},
                     {"eventually f.delivered >= 500 kB", true},
                     {"always line.up.queue.length <= 1 packet", false}});
}

TEST_CASE("What completes, and when", "[judge]") {
    check_sentences(
        "stop: 20 s\n"
        "flows:\n"
        "  f: {app: bulk, from: client, to: server, bytes: 500 kB, start: 1 s}\n"
        "  g: {app: bulk, from: server, to: client, stop: 12 s}\n",
        {{"f completes within 3 s", true},
         {"f completes within 1 s", false},
         {"f completes", true},
         {"after 1 s f completes within 1 s", true},
         {"everything completes within 11 s", false},
         {"after 10 s everything completes within 10 s", true}});
    check_sentences("stop: 2 s\nflows: {f: {app: bulk, from: client, to: server, bytes: 1 GB}}\n",
                    {{"f completes", false}, {"everything completes within 1 s", false}});
}

TEST_CASE("Counts and rates over a part of the run are differences", "[judge][window]") {
    // 100 datagrams a second, of 100 B: 128 B on the link; they take 20.1024 ms.
    check_sentences(
        "stop: 10 s\n"
        "flows: {f: {app: constant_bitrate, from: client, to: server, rate: 80 kbit/s,\n"
        "            packet: 100 B, stop: 4 s}}\n",
        {{"f.sent == 100 within 1005 ms..2005 ms", true},
         {"f.received == 100 within 1005 ms..2005 ms", true},
         {"f.received == 0 within 20 ms", true},
         {"f.received == 1 within 25 ms", true},
         {"f.sent == 0 after 5 s", true},
         {"f.sent == 200 after 1995 ms", true},
         {"f.delivered == 10 kB within 1005 ms..2005 ms", true},
         {"f.delivered == 10 kB within 1005 ms..2015 ms", false},
         {"line.up.packets == 100 within 1005 ms..2005 ms", true},
         {"line.up.bytes == 12.8 kB within 1005 ms..2005 ms", true},
         {"line.up.throughput == 102400 bit/s within 1005 ms..2005 ms", true},
         {"line.up.utilisation == 1.024 % within 1005 ms..2005 ms", true},
         {"line.up.utilisation == 0.512 % within 3005 ms..5005 ms +- 1 %", true},
         {"max(f.one_way_delay) == 20102400 ns", true},
         {"min(f.one_way_delay) == 20102400 ns within 1 s..2 s", true},
         {"p99(f.one_way_delay) <= 20 ms within 1 s..2 s", false},
         {"max(f.one_way_delay) > 0 s within 6 s..7 s", false},
         {"client.sent == 400", true},
         {"server.received == 400", true},
         {"server.received == 100 within 1005 ms..2005 ms", true},
         {"client.drops == 0", true},
         {"client.forwarded == 0", true}});
}

TEST_CASE("Goodput over a part of the run", "[judge][window]") {
    check_sentences("flows: {f: {app: bulk, from: client, to: server, bytes: 8 MB}}\n",
                    // 1448 of 1500 B carry data.
                    {{"f.goodput == 9653333 bit/s within 2 s..5 s +- 0.2 %", true},
                     {"f.goodput == 9653333 bit/s +- 0.2 % within 2 s..5 s", true},
                     {"f.goodput >= 9.8 Mbit/s within 2 s..5 s", false},
                     {"f.goodput < 2 Mbit/s within 100 ms", true},
                     {"f.goodput == 0 bit/s within 50 s..60 s", true},
                     {"line.up.utilisation == 100 % within 2 s..5 s", true},
                     {"f.retransmissions == 0 within 10 ms", true}});
}

TEST_CASE("Series over a part of the run", "[judge][window]") {
    check_sentences(
        "stop: 10 s\n"
        "flows:\n"
        "  f: {app: bulk, from: client, to: server, bytes: 200 kB}\n"
        "  g: {app: request_response, from: client, to: server, rounds: 3, interval: 1 s, start: 5 "
        "s}\n",
        {{"max(line.up.queue.length) >= 10 packets within 1 s", true},
         {"max(line.up.queue.length) <= 2 packets within 5 s..9 s", true},
         {"mean(line.up.queue.length) > 1 packet within 300 ms", true},
         {"mean(line.up.queue.length) < 0.1 packets after 1 s", true},
         {"p50(line.up.queue.sojourn) > 1 ms within 1 s", true},
         {"max(line.up.queue.sojourn) <= 12 us after 4 s", true},
         {"always line.up.queue.length <= 2 packets after 4 s", true},
         {"always line.up.queue.length <= 1 packet within 1 s", false},
         {"max(f.cwnd) == 10 packets within 60 ms", true},
         {"min(f.cwnd) > 10 packets within 300 ms..400 ms", true},
         {"mean(f.client.cwnd) > 10 packets within 300 ms..400 ms", true},
         {"last(f.cwnd) >= 10 packets within 300 ms", true},
         {"at(60 ms, f.cwnd) == 10 packets", true},
         {"at(300 ms, f.cwnd) > at(60 ms, f.cwnd)", true},
         {"at(4 s, line.up.queue.length) == 0 packets", true},
         {"at(45 ms, line.up.queue.length) > 5 packets", true},
         {"min(g.response_time) >= 40 ms", true},
         {"max(g.response_time) <= 42 ms", true},
         {"max(g.response_time) <= 42 ms within 5 s..6 s", true},
         {"max(g.response_time) <= 42 ms within 3 s..4 s", false}});
}

TEST_CASE("At a moment there is what there would be if the run ended then", "[judge][window]") {
    check_sentences("flows: {f: {app: bulk, from: client, to: server, bytes: 2 MB}}\n",
                    {{"at(1 s, f.delivered) >= 1 MB", true},
                     {"at(1 s, f.delivered) >= 1.2 MB", false},
                     {"at(1 s, f.delivered) < at(1.5 s, f.delivered)", true},
                     {"at(50 s, f.delivered) == 2 MB", true},
                     {"at(1 s, f.completion) < 10 s", false},
                     {"at(5 s, f.completion) < 3 s", true},
                     {"at(1 s, f.rtt) >= 40 ms", true},
                     {"at(20 ms, f.rtt) >= 40 ms", false},
                     {"at(1 s, f.client.rto) >= 240 ms", true},
                     {"at(1 s, f.client.unacked) > 10", true},
                     {"f.client.unacked == 0", true},
                     {"at(1 s, f.client.bytes_acked) <= at(1 s, f.server.bytes_received)", true},
                     {"f.client.snd_mss == 1448 B", true},
                     {"f.server.bytes_received == 2 MB", true},
                     {"f.client.bytes_acked == 2000002 B", true},
                     {"f.server.rcv_rtt >= 1 ms", true}});
}

TEST_CASE("Watching moments changes no digest", "[judge][window][determinism]") {
    const std::string flows = "flows: {f: {app: bulk, from: client, to: server, bytes: 500 kB}}\n";
    const auto plain = test::run_text(test::two_hosts(flows));
    const auto watched =
        test::run_text(test::two_hosts(
            flows + "expect:\n  - at(17 ms, f.rtt) >= 0 s\n  - f.goodput > 0 bit/s within "
                    "100 ms..200 ms\n  - max(f.one_way_delay) > 0 s\n"
                    "  - f.client.rto > 0 s\n  - server.received > 0\n"));
    CHECK(plain->run.digest.total == watched->run.digest.total);
    CHECK(plain->run.events == watched->run.events);
}

TEST_CASE("Segments have fates", "[judge][segments]") {
    const std::string faults =
        "flows: {f: {app: request_response, from: client, to: server, rounds: 3}}\n"
        "faults:\n"
        "  - drop: {on: line.up, match: tcp.syn, nth: 1}\n"
        "  - delay: {on: line.up, match: tcp.len > 0, nth: 1, by: 10 ms}\n"
        "  - duplicate: {on: line.up, match: tcp.len > 0, nth: 2}\n"
        "  - corrupt: {on: line.down, match: tcp.len > 0, nth: 3}\n";
    check_sentences(faults,
                    {{"f.segments == [client SYN lost, ...]", true},
                     {"f.segments == [client SYN dropped, ...]", true},
                     {"f.segments == [client SYN dropped by fault, ...]", true},
                     {"f.segments == [client SYN dropped by faults[0], ...]", true},
                     {"f.segments == [client SYN dropped by faults[1], ...]", false},
                     {"f.segments == [client SYN dropped by loss, ...]", false},
                     {"f.segments == [client SYN, ...]", false},
                     {"f.segments == [* dropped, ..., client DATA delayed, ...]", true},
                     {"f.segments == [..., client DATA duplicated, ...]", true},
                     {"f.segments == [..., client DATA delayed duplicated, ...]", false},
                     {"f.segments == [..., server DATA corrupted, ...]", true},
                     {"f.segments == [..., server * corrupted, ..., server DATA, ...]", true},
                     {"f.segments == [..., client * corrupted, ...]", false},
                     {"f.segments == [client ..., server SYN+ACK, ...]", true},
                     {"f.segments == [server ..., server SYN+ACK, ...]", false},
                     {"f.segments == [client *, client *, server ..., client ACK, ...]", true},
                     {"f.segments == [..., server * marked, ...]", false}});
}

}  // namespace
}  // namespace seedwire::judge
