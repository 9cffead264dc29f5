#include "harness/cli/topology.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/observe/text_columns.h"
#include "harness/run/text_table.h"
#include "harness/scenario/sysctls.h"
#include "sim/base/overloaded.h"

namespace seedwire::cli {

using scenario::FlowSpec;
using scenario::LinkSpec;
using scenario::NodeSpec;
using scenario::Scenario;
using scenario::TimelineEntry;

namespace {

/// Rows of one table; more are counted only.
constexpr std::size_t kMostRows = 50;

std::string more(std::size_t total) {
    return total > kMostRows ? fmt::format("  ... and {} more\n", total - kMostRows) : "";
}

std::string section(std::string_view title, const run::TextTable& table, std::size_t total) {
    if (total == 0) return {};
    return fmt::format("\n{}\n{}{}", title, observe::indented(table.text(), 2), more(total));
}

std::string text_of(const net::ImpairmentConfig& impairment) {
    return std::visit(
        Overloaded{
            [](const net::BernoulliLoss& l) {
                return fmt::format(
                    "loss {}{}", to_string(l.probability),
                    l.segments > 1 ? fmt::format(" of {} segments at once", l.segments) : "");
            },
            [](const net::GilbertElliottLoss& l) {
                return fmt::format("loss in bursts (p {}, r {})", to_string(l.p), to_string(l.r));
            },
            [](const net::Jitter& j) {
                return fmt::format("jitter {}{}", to_string(j.delay.mean),
                                   j.delay.deviation > Duration{}
                                       ? fmt::format(" +- {}", to_string(j.delay.deviation))
                                       : "");
            },
            [](const net::Reorder& r) {
                return fmt::format("reorder {} by {}", to_string(r.probability), to_string(r.by));
            },
            [](const net::Duplicate& d) {
                return fmt::format("duplicate {}", to_string(d.probability));
            },
            [](const net::Corrupt& c) {
                return fmt::format("corrupt {}", to_string(c.probability));
            }},
        impairment);
}

std::string queue_text(const net::QueueConfig& queue) {
    std::string text;
    if (queue.limit_packets > 0) text = to_string(Packets{queue.limit_packets});
    if (queue.limit_bytes > 0)
        text += (text.empty() ? "" : ", ") + to_string(Bytes{queue.limit_bytes});
    if (queue.ecn_threshold_packets > 0)
        text += fmt::format(", CE from {}", to_string(Packets{queue.ecn_threshold_packets}));
    return text.empty() ? "unlimited" : text;
}

/// "10 Mbit/s, 20 ms, loss 1 %".
std::string brief(const net::LinkDirectionConfig& direction) {
    std::string text = to_string(direction.rate) + ", " + to_string(direction.delay);
    for (const net::ImpairmentConfig& i : direction.impairments) text += ", " + text_of(i);
    return text;
}

std::vector<std::string> link_row(const std::string& name, const std::string& from,
                                  const std::string& to, const net::LinkDirectionConfig& d,
                                  std::string_view arrow) {
    std::string trouble;
    for (const net::ImpairmentConfig& i : d.impairments)
        trouble += (trouble.empty() ? "" : ", ") + text_of(i);
    if (d.mtu != Bytes{1500})
        trouble += fmt::format("{}mtu {}", trouble.empty() ? "" : ", ", to_string(d.mtu));
    return {name,
            from,
            std::string{arrow},
            to,
            to_string(d.rate),
            to_string(d.delay),
            queue_text(d.queue),
            trouble};
}

bool same(const net::LinkDirectionConfig& a, const net::LinkDirectionConfig& b) {
    return brief(a) == brief(b) && queue_text(a.queue) == queue_text(b.queue) && a.mtu == b.mtu;
}

std::string links_section(const Scenario& s) {
    run::TextTable table{{"<name", "<", "<", "<", "<rate", "<delay", "<queue", "<besides"}};
    for (std::size_t i = 0; i < std::min(s.links.size(), kMostRows); ++i) {
        const LinkSpec& link = s.links[i];
        const std::string &a = s.nodes[link.from].name, &b = s.nodes[link.to].name;
        if (same(link.up, link.down)) {
            table.add(link_row(link.name, a, b, link.up, "<->"));
            continue;
        }
        table.add(link_row(link.name, a, b, link.up, "-->"));
        table.add(link_row("", a, b, link.down, "<--"));
    }
    return section("links", table, s.links.size());
}

std::string nodes_section(const Scenario& s, const net::Network& network, bool routers) {
    run::TextTable table{{"<name", "<address", "<tcp"}};
    std::size_t total = 0;
    for (std::uint32_t i = 0; i < s.nodes.size(); ++i) {
        if (s.nodes[i].router != routers || ++total > kMostRows) continue;
        table.add({s.nodes[i].name, wire::to_string(network.address(i)), ""});
    }
    return section(routers ? "routers" : "hosts", table, total);
}

/// "a > north|south > b": all ways at once, step by step.
std::string route_text(const Scenario& s, const net::Network& network, std::uint32_t from,
                       std::uint32_t to) {
    constexpr int kMostSteps = 64;
    std::string text = s.nodes[from].name;
    std::set<std::uint32_t> here{from};
    for (int step = 0; step < kMostSteps && (here.size() > 1 || *here.begin() != to); ++step) {
        std::set<std::uint32_t> next;
        for (const std::uint32_t node : here) {
            if (node == to) continue;
            for (const std::uint32_t hop : network.next_hops(node, to)) next.insert(hop);
        }
        if (next.empty()) return text + " > nowhere";
        std::string names;
        for (const std::uint32_t node : next)
            names += (names.empty() ? "" : "|") + s.nodes[node].name;
        text += " > " + names;
        here = std::move(next);
    }
    return text;
}

std::string_view app_name(app::Kind kind) {
    switch (kind) {
        case app::Kind::Bulk:
            return "bulk";
        case app::Kind::RequestResponse:
            return "request_response";
        case app::Kind::ConstantBitrate:
            return "constant_bitrate";
        case app::Kind::Ping:
            return "ping";
    }
    return "";
}

std::string milliseconds(Duration d) {
    return fmt::format("{:.3f} ms", static_cast<double>(d.ns()) / 1e6);
}

std::string flows_section(const Scenario& s, const net::Network& network) {
    constexpr std::int64_t kHeaders = 40;  // IPv4 and TCP without options, bytes
    run::TextTable table{{"<name", "<app", "conns", "<route", "round trip"}};
    std::size_t total = 0;
    for (const FlowSpec& flow : s.flows)
        for (std::uint32_t p = 0; p < flow.pair_count(); ++p) {
            if (++total > kMostRows) continue;
            const scenario::FlowEnds ends = flow.pair(p);
            const bool reachable = network.has_route(ends.from, ends.to);
            table.add({p == 0 ? flow.name : "",
                       p == 0 ? std::string{app_name(flow.config.kind)} : "",
                       std::to_string(flow.count / flow.pair_count()),
                       route_text(s, network, ends.from, ends.to),
                       reachable ? milliseconds(network.no_load_round_trip(ends.from, ends.to,
                                                                           kHeaders, kHeaders))
                                 : ""});
        }
    return section("flows", table, total);
}

std::string change_text(const Scenario& s, const TimelineEntry& entry) {
    if (const auto* sysctl = std::get_if<TimelineEntry::SetSysctl>(&entry.change)) {
        const scenario::SysctlRow& row = scenario::sysctl_rows()[sysctl->row];
        tcp::Sysctls shown;
        scenario::set_sysctl(row, shown, sysctl->value);
        return fmt::format("{} of {} becomes {}", row.name, s.nodes[sysctl->node].name,
                           scenario::print_sysctl(row, shown));
    }
    const std::string link =
        s.links[entry.target.link].name + (entry.target.up && entry.target.down ? ""
                                           : entry.target.up                    ? ".up"
                                                                                : ".down");
    return std::visit(
        Overloaded{[&](const TimelineEntry::SetRate& c) {
                       return fmt::format("{} rate becomes {}", link, to_string(c.rate));
                   },
                   [&](const TimelineEntry::SetDelay& c) {
                       return fmt::format("{} delay becomes {}", link, to_string(c.delay));
                   },
                   [&](const TimelineEntry::Cut&) { return link + " is cut"; },
                   [&](const TimelineEntry::Restore&) { return link + " works again"; },
                   [&](const TimelineEntry::SetSysctl&) { return std::string{}; },
                   [&](const TimelineEntry::SetLoss& c) {
                       return fmt::format("{} loss becomes {}", link, to_string(c.probability));
                   }},
        entry.change);
}

std::string timeline_section(const Scenario& s) {
    std::multimap<Time, std::string> moments;
    for (const FlowSpec& flow : s.flows) {
        const auto [first, last] = std::minmax_element(flow.starts.begin(), flow.starts.end());
        if (first == flow.starts.end()) continue;
        const bool one = *first == *last;
        moments.emplace(
            *first,
            flow.name + (one ? " starts" : " starts, the first of " + std::to_string(flow.count)));
        if (!one) moments.emplace(*last, flow.name + ": the last connection starts");
        if (flow.config.stop != Time::never())
            moments.emplace(flow.config.stop, flow.name + " stops sending");
    }
    for (const TimelineEntry& entry : s.timeline)
        moments.emplace(entry.at,
                        fmt::format("{} (faults[{}])", change_text(s, entry), entry.fault));
    if (s.stop != Time::never()) moments.emplace(s.stop, "the run ends");
    run::TextTable table{{"at", "<what"}};
    std::size_t total = 0;
    for (const auto& [at, what] : moments)
        if (++total <= kMostRows) table.add({to_string(at.since_start()), what});
    return section("timeline", table, total);
}

template <class List>
std::string lines_section(std::string_view title, const List& list, bool numbered) {
    if (list.empty()) return {};
    std::string text = fmt::format("\n{}\n", title);
    for (std::size_t i = 0; i < std::min(list.size(), kMostRows); ++i)
        text += numbered ? fmt::format("  [{}] {}\n", i, list[i].text)
                         : fmt::format("  {}\n", list[i].text);
    return text + more(list.size());
}

std::string programs_section(const Scenario& s) {
    run::TextTable table{{"<name", "<on", "calls"}};
    for (std::size_t i = 0; i < std::min(s.programs.size(), kMostRows); ++i) {
        const scenario::ProgramSpec& p = s.programs[i];
        table.add({p.name, s.nodes[p.config.node].name, std::to_string(p.config.script.size())});
    }
    return section("programs", table, s.programs.size());
}

std::string escaped(std::string_view text, bool mermaid) {
    std::string out;
    for (const char c : text) {
        if (c == '"' && mermaid) {
            out += "#quot;";
            continue;
        }
        if ((c == '"' || c == '\\') && !mermaid) out += '\\';
        out += c;
    }
    return out;
}

std::string link_label(const Scenario& s, const LinkSpec& link, std::string_view line_break) {
    if (same(link.up, link.down))
        return fmt::format("{}{}{}", link.name, line_break, brief(link.up));
    return fmt::format("{0}{1}to {2}: {3}{1}to {4}: {5}", link.name, line_break,
                       s.nodes[link.to].name, brief(link.up), s.nodes[link.from].name,
                       brief(link.down));
}

}  // namespace

std::string topology_text(const Scenario& scenario, const net::Network& network) {
    std::string text = fmt::format("{} (seed {})\n", scenario.name, scenario.seed);
    if (!scenario.description.empty()) text += scenario.description + '\n';
    text += nodes_section(scenario, network, false) + nodes_section(scenario, network, true);
    text += links_section(scenario) + flows_section(scenario, network);
    text += programs_section(scenario) + timeline_section(scenario);
    text += lines_section("faults", scenario.faults, true);
    return text + lines_section("expected", scenario.expectations, false);
}

std::string topology_dot(const Scenario& scenario) {
    std::string text =
        fmt::format("graph \"{}\" {{\n    node [shape=box];\n", escaped(scenario.name, false));
    for (const NodeSpec& node : scenario.nodes)
        text += fmt::format("    \"{}\"{};\n", escaped(node.name, false),
                            node.router ? " [shape=ellipse]" : "");
    for (const LinkSpec& link : scenario.links)
        text += fmt::format("    \"{}\" -- \"{}\" [label=\"{}\"];\n",
                            escaped(scenario.nodes[link.from].name, false),
                            escaped(scenario.nodes[link.to].name, false),
                            link_label(scenario, link, "\\n"));
    return text + "}\n";
}

std::string topology_mermaid(const Scenario& scenario) {
    std::string text = "flowchart LR\n";
    for (std::size_t i = 0; i < scenario.nodes.size(); ++i) {
        const NodeSpec& node = scenario.nodes[i];
        const std::string name = escaped(node.name, true);
        text += node.router ? fmt::format("    n{}((\"{}\"))\n", i, name)
                            : fmt::format("    n{}[\"{}\"]\n", i, name);
    }
    for (const LinkSpec& link : scenario.links)
        text += fmt::format("    n{} ---|\"{}\"| n{}\n", link.from,
                            escaped(link_label(scenario, link, "<br>"), true), link.to);
    return text;
}

}  // namespace seedwire::cli
