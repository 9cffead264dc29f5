#include "harness/run/report_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/metrics.h"
#include "harness/observe/tls_figures.h"
#include "harness/observe/tls_words.h"
#include "harness/run/text_table.h"

namespace seedwire::run {

using observe::DirectionFigures;
using observe::FlowFigures;
using scenario::Unit;

namespace {

std::string paint(std::string_view text, const char* code, bool color) {
    return color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string{text};
}

std::string duration_text(const std::optional<Duration>& d) {
    return d ? judge::to_string({d->ns(), 1, Unit::Nanoseconds}) : std::string{};
}

std::string count_text(std::uint64_t n) { return n == 0 ? "0" : std::to_string(n); }

std::string flow_table(const Run& run) {
    TextTable table{{"<flow", "conns", "handshake", "first byte", "completion", "delivered",
                     "goodput", "segments", "retrans", "timeouts", "reordered", "RTT", "sent",
                     "lost", "jitter", "failed", "<error"}};
    for (const FlowFigures& f : run.figures.flows) {
        if (f.connections == 0 || !f.opens) continue;
        const bool tcp = !f.udp && !f.ping;
        const auto value = [](std::uint64_t n, Unit unit) {
            return judge::to_string({static_cast<std::int64_t>(n), 1, unit});
        };
        table.add(
            {f.name, f.connections > 1 ? count_text(f.connections) : "", duration_text(f.handshake),
             duration_text(f.first_byte), f.completion ? duration_text(f.completion) : "unfinished",
             f.ping ? "" : value(f.delivered, Unit::Bytes),
             f.goodput() > 0 ? value(f.goodput(), Unit::BitsPerSecond) : "",
             tcp ? count_text(f.segments) : "", tcp ? count_text(f.retransmissions) : "",
             tcp ? count_text(f.timeouts) : "", f.ping ? "" : count_text(f.reordered),
             duration_text(f.rtt), tcp ? "" : count_text(f.sent), tcp ? "" : count_text(f.lost),
             duration_text(f.jitter), f.failed > 0 ? count_text(f.failed) : "",
             f.error == tcp::Error::None ? "" : std::string{tcp::to_string(f.error)}});
    }
    return table.text();
}

/// Where the time up to the first byte went, by flow: means over its connections. TCP and TLS
/// follow each other; what comes after them is contained in them, or in what follows.
std::string tls_table(const Run& run) {
    TextTable table{{"<flow over TLS", "<agreed on", "resumed", "TCP", "+ TLS", "client CPU",
                     "server CPU", "CPU queue", "recovery", "queueing", "first byte", "retrans",
                     "0-RTT", "<alert"}};
    for (std::uint32_t i = 0; i < run.figures.flows.size(); ++i) {
        const auto t = observe::tls_summary(*run.world, i, -1);
        if (!t) continue;
        std::string agreed{observe::tls_version_word(t->version)};
        if (t->group != tls::Group::None) agreed += fmt::format(", {}", tls::name_of(t->group));
        const auto wire = i < run.latency.size() ? run.latency[i] : std::nullopt;
        std::string alert{t->alert ? tls::name_of(*t->alert) : ""};
        if (t->alert) alert += t->alert_of_client ? " by the client" : " by the server";
        table.add({t->name, agreed, fmt::format("{} of {}", t->resumed, t->connections),
                   duration_text(t->tcp), duration_text(t->handshake), duration_text(t->client_cpu),
                   duration_text(t->server_cpu), duration_text(t->client_wait + t->server_wait),
                   wire ? duration_text(wire->recovery) : "",
                   wire ? duration_text(wire->queueing) : "", duration_text(t->first_byte),
                   count_text(run.figures.flows[i].retransmissions),
                   t->early_accepted + t->early_refused > 0
                       ? fmt::format("{} taken, {} refused", t->early_accepted, t->early_refused)
                       : "",
                   alert});
    }
    return table.text();
}

std::string drops_text(const std::uint64_t (&dropped)[trace::kDropReasonCount]) {
    std::string text;
    for (std::uint8_t r = 1; r < trace::kDropReasonCount; ++r)
        if (dropped[r] > 0)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", dropped[r],
                                trace::to_string(static_cast<trace::DropReason>(r)));
    return text;
}

std::string node_table(const Run& run) {
    TextTable table{{"<node", "<packets that ended in it"}};
    for (const observe::NodeLosses& n : run.figures.node_losses)
        table.add({n.name, drops_text(n.dropped)});
    return table.text();
}

std::string link_table(const Run& run) {
    constexpr std::size_t kMostRows = 24;
    TextTable table{{"<link", "<from", "<to", "packets", "bytes", "used", "queue mean", "max",
                     "wait mean", "max", "CE", "<drops"}};
    std::vector<const DirectionFigures*> rows;
    for (const DirectionFigures& d : run.figures.directions)
        if (d.entered > 0) rows.push_back(&d);
    // Of many links, those that were busiest or lost something are what people look for.
    const std::size_t total = rows.size();
    if (total > kMostRows) {
        std::stable_sort(
            rows.begin(), rows.end(),
            [](const DirectionFigures* a, const DirectionFigures* b) { return a->busy > b->busy; });
        rows.resize(kMostRows);
    }
    for (const DirectionFigures* d : rows) {
        const auto end = std::max<std::int64_t>(1, d->span.ns());
        const bool finite = d->finite_rate;
        table.add({d->name, d->from, d->to, count_text(d->packets),
                   judge::to_string({static_cast<std::int64_t>(d->bytes), 1, Unit::Bytes}),
                   finite ? fmt::format("{:.1f} %", 100.0 * static_cast<double>(d->busy.ns()) /
                                                        static_cast<double>(end))
                          : "",
                   finite ? fmt::format("{:.2f}", static_cast<double>(d->resident_ns) /
                                                      static_cast<double>(end))
                          : "",
                   finite ? count_text(d->longest_queue) : "",
                   finite ? duration_text(d->mean_wait) : "",
                   finite ? duration_text(d->max_wait) : "",
                   d->marked_ce > 0 ? count_text(d->marked_ce) : "", drops_text(d->dropped)});
    }
    std::string text = table.text();
    if (total > kMostRows)
        text += fmt::format("(the {} busiest of {} directions)\n", kMostRows, total);
    return text;
}

std::string ladders_text(const Run& run, const ReportStyle& style) {
    const world::World& world = *run.world;
    const scenario::Scenario& scenario = world.scenario();
    const observe::SegmentNames names{&world.connections(), &world.network()};
    std::string text;
    for (const observe::Ladder& ladder : run.ladders) {
        if (ladder.packets.empty()) continue;
        const trace::Connection& c = world.connections()[ladder.connection];
        const std::size_t flows = scenario.flows.size();
        const bool many = c.flow < flows && scenario.flows[c.flow].count > 1;
        std::string name = c.flow < flows ? scenario.flows[c.flow].name
                           : c.flow - flows < scenario.programs.size()
                               ? scenario.programs[c.flow - flows].name
                               : "?";
        if (many || c.ordinal > 0) name += fmt::format("[{}]", c.ordinal);
        const observe::LadderTitle title{name,
                                         std::string{world.network().node_name(c.client_node)},
                                         std::string{world.network().node_name(c.server_node)}};
        text += observe::draw(ladder, title, names, style.ladder) + '\n';
    }
    return text;
}

std::string ending_text(const Run& run) {
    const std::string at = observe::milliseconds_text(run.figures.end) + " ms";
    switch (run.ending) {
        case Ending::Quiescent:
            return fmt::format("ended at {}: nothing is left to happen", at);
        case Ending::Stop:
            return fmt::format("ended at {}: `stop`", at);
        case Ending::EventLimit:
            return fmt::format("INCOMPLETE: event limit reached at {}", at);
        case Ending::MemoryLimit:
            return fmt::format("INCOMPLETE: memory limit reached at {}", at);
        case Ending::TimeLimit:
            return fmt::format("INCOMPLETE: time limit reached at {}", at);
        case Ending::Decided:
            return fmt::format("stopped at {}: all expectations are decided", at);
        case Ending::Interrupted:
            return fmt::format("INCOMPLETE: interrupted at {}", at);
    }
    return {};
}

std::string argument_of(const std::string& file) {
    return file == "<stdin>" ? "-" : shell_word(file);
}

std::string_view line_at(std::string_view source, int line) {
    for (; line > 1; --line) {
        const std::size_t end = source.find('\n');
        if (end == std::string_view::npos) return {};
        source.remove_prefix(end + 1);
    }
    const std::size_t end = std::min(source.find('\n'), source.size());
    std::string_view text = source.substr(0, end);
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    return text;
}

}  // namespace

