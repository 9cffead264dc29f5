// Writing the reference: one table a map of keys, then metrics, then errors.
#include "harness/scenario/reference.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <string_view>

#include "harness/scenario/error_help.h"
#include "harness/scenario/metric_names.h"
#include "harness/scenario/schema.h"

namespace seedwire::scenario {
namespace {

struct Section {
    std::string_view context, title, about;
};

/// The maps of a scenario in the order in which people write them. A test finds missing ones.
constexpr std::array kSections{
    Section{"", "The file", ""},
    Section{
        "parameters.*", "parameters: a parameter",
        "`$name` or `${name}` stands for its value, as a whole value or within a text; `$$` is a "
        "dollar sign."},
    Section{
        "topology", "topology",
        "One generator; further `hosts`, `routers` and `links` may stand beside it, and `hosts` "
        "may give settings to generated hosts by name or pattern (`left*: {...}`)."},
    Section{"topology.dumbbell", "topology: dumbbell", ""},
    Section{"topology.star", "topology: star", ""},
    Section{"topology.line", "topology: line", ""},
    Section{"topology.ring", "topology: ring", ""},
    Section{"topology.tree", "topology: tree", ""},
    Section{"topology.parking_lot", "topology: parking_lot", ""},
    Section{"topology.link", "topology: settings of links", "Those of `links`, without ends."},
    Section{
        "hosts.*", "hosts: a host",
        "A key with `*` or `?` gives settings to every host whose name matches; later ones win, "
        "and a host's own settings win over all of them."},
    Section{"hosts.*.tcp", "hosts: tcp", ""},
    Section{"hosts.*.cpu", "hosts: cpu", ""},
    Section{"routers.*", "routers: a router", ""},
    Section{"links[]", "links: a link", ""},
    Section{"links[].up", "links: up and down", ""},
    Section{"links[].queue", "links: queue", "Short forms: `100 packets`, `64 kB`, `unlimited`."},
    Section{"links[].queue.drop_tail", "links: queue: drop_tail", ""},
    Section{"links[].impair[]", "links: an impairment", "One of them an item."},
    Section{"links[].impair[].loss", "links: loss", "Short form: `loss: 1 %`."},
    Section{"gilbert_elliott", "links: loss: gilbert_elliott", ""},
    Section{"jitter", "links: jitter", "One distribution."},
    Section{"exponential", "links: jitter: exponential", ""},
    Section{"normal", "links: jitter: normal", ""},
    Section{"pareto", "links: jitter: pareto", ""},
    Section{"paretonormal", "links: jitter: paretonormal", ""},
    Section{"reorder", "links: reorder", ""},
    Section{"duplicate", "links: duplicate", "Short form: `duplicate: 1 %`."},
    Section{"routing", "routing", ""},
    Section{"flows.*", "flows: a flow", "Further keys depend on `app`."},
    Section{"flows.*:bulk", "flows: app: bulk", ""},
    Section{"flows.*:request_response", "flows: app: request_response", ""},
    Section{"flows.*:constant_bitrate", "flows: app: constant_bitrate", ""},
    Section{"flows.*:ping", "flows: app: ping", ""},
    Section{"flows.*.tls", "flows: tls", "See [the TLS model](tls-model.md)."},
    Section{"flows.*.tls.connections[]", "flows: tls: a connection that differs", ""},
    Section{"tls", "tls", ""},
    Section{
        "tls.profiles.*", "tls: an end",
        "What stands under `client` and `server` of `tls`, and under a name in `tls: profiles`."},
    Section{"tls.profiles.*.tickets", "tls: tickets", "Short form: a number, the `count`."},
    Section{"tls.profiles.*.chain[]", "tls: a certificate", ""},
    Section{"programs.*", "programs: a program", ""},
    Section{"faults[]", "faults: an entry", "An exact fault, or a change `at` a moment."},
    Section{"fault", "faults: an exact fault", ""},
    Section{"limits", "limits", ""},
    Section{"study", "A study", "A file of its own; see [studies](studies.md)."},
    Section{"study.values", "study: vary: the values of a path",
            "Short form: a list. One of `values`, `lin`, `log`, `cases`."},
    Section{"study.sample", "study: vary: sample", "Points spread over several ranges at once."},
    Section{"study.repeat", "study: repeat", "Short form: a number."},
    Section{"study.warmup", "study: warmup", "Short form: a duration."},
    Section{"study.limits", "study: limits", "A run that reaches one has failed."},
    Section{"study.tables[]", "study: a table", ""},
    Section{"study.plots[]", "study: a plot", ""},
    Section{"study.references[]", "study: a reference", ""},
};

struct Sentence {
    std::string_view form, meaning;
};
constexpr std::array kSentences{
    Sentence{"f.goodput >= 8 Mbit/s",
             "a metric compared with a value or a metric: < <= == != >= >"},
    Sentence{"f.goodput == 8 Mbit/s +- 2 %",
             "the bound moves outwards: by a share of the right side, or by an amount (+- 1 ms)"},
    Sentence{"p99(line.up.queue.sojourn) <= 80 ms", "a function of a series"},
    Sentence{"min(f.goodput) >= 1 Mbit/s",
             "a function over the connections of a flow: min max mean p50 p90 p95 p99 p999"},
    Sentence{"f[2].first_byte <= 130 ms", "one connection, counted from 0"},
    Sentence{"f.handshake == 1 rtt", "in round trips without load, rounded to a whole number"},
    Sentence{"always f.cwnd >= 2 packets",
             "at every moment; also eventually (at some moment) and never; of series, and of "
             "counters upwards"},
    Sentence{"f.client reaches ESTABLISHED within 41 ms",
             "from the opening of the connection; also within 10 ms..41 ms, and after 1 s"},
    Sentence{"f.server passes [LISTEN, SYN-RECEIVED, ESTABLISHED]",
             "exactly these states, in this order, at the start of its life"},
    Sentence{"f.segments == [client SYN, server SYN+ACK lost, *, ...]",
             "what was sent, in order; * is one segment, ... any number; flags with +, DATA(100)"},
    Sentence{"p fails with ECONNRESET", "a program or an end; also p never fails"},
    Sentence{"f completes within 10 s", "a moment of the run; without within: at all"},
    Sentence{"after 5 s everything completes within 10 s",
             "all flows and programs, 15 s after the start of the run at the latest"},
};

std::string in_cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c;
    }
    return out;
}

