// The table of explanations. A test loads every wrong line and expects its id, and every right one.
#include "harness/scenario/error_help.h"

#include <array>
#include <vector>

namespace seedwire::scenario {
namespace {

constexpr std::array kTextErrors{
    ErrorHelp{"E0101", "The file cannot be read",
              "It does not exist, is a directory, or you may not read it. Scenarios are regular "
              "files;\n`-` is standard input. `seedwire run scenarios` names a folder: that is for "
              "`seedwire test`.",
              "", ""},
    ErrorHelp{"E0102", "The text is not clean UTF-8",
              "Scenarios are UTF-8 text: no UTF-16, no NUL bytes, no control characters. Save the "
              "file as\nUTF-8 in your editor.",
              "name: \x01", "name: plain"},
    ErrorHelp{"E0103", "The text is not YAML",
              "A bracket or quote that is not closed, a tab in the indentation, or a line that is "
              "indented\ndifferently from its neighbours.",
              "name: [a", "name: a"},
    ErrorHelp{
        "E0104", "Too large",
        "A limit that keeps mistakes from filling the memory: 16 MiB a file, 64 maps and lists "
        "within\neach other, 1000000 values once aliases, templates and parameters are put in, "
        "1000000\nconnections of a flow, 100000 hosts of a generator.",
        "topology: {tree: {depth: 9, fanout: 99, link: {delay: 1 ms}}}",
        "topology: {tree: {depth: 2, fanout: 9, link: {delay: 1 ms}}}"},
    ErrorHelp{"E0105", "A key is here twice",
              "A map holds every key once; of two, one would be ignored silently.",
              "name: one\nname: other", "name: one"},
    ErrorHelp{"E0106", "A second document",
              "`---` begins another YAML document; a scenario file holds one.", "name: a\n---",
              "name: a"},
    ErrorHelp{
        "E0107", "A file cannot be included",
        "Included files end in .part.yaml, stand at a path relative to the file that names them, "
        "and\nmust exist.",
        "include: [gone.part.yaml]", ""},
};

constexpr std::array kValueErrors{
    ErrorHelp{
        "E0201", "Unknown key",
        "Nothing is ignored silently, so a key that means nothing is an error. Keys that begin "
        "with x-\nare yours.",
        "sed: 3", "seed: 3"},
    ErrorHelp{"E0202", "A key is missing", "Something has no default and must be said.",
              "flows: {f: {app: bulk, from: a, bytes: 1 MB}}",
              "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB}}"},
    ErrorHelp{"E0203", "The wrong kind of value",
              "A list where a map belongs, nothing where a value belongs, and so on.",
              "stop: [1 s]", "stop: 1 s"},
    ErrorHelp{
        "E0204", "This is no such value",
        "Every quantity carries its unit, so that 5 is never taken for 5 ms or 5 %. `seedwire "
        "help\nunits` lists them.",
        "stop: 5", "stop: 5 s"},
    ErrorHelp{"E0205", "Out of range", "The value is too small or too large for its key.",
              "hosts: {a: {ttl: 300}, b: {}}", "hosts: {a: {ttl: 30}, b: {}}"},
    ErrorHelp{"E0206", "Not one of the choices", "The key takes one of a few words.",
              "routing: {metric: length}", "routing: {metric: hops}"},
    ErrorHelp{"E0207", "A contradiction", "Two settings cannot hold together.",
              "faults: [{drop: {every: 2, nth: 1}}]", "faults: [{drop: {nth: 1}}]"},
    ErrorHelp{
        "E0301", "Nothing has that name",
        "A host, router, link, flow, program, parameter or template that is not declared, or a "
        "path\nthat leads nowhere.",
        "flows: {f: {app: bulk, from: a, to: bb, bytes: 1 MB}}",
        "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB}}"},
    ErrorHelp{
        "E0302", "This cannot be a name",
        "Names stand in paths such as line.up.rate: letters, digits, - and _, beginning with a "
        "letter.",
        "flows: {1st: {app: bulk, from: a, to: b, bytes: 1 MB}}",
        "flows: {first: {app: bulk, from: a, to: b, bytes: 1 MB}}"},
    ErrorHelp{
        "E0303", "A name is taken",
        "Hosts and routers share their names, so do flows and programs, and links have names of "
        "their\nown.",
        "hosts: [a, b, a]", "hosts: [a, b]"},
    ErrorHelp{"E0304", "An ambiguous name",
              "Several things have that name and that metric; rename one of them.",
              "flows: {a: {app: bulk, from: a, to: b, bytes: 1 MB}}\nexpect: [a.received > 1]",
              "flows: {load: {app: bulk, from: a, to: b, bytes: 1 MB}}\nexpect: [a.received > 1]"},
    ErrorHelp{"E0305", "A circle",
              "A file includes itself, a template uses itself, or a parameter depends on itself, "
              "perhaps\nthrough others.",
              "parameters: {one: $two, two: $one}\nname: $one",
              "parameters: {one: $two, two: word}\nname: $one"},
};

constexpr std::array kMeaningErrors{
    ErrorHelp{"E0401", "A link without time",
              "An unlimited rate and no delay: nothing crosses a link in less than 1 ns.",
              "links: [{between: [a, b]}]", "links: [{between: [a, b], delay: 1 ms}]"},
    ErrorHelp{"E0402", "Nothing would happen",
              "A scenario has flows or programs, or there is nothing to look at.", "",
              "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB}}"},
    ErrorHelp{"E0403", "The run would never end",
              "Traffic without an end needs `stop`, its own or the scenario's.",
              "flows: {f: {app: bulk, from: a, to: b}}",
              "flows: {f: {app: bulk, from: a, to: b, stop: 9 s}}"},
    ErrorHelp{
        "E0404", "Too big for the path",
        "A datagram and its headers (28 bytes) exceed the MTU of every path. Nothing fragments.",
        "flows: {f: {app: ping, from: a, to: b, packet: 1473 B}}",
        "flows: {f: {app: ping, from: a, to: b, packet: 1472 B}}"},
    ErrorHelp{"E0405", "Not connected",
              "No path of links leads from one host to the other. Hosts do not forward packets, "
              "routers do.",
              "hosts: [a, b, c]\nflows: {f: {app: bulk, from: a, to: c, bytes: 1 MB}}",
              "hosts: [a, b, c]\nflows: {f: {app: bulk, from: a, to: b, bytes: 1 MB}}"},
    ErrorHelp{"E0406", "From itself to itself", "The two ends of a link or a flow must differ.",
              "flows: {f: {app: bulk, from: a, to: a, bytes: 1 MB}}",
              "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB}}"},
    ErrorHelp{
        "E0407", "Parallel links without names",
        "A link is called after its ends, a-b. A second one between the same ends needs a name.",
        "links: [{between: [a, b], delay: 1 ms}, {between: [a, b], delay: 2 ms}]",
        "links: [{between: [a, b], delay: 1 ms}, {name: second, between: [a, b], delay: 2 ms}]"},
    ErrorHelp{"E0408", "A port is taken", "Two servers on one host need different ports.",
              "flows:\n  f: {app: bulk, from: a, to: b, bytes: 1 MB, port: 80}\n"
              "  g: {app: bulk, from: a, to: b, bytes: 1 MB, port: 80}",
              "flows:\n  f: {app: bulk, from: a, to: b, bytes: 1 MB, port: 80}\n"
              "  g: {app: bulk, from: a, to: b, bytes: 1 MB, port: 81}"},
    ErrorHelp{"E0409", "An address is taken", "Every host and router has an address of its own.",
              "hosts: {a: {address: 10.0.0.1}, b: {address: 10.0.0.1}}",
              "hosts: {a: {address: 10.0.0.1}, b: {address: 10.0.0.2}}"},
    ErrorHelp{
        "E0501", "Not understood",
        "A match, an expectation or an option does not follow its grammar. `seedwire help match` "
        "and\n`seedwire help expectations` show it.",
        "expect: [f.goodput => 1 Mbit/s]", "expect: [f.goodput >= 1 Mbit/s]"},
    ErrorHelp{"E0502", "Units differ", "Only quantities of one kind can be compared.",
              "expect: [f.goodput >= f.delivered]", "expect: [f.written >= f.delivered]"},
    ErrorHelp{"E0503", "Unknown metric",
              "The thing exists, but has no such metric. `seedwire list metrics` prints them all.",
              "expect: [f.godput >= 1 Mbit/s]", "expect: [f.goodput >= 1 Mbit/s]"},
    ErrorHelp{"E0504", "Too complex", "The expression is nested too deeply; write several.",
              "faults: [{drop: {match: \"!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!tcp\"}}]",
              "faults: [{drop: {match: \"!udp\"}}]"},
    ErrorHelp{
        "E0601", "Not a call of a program",
        "A line of a script is one call with its arguments. `seedwire list operations` prints "
        "them.",
        "programs: {p: {on: a, script: [lissten 80]}}",
        "programs: {p: {on: a, script: [listen 80, close]}}"},
    ErrorHelp{"E0901", "Not yet", "The language has a place for it, but this version cannot do it.",
              "hosts: {a: {tcp: {congestion: bbr}}, b: {}}",
              "hosts: {a: {tcp: {congestion: reno}}, b: {}}"},
};

constexpr std::array kWarnings{
    ErrorHelp{
        "W0101", "A fault can never act",
        "No packet of this scenario can fit, or the numbers and moments exclude each other. A "
        "fault\nthat could act and did not is reported after the run.",
        "faults: [{drop: {match: udp.len > 0}}]", "faults: [{drop: {match: tcp.len > 0}}]"},
    ErrorHelp{"W0102", "Not used", "A parameter or a template that nothing refers to.",
              "parameters: {loss: 1 %}", "parameters: {name_: x}\nname: $name_"},
    ErrorHelp{
        "W0103", "A flow cannot finish",
        "The expectation asks for the completion of a flow, but the run stops before even the "
        "fastest\npath could carry its bytes.",
        "stop: 1 s\nflows: {f: {app: bulk, from: a, to: b, bytes: 50 MB}}\n"
        "expect: [f.completion <= 1 s]",
        "stop: 9 s\nflows: {f: {app: bulk, from: a, to: b, bytes: 5 MB}}\n"
        "expect: [f.completion <= 9 s]"},
    ErrorHelp{"W0104", "A queue smaller than a packet",
              "The packet being sent counts, so a full-sized packet is always dropped.",
              "links: [{between: [a, b], rate: 1 Mbit/s, queue: 1 kB}]",
              "links: [{between: [a, b], rate: 1 Mbit/s, queue: 10 kB}]"},
    ErrorHelp{
        "W0105", "The first timeout fires at once",
        "The path's round trip is longer than the first retransmission timeout of 1 s, so every "
        "SYN\nis sent again although nothing was lost.",
        "links: [{between: [a, b], delay: 600 ms}]", "links: [{between: [a, b], delay: 300 ms}]"},
    ErrorHelp{"W0106", "After the end",
              "A change or a flow begins at or after the `stop` of the scenario.",
              "stop: 5 s\nfaults: [{at: 6 s, cut: a-b}]",
              "stop: 5 s\nfaults: [{at: 4 s, cut: a-b}]"},
};

std::vector<ErrorHelp> all_rows() {
    std::vector<ErrorHelp> rows;
    const auto append = [&rows](const auto& table) {
        rows.insert(rows.end(), table.begin(), table.end());
    };
    append(kTextErrors);
    append(kValueErrors);
    append(kMeaningErrors);
    append(kWarnings);
    return rows;
}

}  // namespace

std::span<const ErrorHelp> error_help() {
    static const std::vector<ErrorHelp> rows = all_rows();
    return rows;
}

const ErrorHelp* find_error_help(std::string_view id) {
    for (const ErrorHelp& row : error_help())
        if (row.id == id) return &row;
    return nullptr;
}

}  // namespace seedwire::scenario
