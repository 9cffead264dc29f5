#include "harness/cli/help_topics.h"

#include <algorithm>
#include <array>

namespace seedwire::cli {

namespace {

constexpr std::string_view kUnits =
    R"topic(Every value carries its unit; the space before it is optional. Nothing is rounded: a value that
cannot be held exactly is an error.

duration     ns us ms s min h                         20 ms, 1.5 s
size         B kB MB GB, KiB MiB GiB                  64 kB, 1500 B
rate         bit/s kbit/s Mbit/s Gbit/s Tbit/s,       10 Mbit/s, unlimited
             B/s kB/s MB/s GB/s KiB/s MiB/s
probability  % or a fraction                          0.1 %, 1/3
ratio        number, % or a fraction                  0.9, 90 %, 9/10
packets      packets                                  100 packets
seq numbers  relative to the connection's first       SYN = 0

k = 1000, Ki = 1024; bit is a bit, B is a byte. Digits may be grouped: 1_000_000 B.
)topic";

constexpr std::string_view kMatch =
    R"topic(A match says which packets a fault acts on. It is made of fields, compared with == != < <= > >=
or `in a..b` (both ends included), and joined with && (both), || (one of them) and ! (not).

    match: "tcp.syn && tcp.ack"
    match: "tcp.len > 0 && flow == download"
    match: "tcp.seq in 1..29200 && !tcp.fin"
    match: "tcp.covers(29201)"             the payload holds that byte
    match: "from == server && ip.len > 1000"

Which of the matching packets: nth: 1, nth: [5, 7], nth: 3..7; every: 10 with offset:; first:, last:.
`seedwire list fields` shows all fields.
)topic";

constexpr std::string_view kExpect =
    R"topic(An expectation is one line that must hold at the end of a run.

    hello.client reaches ESTABLISHED within 41 ms
    hello.server passes [LISTEN, SYN-RECEIVED, ESTABLISHED]
    hello.segments == [client SYN, server SYN+ACK, client ACK, ...]
    download.goodput >= 3 Mbit/s
    udp.completion <= tcp.completion
    p99(line.down.queue.sojourn) <= 80 ms
    client fails with ECONNREFUSED         or: client never fails
    faults[0].hits == 1

In a list of segments `...` stands for any number of them, `*` for one, `lost` for one that did not
arrive. Flows with a `count` are flow[0], flow[1], ...
`seedwire list metrics` shows what can be measured, `seedwire list states` the states.
)topic";

constexpr std::string_view kScenario =
    R"topic(A scenario is a YAML file: hosts, links between them, flows over them, and what must hold.

    version: 1
    name: my first scenario
    hosts: [client, server]
    links:
      - {name: line, between: [client, server], rate: 10 Mbit/s, delay: 20 ms}
    flows:
      hello: {app: request_response, from: client, to: server, request: 100 B, response: 1 kB}
    expect:
      - hello.client reaches ESTABLISHED within 41 ms

`seedwire new NAME` writes one to begin with, `seedwire learn` explains what happens in it,
`seedwire schema` prints every key, `seedwire help KEY` where a key may stand and what it takes.
Any value can be changed for a run: --set line.delay=100ms.
)topic";

constexpr std::string_view kEnvironment =
    R"topic(NO_COLOR   no colours, unless --color always
TERM       dumb: no colours
LC_ALL, LC_CTYPE, LANG   the first that is set: drawings are plain ASCII unless it is UTF-8

No result of a simulation depends on any of them.
)topic";

constexpr std::array kTopics{
    HelpTopic{"scenario", "what a scenario looks like", kScenario},
    HelpTopic{"units", "units of values", kUnits},
    HelpTopic{"match", "which packets a fault acts on", kMatch},
    HelpTopic{"expect", "what can be expected", kExpect},
    HelpTopic{"environment", "variables that are looked at", kEnvironment},
};

}  // namespace

std::span<const HelpTopic> help_topics() { return kTopics; }

const HelpTopic* find_help_topic(std::string_view name) {
    const auto* found = std::find_if(kTopics.begin(), kTopics.end(),
                                     [&](const HelpTopic& topic) { return topic.name == name; });
    return found == kTopics.end() ? nullptr : found;
}

}  // namespace seedwire::cli