std::string failures(const Run& run, std::string_view source, bool color) {
    std::string text;
    for (const judge::Verdict& v : run.verdicts) {
        if (v.holds) continue;
        const scenario::SourceSpan& where = v.expectation->where;
        text += fmt::format("{}:{}:{}: {}: {}\n", where.file, where.line, where.column,
                            paint("failed", "1;31", color), v.expectation->text);
        const std::string_view line = line_at(source, where.line);
        if (!line.empty()) {
            const std::string number = std::to_string(where.line);
            const std::string blank(number.size(), ' ');
            const auto column = static_cast<std::size_t>(std::max(1, where.column)) - 1;
            text += fmt::format("  {} | {}\n", number, line);
            text += fmt::format(
                "  {} | {}{}\n", blank, std::string(column, ' '),
                paint(std::string(static_cast<std::size_t>(std::max(1, where.length)), '^'), "1;31",
                      color));
            text += fmt::format("  {} = {}\n", blank, v.actual);
            const auto same = std::find_if(
                run.verdicts.begin(), run.verdicts.end(),
                [&](const judge::Verdict& other) { return !other.holds && other.why == v.why; });
            constexpr std::size_t kWorthNaming = 3;
            if (v.why.size() >= kWorthNaming && &*same != &v) {
                text += fmt::format("  {} = for the same reasons as line {}\n", blank,
                                    same->expectation->where.line);
                continue;
            }
            for (const std::string& why : v.why) text += fmt::format("  {} = {}\n", blank, why);
            if (!v.look.empty())
                text += fmt::format("  {} = look further: seedwire run {}{} {}\n", blank,
                                    argument_of(run.world->scenario().file), run.options, v.look);
        } else {
            text += fmt::format("  = {}\n", v.actual);
        }
    }
    return text;
}

