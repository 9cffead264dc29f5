// Reading recordings, comparing sequences, times and figures.
#include "harness/replay/replay.h"

#include <algorithm>
#include <string>

#include "harness/replay/case_scenario.h"
#include "harness/replay/figures.h"
#include "harness/replay/known_differences.h"
#include "harness/replay/report.h"
#include "harness/replay/run_difference.h"
#include "harness/replay/side_by_side.h"
#include "harness/replay/trace_file.h"
#include "tests/support/catch.h"

namespace seedwire::replay {

namespace {

const std::string kReality = SEEDWIRE_SOURCE_DIR "/tests/reality";

SeenPacket packet(std::uint32_t direction, double at_ms, double arrival_ms, std::uint64_t seq,
                  std::uint32_t length, std::uint64_t ack) {
    SeenPacket p;
    p.direction = direction;
    p.flow = 1;
    p.flags = wire::flag::kAck;
    p.at = Time::zero() + Duration::us(static_cast<std::int64_t>(at_ms * 1000));
    if (arrival_ms > 0)
        p.arrival = Time::zero() + Duration::us(static_cast<std::int64_t>(arrival_ms * 1000));
    p.seq = seq;
    p.length = length;
    p.ack = ack;
    return p;
}

SeenPackets request_and_answer(double think_ms) {
    return {packet(0, 0, 10, 1, 100, 1), packet(1, 10 + think_ms, 20 + think_ms, 1, 200, 101),
            packet(0, 20 + think_ms, 30 + think_ms, 101, 0, 201)};
}

}  // namespace

TEST_CASE("a trace is read by the names of its columns, and copies are left out") {
    SeenPackets packets;
    const std::string why = read_trace(
        "flow,t_send_ms,t_recv_ms,dir,flags,seq,len,ack,win,sack,ecn,decision,more\n"
        "1,0.000,50.0431,a2b,S,0,0,,64240,,0,ok,\n"
        "1,50.5,,b2a,P.,1,100,1,70656,101-201 301-401,3,drop_queue+ce,x\n"
        "1,51,,b2a,.,1,0,1,70656,,0,dupcopy,\n",
        packets);
    REQUIRE(why.empty());
    REQUIRE(packets.size() == 2);
    CHECK(packets[0].arrival == Time::from_ns(50'043'100));
    CHECK(packets[0].direction == 0);
    CHECK(packets[0].has(wire::flag::kSyn));
    CHECK(packets[1].is_lost());
    CHECK(packets[1].dropped_by_queue);
    CHECK(packets[1].marked_ce);
    CHECK(packets[1].sacks == 2);
    CHECK(packets[1].sack[1] == SackRange{301, 401});
    CHECK(words(packets[1]) == "DATA 100 B seq 1 ack 1 sack 101-201 301-401 lost");
}

TEST_CASE("what is no trace is said by line or column") {
    SeenPackets packets;
    CHECK(read_trace("a,b\n", packets) == "there is no column t_send_ms");
    CHECK(read_trace("", packets) == "there is no packet in it");
    const std::string head =
        "t_send_ms,t_recv_ms,dir,flow,flags,seq,len,ack,win,sack,ecn,decision\n";
    CHECK(read_trace(head + "1,2\n", packets) == "line 2 has 2 fields, not 12");
    CHECK(read_trace(head + "x,,a2b,1,S,0,0,,1,,0,ok\n", packets).find("line 2:") == 0);
    CHECK(read_trace(head + "0,,up,1,S,0,0,,1,,0,ok\n", packets).find("line 2:") == 0);
}

TEST_CASE("sequences part at the first packet that is not equal, PSH apart") {
    const SeenPackets left = request_and_answer(0);
    SeenPackets right = left;
    right[0].flags = static_cast<std::uint16_t>(right[0].flags | wire::flag::kPsh);
    right[1].window = 5;
    const Agreement same = compare(left, right);
    CHECK(same.identical());
    CHECK(same.compared == 3);
    CHECK(same.equal_push == 2);
    CHECK(same.equal_windows == 2);

    right[2].ack = 101;
    const Agreement other = compare(left, right);
    REQUIRE(other.first.has_value());
    CHECK(other.first->direction == 0);
    CHECK(other.first->place == 1);
    CHECK(compare(left, right, Compared::Data).identical());

    right.pop_back();
    const Agreement shorter = compare(left, right);
    REQUIRE(shorter.first.has_value());
    CHECK(shorter.first->left == std::optional<std::size_t>{2});
    CHECK_FALSE(shorter.first->right.has_value());
}

TEST_CASE("a difference is drawn with both sides and our rule") {
    const SeenPackets left = request_and_answer(0);
    SeenPackets right = left;
    right[2].ack = 101;
    right[2].cause = wire::Cause::DelayedAckTimeout;
    const std::string text = draw_difference(left, right, compare(left, right), {}, 120);
    CHECK(text.find("ACK seq 101 ack 201") < text.find("ACK seq 101 ack 101"));
    CHECK(text.find("the rule behind simulated: delayed ACK") != std::string::npos);
    CHECK(draw_difference(left, left, compare(left, left), {}, 120).empty());
}

TEST_CASE("times count from what caused a packet, not from the beginning") {
    const SeenPackets measured = request_and_answer(5);
    // 300 ms late at the server, but the last packet leaves as soon after its cause as measured.
    const SeenPackets simulated = request_and_answer(305);
    const Agreement agreement = compare(measured, simulated);
    const TimeErrors errors = time_errors(measured, simulated, agreement);
    CHECK(errors.packets == 2);
    CHECK(errors.outside == 1);
    CHECK(errors.latest == Duration::ms(300));
    CHECK(errors.beyond == Duration::ms(299));
    CHECK(errors.worst == std::optional<std::size_t>{1});
}

TEST_CASE("ideal timers may be early by a tick and an eighth, and late by a millisecond") {
    CHECK(is_within_bounds(Duration::ms(100), Duration::ms(101)));
    CHECK_FALSE(is_within_bounds(Duration::ms(100), Duration::us(101'001)));
    CHECK(is_within_bounds(Duration::ms(100), Duration::us(82'900)));
    CHECK_FALSE(is_within_bounds(Duration::ms(100), Duration::us(82'899)));
}

TEST_CASE("figures are those of the format's definitions") {
    SeenPackets packets = {packet(0, 10, 20, 1, 1000, 1), packet(0, 12, 0, 1001, 1000, 1),
                           packet(0, 14, 24, 2001, 1000, 1), packet(1, 25, 35, 1, 0, 1001),
                           packet(0, 40, 50, 1001, 1000, 1)};
    packets[0].queued = Duration::ms(4);
    const auto figures = figures_of(packets);
    CHECK(figures.at("flow1.a2b.data_packets") == 4);
    CHECK(figures.at("flow1.a2b.retransmitted_packets") == 1);
    CHECK(figures.at("flow1.b2a.pure_acks") == 1);
    CHECK(figures.at("flow1.a2b.last_inorder_delivery_ms") == 50);
    CHECK(figures.at("flow1.a2b.delivered_inorder_bytes") == 3000);
    CHECK(figures.at("flow1.a2b.goodput_bps") == 3000 * 8 / 0.04);
    CHECK(figures.at("a2b.queue_time_avg_pkts") == 0.1);
    CHECK(goodput_between(packets, Time::zero(), Time::zero() + Duration::ms(40)).at(1) ==
          1000 * 8 / 0.04);
}

TEST_CASE("a reduction begins where a sender leaves Open or Disorder for what is worse") {
    const auto at = [](std::int64_t ms) { return Time::zero() + Duration::ms(ms); };
    const std::vector<SeenWindow> windows = {
        {at(1), 1, true, 0, 20, 30}, {at(2), 1, true, 1, 21, 30}, {at(3), 1, true, 3, 15, 10},
        {at(4), 1, true, 3, 10, 10}, {at(5), 1, false, 3, 9, 9},  {at(6), 1, true, 0, 10, 10},
        {at(7), 1, true, 2, 7, 7},   {at(8), 1, true, 2, 6, 3}};
    const auto reductions = reductions_of(windows);
    REQUIRE(reductions.at(1).size() == 3);
    CHECK(reductions.at(1)[0].cwnd_before == 21);
    CHECK(reductions.at(1)[1].cwnd_before == 10);
    CHECK(reductions.at(1)[1].at_ms == 7);
    CHECK(reductions.at(1)[2].cwnd_before == 7);
}

TEST_CASE("a recorded case becomes a scenario that says the same") {
    scenario::Diagnostics problems;
    const auto recorded = load_case(kReality + "/loss_reno_15_17", problems);
    REQUIRE(recorded.has_value());
    CHECK(recorded->noise == Noise::Stable);
    CHECK_FALSE(recorded->is_truncated());
    CHECK(recorded->metrics.at("flow1.a2b.data_packets").median == 141);
    const std::string text = scenario_text(*recorded, {Duration::ms(4), {}, {}}, problems);
    CHECK_FALSE(problems.has_errors());
    for (const char* part :
         {"timer_tick: 4000 us", "rate: 20000000 bit/s, delay: 50.0 ms", "congestion reno",
          "connect B:5001 from 40001", "match: \"tcp.len > 0\", nth: [15, 17]"})
        CHECK(text.find(part) != std::string::npos);
}

TEST_CASE("a case is replayed, and its result told as text and JSON") {
    const CaseResult result = replay_case(kReality + "/loss_reno_15_17");
    CHECK(result.outcome == Outcome::Meets);
    CHECK(result.exact.agreement.compared == 275);
    CHECK(result.exact.times.outside == 0);
    const std::string json = json_text({result});
    CHECK(json.find("\"first_difference\": null") != std::string::npos);
    CHECK(json.find("\"id\": \"loss_reno_15_17\"") != std::string::npos);
    TextStyle style;
    style.verbose = true;
    CHECK(case_text(result, style).find("A>B 145/145, B>A 130/130 identical") != std::string::npos);
    CHECK(totals_of({result})[0].meet == 1);
}

TEST_CASE("what differs from a recording is noticed") {
    scenario::Diagnostics problems;
    auto recorded = load_case(kReality + "/loss_reno_15_17", problems);
    REQUIRE(recorded.has_value());
    CaseResult real = replay_case(kReality + "/loss_reno_15_17");
    REQUIRE_FALSE(real.measured.empty());
    SeenPackets changed = real.exact.packets;
    std::swap(changed[40].seq, changed[41].seq);
    CHECK_FALSE(compare(real.measured, changed).identical());
}

TEST_CASE("two runs are compared, and part where a packet is lost in one of them") {
    const auto run = [](const std::string& fault) {
        scenario::Diagnostics problems;
        const auto loaded = scenario::load("t.yaml",
                                           "version: 1\nhosts: [a, b]\nlinks:\n"
                                           "  - {name: l, between: [a, b], rate: 10 Mbit/s, "
                                           "delay: 5 ms}\nflows:\n"
                                           "  f: {app: bulk, from: a, to: b, bytes: 50 kB}\n" +
                                               fault,
                                           {}, problems);
        REQUIRE(loaded.has_value());
        return observe_run(*loaded, fault.empty() ? "whole" : "lossy");
    };
    const std::string fault = "faults: [{drop: {on: l.up, match: \"tcp.len > 0\", nth: 3}}]\n";
    CHECK_FALSE(compare_runs(run(""), run("")).differs());
    const RunDifference difference = compare_runs(run(""), run(fault));
    REQUIRE(difference.differs());
    // The loss shows first where the receiver acknowledges something else.
    CHECK(difference.left.directions[difference.agreement.first->direction] == "l.down");
    const std::string text = difference_text(difference, 120);
    CHECK(text.find("first difference on l.down, at b") == 0);
    CHECK(text.find("because: out of order") != std::string::npos);
    CHECK(difference_json(difference).find("\"node\": \"b\"") != std::string::npos);
}

TEST_CASE("a folder that is no case says what is missing") {
    const CaseResult result = replay_case(kReality + "/there-is-none");
    CHECK(result.outcome == Outcome::Broken);
    CHECK(result.problem.find("case.yaml") != std::string::npos);
    CHECK(find_cases({kReality}).folders.size() == 123);
    CHECK_FALSE(find_cases({kReality + "/there-is-none"}).problems.empty());
}

TEST_CASE("a known difference that is gone is as surprising as a new one") {
    CaseResult differs, meets;
    differs.id = "a";
    differs.outcome = Outcome::Differs;
    meets.id = "b";
    meets.outcome = Outcome::Meets;
    CHECK(surprises({differs, meets}, {{"a", "why"}}).empty());
    CHECK(surprises({differs, meets}, {}).size() == 1);
    CHECK(surprises({differs, meets}, {{"a", "why"}, {"b", "why"}}).size() == 1);
}

}  // namespace seedwire::replay
