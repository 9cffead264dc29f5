// The table of keys itself. Order within a context is the order of the reference and of the
// effective scenario.
#include <array>
#include <deque>

#include "harness/scenario/schema.h"
#include "harness/scenario/schema_study.h"
#include "harness/scenario/schema_tls.h"
#include "harness/scenario/sysctls.h"

namespace seedwire::scenario {
namespace {

constexpr std::string_view kRoot = "";
constexpr std::string_view kTopology = "topology";
constexpr std::string_view kHost = "hosts.*";
constexpr std::string_view kTcp = "hosts.*.tcp";
constexpr std::string_view kRouter = "routers.*";
constexpr std::string_view kLink = "links[]";
constexpr std::string_view kDirection = "links[].up";
constexpr std::string_view kQueue = "links[].queue";
constexpr std::string_view kImpair = "links[].impair[]";
constexpr std::string_view kFlow = "flows.*";
constexpr std::string_view kProgram = "programs.*";
constexpr std::string_view kFault = "faults[]";

using T = Type;

constexpr std::array kTopRows{
    KeyRow{kRoot, "version", T::Integer, kRequired, "1 .. 1", "of this language"},
    KeyRow{kRoot, "name", T::Text, "", "", "one line; default: the name of the file"},
    KeyRow{kRoot, "description", T::Text, "", "", "why this experiment exists"},
    KeyRow{kRoot, "seed", T::Integer, "1", "0 ..", "of all randomness; `--seed` wins"},
    KeyRow{kRoot, "stop", T::Duration, "", "1 ns ..",
           "end of the run; default: when nothing is left to happen"},
    KeyRow{kRoot, "hosts", T::NamedMap, "", "", "list of names, or map of names to settings"},
    KeyRow{kRoot, "routers", T::NamedMap, "", "", "likewise"},
    KeyRow{kRoot, "links", T::List, "", "", "what connects hosts and routers"},
    KeyRow{kRoot, "topology", T::Map, "", "", "hosts, routers and links from a generator"},
    KeyRow{kRoot, "routing", T::Map, "", "", "how routers choose"},
    KeyRow{kRoot, "flows", T::NamedMap, "", "", "traffic made by applications"},
    KeyRow{kRoot, "programs", T::NamedMap, "", "", "traffic made by exact socket calls"},
    KeyRow{kRoot, "faults", T::List, "", "", "exact faults, and changes at a moment"},
    KeyRow{kRoot, "expect", T::List, "", "", "what must hold"},
    KeyRow{kRoot, "limits", T::Map, "", "", "when to give up"},
    KeyRow{kRoot, "parameters", T::NamedMap, "", "",
           "values that `--set name=value` changes: $name stands for them everywhere"},
    KeyRow{kRoot, "templates", T::NamedMap, "", "",
           "maps of settings; `use: name` in any map lays that map over the template"},
    KeyRow{kRoot, "include", T::List, "", "",
           "files (.part.yaml) whose sections are added, relative to this one"},
    KeyRow{"parameters.*", "default", T::Form, kRequired, "", "the value; short: name: value"},
    KeyRow{"parameters.*", "help", T::Text, "", "", "what it means"},
    KeyRow{"routing", "metric", T::Choice, "delay", "delay | hops | cost",
           "what the shortest path is"},
    KeyRow{"routing", "equal_cost", T::Choice, "per_flow", "per_flow | per_packet",
           "how packets spread over equally good paths"},
    KeyRow{"limits", "events", T::Integer, "0", "0 ..", "events executed; 0 = no limit"},
    KeyRow{"limits", "memory", T::Bytes, "0 B", "0 B ..", "memory taken; 0 B = no limit"},
};

constexpr std::array kTopologyRows{
    KeyRow{
        kTopology, "dumbbell", T::Map, "", "",
        "hosts left1 .. and right1 .. on two routers, router_left and router_right, joined by the "
        "link `bottleneck` (up: left to right)"},
    KeyRow{kTopology, "star", T::Map, "", "", "hosts h1 .. around the router hub"},
    KeyRow{kTopology, "line", T::Map, "", "", "routers r1 - r2 - ..; a host h1 .. at each"},
    KeyRow{kTopology, "ring", T::Map, "", "", "the same, closed"},
    KeyRow{kTopology, "tree", T::Map, "", "",
           "routers r1 (the root), r2 .. level by level; hosts h1 .. are the leaves"},
    KeyRow{
        kTopology, "parking_lot", T::Map, "", "",
        "routers r1 .. in a row, joined by links hop1 ..; source and sink at the ends; in1 .. and "
        "out1 .. cross one hop each"},
    KeyRow{"topology.dumbbell", "pairs", T::Integer, kRequired, "1 .. 50000", "hosts a side"},
    KeyRow{"topology.dumbbell", "access", T::Map, kRequired, "", "links of the hosts"},
    KeyRow{"topology.dumbbell", "bottleneck", T::Map, kRequired, "", "the link in the middle"},
    KeyRow{"topology.star", "hosts", T::Integer, kRequired, "1 .. 100000", "around the hub"},
    KeyRow{"topology.star", "access", T::Map, kRequired, "", "links of the hosts"},
    KeyRow{"topology.line", "routers", T::Integer, kRequired, "1 .. 50000", "in a row"},
    KeyRow{"topology.line", "link", T::Map, kRequired, "", "links between routers"},
    KeyRow{"topology.line", "access", T::Map, "", "", "links of the hosts; default: as `link`"},
    KeyRow{"topology.ring", "routers", T::Integer, kRequired, "3 .. 50000", "in a circle"},
    KeyRow{"topology.ring", "link", T::Map, kRequired, "", "links between routers"},
    KeyRow{"topology.ring", "access", T::Map, "", "", "links of the hosts; default: as `link`"},
    KeyRow{"topology.tree", "depth", T::Integer, kRequired, "1 .. 16", "levels of routers"},
    KeyRow{"topology.tree", "fanout", T::Integer, kRequired, "1 .. 100000",
           "branches of each router"},
    KeyRow{"topology.tree", "link", T::Map, kRequired, "", "links between routers"},
    KeyRow{"topology.tree", "access", T::Map, "", "", "links of the hosts; default: as `link`"},
    KeyRow{"topology.parking_lot", "hops", T::Integer, kRequired, "1 .. 30000",
           "bottlenecks in a row"},
    KeyRow{"topology.parking_lot", "access", T::Map, kRequired, "", "links of the hosts"},
    KeyRow{"topology.parking_lot", "bottleneck", T::Map, kRequired, "", "links between routers"},
};

constexpr std::array kNodeRows{
    KeyRow{kHost, "address", T::Address, "", "", "IPv4; default: assigned by the rank of the name"},
    KeyRow{kHost, "wakeup", T::Duration, "", "0 s .. 1 s",
           "from data in the socket to the program seeing it; default 30 us, 0 s with profile rfc"},
    KeyRow{kHost, "ttl", T::Integer, "64", "1 .. 255", "of packets it sends"},
    KeyRow{kHost, "tcp", T::Map, "", "", "settings of TCP, sysctls by their own names"},
    KeyRow{kRouter, "address", T::Address, "", "",
           "IPv4; default: assigned by the rank of the name"},
    KeyRow{kRouter, "ttl", T::Integer, "64", "1 .. 255", "of packets it sends itself"},
    KeyRow{kTcp, "profile", T::Choice, "linux", "linux | rfc",
           "whose rules decide where they differ"},
    KeyRow{kTcp, "congestion", T::Choice, "cubic", "reno | cubic | bbr",
           "congestion control, short for tcp_congestion_control"},
    KeyRow{kTcp, "tcp_congestion_control", T::Choice, "cubic", "reno | cubic | bbr",
           "congestion control"},
    KeyRow{kTcp, "tcp_rmem", T::Form, "", "", "receive buffer in bytes: [least, first, most]"},
    KeyRow{kTcp, "tcp_wmem", T::Form, "", "", "send buffer in bytes: [least, first, most]"},
};

constexpr std::array kLinkRows{
    KeyRow{kLink, "name", T::Text, "", "",
           "default: its ends joined, a-b; parallel links need one"},
    KeyRow{kLink, "between", T::Form, kRequired, "",
           "the two ends: [a, b]; `up` leads from a to b, `down` back"},
    KeyRow{kLink, "rate", T::Rate, "unlimited", "1 bit/s ..", "of both directions"},
    KeyRow{kLink, "delay", T::Duration, "0 s", "0 s .. 1000 h", "propagation, one way"},
    KeyRow{kLink, "mtu", T::Bytes, "1500 B", "68 B .. 65535 B", "largest IP packet"},
    KeyRow{kLink, "overhead", T::Bytes, "0 B", "0 B .. 65535 B", "added to every packet's size"},
    KeyRow{kLink, "queue", T::Form, "1000 packets", "",
           "drop-tail limit (100 packets, 64 kB, unlimited), or {drop_tail: {...}}"},
    KeyRow{kLink, "impair", T::List, "", "", "random trouble, in this order"},
    KeyRow{kLink, "cost", T::Integer, "1", "1 .. 1000000000", "for `routing: {metric: cost}`"},
    KeyRow{kLink, "up", T::Map, "", "", "first end to second, where it differs"},
    KeyRow{kLink, "down", T::Map, "", "", "second end to first, where it differs"},
    KeyRow{kDirection, "rate", T::Rate, "", "1 bit/s ..", "of this direction"},
    KeyRow{kDirection, "delay", T::Duration, "", "0 s .. 1000 h", "propagation"},
    KeyRow{kDirection, "mtu", T::Bytes, "", "68 B .. 65535 B", "largest IP packet"},
    KeyRow{kDirection, "overhead", T::Bytes, "", "0 B .. 65535 B", "added to every packet's size"},
    KeyRow{kDirection, "queue", T::Form, "", "", "as for the link"},
    KeyRow{kDirection, "impair", T::List, "", "", "behind the link's own"},
    KeyRow{kQueue, "drop_tail", T::Map, "", "", "refuses what does not fit"},
    KeyRow{"links[].queue.drop_tail", "limit", T::Form, "1000 packets", "",
           "packets, bytes, [packets, bytes] or unlimited; counts the packet being sent"},
    KeyRow{"links[].queue.drop_tail", "ecn_threshold", T::Packets, "0 packets",
           "0 packets .. 1000000000 packets", "mark CE when that many are waiting; 0 = off"},
};

constexpr std::array kImpairRows{
    KeyRow{kImpair, "on", T::Choice, "both", "both | up | down", "which direction"},
    KeyRow{kImpair, "loss", T::Form, "", "",
           "probability, {probability, segments} or {gilbert_elliott: {...}}"},
    KeyRow{kImpair, "jitter", T::Map, "", "", "a random further delay"},
    KeyRow{kImpair, "reorder", T::Map, "", "", "holds single packets back"},
    KeyRow{kImpair, "duplicate", T::Form, "", "", "probability, or {probability, after}"},
    KeyRow{kImpair, "corrupt", T::Form, "", "", "probability of a damaged packet"},
    KeyRow{"links[].impair[].loss", "gilbert_elliott", T::Map, "", "", "losses in bursts"},
    KeyRow{"links[].impair[].loss", "probability", T::Probability, "", "", "of a packet's loss"},
    KeyRow{"links[].impair[].loss", "segments", T::Integer, "1", "1 .. 255",
           "so many that TCP sends at once share their fate, as where segmentation is offloaded"},
    KeyRow{"gilbert_elliott", "p", T::Probability, kRequired, "", "good to bad, per packet"},
    KeyRow{"gilbert_elliott", "r", T::Probability, kRequired, "", "bad to good, per packet"},
    KeyRow{"gilbert_elliott", "loss_good", T::Probability, "0 %", "", "loss in the good state"},
    KeyRow{"gilbert_elliott", "loss_bad", T::Probability, "100 %", "", "loss in the bad state"},
    KeyRow{"jitter", "constant", T::Duration, "", "0 s .. 1000 h", "always the same"},
    KeyRow{"jitter", "uniform", T::Form, "", "", "[least, most]"},
    KeyRow{"jitter", "exponential", T::Map, "", "", "{mean}"},
    KeyRow{"jitter", "normal", T::Map, "", "", "{mean, stddev}"},
    KeyRow{"jitter", "pareto", T::Map, "", "", "{mean, shape}"},
    KeyRow{"jitter", "paretonormal", T::Map, "", "", "{mean, stddev}"},
    KeyRow{"jitter", "reorder", T::Boolean, "false", "", "may packets overtake each other?"},
    KeyRow{"exponential", "mean", T::Duration, kRequired, "0 s .. 1000 h", "mean delay"},
    KeyRow{"normal", "mean", T::Duration, "0 s", "0 s .. 1000 h", "mean delay"},
    KeyRow{"normal", "stddev", T::Duration, kRequired, "0 s .. 1000 h", "standard deviation"},
    KeyRow{"pareto", "mean", T::Duration, kRequired, "0 s .. 1000 h", "mean delay"},
    KeyRow{"pareto", "shape", T::Ratio, "3", "", "more than 1; the less, the heavier the tail"},
    KeyRow{"paretonormal", "mean", T::Duration, "0 s", "0 s .. 1000 h", "mean delay"},
    KeyRow{"paretonormal", "stddev", T::Duration, kRequired, "0 s .. 1000 h", "standard deviation"},
    KeyRow{"reorder", "probability", T::Probability, kRequired, "", "of being held back"},
    KeyRow{"reorder", "by", T::Duration, kRequired, "1 ns .. 1000 h", "for how long"},
    KeyRow{"duplicate", "probability", T::Probability, kRequired, "", "of a second copy"},
    KeyRow{"duplicate", "after", T::Duration, "0 s", "0 s .. 1000 h", "the copy's lateness"},
};

constexpr std::array kFlowRows{
    KeyRow{kFlow, "app", T::Choice, kRequired, "bulk | request_response | constant_bitrate | ping",
           "what generates the traffic"},
    KeyRow{kFlow, "from", T::Name, kRequired, "",
           "the host that opens; several by pattern (left*) or list"},
    KeyRow{kFlow, "to", T::Name, kRequired, "", "the other host, or several"},
    KeyRow{kFlow, "pair", T::Choice, "", "one_to_one | all",
           "who speaks with whom, where both ends are several hosts; one_to_one pairs them in the "
           "order of their numbers"},
    KeyRow{kFlow, "over", T::Choice, "", "tcp | udp | tls",
           "transport; default: what the app uses"},
    KeyRow{kFlow, "count", T::Integer, "1", "1 .. 1000000", "connections, of each pair of hosts"},
    KeyRow{kFlow, "start", T::Form, "0 s", "",
           "moment, a list of moments, or {uniform: [a, b]}, {every: t, from: a}, "
           "{exponential: mean, from: a}"},
    KeyRow{kFlow, "stop", T::Duration, "", "1 ns ..", "moment at which the app stops sending"},
    KeyRow{kFlow, "port", T::Integer, "", "1 .. 65535", "of the server; default: assigned"},
    KeyRow{kFlow, "backlog", T::Integer, "128", "0 .. 65535", "of the server's listen()"},
    KeyRow{kFlow, "options", T::List, "", "", "socket options of both ends, as in programs"},
    KeyRow{kFlow, "client_options", T::List, "", "", "socket options of the opening end"},
    KeyRow{kFlow, "server_options", T::List, "", "", "socket options of the other end"},
    KeyRow{"flows.*:bulk", "bytes", T::Bytes, "", "1 B ..", "how much; default: until `stop`"},
    KeyRow{"flows.*:bulk", "direction", T::Choice, "upload", "upload | download", "who sends"},
    KeyRow{"flows.*:request_response", "request", T::Bytes, "100 B", "1 B ..", "size of a request"},
    KeyRow{"flows.*:request_response", "response", T::Bytes, "1 kB", "1 B ..",
           "size of a response"},
    KeyRow{"flows.*:request_response", "rounds", T::Integer, "1", "1 .. 1000000000",
           "requests on one connection"},
    KeyRow{"flows.*:request_response", "think", T::Duration, "0 s", "0 s ..",
           "server's time from request to response"},
    KeyRow{"flows.*:request_response", "interval", T::Duration, "0 s", "0 s ..",
           "client's pause between rounds"},
    KeyRow{"flows.*:constant_bitrate", "rate", T::Rate, kRequired, "1 bit/s .. 1000 Tbit/s",
           "of the payload"},
    KeyRow{"flows.*:constant_bitrate", "packet", T::Bytes, kRequired, "1 B .. 65507 B",
           "payload of a datagram"},
    KeyRow{"flows.*:constant_bitrate", "direction", T::Choice, "upload", "upload | download",
           "who sends"},
    KeyRow{"flows.*:ping", "interval", T::Duration, "1 s", "1 ns ..", "between two requests"},
    KeyRow{"flows.*:ping", "rounds", T::Integer, "1", "1 .. 1000000000", "echo requests"},
    KeyRow{"flows.*:ping", "packet", T::Bytes, "56 B", "0 B .. 65507 B",
           "payload of an echo request"},
    KeyRow{kProgram, "on", T::Name, kRequired, "", "the host it runs on"},
    KeyRow{kProgram, "start", T::Duration, "", "0 s ..",
           "moment of the first line; default: before anything else happens"},
    KeyRow{kProgram, "options", T::List, "", "", "socket options set before listen and connect"},
    KeyRow{kProgram, "script", T::List, kRequired, "", "one call a line"},
};

constexpr std::array kFaultRows{
    KeyRow{kFault, "drop", T::Map, "", "", "the packet vanishes before the queue"},
    KeyRow{kFault, "delay", T::Map, "", "", "its delivery is late by `by`"},
    KeyRow{kFault, "duplicate", T::Map, "", "", "a second copy is delivered `by` later"},
    KeyRow{kFault, "corrupt", T::Map, "", "", "it fails its checksum at the receiver"},
    KeyRow{kFault, "mark_ce", T::Map, "", "", "its ECN field becomes CE"},
    KeyRow{kFault, "at", T::Duration, "", "0 s ..", "moment of a change"},
    KeyRow{kFault, "cut", T::Name, "", "", "link or direction that loses everything from then on"},
    KeyRow{kFault, "restore", T::Name, "", "", "link or direction that works again"},
    KeyRow{kFault, "set", T::Form, "", "", "{line.down.rate: 4 Mbit/s, line.delay: 20 ms}"},
    KeyRow{kFault, "for", T::Duration, "", "1 ns ..", "restore a cut after that time"},
    KeyRow{"fault", "on", T::Name, "", "", "link or direction; default: the only link"},
    KeyRow{"fault", "match", T::Text, "", "", "which packets; default: all"},
    KeyRow{"fault", "nth", T::Form, "", "", "number of the matching packet, list or range `3..7`"},
    KeyRow{"fault", "every", T::Integer, "", "1 ..", "every k-th matching packet"},
    KeyRow{"fault", "offset", T::Integer, "0", "0 ..", "k with (k - offset) mod every = 0"},
    KeyRow{"fault", "first", T::Integer, "1", "1 ..", "the first number that counts"},
    KeyRow{"fault", "last", T::Integer, "", "1 ..", "the last number that counts"},
    KeyRow{"fault", "from", T::Duration, "0 s", "0 s ..", "from this moment"},
    KeyRow{"fault", "until", T::Duration, "", "0 s ..", "until this moment"},
    KeyRow{"fault", "by", T::Duration, "", "0 s .. 1000 h", "how much later"},
};

Type type_of(const SysctlRow& row) {
    if (std::holds_alternative<bool tcp::Sysctls::*>(row.field)) return Type::Boolean;
    if (std::holds_alternative<std::int32_t tcp::Sysctls::*>(row.field)) return Type::Integer;
    return Type::Duration;
}

}  // namespace

std::vector<KeyRow> schema_rows() {
    std::vector<KeyRow> rows;
    const auto append = [&rows](const auto& table) {
        rows.insert(rows.end(), table.begin(), table.end());
    };
    append(kTopRows);
    append(kTopologyRows);
    append(kNodeRows);
    append(kLinkRows);
    // The links of a generator have the keys of links, but neither ends nor names.
    for (KeyRow row : kLinkRows)
        if (row.context == kLink && row.name != "name" && row.name != "between") {
            row.context = "topology.link";
            rows.push_back(row);
        }
    append(kImpairRows);
    append(kFlowRows);
    append(kFaultRows);
    append(study_rows());
    append(tls_rows());
    // Defaults are read off tcp::Sysctls, so that they stand in one place only.
    static const std::deque<std::string> defaults = [] {
        std::deque<std::string> texts;
        for (const SysctlRow& row : sysctl_rows()) texts.push_back(print_sysctl(row, {}));
        return texts;
    }();
    for (std::size_t i = 0; i < sysctl_rows().size(); ++i) {
        const SysctlRow& row = sysctl_rows()[i];
        rows.push_back({kTcp, row.name, type_of(row), defaults[i], row.range, row.help});
    }
    return rows;
}

}  // namespace seedwire::scenario