std::string shell_word(const std::string& word) {
    const bool plain = word.find_first_of(" '\"[]*$&;|<>()!?#~\\") == std::string::npos;
    return plain ? word : fmt::format("'{}'", word);
}

std::string report(const Run& run, std::string_view source, const ReportStyle& style) {
    const scenario::Scenario& scenario = run.world->scenario();
    if (style.quiet) return failures(run, source, style.color);
    std::string text = fmt::format("{} (seed {}), {}\n\n", paint(scenario.name, "1", style.color),
                                   scenario.seed, ending_text(run));
    text += ladders_text(run, style);
    const std::string flows = flow_table(run);
    if (flows.find('\n') + 1 < flows.size()) text += flows + '\n';
    const std::string tls = tls_table(run);
    if (tls.find('\n') + 1 < tls.size()) text += tls + '\n';
    const std::string links = link_table(run);
    if (links.find('\n') + 1 < links.size()) text += links + '\n';
    if (!run.figures.node_losses.empty()) text += node_table(run) + '\n';
    for (const std::string& warning : run.warnings) text += warning + '\n';
    if (!run.verdicts.empty()) {
        const auto good = static_cast<std::size_t>(
            std::count_if(run.verdicts.begin(), run.verdicts.end(),
                          [](const judge::Verdict& v) { return v.holds; }));
        const bool all = good == run.verdicts.size();
        text += failures(run, source, style.color);
        text += paint(all ? fmt::format("{} expectation{} hold{}\n", good, good == 1 ? "" : "s",
                                        good == 1 ? "s" : "")
                          : fmt::format("{} of {} expectations FAILED\n",
                                        run.verdicts.size() - good, run.verdicts.size()),
                      all ? "32" : "1;31", style.color);
    }
    const observe::RunDigest& d = run.digest;
    const std::string fourth = d.has_tls ? fmt::format(", tls {:.8}", to_string(d.tls)) : "";
    text += fmt::format("digest {} (packets {:.8}, tcp {:.8}, app {:.8}{})\n", to_string(d.total),
                        to_string(d.packets), to_string(d.tcp), to_string(d.app), fourth);
    return text;
}

}  // namespace seedwire::run
