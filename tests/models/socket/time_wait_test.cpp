// TIME-WAIT and FIN-WAIT-2 stubs, and closed ports, by table.
#include "models/socket/time_wait.h"

#include "models/socket/closed_port.h"
#include "tests/models/socket/segments.h"
#include "tests/support/catch.h"

namespace seedwire::socket {
namespace {

using namespace seedwire::literals;
using Verdict = TimeWaitTable::Verdict;
using wire::SeqNum;

Time at(std::int64_t ms) { return Time::zero() + Duration::ms(ms); }

constexpr wire::SocketAddress kPeer{{0x0a000002}, 40001};

tcp::Remains remains() {
    tcp::Remains r;
    r.snd_nxt = SeqNum{1000};
    r.rcv_nxt = SeqNum{5000};
    r.rcv_wnd = 10000;
    r.fin_wait2_timeout = 60_s;
    return r;
}

struct Row {
    const char* what;
    wire::Segment segment;
    Verdict verdict;
};

TEST_CASE("TIME-WAIT answers every kind of segment by its rule",
          "[socket][rfc9293][rfc6191][TW-1]") {
    const Row rows[] = {
        {"a bare ACK at the right place", Make{}.seq(5000).ack(1000), Verdict::Ignore},
        {"an old bare ACK", Make{}.seq(4000).ack(1000), Verdict::Acknowledge},
        {"the FIN again", Make{}.seq(4999).fin().ack(1000), Verdict::Acknowledge},
        {"new data", Make{}.seq(5000).ack(1000).data(10), Verdict::Acknowledge},
        {"a reset at the right place", Make{}.seq(5000).rst(), Verdict::Forget},
        {"a reset elsewhere", Make{}.seq(5001).rst(), Verdict::Ignore},
        {"a SYN beyond the old connection", Make{}.seq(5001).syn(), Verdict::Reopen},
        {"a SYN within it", Make{}.seq(4000).syn(), Verdict::Acknowledge},
        {"a SYN-ACK", Make{}.seq(9000).syn().ack(1000), Verdict::Acknowledge},
    };
    for (const Row& row : rows) {
        const tcp::Sysctls sysctls;
        TimeWaitTable table{sysctls};
        const std::uint32_t stub = table.add(at(0), kPeer, 80, kNoLabel, remains(), true);
        INFO(row.what);
        CHECK(table.on_segment(at(10), stub, row.segment) == row.verdict);
    }
}

TEST_CASE("An orphan's FIN-WAIT-2 answers every kind of segment by its rule",
          "[socket][rfc9293][TW-4]") {
    const Row rows[] = {
        {"a bare ACK", Make{}.seq(5000).ack(1000), Verdict::Ignore},
        {"the FIN", Make{}.seq(5000).fin().ack(1000), Verdict::Close},
        {"data", Make{}.seq(5000).ack(1000).data(10), Verdict::Reset},
        {"data and FIN", Make{}.seq(5000).fin().ack(1000).data(10), Verdict::Reset},
        {"a reset within the window", Make{}.seq(6000).rst(), Verdict::Forget},
        {"a reset beyond it", Make{}.seq(5000 + 10001).rst(), Verdict::Ignore},
        {"a SYN within the window", Make{}.seq(5000).syn(), Verdict::Reset},
        {"something old", Make{}.seq(4000).ack(1000).data(10), Verdict::Acknowledge},
    };
    for (const Row& row : rows) {
        const tcp::Sysctls sysctls;
        TimeWaitTable table{sysctls};
        const std::uint32_t stub = table.add(at(0), kPeer, 80, kNoLabel, remains(), false);
        INFO(row.what);
        CHECK(table.on_segment(at(10), stub, row.segment) == row.verdict);
    }
}

TEST_CASE("TIME-WAIT ends after 60 s; a repeated FIN begins them anew", "[socket][rfc9293][TW-1]") {
    const tcp::Sysctls sysctls;
    TimeWaitTable table{sysctls};
    const std::uint32_t one = table.add(at(0), kPeer, 80, kNoLabel, remains(), true);
    const std::uint32_t two = table.add(at(5), kPeer, 81, kNoLabel, remains(), true);
    CHECK(table.next_expiry() == at(60000));
    CHECK(table.on_segment(at(10), one, Make{}.seq(4999).fin().ack(1000)) == Verdict::Acknowledge);
    CHECK(table.next_expiry() == at(60005));
    CHECK_FALSE(table.expired(at(60004)));
    REQUIRE(table.expired(at(60005)) == two);
    table.remove(two);
    CHECK(table.next_expiry() == at(60010));
    REQUIRE(table.expired(at(60010)) == one);
    table.remove(one);
    CHECK(table.size() == 0);
    CHECK(table.next_expiry().is_never());
}

TEST_CASE("With the RFCs' profile TIME-WAIT lasts two lifetimes", "[socket][profile][rfc9293]") {
    tcp::Sysctls sysctls;
    sysctls.profile = tcp::Profile::Rfc;
    TimeWaitTable table{sysctls};
    table.add(at(0), kPeer, 80, kNoLabel, remains(), true);
    CHECK(table.next_expiry() == at(240000));
}

TEST_CASE("The FIN turns an orphan's FIN-WAIT-2 into TIME-WAIT", "[socket][rfc9293][TW-4]") {
    const tcp::Sysctls sysctls;
    TimeWaitTable table{sysctls};
    tcp::Remains r = remains();
    r.fin_wait2_timeout = 3_s;
    const std::uint32_t stub = table.add(at(0), kPeer, 80, kNoLabel, r, false);
    CHECK(table.next_expiry() == at(3000));
    CHECK(table.on_segment(at(100), stub, Make{}.seq(5000).fin().ack(1000)) == Verdict::Close);
    CHECK(table.next_expiry() == at(60100));
    CHECK(table.acknowledgement(at(100), stub).ack == SeqNum{5001});
    CHECK(table.acknowledgement(at(100), stub).seq == SeqNum{1000});
}

TEST_CASE("Segments without data are answered once in 500 ms", "[socket][rfc5961][TW-1]") {
    const tcp::Sysctls sysctls;
    TimeWaitTable table{sysctls};
    const std::uint32_t stub = table.add(at(0), kPeer, 80, kNoLabel, remains(), true);
    CHECK(table.on_segment(at(0), stub, Make{}.seq(1).ack(1000)) == Verdict::Acknowledge);
    CHECK(table.on_segment(at(499), stub, Make{}.seq(1).ack(1000)) == Verdict::Ignore);
    CHECK(table.on_segment(at(499), stub, Make{}.seq(1).ack(1000).data(1)) == Verdict::Acknowledge);
    CHECK(table.on_segment(at(500), stub, Make{}.seq(1).ack(1000)) == Verdict::Acknowledge);
}

TEST_CASE("A newer timestamp reopens a connection whatever the sequence number",
          "[socket][rfc6191][TW-3]") {
    const tcp::Sysctls sysctls;
    TimeWaitTable table{sysctls};
    tcp::Remains r = remains();
    r.has_timestamps = true;
    r.ts_recent = 700;
    const std::uint32_t stub = table.add(at(0), kPeer, 80, kNoLabel, r, true);
    CHECK(table.on_segment(at(1), stub, Make{}.seq(1).syn().timestamps(701, 0)) == Verdict::Reopen);
    CHECK(table.on_segment(at(1), stub, Make{}.seq(9000).syn().timestamps(699, 0)) ==
          Verdict::Acknowledge);
    CHECK(table.reopening_sequence(stub) == 1000 + 65537);
}

TEST_CASE("tcp_rfc1337 protects TIME-WAIT from resets", "[socket][rfc1337][TW-2]") {
    tcp::Sysctls sysctls;
    sysctls.tcp_rfc1337 = true;
    TimeWaitTable table{sysctls};
    const std::uint32_t stub = table.add(at(0), kPeer, 80, kNoLabel, remains(), true);
    CHECK(table.on_segment(at(1), stub, Make{}.seq(5000).rst()) == Verdict::Ignore);
}

TEST_CASE("A closed port answers with a reset that fits the segment",
          "[socket][rfc9293][LISTEN-16]") {
    const auto to_ack = reset_for(Make{}.seq(7).ack(99).data(5), wire::Cause::ResetClosedPort);
    REQUIRE(to_ack);
    CHECK(to_ack->flags == wire::flag::kRst);
    CHECK(to_ack->seq == SeqNum{99});
    const auto to_syn = reset_for(Make{}.seq(7).syn().data(5), wire::Cause::ResetClosedPort);
    REQUIRE(to_syn);
    CHECK(to_syn->flags == (wire::flag::kRst | wire::flag::kAck));
    CHECK(to_syn->seq == SeqNum{0});
    CHECK(to_syn->ack == SeqNum{7 + 5 + 1});
    CHECK_FALSE(reset_for(Make{}.seq(7).rst(), wire::Cause::ResetClosedPort));
}

}  // namespace
}  // namespace seedwire::socket