std::string code(std::string_view text) {
    return text.empty() ? std::string{} : fmt::format("`{}`", in_cell(text));
}

std::string takes(const Key& key) {
    if (key.type == Type::Choice) return code(key.range_text);
    std::string text{describe(key.type)};
    if (key.type == Type::Form) text = "several forms";
    if (!key.range_text.empty()) text += ", " + std::string{key.range_text};
    return in_cell(text);
}

class Writer {
public:
    std::string write() {
        line("# Scenario reference");
        line("");
        line(
            "Generated from the tables of the program; do not edit. A test fails if it is stale, "
            "and "
            "says how to renew it.");
        line("");
        line(
            "Every value carries its unit (`seedwire help units`). Keys that begin with `x-` are "
            "yours; "
            "anchors and `<<` work; `use: name` in any map lays it over a template.");
        for (const Section& section : kSections) keys(section);
        sentences();
        metrics();
        errors();
        return std::move(out_);
    }

private:
    template <class... Arguments>
    void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        fmt::format_to(std::back_inserter(out_), format, std::forward<Arguments>(arguments)...);
        out_ += '\n';
    }

    void keys(const Section& section) {
        line("");
        line("## {}", section.title);
        line("");
        if (!section.about.empty()) {
            out_ += section.about;
            line("");
            line("");
        }
        line("| key | takes | default | meaning |");
        line("|---|---|---|---|");
        for (const Key& key : Schema::instance().keys(section.context))
            line("| {} | {} | {} | {} |", code(key.name), takes(key),
                 key.required ? "required" : code(key.fallback_text), in_cell(key.help));
    }

    void sentences() {
        line("");
        line("## expect: what can be said");
        line("");
        line("| sentence | meaning |");
        line("|---|---|");
        for (const Sentence& sentence : kSentences)
            line("| {} | {} |", code(sentence.form), in_cell(sentence.meaning));
    }

    void metrics() {
        static constexpr std::array<std::string_view, 5> kSubjects{
            "flow or program", "program", "link", "host or router", "fault"};
        line("");
        line("## Metrics");
        line("");
        line(
            "Written `<name>.<key>`; `<flow>[k]` is its k-th connection. What changes during a run "
            "is "
            "asked for by a function: `p99(line.down.queue.sojourn)`.");
        line("");
        line("| of a | key | unit | functions | meaning |");
        line("|---|---|---|---|---|");
        for (const MetricName& metric : metric_names()) {
            std::string_view prefix;
            if (metric.scope == MetricName::Scope::End) prefix = "client\\|server.";
            if (metric.scope == MetricName::Scope::Direction) prefix = "up\\|down.";
            line("| {} | `{}{}` | {} | {} | {}{} |",
                 kSubjects[static_cast<std::size_t>(metric.subject)], prefix, metric.key,
                 describe(metric.unit), metric.functions, in_cell(metric.help),
                 metric.later ? " (not measured yet)" : "");
        }
    }

    void errors() {
        line("");
        line("## Errors and warnings");
        line("");
        line("`seedwire help <id>` explains one.");
        line("");
        line("| id | meaning |");
        line("|---|---|");
        for (const ErrorHelp& row : error_help()) line("| {} | {} |", row.id, in_cell(row.title));
    }

    std::string out_;
};

}  // namespace

std::string reference_markdown() { return Writer{}.write(); }

}  // namespace seedwire::scenario
