// Scripts to events: times, packets, options, ICMP, system calls, conditions.
#include "harness/drill/parser.h"

#include "harness/drill/option_list.h"
#include "tests/support/catch.h"

using namespace seedwire;
using namespace seedwire::drill;
namespace flag = wire::flag;

namespace {

PacketText packet(std::string_view text) {
    Lexer lexer{text};
    return parse_packet(lexer, {{"TFO_COOKIE", "0011aaff"}});
}
EventTime time_of(std::string_view text) {
    Lexer lexer{text};
    return parse_time(lexer);
}
Stop stop_of(std::string_view script) {
    try {
        parse_script(script, {});
    } catch (const Stop& stop) {
        return stop;
    }
    FAIL("it was accepted");
    return {};
}

}  // namespace

TEST_CASE("Times are absolute, relative, ranges, spans of calls, or any", "[drill][parser]") {
    CHECK(time_of("0.1").kind == EventTime::Kind::Absolute);
    CHECK(time_of("+.1").start == Duration::ms(100));
    CHECK(time_of("*").kind == EventTime::Kind::Any);
    const EventTime range = time_of("+.035~+.05");
    CHECK(range.kind == EventTime::Kind::RelativeRange);
    CHECK(range.end == Duration::ms(50));
    const EventTime call = time_of("+0 ...0.2");
    CHECK(call.blocking);
    CHECK(call.call_end == Duration::ms(200));
    CHECK_THROWS_AS(time_of("+.2~+.1"), Stop);
    CHECK_THROWS_AS(time_of("+.1~.2"), Stop);
}

TEST_CASE("A packet has flags, numbers and options in the order of the wire", "[drill][parser]") {
    const PacketText p = packet("[ect0] PW. 1:1001(1000) ack 7 win 257 <nop,nop,TS val 5 ecr 6>");
    CHECK(p.flags == (flag::kPsh | flag::kCwr | flag::kAck));
    CHECK(p.ecn == wire::Ecn::Ect0);
    CHECK(p.sequence == 1);
    CHECK(p.length == 1000);
    CHECK(p.ack == 7U);
    CHECK(p.window == 257U);
    CHECK(to_string(p.options) == "nop,nop,TS val 5 ecr 6");
    CHECK(packet("- 0:0(0)").flags == 0);
    CHECK(packet(". 1:1(0) ack 1 <...>").any_options);
    CHECK(to_string(packet("S 0:0(0) <mss 9,FO TFO_COOKIE,nop,nop>").options) ==
          "mss 9,FO 0011aaff,nop,nop");
    CHECK(to_string(packet(". 1:1(0) ack 1 <sack 1:2 3:4,nop,nop>").options) ==
          "sack 1:2 3:4,nop,nop");
}

TEST_CASE("What does not fit together in a packet is an error", "[drill][parser]") {
    CHECK_THROWS_AS(packet("P. 1:1001(999) ack 1"), Stop);
    CHECK_THROWS_AS(packet("S 0:0(0) <mss 1000,sackOK>"), Stop);  // six bytes
    CHECK_THROWS_AS(packet("X 0:0(0)"), Stop);
    CHECK_THROWS_AS(packet("S 0:0(0) <mptcp>"), Stop);
}

TEST_CASE("ICMP has a type, a code, an MTU and what it quotes", "[drill][parser]") {
    Lexer lexer{"unreachable frag_needed mtu 1040 [1:1461(1460)]"};
    const IcmpText icmp = parse_icmp(lexer, {});
    CHECK(icmp.type == 3);
    CHECK(icmp.code == 4);
    CHECK(icmp.mtu == 1040);
    CHECK(icmp.quoted == 1);
    Lexer numeric{"type_11 code_1"};
    CHECK(parse_icmp(numeric, {}).type == 11);
}

TEST_CASE("System calls have arguments, a result and an errno", "[drill][parser]") {
    Lexer lexer{
        "sendmsg(4, {msg_name(...)=..., msg_iov(2)=[{..., 1},{...,2}], msg_flags=0}, "
        "MSG_MORE|MSG_EOR) = -1 EAGAIN (Resource temporarily unavailable)"};
    const Syscall call = parse_syscall(lexer);
    CHECK(call.name == "sendmsg");
    REQUIRE(call.arguments.size() == 3);
    CHECK(call.arguments[0].integer == 4);
    REQUIRE(call.arguments[1].field("msg_iov") != nullptr);
    CHECK(call.arguments[1].field("msg_iov")->items.size() == 2);
    CHECK(call.arguments[2].words.size() == 2);
    CHECK(call.result == -1);
    CHECK(call.error == "EAGAIN");
    CHECK(lexer.at_end());
}

TEST_CASE("Mistakes name their place", "[drill][parser]") {
    const Stop stop = stop_of("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 ? nothing\n");
    CHECK(stop.at == Position{2, 4});
    CHECK(stop.kind == Stop::Kind::Failed);
    CHECK(stop_of("0 > udp (100)").kind == Stop::Kind::Unsupported);
    CHECK(stop_of("+0~+1 < S 0:0(0)").message.find("range") != std::string::npos);
}

TEST_CASE("Conditional parts count where their name is defined", "[drill][parser]") {
    const std::string text = "a\n#ifdef X\nb\n#else\nc\n#endif\nd";
    CHECK(resolve_conditions(text, {}) == "a\n\n\n\nc\n\nd");
    CHECK(resolve_conditions(text, {{"X", "1"}}) == "a\n\nb\n\n\n\nd");
    CHECK_THROWS_AS(resolve_conditions("#ifdef X\n", {}), Stop);
}
