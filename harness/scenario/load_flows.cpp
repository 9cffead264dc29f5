// `flows:`: applications, their ends, when they start, and the ports of their servers.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/loader.h"
#include "harness/scenario/socket_options.h"
#include "sim/base/random.h"

namespace seedwire::scenario {
namespace {

/// First port handed out; the k-th flow gets the k-th next.
constexpr std::uint32_t kFirstPort = 5001;

constexpr std::array<std::string_view, 4> kAppContexts{"flows.*:bulk", "flows.*:request_response",
                                                       "flows.*:constant_bitrate", "flows.*:ping"};
constexpr std::array<std::string_view, 4> kAppNames{"bulk", "request_response", "constant_bitrate",
                                                    "ping"};

/// The context of the application a flow asks for; the first one where that is unclear.
std::optional<std::size_t> find_application(const Node& settings) {
    const Node* app = settings.is_map() ? settings.find("app") : nullptr;
    if (app == nullptr) return std::nullopt;
    const auto* at = std::find(kAppNames.begin(), kAppNames.end(), app->text);
    if (at == kAppNames.end()) return std::nullopt;
    return static_cast<std::size_t>(at - kAppNames.begin());
}

bool runs_over_tcp(app::Kind kind) {
    return kind == app::Kind::Bulk || kind == app::Kind::RequestResponse;
}

}  // namespace

void Loader::read_flows(const Fields& top) {
    const Node* map = top.node("flows");
    if (map == nullptr || map->is_null()) return;
    if (!map->is_map()) {
        reporter_.error(error_id::kWrongKind, *map, "flows takes a map of names",
                        "write name: {app: bulk, from: a, to: b}");
        return;
    }
    tls_.read_profiles(top);
    for (const Entry& entry : map->entries)
        if (!entry.key.text.starts_with("x-")) read_flow(entry.key, entry.value);
    std::stable_sort(scenario_.flows.begin(), scenario_.flows.end(),
                     [](const FlowSpec& a, const FlowSpec& b) { return a.name < b.name; });
    std::vector<std::string> names;
    for (const FlowSpec& flow : scenario_.flows) names.push_back(flow.name);
    names_.flows.set(std::move(names));
    assign_ports();
    tls_.check_trust();
    tls_.check_replays(scenario_.flows);
}

void Loader::read_flow(const Node& name, const Node& settings) {
    if (!check_name(name, "a flow")) return;
    FlowSpec flow;
    flow.name = name.text;
    flow.where = reporter_.span(name);
    const std::optional<std::size_t> application = find_application(settings);
    // Without a known application every application's keys would look wrong.
    static const Node nothing = [] {
        Node map;
        map.kind = Node::Kind::Map;
        return map;
    }();
    if (settings.is_map() && !application) {
        Node head = settings;
        std::erase_if(head.entries, [](const Entry& entry) {
            return std::any_of(kAppContexts.begin(), kAppContexts.end(), [&](std::string_view app) {
                return Schema::instance().find(app, entry.key.text) != nullptr;
            });
        });
        const Fields fields{reporter_, head, name, "flows.*"};
        fields.number("app");
        for (const std::string_view end : {"from", "to"})
            if (const Node* node = fields.require(end); node != nullptr) read_hosts(*node);
    } else {
        const Node& map = settings.is_null() ? nothing : settings;
        const Fields fields{reporter_, map, name, "flows.*",
                            application ? kAppContexts[*application] : ""};
        if (fields.ok()) {
            flow.config.kind = static_cast<app::Kind>(fields.number("app"));
            read_pairs(flow, fields);
            if (application) read_application(flow, fields);
            read_transport(flow, fields);
            read_starts(flow, fields);
            read_tls(flow, fields, name);
        }
    }
    // Even a flow that was refused keeps its name, so that nothing else complains about it.
    scenario_.flows.push_back(std::move(flow));
}

void Loader::read_application(FlowSpec& flow, const Fields& fields) {
    app::FlowConfig& config = flow.config;
    config.rounds = 1;
    switch (config.kind) {
        case app::Kind::Bulk:
            config.bytes = Bytes{fields.optional_number("bytes").value_or(0)};
            config.download = fields.number("direction") == 1;
            break;
        case app::Kind::RequestResponse:
            config.request = fields.bytes("request");
            config.response = fields.bytes("response");
            config.rounds = static_cast<std::uint32_t>(fields.number("rounds"));
            config.think = fields.duration("think");
            config.interval = fields.duration("interval");
            break;
        case app::Kind::ConstantBitrate:
            config.transport = app::Transport::Udp;
            config.rate = fields.rate("rate");
            config.packet = fields.bytes("packet");
            config.download = fields.number("direction") == 1;
            break;
        case app::Kind::Ping:
            config.transport = app::Transport::Udp;
            config.interval = fields.duration("interval");
            config.rounds = static_cast<std::uint32_t>(fields.number("rounds"));
            config.packet = fields.bytes("packet");
            break;
    }
    config.backlog = static_cast<std::int32_t>(fields.number("backlog"));
    if (runs_over_tcp(config.kind)) read_options_of(flow, fields);
}

void Loader::read_options_of(FlowSpec& flow, const Fields& fields) {
    if (flow.from >= scenario_.nodes.size() || flow.to >= scenario_.nodes.size()) return;
    const Node* both = fields.node("options");
    const Node* of_client = fields.node("client_options");
    const Node* of_server = fields.node("server_options");
    Diagnostics again;  // the same lists once more are reported once
    Reporter silent{again};
    // What an option does depends on the host's sysctls, so each pair has its own.
    const auto read = [&](FlowEnds& ends, Reporter& reporter) {
        const tcp::Sysctls& client = scenario_.nodes[ends.from].sysctls;
        const tcp::Sysctls& server = scenario_.nodes[ends.to].sysctls;
        ends.client_options.congestion = client.tcp_congestion_control;
        ends.server_options.congestion = server.tcp_congestion_control;
        if (both != nullptr) {
            read_options(*both, client, ends.client_options, reporter);
            read_options(*both, server, ends.server_options, silent);
        }
        if (of_client != nullptr) read_options(*of_client, client, ends.client_options, reporter);
        if (of_server != nullptr) read_options(*of_server, server, ends.server_options, reporter);
    };
    FlowEnds first{flow.from, flow.to, {}, {}};
    read(first, reporter_);
    for (FlowEnds& ends : flow.pairs) read(ends, silent);
    flow.config.client_options = first.client_options;
    flow.config.server_options = first.server_options;
}

void Loader::read_transport(FlowSpec& flow, const Fields& fields) {
    const std::optional<std::int64_t> over = fields.optional_number("over");
    if (!over) return;
    const Node& node = *fields.node("over");
    const bool wants_tcp = runs_over_tcp(flow.config.kind);
    const std::string_view app = kAppNames[static_cast<std::size_t>(flow.config.kind)];
    if (flow.config.kind == app::Kind::Ping)
        reporter_.error(error_id::kContradiction, node, "ping is ICMP itself", "leave `over` out");
    else if ((*over != 1) != wants_tcp)
        reporter_.error(error_id::kContradiction, node,
                        fmt::format("{} runs over {}", app, wants_tcp ? "tcp or tls" : "udp"));
}

void Loader::read_tls(FlowSpec& flow, const Fields& fields, const Node& name) {
    const Node* settings = fields.node("tls");
    const bool runs_over_tls = fields.optional_number("over").value_or(0) == 2;
    if (runs_over_tls && runs_over_tcp(flow.config.kind))
        flow.config.tls = tls_.read_flow(settings, name, flow.count, flow.tls);
    else if (settings != nullptr && !runs_over_tls)
        reporter_.error(error_id::kContradiction, *settings, "this flow does not run over TLS",
                        "write `over: tls`");
}

std::vector<Time> Loader::spread_starts(const FlowSpec& flow, const Node& distribution) {
    const std::string note =
        "start is 1 s, {uniform: [a, b]}, {every: t, from: a} or {exponential: mean, from: a}";
    const Key& key = *Schema::instance().find("flows.*", "stop");
    std::vector<Time> starts(flow.count);
    const auto read = [&](const Node* node) {
        Key row = key;
        row.name = "start";
        row.minimum = 0;
        return node == nullptr ? std::nullopt : read_quantity(*node, row, reporter_);
    };
    const Node* uniform = distribution.find("uniform");
    const Node* every = distribution.find("every");
    const Node* exponential = distribution.find("exponential");
    const Node* from = distribution.find("from");
    const std::size_t known = (uniform != nullptr ? 1U : 0U) + (every != nullptr ? 1U : 0U) +
                              (exponential != nullptr ? 1U : 0U);
    if (known != 1 || distribution.entries.size() != known + (from != nullptr ? 1U : 0U) ||
        (uniform != nullptr && from != nullptr)) {
        reporter_.error(error_id::kWrongKind, distribution, "this is no start", "", note);
        return starts;
    }
    RandomStream random{scenario_.seed, "flow/" + flow.name + "/start"};
    scenario_.drawn_with_seed |= every == nullptr;
    const Time begin = Time::from_ns(read(from).value_or(0));
    if (uniform != nullptr) {
        const bool pair = uniform->is_sequence() && uniform->items.size() == 2;
        const auto low = pair ? read(&uniform->items[0]) : std::nullopt;
        const auto high = pair ? read(&uniform->items[1]) : std::nullopt;
        if (!pair || (low && high && *low > *high))
            reporter_.error(error_id::kWrongKind, *uniform, "uniform takes two moments",
                            "[0 s, 1 s]");
        else if (low && high)
            for (Time& start : starts)
                start = Time::zero() + random.uniform(Duration::ns(*low), Duration::ns(*high));
    } else if (const auto step = read(every != nullptr ? every : exponential)) {
        Time next = begin;
        for (Time& start : starts) {
            if (exponential != nullptr) next += random.exponential(Duration::ns(*step));
            start = next;
            if (every != nullptr) next += Duration::ns(*step);
        }
    }
    return starts;
}

void Loader::read_starts(FlowSpec& flow, const Fields& fields) {
    if (!count_connections(flow, fields)) return;
    flow.starts.assign(flow.count, Time::zero());
    if (const Node* start = fields.node("start"); start != nullptr) {
        Key key = *Schema::instance().find("flows.*", "stop");
        key.name = "start";
        key.minimum = 0;
        if (start->is_map()) {
            flow.starts = spread_starts(flow, *start);
        } else if (start->is_sequence()) {
            if (start->items.size() != flow.count)
                reporter_.error(
                    error_id::kContradiction, *start,
                    fmt::format("{} moments for {} connections", start->items.size(), flow.count));
            for (std::size_t i = 0; i < std::min(flow.starts.size(), start->items.size()); ++i)
                flow.starts[i] =
                    Time::from_ns(read_quantity(start->items[i], key, reporter_).value_or(0));
        } else if (const auto moment = read_quantity(*start, key, reporter_)) {
            flow.starts.assign(flow.count, Time::from_ns(*moment));
        }
    }
    flow.config.start = flow.starts.front();
    if (const auto stop = fields.optional_number("stop")) {
        flow.config.stop = Time::from_ns(*stop);
        if (flow.config.stop <= *std::min_element(flow.starts.begin(), flow.starts.end()))
            reporter_.error(error_id::kContradiction, *fields.node("stop"),
                            fmt::format("flow '{}' would stop before it starts", flow.name));
    }
    if (const auto port = fields.optional_number("port"))
        flow.config.port = static_cast<std::uint16_t>(*port);
}

namespace {

/// The hosts that serve a flow, each once.
std::vector<std::uint32_t> servers_of(const FlowSpec& flow) {
    std::vector<std::uint32_t> servers;
    for (std::uint32_t p = 0; p < flow.pair_count(); ++p)
        servers.push_back(flow.pairs.empty() ? flow.to : flow.pairs[p].to);
    std::sort(servers.begin(), servers.end());
    servers.erase(std::unique(servers.begin(), servers.end()), servers.end());
    return servers;
}

}  // namespace

void Loader::assign_ports() {
    // Given ports first: what is handed out goes around them.
    std::map<std::pair<std::uint32_t, std::uint32_t>, const FlowSpec*> taken;
    const auto place = [](const FlowSpec& flow, std::uint32_t server, std::uint32_t port) {
        const std::uint32_t udp = flow.config.transport == app::Transport::Udp ? 1U : 0U;
        return std::pair{server * 2 + udp, port};
    };
    for (const FlowSpec& flow : scenario_.flows) {
        if (flow.config.port == 0) continue;
        for (const std::uint32_t server : servers_of(flow)) {
            const auto [at, added] =
                taken.try_emplace(place(flow, server, flow.config.port), &flow);
            if (added || reporter_.errors() > 0) continue;
            reporter_.error_at(
                error_id::kPortClash, flow.where,
                fmt::format("port {} of '{}' serves flow '{}' already", flow.config.port,
                            scenario_.nodes[server].name, at->second->name));
        }
    }
    for (std::size_t i = 0; i < scenario_.flows.size(); ++i) {
        FlowSpec& flow = scenario_.flows[i];
        if (flow.config.port != 0 || flow.config.kind == app::Kind::Ping) continue;
        const std::vector<std::uint32_t> servers = servers_of(flow);
        auto port = static_cast<std::uint32_t>((kFirstPort + i - 1) % 65535 + 1);
        const auto is_taken = [&](std::uint32_t server) {
            return taken.find(place(flow, server, port)) != taken.end();
        };
        while (std::any_of(servers.begin(), servers.end(), is_taken)) port = port % 65535 + 1;
        for (const std::uint32_t server : servers) taken.emplace(place(flow, server, port), &flow);
        flow.config.port = static_cast<std::uint16_t>(port);
    }
}

}  // namespace seedwire::scenario
