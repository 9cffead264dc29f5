#include "harness/cli/list_topics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/cli/coverage_listing.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/rules_listing.h"
#include "harness/scenario/match_parser.h"
#include "harness/scenario/metric_names.h"
#include "harness/scenario/program_lines.h"
#include "harness/scenario/schema.h"
#include "harness/scenario/socket_options.h"
#include "models/tcp/info.h"
#include "models/tcp/rules.h"
#include "models/tls/algorithms.h"
#include "models/tls/profile.h"
#include "models/trace/records.h"
#include "models/wire/cause.h"

namespace seedwire::cli {

using scenario::Key;
using scenario::Metric;
using scenario::MetricName;
using scenario::Schema;

namespace {

std::string value_of(const Key& key) {
    if (!key.choices.empty()) return std::string{key.range_text};
    std::string text{scenario::describe(key.type)};
    if (!key.range_text.empty()) text += fmt::format(" {}", key.range_text);
    return text;
}

std::string default_of(const Key& key) {
    return key.required ? "required" : std::string{key.fallback_text};
}

std::vector<std::string> row_of(const Key& key, std::string name) {
    return {std::move(name), value_of(key), default_of(key), std::string{key.help}};
}

Listing keys_listing() { return {{"name", "takes", "default", "meaning"}, {}}; }

/// The keys of a context, and of the maps that are named after them, further to the right.
void add_keys(Listing& listing, std::string_view context, const std::string& prefix, int depth) {
    for (const Key& key : Schema::instance().keys(context)) {
        listing.rows.push_back(row_of(key, prefix + std::string{key.name}));
        if (depth == 0) continue;
        const std::string deeper = prefix + std::string{key.name} + ".";
        add_keys(listing, key.name, deeper, depth - 1);
        add_keys(listing, std::string{context} + "." + std::string{key.name}, deeper, depth - 1);
    }
}

Listing apps() {
    Listing listing = keys_listing();
    const Key* app = Schema::instance().find("flows.*", "app");
    for (const std::string_view name : app->choices) {
        listing.rows.push_back({std::string{name}, "", "", ""});
        add_keys(listing, fmt::format("flows.*:{}", name), fmt::format("  "), 0);
    }
    listing.rows.push_back({"every app", "", "", ""});
    add_keys(listing, "flows.*", "  ", 0);
    return listing;
}

Listing impairments() {
    Listing listing = keys_listing();
    add_keys(listing, "links[].impair[]", "", 2);
    return listing;
}

Listing queues() {
    Listing listing = keys_listing();
    add_keys(listing, "links[].queue", "", 1);
    return listing;
}

Listing faults() {
    Listing listing = keys_listing();
    add_keys(listing, "faults[]", "", 0);
    listing.rows.push_back({"of drop, delay, duplicate, corrupt, mark_ce", "", "", ""});
    add_keys(listing, "fault", "  ", 0);
    return listing;
}

Listing sysctls() {
    Listing listing = keys_listing();
    add_keys(listing, "hosts.*.tcp", "", 0);
    return listing;
}

Listing congestion() {
    Listing listing{{"name", "meaning"}, {}};
    // One line each; which of them exist says the table of keys.
    constexpr std::array<std::array<std::string_view, 2>, 3> kMeaning{{
        {"reno", "one segment more each round trip, half of the window at a loss: RFC 5681"},
        {"cubic", "grows by the time since the last loss, 0.7 of the window at one: RFC 9438"},
        {"bbr", "paces by measured bandwidth and round trip; not yet"},
    }};
    const Key* key = Schema::instance().find("hosts.*.tcp", "congestion");
    for (const std::string_view name : key->choices) {
        std::string meaning;
        for (const auto& [known, text] : kMeaning)
            if (known == name) meaning = text;
        if (name == key->fallback_text) meaning += " (the default)";
        listing.rows.push_back({std::string{name}, meaning});
    }
    return listing;
}

std::string_view prefix_of(const MetricName& metric) {
    switch (metric.subject) {
        case Metric::Subject::Flow:
            return metric.scope == MetricName::Scope::End ? "FLOW.client|server." : "FLOW.";
        case Metric::Subject::Program:
            return metric.scope == MetricName::Scope::End ? "PROGRAM.client|server." : "PROGRAM.";
        case Metric::Subject::Link:
            return "LINK.up|down.";
        case Metric::Subject::Node:
            return "HOST.";
        case Metric::Subject::Fault:
            return "faults[k].";
    }
    return "";
}

std::vector<std::string> row_of(const MetricName& metric) {
    std::string help{metric.help};
    if (metric.later) help += " (not yet)";
    return {std::string{prefix_of(metric)} + std::string{metric.key},
            std::string{scenario::describe(metric.unit)}, std::string{metric.functions}, help};
}

Listing metrics() {
    Listing listing{{"name", "is", "ask for", "meaning"}, {}};
    for (const MetricName& metric : scenario::metric_names())
        // A program's connections have the metrics of a flow.
        if (metric.subject != Metric::Subject::Program) listing.rows.push_back(row_of(metric));
    return listing;
}

Listing fields() {
    Listing listing{{"name", "is", "meaning"}, {}};
    for (const scenario::FieldName& field : scenario::field_names())
        listing.rows.push_back({std::string{field.name}, field.is_flag ? "true or false" : "value",
                                std::string{field.help}});
    listing.rows.push_back({"tcp.covers(N)", "true or false", "the payload holds byte N"});
    return listing;
}

Listing operations() {
    Listing listing{{"call", "arguments", "meaning"}, {}};
    for (const scenario::OperationForm& form : scenario::operation_forms())
        listing.rows.push_back(
            {std::string{form.name}, std::string{form.arguments}, std::string{form.help}});
    return listing;
}

Listing options() {
    Listing listing{{"name", "takes", "meaning"}, {}};
    for (const scenario::OptionRow& row : scenario::option_rows())
        listing.rows.push_back({std::string{row.name}, std::string{scenario::describe(row.type)},
                                std::string{row.help}});
    return listing;
}

Listing causes() {
    Listing listing{{"cause", "rule"}, {}};
    for (std::uint8_t i = 1; i < wire::kCauseCount; ++i) {
        const auto cause = static_cast<wire::Cause>(i);
        listing.rows.push_back(
            {std::string{wire::describe(cause)}, std::string{tcp::rule_of(cause)}});
    }
    return listing;
}

Listing drops() {
    Listing listing{{"reason"}, {}};
    for (std::uint8_t i = 1; i < trace::kDropReasonCount; ++i)
        listing.rows.push_back({std::string{trace::to_string(static_cast<trace::DropReason>(i))}});
    return listing;
}

Listing states() {
    Listing listing{{"state"}, {}};
    for (int i = 0; i < tcp::kStateCount; ++i)
        listing.rows.push_back({std::string{tcp::to_string(static_cast<tcp::State>(i))}});
    return listing;
}

Listing codes() {
    Listing listing{{"code", "meaning"}, {}};
    for (const ExitCodeMeaning& row : exit_code_meanings())
        listing.rows.push_back(
            {std::to_string(static_cast<int>(row.code)), std::string{row.meaning}});
    return listing;
}

Listing tls_profiles() {
    Listing listing{{"name", "meaning"}, {}};
    for (const tls::Profile& profile : tls::profiles())
        listing.rows.push_back({std::string{profile.name}, std::string{profile.summary}});
    return listing;
}

Listing tls_names() {
    Listing listing{{"name", "number", "is"}, {}};
    // Whatever of the registries the model knows; their numbers have 16 bits. RFC 8447.
    const auto add = [&](std::uint32_t number, std::string_view name, const char* what) {
        if (!name.empty())
            listing.rows.push_back({std::string{name}, std::to_string(number), what});
    };
    for (std::uint32_t n = 1; n <= UINT16_MAX; ++n) {
        const auto code = static_cast<std::uint16_t>(n);
        const auto known = [](std::string_view name, auto found, auto value) {
            return found(name) == value ? name : std::string_view{};
        };
        add(n,
            known(tls::name_of(static_cast<tls::Suite>(code)), tls::suite_named,
                  static_cast<tls::Suite>(code)),
            "suite");
        add(n,
            known(tls::name_of(static_cast<tls::Group>(code)), tls::group_named,
                  static_cast<tls::Group>(code)),
            "group");
        add(n,
            known(tls::name_of(static_cast<tls::Scheme>(code)), tls::scheme_named,
                  static_cast<tls::Scheme>(code)),
            "signature scheme");
    }
    for (const tls::KeyFacts& key : tls::key_algorithms())
        if (!key.name.empty()) listing.rows.push_back({std::string{key.name}, "", "kind of key"});
    return listing;
}

constexpr std::array kTopics{
    ListTopic{"apps", "applications of flows, and their keys", apps},
    ListTopic{"impairments", "random trouble on links", impairments},
    ListTopic{"queues", "queues of links", queues},
    ListTopic{"congestion", "congestion controls", congestion},
    ListTopic{"metrics", "what can be measured, with units", metrics},
    ListTopic{"fields", "fields of packets, for `match`", fields},
    ListTopic{"faults", "exact faults, and changes at a moment", faults},
    ListTopic{"operations", "calls of programs", operations},
    ListTopic{"options", "socket options", options},
    ListTopic{"sysctls", "TCP settings of hosts", sysctls},
    ListTopic{"causes", "why a segment was sent", causes},
    ListTopic{"rules", "every rule of TCP: its origin, code, tests and scripts", rules_listing,
              rules_page},
    ListTopic{"rfcs", "what RFCs ask of TCP, and what proves it", rfcs_listing, coverage_page},
    ListTopic{"transitions", "between the states of a TCP connection", transitions_listing},
    ListTopic{"drops", "why a packet was dropped", drops},
    ListTopic{"states", "states of a TCP connection", states},
    ListTopic{"tls-profiles", "stacks of TLS that `tls:` can name", tls_profiles},
    ListTopic{"tls-names", "groups, suites, signature schemes and kinds of keys in TLS", tls_names},
    ListTopic{"exit-codes", "what the program's exit codes mean", codes},
};

}  // namespace

std::span<const ListTopic> list_topics() { return kTopics; }

const ListTopic* find_list_topic(std::string_view name) {
    const auto* found = std::find_if(kTopics.begin(), kTopics.end(),
                                     [&](const ListTopic& topic) { return topic.name == name; });
    return found == kTopics.end() ? nullptr : found;
}

Listing find_key(std::string_view name) {
    Listing listing = keys_listing();
    listing.headings.front() = "where";
    for (const Key& key : Schema::instance().all()) {
        if (key.name != name) continue;
        const std::string dot = key.context.empty() ? "" : ".";
        listing.rows.push_back(row_of(key, std::string{key.context} + dot + std::string{name}));
    }
    for (const MetricName& metric : scenario::metric_names())
        if (metric.key == name && metric.subject != Metric::Subject::Program) {
            std::vector<std::string> row = row_of(metric);
            listing.rows.push_back({"metric " + row[0], row[1], "", row[3]});
        }
    return listing;
}

}  // namespace seedwire::cli
