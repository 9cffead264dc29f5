// What is said about scenarios that are wrong, and where.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "harness/scenario/scenario.h"
#include "tests/harness/scenario/examples.h"
#include "tests/support/catch.h"

namespace seedwire::scenario {
namespace {

/// A valid frame; a case replaces one of its parts.
struct Parts {
    std::string head = "version: 1";
    std::string hosts = "hosts: [a, b]";
    std::string links = "links: [{name: line, between: [a, b], rate: 10 Mbit/s, delay: 5 ms}]";
    std::string flows = "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB}}";
    std::string rest;

    std::string text() const {
        return head + "\n" + hosts + "\n" + links + "\n" + flows + "\n" + rest + "\n";
    }
};

struct Case {
    std::string Parts::*part;  ///< which line is replaced: 1 to 5 in the order of Parts
    std::string text;
    std::string place;    ///< "line:column" of one of the problems
    std::string message;  ///< part of its message or hint
};

std::string all_of(const Diagnostics& problems, const std::string& text) {
    return render(problems, text, false);
}

bool reports(const Diagnostics& problems, const Case& wanted) {
    return std::any_of(problems.list().begin(), problems.list().end(), [&](const Diagnostic& d) {
        return fmt::format("{}:{}", d.where.line, d.where.column) == wanted.place &&
               (d.message + " " + d.hint).find(wanted.message) != std::string::npos;
    });
}

void check_cases(const std::vector<Case>& cases) {
    for (const Case& wanted : cases) {
        Parts parts;
        parts.*wanted.part = wanted.text;
        const std::string text = parts.text();
        Diagnostics problems;
        const auto scenario = load("bad.yaml", text, {}, problems);
        INFO("wanted " << wanted.place << " " << wanted.message << "\n"
                       << text << all_of(problems, text));
        CHECK_FALSE(scenario.has_value());
        CHECK(reports(problems, wanted));
    }
}

constexpr auto kHead = &Parts::head;
constexpr auto kHosts = &Parts::hosts;
constexpr auto kLinks = &Parts::links;
constexpr auto kFlows = &Parts::flows;
constexpr auto kRest = &Parts::rest;

TEST_CASE("The frame of the bad inputs is good", "[scenario]") {
    Diagnostics problems;
    const std::string text = Parts{}.text();
    const auto scenario = load("good.yaml", text, {}, problems);
    INFO(all_of(problems, text));
    CHECK(scenario.has_value());
}

TEST_CASE("Mistakes in YAML are reported at their place", "[scenario][errors]") {
    check_cases({
        {kHead, "version: 1\nversion: 1", "2:1", "'version' is here twice"},
        {kHead, "version: 1\n\tname: x", "2:1", "a tab in the indentation"},
        {kHead, "version: [1", "2:6", "a '[' is not closed"},
        {kHead, "version: 1\n---", "2:1", "a second document begins here"},
        {kHead, "version: 1\nname: \"open", "2:7", "the quote is not closed"},
        {kHead, "version: 1\nname: &a [*a]", "2:11", "an alias within its own anchor"},
        {kHead, "version: 1\nname: !!str x", "2:13", "a tag means nothing here"},
        {kHead, "version: 1\n? [a, b]\n: c", "2:3", "a key must be a word"},
        {kHead, "version: 1\n<<: 3", "2:1", "'<<' takes a map"},
        {kHead, "version: 1\nname: *nobody", "2:7", "not YAML"},
        {kHead, std::string{"version: 1\nname: a\0b", 20}, "2:8", "a NUL byte"},
        {kHead, "version: 1\nname: \x01", "2:7", "control character 0x01"},
        {kHead, "version: 1\nname: \xC3(", "2:7", "the byte 0xC3 is not UTF-8"},
        {kHead, "version: 1\nname: \xED\xA0\x80", "2:7", "not UTF-8"},
        {kHead, "version: 1\nname: \xF5\x80\x80\x80", "2:7", "not UTF-8"},
        {kHead, "version: 1\rname: a", "1:11", "carriage return"},
        {kHead, "version: 1\nname: ä\x02", "2:8", "control character"},
    });
}

TEST_CASE("Unknown, missing and misused keys are reported", "[scenario][errors]") {
    check_cases({
        {kHead, "name: x", "1:1", "this scenario has no 'version'"},
        {kHead, "version: 2", "1:10", "version: 2 is too large"},
        {kHead, "version: one", "1:10", "is not a whole number"},
        {kHead, "version:", "1:1", "'version' is empty"},
        {kHead, "version: [1]", "1:10", "a list where a whole number belongs"},
        {kHead, "version: 1\nseeed: 2", "2:1", "did you mean 'seed'?"},
        {kHead, "version: 1\nseed: -1", "2:7", "seed: -1 is too small"},
        {kHead, "version: 1\nseed: 1.5", "2:7", ""},
        {kHead, "version: 1\nstop: 30", "2:7", "stop: 30 has no unit"},
        {kHead, "version: 1\nstop: 0 s", "2:7", "stop: 0 s is too small"},
        {kHead, "version: 1\nstop: 30 sec", "2:10", "did you mean 's'?"},
        {kHead, "version: 1\nrouting: {metric: hop}", "2:19", "did you mean 'hops'?"},
        {kHead, "version: 1\nrouting: hops", "2:10", "a value where a map belongs"},
        {kHead, "version: 1\nlimits: {memory: 5}", "2:18", "memory: 5 has no unit"},
        {kRest, "expect: line.up.drops == 0", "5:9", "expect takes a list"},
        {kRest, "programs: [a]", "5:11", "programs takes a map"},
        {kRest, "faults: {}", "5:9", "faults takes a list"},
        {kFlows, "flow: {}", "4:1", "did you mean 'flows'?"},
    });
}

TEST_CASE("Mistakes in hosts and routers are reported", "[scenario][errors]") {
    check_cases({
        {kHosts, "hosts: [a, b, a]", "2:15", "'a' is here twice"},
        {kHosts, "hosts: [a, b]\nrouters: [b]", "3:11", "'b' is here twice"},
        {kHosts, "hosts: [a, b, 3c]", "2:15", "'3c' cannot name a host"},
        {kHosts, "hosts: [a, b, c.d]", "2:15", "cannot name a host"},
        {kHosts, "hosts: a", "2:8", "hosts takes a list or a map"},
        {kHosts, "hosts: {a: {tcp: {tcp_sak: 1}}, b: }", "2:19", "did you mean 'tcp_sack'?"},
        {kHosts, "hosts: {a: {tcp: {tcp_sack: yes}}, b: }", "2:29", "neither 1 nor 0"},
        {kHosts, "hosts: {a: {tcp: {tcp_fin_timeout: 60}}, b: }", "2:36", "60 has no unit"},
        {kHosts, "hosts: {a: {tcp: {congestion: vegas}}, b: }", "2:31", "unknown congestion"},
        {kHosts, "hosts: {a: {tcp: {congestion: bbr}}, b: }", "2:31", "bbr: not yet"},
        {kHosts, "hosts: {a: {tcp: {tcp_rmem: [1, 2]}}, b: }", "2:29", "takes three sizes"},
        {kHosts, "hosts: {a: {tcp: {tcp_rmem: [3, 2, 1]}}, b: }", "2:29", "must not fall"},
        {kHosts, "hosts: {a: {tcp: {profile: bsd}}, b: }", "2:28", "unknown profile"},
        {kHosts, "hosts: {a: {tcp: {congestion: reno, tcp_congestion_control: reno}}, b: }", "2:31",
         "are the same"},
        {kHosts, "hosts: {a: {address: 10.0.0.300}, b: }", "2:22", "not an IPv4 address"},
        {kHosts, "hosts: {a: {address: 0.0.0.0}, b: }", "2:22", "no host can have the address"},
        {kHosts, "hosts: {a: {address: 127.0.0.1}, b: }", "2:22", "no host can have the address"},
        {kHosts, "hosts: {a: {address: 224.0.0.1}, b: }", "2:22", "no host can have the address"},
        {kHosts, "hosts: {a: {address: 255.255.255.255}, b: }", "2:22",
         "no host can have the address"},
        {kHosts, "hosts: {a: {address: 10.0.0.1}, b: {address: 10.0.0.1}}", "2:33",
         "has the address of 'a'"},
        {kHosts, "hosts: {a: {ttl: 0}, b: }", "2:18", "ttl: 0 is too small"},
        {kHosts, "hosts: {a: {ttl: 012}, b: {ttl: 256}}", "2:33", "at most 255"},
    });
}

TEST_CASE("Mistakes in links are reported", "[scenario][errors]") {
    check_cases({
        {kLinks, "links: [{between: [a, b]}]", "3:19", "unlimited rate and no delay"},
        {kLinks, "links: [{between: [a, b], delay: 1 ms, up: {delay: 0 s}}]", "3:44",
         "up of link 'a-b' has an unlimited rate"},
        {kLinks, "links: [{between: [a, a], delay: 1 ms}]", "3:23", "from 'a' to 'a'"},
        {kLinks, "links: [{between: [a, c], delay: 1 ms}]", "3:23", "no host or router 'c'"},
        {kLinks, "links: [{between: [a], delay: 1 ms}]", "3:19", "between takes two names"},
        {kLinks, "links: [{delay: 1 ms}]", "3:9", "this link has no 'between'"},
        {kLinks, "links: {}", "3:8", "links takes a list"},
        {kLinks, "links: [{between: [a, b], delay: 1 ms}, {between: [a, b], delay: 1 ms}]", "3:41",
         "give parallel links names"},
        {kLinks, "links: [{between: [a, b], rate: 10 Mb/s}]", "3:36", "did you mean 'Mbit/s'?"},
        {kLinks, "links: [{between: [a, b], rate: 0 bit/s}]", "3:33", "too small"},
        {kLinks, "links: [{between: [a, b], delay: 20}]", "3:34", "delay: 20 has no unit"},
        {kLinks, "links: [{between: [a, b], delay: 0.5 ns}]", "3:34", "delay"},
        {kLinks, "links: [{between: [a, b], dealy: 20 ms}]", "3:27", "did you mean 'delay'?"},
        {kLinks, "links: [{between: [a, b], delay: 1 ms, queue: 100}]", "3:47", "100 has no unit"},
        {kLinks, "links: [{between: [a, b], delay: 1 ms, queue: {red: {}}}]", "3:48",
         "unknown key 'red'"},
        {kLinks, "links: [{between: [a, b], delay: 1 ms, queue: 0 packets}]", "3:47",
         "out of range"},
        {kLinks, "links: [{between: [a, b], delay: 1 ms, mtu: 20 B}]", "3:45", "at least 68 B"},
        {kLinks, "links: [{between: [a, b], delay: 1 ms, impair: [loss: 5]}]", "3:55",
         "loss: 5 has no unit"},
        {kLinks, "links: [{between: [a, b], delay: 1 ms, impair: [loss: 120 %]}]", "3:55", "loss"},
        {kLinks, "links: [{between: [a, b], delay: 1 ms, impair: [{los: 1 %}]}]", "3:50",
         "did you mean 'loss'?"},
        {kLinks,
         "links: [{between: [a, b], delay: 1 ms, impair: [{loss: {gilbert_elliott: {p: 1 %}}}]}]",
         "3:74", "has no 'r'"},
        {kLinks, "links: [{between: [a, b], delay: 1 ms, impair: [{jitter: 2 ms}]}]", "3:58",
         "jitter needs a distribution"},
        {kLinks,
         "links: [{between: [a, b], delay: 1 ms, impair: [{jitter: {normal: {}, uniform: [1 ms, 2 "
         "ms]}}]}]",
         "3:71", "a second distribution"},
        {kLinks,
         "links: [{between: [a, b], delay: 1 ms, impair: [{jitter: {uniform: [3 ms, 2 ms]}}]}]",
         "3:68", "longer than the second"},
        {kLinks, "links: [{between: [a, b], delay: 1 ms, impair: [{loss: 1 %, duplicate: 1 %}]}]",
         "3:61", "a second impairment"},
        {kLinks, "links: [{between: [a, b], delay: 1 ms, impair: [{on: left, loss: 1 %}]}]", "3:54",
         "unknown on 'left'"},
        {kLinks, "links: [{between: [a, b], delay: 1 ms, up: {impair: [{on: up, loss: 1 %}]}}]",
         "3:59", "belongs to one direction"},
        {kLinks, "links: [{between: [a, b], delay: 1 ms, impair: [{reorder: {probability: 1 %}}]}]",
         "3:50", "has no 'by'"},
    });
}

TEST_CASE("Mistakes in flows are reported", "[scenario][errors]") {
    check_cases({
        {kFlows, "name: x", "1:1", "neither flows nor programs"},
        {kFlows, "flows: {f: {app: bulk, from: a, to: b}}", "4:9", "'f' would never end"},
        {kFlows,
         "flows: {f: {app: constant_bitrate, from: a, to: b, rate: 1 Mbit/s, packet: 100 B}}",
         "4:9", "'f' would never end"},
        {kFlows,
         "flows: {f: {app: constant_bitrate, from: a, to: b, rate: 1 Mbit/s, packet: 1473 B, stop: "
         "1 s}}",
         "4:9", "too long for the path"},
        {kFlows, "flows: {f: {app: bulk, from: sever, to: b, bytes: 1 B}}", "4:30",
         "no host or router 'sever'"},
        {kFlows, "flows: {f: {app: bulk, from: a, to: a, bytes: 1 B}}", "4:37", "to itself"},
        {kFlows, "flows: {f: {app: bulk, from: a, bytes: 1 B}}", "4:9", "this flow has no 'to'"},
        {kFlows, "flows: {f: {from: a, to: b}}", "4:9", "this flow has no 'app'"},
        {kFlows, "flows: {f: {app: web, from: a, to: b}}", "4:18", "unknown app 'web'"},
        {kFlows, "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB, rounds: 2}}", "4:53",
         "unknown key 'rounds'"},
        {kFlows, "flows: {f: {app: bulk, from: a, to: b, bytes: 20}}", "4:47",
         "bytes: 20 has no unit"},
        {kFlows, "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB, over: udp}}", "4:59",
         "bulk runs over tcp"},
        {kFlows, "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB, tls: {}}}", "4:58",
         "does not run over TLS"},
        {kFlows,
         "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB, over: tls,\n"
         "  tls: {client: {profile: opensl-3.0}}}}",
         "5:27", "no TLS profile"},
        {kFlows,
         "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB, over: tls,\n"
         "  tls: {client: {groups: [x25519], key_shares: [secp256r1]}}}}",
         "5:48", "not among the groups"},
        {kFlows,
         "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB, over: tls,\n"
         "  tls: {server: {chain: [{names: [x]}, {ca: y, key: rsa2048}, {ca: z}, {ca: w}],\n"
         "    tickets: 0, early_data: 1 kB}}}}",
         "6:29", "needs tickets"},
        {kFlows,
         "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB, over: tls,\n"
         "  tls: {server: {chain: [{names: [x], issuer: q}, {ca: y}]}}}}",
         "5:26", "does not link"},
        {kFlows,
         "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB, over: tls,\n"
         "  tls: {server: {chain: [{names: [x], signed_by: rsa2048}, {ca: y}]}}}}",
         "5:26", "does not link"},
        {kFlows,
         "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB, over: tls,\n"
         "  tls: {client: {max_record: 32 B}}}}",
         "5:30", "too small"},
        {kFlows,
         "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB, over: tls,\n"
         "  tls: {replay: \"g[x]\"}}}",
         "5:17", "replay names a connection"},
        {kFlows,
         "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB, over: tls,\n"
         "  tls: {replay: \"g[1]\"}}}",
         "5:17", "there is no flow 'g'"},
        {kFlows,
         "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB, over: tls,\n"
         "  tls: {replay: f}}}",
         "5:17", "has no client that speaks TLS"},
        {kFlows, "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB, port: 70000}}", "4:59",
         "too large"},
        {kFlows,
         "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB, port: 80}, g: {app: bulk, from: a, "
         "to: b, bytes: 1 MB, port: 80}}",
         "4:64", "port 80 of 'b' serves flow 'f'"},
        {kFlows, "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB, start: 2 s, stop: 1 s}}",
         "4:71", "would stop before it starts"},
        {kFlows, "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB, start: {normal: 1 s}}}",
         "4:60", "this is no start"},
        {kFlows, "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB, options: [nodely 1]}}",
         "4:63", "did you mean 'nodelay'?"},
        {kFlows, "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB, options: [nodelay 2]}}",
         "4:71", "0 or 1"},
        {kFlows, "flows: {3f: {app: bulk, from: a, to: b, bytes: 1 MB}}", "4:9",
         "cannot name a flow"},
        {kFlows, "flows: [f]", "4:8", "flows takes a map"},
        {kLinks, "routers: [r]", "4:9", "no links lead from 'a' to 'b'"},
        {kFlows, "routers: [r]\nflows: {f: {app: bulk, from: r, to: b, bytes: 1 MB}}", "5:30",
         "'r' is a router"},
    });
}

TEST_CASE("Mistakes in programs are reported inside the line", "[scenario][errors]") {
    const auto program = [](const std::string& line) {
        return "programs: {p: {on: a, script: [\"" + line + "\"]}}";
    };
    // The text of the line begins in column 33.
    check_cases({
        {kRest, program("lisen 80"), "5:33", "did you mean 'listen'?"},
        {kRest, program("listen"), "5:39", "a port for listen is missing"},
        {kRest, program("listen 80 backlg 5"), "5:43", "'backlg' behind a whole number"},
        {kRest, program("listen 80000"), "5:40", "out of range"},
        {kRest, program("accept 3"), "5:40", "'3' is too much"},
        {kRest, program("connect b"), "5:42", "':' and a port"},
        {kRest, program("connect bb:80"), "5:41", "no host or router 'bb'"},
        {kRest, program("connect b:80 from"), "5:50", "a port for connect is missing"},
        {kRest, program("send 150"), "5:38", "send: 150 has no unit"},
        {kRest, program("send 150 kb"), "5:42", "unknown unit 'kb'"},
        {kRest, program("sleep 3"), "5:39", "sleep: 3 has no unit"},
        {kRest, program("writes 3"), "5:41", "a size for writes is missing"},
        {kRest, program("rr 3 of 10 B"), "5:45", "a size for rr is missing"},
        {kRest, program("tfo_send 100 B"), "5:47", "a host is missing"},
        {kRest, program("sockopt congestion bbr"), "5:52", "congestion bbr: not yet"},
        {kRest, program("sockopt cc reno"), "5:41", "write congestion"},
        {kRest, program("sockopt keepidle 2"), "5:50", "keepidle: 2 has no unit write 2 s"},
        {kRest, program(""), "5:33", "an empty line"},
        {kRest, "programs: {p: {on: c, script: []}}", "5:20", "no host or router 'c'"},
        {kRest, "programs: {p: {on: a}}", "5:12", "this program has no 'script'"},
        {kRest, "programs: {f: {on: a, script: []}}", "5:12", "a flow is called 'f' already"},
        {kRest, "programs: {p: {on: b, script: [listen 5001]}}", "5:12",
         "port 5001 of 'b' is taken by flow 'f'"},
        {kRest, "programs: {p: {on: a, script: close}}", "5:31", "script takes a list"},
    });
}

TEST_CASE("Mistakes in faults and matches are reported at their column", "[scenario][errors]") {
    const auto match = [](const std::string& text) {
        return "faults: [{drop: {on: line, match: \"" + text + "\"}}]";
    };
    // The condition begins in column 36.
    check_cases({
        {kRest, match("tcp.sync"), "5:36", "did you mean 'tcp.syn'?"},
        {kRest, match("tcp.syn &&"), "5:46", "a condition is missing at the end"},
        {kRest, match("tcp.syn & tcp.ack"), "5:44", "'& tcp.ack' is too much"},
        {kRest, match("(tcp.syn"), "5:44", "')' is missing"},
        {kRest, match("tcp.syn tcp.ack"), "5:44", "is too much"},
        {kRest, match("tcp.len"), "5:36", "compare it"},
        {kRest, match("tcp.len = 3"), "5:44", "write =="},
        {kRest, match("tcp.len > x"), "5:46", "a number expected, found 'x'"},
        {kRest, match("flow == g"), "5:44", "no flow or program 'g'"},
        {kRest, match("flow > f"), "5:41", "names have no order"},
        {kRest, match("from == c"), "5:44", "no host or router 'c'"},
        {kRest, match("tcp.seq in 5..3"), "5:50", "the range is empty"},
        {kRest, match("tcp.covers 3"), "5:47", "'(' expected"},
        {kRest, match(""), "5:36", "a condition is missing"},
        {kRest, match(std::string(40, '(') + "tcp" + std::string(40, ')')), "5:69",
         "too many parentheses"},
        {kRest, "faults: [{drop: {on: lin}}]", "5:22", "did you mean 'line'?"},
        {kRest, "faults: [{drop: {on: line.upp}}]", "5:27", "'upp' is no direction"},
        {kRest, "faults: [{drop: {nth: 0}}]", "5:23", "packets count from 1"},
        {kRest, "faults: [{drop: {nth: [1, two]}}]", "5:27", "'two' is no number"},
        {kRest, "faults: [{drop: {nth: 1, every: 2}}]", "5:33", "exclude each other"},
        {kRest, "faults: [{drop: {offset: 2}}]", "5:26", "offset goes with every"},
        {kRest, "faults: [{drop: {by: 2 ms}}]", "5:22", "drop takes no `by`"},
        {kRest, "faults: [{delay: {nth: 1}}]", "5:11", "this fault has no 'by'"},
        {kRest, "faults: [{drop: {from: 2 s, until: 1 s}}]", "5:36", "until is not after from"},
        {kRest, "faults: [{at: 1 s, cut: lin}]", "5:25", "did you mean 'line'?"},
        {kRest, "faults: [{cut: line}]", "5:10", "this fault has no 'at'"},
        {kRest, "faults: [{at: 1 s, restore: line, for: 1 s}]", "5:40",
         "only a cut ends by itself"},
        {kRest, "faults: [{at: 1 s, set: {line.mtu: 3}}]", "5:31", "'mtu' cannot be set"},
        {kRest, "faults: [{at: 1 s, set: {c.tcp.tcp_sack: 1}}]", "5:26", "no host 'c'"},
        {kRest, "faults: [{at: 1 s, set: {a.tcp.tcp_sak: 1}}]", "5:32", "'tcp_sak' cannot be set"},
        {kRest, "faults: [{at: 1 s, set: {a.tcp.tcp_ecn: 9}}]", "5:41", ""},
        {kRest, "faults: [{at: 1 s, set: {line.rate: 3}}]", "5:37", "rate: 3 has no unit"},
        {kRest, "faults: [{at: 1 s}]", "5:10", "what happens here?"},
        {kRest, "faults: [{drop: {}, at: 1 s}]", "5:25", "'at' belongs to cut"},
    });
}

TEST_CASE("Mistakes in expectations are reported at their column", "[scenario][errors]") {
    const auto expect = [](const std::string& text) { return "expect:\n  - '" + text + "'"; };
    // The sentence begins in column 6 of line 6.
    check_cases({
        {kRest, expect("f.goodputt >= 3 Mbit/s"), "6:8", "did you mean 'goodput'?"},
        {kRest, expect("g.goodput >= 3 Mbit/s"), "6:6", "nothing is called 'g'"},
        {kRest, expect("f.goodput >= 3 MB"), "6:21", "unknown unit 'MB'"},
        {kRest, expect("f.goodput >= 3"), "6:19", "3 has no unit"},
        {kRest, expect("f.goodput => 3 Mbit/s"), "6:16", "write =="},
        {kRest, expect("f.goodput"), "6:15", "is missing at the end"},
        {kRest, expect("f >= 3"), "6:6", "no metric by itself"},
        {kRest, expect("f.goodput >= f.completion"), "6:19", "a rate is compared with a duration"},
        {kRest, expect("3 == 4"), "6:6", "nothing is measured here"},
        {kRest, expect("f.goodput >= 3 Mbit/s extra"), "6:28", "'extra' is too much"},
        {kRest, expect("line.up.queue.sojourn <= 3 ms"), "6:6", "changes during the run"},
        {kRest, expect("p98(line.up.queue.sojourn) <= 3 ms"), "6:6", "no function 'p98'"},
        {kRest, expect("p99(line.up.utilisation) >= 3 %"), "6:10", "is one number"},
        {kRest, expect("p99(line.up.queue.length) <= 3 packets"), "6:10", "has no p99()"},
        {kRest, expect("line.queue.length <= 3"), "6:11", "has no metric"},
        {kRest, expect("faults[0].hits == 1"), "6:6", "there are 0 faults"},
        {kRest, expect("f[1].goodput >= 3 Mbit/s"), "6:6", "has 1 connections"},
        {kRest, expect("f.client reaches ESTABLISHD"), "6:23", "did you mean 'ESTABLISHED'?"},
        {kRest, expect("f.client reaches ESTABLISHED within 3"), "6:42", "3 has no unit"},
        {kRest, expect("f reaches ESTABLISHED"), "6:6", "write f.client or f.server"},
        {kRest, expect("g.client reaches ESTABLISHED"), "6:6", "no flow or program 'g'"},
        {kRest, expect("f.client passes [ESTABLISHED"), "6:34", "',' or ']' is missing"},
        {kRest, expect("f.segments == [client SYM]"), "6:28", "did you mean 'SYN'?"},
        {kRest, expect("f.segments == [clent SYN]"), "6:21", "write client SYN"},
        {kRest, expect("f.client never fail"), "6:21", "'fails' expected"},
        {kRest, expect("f.client fails with ECONRESET"), "6:26", "did you mean 'ECONNRESET'?"},
        {kRest, expect("f.goodput >= 3 Mbit/s +- 2 ms"), "6:33", "unknown unit 'ms'"},
        {kRest, expect("f.goodput >= 3 Mbit/s +-"), "6:30", ""},
        {kRest, expect("f.client reaches ESTABLISHED within 5 ms..4 ms"), "6:52",
         "ends before it begins"},
        {kRest, expect("f.client reaches ESTABLISHED after 5"), "6:41", "has no unit"},
        {kRest, expect("always f.goodput >= 3 Mbit/s"), "6:13", "not yet"},
        {kRest, expect("always f.timeouts == 3"), "6:13", "always and eventually go with"},
        {kRest, expect("always f.godput <= 3 Mbit/s"), "6:15", "did you mean 'goodput'?"},
        {kRest, expect("eventually line.up.queue.length <= 3 packets"), "6:17", "has no min()"},
        {kRest, expect("everything finishes"), "6:17", "'completes'"},
        {kRest, expect("after 5 everything completes"), "6:12", "has no unit"},
        {kRest, expect("g completes within 3 s"), "6:6", ""},
        {kRest, expect("f.client completes"), "6:6", "is no flow or program"},
        {kRest, expect("last(f.goodput) >= 3 Mbit/s"), "6:11", "no last one"},
        {kRest, expect("f.client.busy_time <= 1 s"), "6:6", "not measured yet"},
        {kRest, expect(""), "6:6", "a name is missing"},
    });
}

TEST_CASE("Parts of a run and moments in expectations", "[scenario][expect][bad]") {
    const auto expect = [](const std::string& text) {
        return "expect:\n  - '" + text + "'\nstop: 30 s";
    };
    check_cases({
        {kRest, expect("f.goodput >= 3 Mbit/s within 3 s..2 s"), "6:35", "has no length"},
        {kRest, expect("f.goodput >= 3 Mbit/s within 2 s..2 s"), "6:35", "has no length"},
        {kRest, expect("f.goodput >= 3 Mbit/s within"), "6:34", ""},
        {kRest, expect("f.goodput >= 3 Mbit/s within 5"), "6:35", "5 has no unit"},
        {kRest, expect("f.goodput >= 3 Mbit/s within 1 s.. 2"), "6:41", "2 has no unit"},
        {kRest, expect("f.goodput >= 3 Mbit/s within 1 s within 2 s"), "6:39", "is too much"},
        {kRest, expect("f.goodput >= 3 Mbit/s +- 1 % +- 2 %"), "6:35", "is too much"},
        {kRest, expect("f.goodput >= 3 Mbit/s at 2 s"), "6:28", "'at 2 s' is too much"},
        {kRest, expect("f.completion <= 3 s within 2 s"), "6:26", "one number of the whole run"},
        {kRest, expect("f.rtt <= 3 s after 2 s"), "6:19", "leave 'after' out"},
        {kRest, expect("f.client.snd_mss >= 3 B after 2 s"), "6:30", "of the whole run"},
        {kRest, expect("mean(f.goodput) >= 3 Mbit/s after 2 s"), "6:34", "over a part of the run"},
        {kRest, expect("at(1 s, f.delivered) >= 3 B after 2 s"), "6:34", "over a part of the run"},
        {kRest, expect("f.loss <= 1 % within 2 s"), "6:20", "one number"},
        {kRest, expect("at(f.cwnd) >= 3"), "6:9", "a moment expected, found 'f'"},
        {kRest, expect("at(1 s f.cwnd) >= 3"), "6:13", "','"},
        {kRest, expect("at(1 s, f.cwnd >= 3"), "6:21", "')'"},
        {kRest, expect("at(1, f.cwnd) >= 3"), "6:9", "1 has no unit"},
        {kRest, expect("at(1 s, line.up.queue.sojourn) >= 3 s"), "6:14", "has no at()"},
        {kRest, expect("at(1 s, g.cwnd) >= 3"), "6:14", "nothing is called 'g'"},
        {kRest, expect("f.delivered >= 3 B within 2 s..31 s"), "6:37", "the run ends at 30 s"},
        {kRest, expect("f.delivered >= 3 B after 31 s"), "6:31", "the run ends at 30 s"},
        {kRest, expect("at(31 s, f.delivered) >= 3 B"), "6:9", "the run ends at 30 s"},
    });
}

TEST_CASE("Fates of segments in expectations", "[scenario][expect][bad]") {
    const auto expect = [](const std::string& text) {
        return "expect:\n  - '" + text + "'\nstop: 30 s";
    };
    check_cases({
        {kRest, expect("f.segments == [client SYN lots]"), "6:32", "did you mean 'lost'?"},
        {kRest, expect("f.segments == [client SYN dropped by lost]"), "6:43",
         "did you mean 'loss'?"},
        {kRest, expect("f.segments == [client SYN dropped by faults[0]]"), "6:50",
         "there are 0 faults"},
        {kRest, expect("f.segments == [client SYN dropped by]"), "6:42", "no reason"},
        {kRest, expect("f.segments == [* SYN]"), "6:23", "nothing that happens"},
        {kRest, expect("f.segments == [client]"), "6:27", "neither a flag nor DATA"},
        {kRest, expect("f.segments == [... lost]"), "6:25", "',' or ']'"},
    });
}

}  // namespace
}  // namespace seedwire::scenario
