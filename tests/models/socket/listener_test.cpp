// Request socks by table: what each kind of segment does to a handshake, and the SYN-ACK timer.
#include "models/socket/listener.h"

#include "tests/models/socket/segments.h"
#include "tests/support/catch.h"

namespace seedwire::socket {
namespace {

using namespace seedwire::literals;
using Verdict = RequestTable::Verdict;
using wire::SeqNum;

Time at(std::int64_t ms) { return Time::zero() + Duration::ms(ms); }

constexpr std::uint32_t kOurs = 7000, kTheirs = 300;

Request facts(const wire::Segment& syn) {
    Request request;
    request.syn = syn;
    request.remote = {{0x0a000002}, 40001};
    request.local_port = 80;
    request.environment.initial_sequence = kOurs;
    return request;
}

struct Table {
    tcp::Sysctls sysctls;
    tcp::SocketOptions options;
    RequestTable requests{sysctls};
    std::uint32_t add(Time now, const wire::Segment& syn) {
        return requests.add(now, facts(syn), options);
    }
};

TEST_CASE("A request answers every kind of segment by its rule",
          "[socket][rfc9293][rfc5961][LISTEN-1][LISTEN-6][LISTEN-7][LISTEN-8][LISTEN-9]") {
    struct Row {
        const char* what;
        wire::Segment segment;
        Verdict verdict;
    };
    const Row rows[] = {
        {"the SYN again", Make{}.seq(kTheirs).syn(), Verdict::Repeat},
        {"the last ACK", Make{}.seq(kTheirs + 1).ack(kOurs + 1), Verdict::Complete},
        {"the last ACK with data", Make{}.seq(kTheirs + 1).ack(kOurs + 1).data(9),
         Verdict::Complete},
        {"the last ACK with FIN", Make{}.seq(kTheirs + 1).fin().ack(kOurs + 1), Verdict::Complete},
        {"data that overtook the last ACK", Make{}.seq(kTheirs + 101).ack(kOurs + 1).data(9),
         Verdict::Complete},
        {"an ACK of something never sent", Make{}.seq(kTheirs + 1).ack(kOurs + 2), Verdict::Reset},
        {"an ACK of the ISN only", Make{}.seq(kTheirs + 1).ack(kOurs), Verdict::Reset},
        {"a reset at RCV.NXT", Make{}.seq(kTheirs + 1).rst(), Verdict::Forget},
        {"a reset elsewhere in the window", Make{}.seq(kTheirs + 2).rst(), Verdict::Acknowledge},
        {"a reset out of the window", Make{}.seq(kTheirs + 70000).rst(), Verdict::Ignore},
        {"another SYN within the window", Make{}.seq(kTheirs + 5).syn(), Verdict::Refuse},
        {"a SYN out of the window", Make{}.seq(kTheirs - 100).syn(), Verdict::Acknowledge},
        {"data without ACK", Make{}.seq(kTheirs + 1).data(9), Verdict::Ignore},
        {"an ACK out of the window", Make{}.seq(kTheirs + 70000).ack(kOurs + 1),
         Verdict::Acknowledge},
    };
    for (const Row& row : rows) {
        Table table;
        const std::uint32_t request = table.add(at(0), Make{}.seq(kTheirs).syn().mss(1460));
        INFO(row.what);
        CHECK(table.requests.on_segment(at(10), request, row.segment) == row.verdict);
    }
}

TEST_CASE("Unanswered, the SYN-ACK goes out at 1, 3, 7, 15 and 31 s and is given up at 63 s",
          "[socket][rfc6298][LISTEN-2]") {
    Table table;
    const std::uint32_t request = table.add(at(0), Make{}.seq(kTheirs).syn().mss(1460));
    std::vector<Time> sent;
    for (;;) {
        const Time due = table.requests.next_expiry();
        REQUIRE(table.requests.pop_expired(due) == request);
        const RequestTable::Expiry expiry = table.requests.on_timeout(due, request);
        if (expiry == RequestTable::Expiry::GiveUp) {
            CHECK(due == at(63000));
            break;
        }
        REQUIRE(expiry == RequestTable::Expiry::Resend);
        CHECK(table.requests.resend(due, request, wire::Cause::SynAckTimeout).cause ==
              wire::Cause::SynAckTimeout);
        sent.push_back(due);
    }
    CHECK(sent == std::vector<Time>{at(1000), at(3000), at(7000), at(15000), at(31000)});
}

TEST_CASE("A repeated SYN restarts the timer with its present interval", "[socket][LISTEN-3]") {
    Table table;
    const std::uint32_t request = table.add(at(0), Make{}.seq(kTheirs).syn());
    table.requests.resend(at(800), request, wire::Cause::SynRepeated);
    CHECK(table.requests.next_expiry() == at(1800));
    REQUIRE(table.requests.pop_expired(at(1800)) == request);
    REQUIRE(table.requests.on_timeout(at(1800), request) == RequestTable::Expiry::Resend);
    table.requests.resend(at(1800), request, wire::Cause::SynAckTimeout);
    CHECK(table.requests.next_expiry() == at(3800));
    table.requests.resend(at(2000), request, wire::Cause::SynRepeated);
    CHECK(table.requests.next_expiry() == at(4000));
    const tcp::PassiveOpen open = table.requests.handshake(request);
    CHECK(open.retransmissions == 1);
    CHECK(open.answered_repeats == 2);
    CHECK(open.syn_ack_sent == at(0));
}

TEST_CASE("Repeated SYNs are answered once in 500 ms", "[socket][rfc5961][LISTEN-4]") {
    Table table;
    const std::uint32_t request = table.add(at(0), Make{}.seq(kTheirs).syn());
    const wire::Segment syn = Make{}.seq(kTheirs).syn();
    CHECK(table.requests.on_segment(at(10), request, syn) == Verdict::Repeat);
    CHECK(table.requests.on_segment(at(509), request, syn) == Verdict::Ignore);
    CHECK(table.requests.on_segment(at(510), request, syn) == Verdict::Repeat);
}

TEST_CASE("The last ACK must echo a timestamp that was sent", "[socket][rfc7323][LISTEN-10]") {
    Table table;
    const wire::Segment syn = Make{}.seq(kTheirs).syn().timestamps(900, 0);
    const std::uint32_t request = table.add(at(5), syn);
    const std::uint32_t sent = table.requests[request].syn_ack.ts_value;
    const auto last_ack = [&](std::uint32_t value, std::uint32_t echo) -> wire::Segment {
        return Make{}.seq(kTheirs + 1).ack(kOurs + 1).timestamps(value, echo);
    };
    CHECK(table.requests.on_segment(at(10), request, last_ack(901, sent + 1)) ==
          Verdict::Acknowledge);
    CHECK(table.requests.on_segment(at(1000), request, last_ack(899, sent)) ==
          Verdict::Acknowledge);
    CHECK(table.requests.on_segment(at(1000), request, last_ack(901, sent)) == Verdict::Complete);
}

TEST_CASE("TCP_DEFER_ACCEPT waits for data or for its time to pass", "[socket][LISTEN-13]") {
    Table table;
    table.options.defer_accept = 3;
    CHECK(seconds_to_expiries(3, table.sysctls) == 2);
    CHECK(seconds_to_expiries(0, table.sysctls) == 0);
    const std::uint32_t request = table.add(at(0), Make{}.seq(kTheirs).syn());
    const wire::Segment bare = Make{}.seq(kTheirs + 1).ack(kOurs + 1);
    CHECK(table.requests.on_segment(at(10), request, bare) == Verdict::Ignore);
    // While data is awaited the SYN-ACK is not repeated, but for one last time.
    CHECK(table.requests.on_timeout(at(1000), request) == RequestTable::Expiry::Wait);
    CHECK(table.requests.on_timeout(at(3000), request) == RequestTable::Expiry::Resend);
    CHECK(table.requests.on_segment(at(3020), request, bare) == Verdict::Complete);
    const std::uint32_t other = table.add(at(0), Make{}.seq(kTheirs).syn());
    CHECK(table.requests.on_segment(
              at(10), other, Make{}.seq(kTheirs + 1).ack(kOurs + 1).data(1)) == Verdict::Complete);
}

TEST_CASE("A listener with backlog b holds b + 1 connections", "[socket][LISTEN-11]") {
    Listener listener;
    listener.backlog = 1;
    CHECK_FALSE(listener.is_full());
    listener.accept_queue.push_back(1);
    CHECK_FALSE(listener.is_full());
    listener.accept_queue.push_back(2);
    CHECK(listener.is_full());
}

}  // namespace
}  // namespace seedwire::socket
