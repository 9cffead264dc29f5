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
    for (const Entry& entry : map->entries)
        if (!entry.key.text.starts_with("x-")) read_flow(entry.key, entry.value);
    std::stable_sort(scenario_.flows.begin(), scenario_.flows.end(),
                     [](const FlowSpec& a, const FlowSpec& b) { return a.name < b.name; });
    std::vector<std::string> names;
    for (const FlowSpec& flow : scenario_.flows) names.push_back(flow.name);
    names_.flows.set(std::move(names));
    assign_ports();
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
            if (const Node* node = fields.require(end); node != nullptr) read_host_name(*node);
    } else {
        const Node& map = settings.is_null() ? nothing : settings;
        const Fields fields{reporter_, map, name, "flows.*",
                            application ? kAppContexts[*application] : ""};
        if (fields.ok()) {
            flow.config.kind = static_cast<app::Kind>(fields.number("app"));
            const Node* from = fields.require("from");
            const Node* to = fields.require("to");
            const auto from_index = from == nullptr ? std::nullopt : read_host_name(*from);
            const auto to_index = to == nullptr ? std::nullopt : read_host_name(*to);
            if (from_index && to_index && *from_index == *to_index)
                reporter_.error(
                    error_id::kSelfLink, *to,
                    fmt::format("flow '{}' leads from '{}' to itself", flow.name, to->text),
                    "the two ends must differ");
            flow.from = from_index.value_or(0);
            flow.to = to_index.value_or(0);
            if (application) read_application(flow, fields);
            read_transport(flow, fields);
            read_starts(flow, fields);
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
    if (!runs_over_tcp(config.kind)) return;
    const std::size_t nodes = scenario_.nodes.size();
    if (flow.from >= nodes || flow.to >= nodes) return;
    const tcp::Sysctls& client = scenario_.nodes[flow.from].sysctls;
    const tcp::Sysctls& server = scenario_.nodes[flow.to].sysctls;
    config.client_options.congestion = client.tcp_congestion_control;
    config.server_options.congestion = server.tcp_congestion_control;
    if (const Node* list = fields.node("options"); list != nullptr) {
        read_options(*list, client, config.client_options, reporter_);
        Diagnostics again;  // the same list once more: it was reported above
        Reporter silent{again};
        read_options(*list, server, config.server_options, silent);
    }
    if (const Node* list = fields.node("client_options"); list != nullptr)
        read_options(*list, client, config.client_options, reporter_);
    if (const Node* list = fields.node("server_options"); list != nullptr)
        read_options(*list, server, config.server_options, reporter_);
}

void Loader::read_transport(FlowSpec& flow, const Fields& fields) {
    const std::optional<std::int64_t> over = fields.optional_number("over");
    if (!over) return;
    const Node& node = *fields.node("over");
    const bool wants_tcp = runs_over_tcp(flow.config.kind);
    const std::string_view app = kAppNames[static_cast<std::size_t>(flow.config.kind)];
    if (*over == 2)
        reporter_.error(error_id::kNotYet, node, "over tls: not yet");
    else if (flow.config.kind == app::Kind::Ping)
        reporter_.error(error_id::kContradiction, node, "ping is ICMP itself", "leave `over` out");
    else if ((*over == 0) != wants_tcp)
        reporter_.error(error_id::kContradiction, node,
                        fmt::format("{} runs over {}", app, wants_tcp ? "tcp" : "udp"));
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
    flow.count = static_cast<std::uint32_t>(fields.number("count"));
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

void Loader::assign_ports() {
    // Given ports first: what is handed out goes around them.
    std::map<std::pair<std::uint32_t, std::uint32_t>, const FlowSpec*> taken;
    const auto place = [](const FlowSpec& flow, std::uint32_t port) {
        const std::uint32_t udp = flow.config.transport == app::Transport::Udp ? 1U : 0U;
        return std::pair{flow.to * 2 + udp, port};
    };
    for (const FlowSpec& flow : scenario_.flows) {
        if (flow.config.port == 0) continue;
        const auto [at, added] = taken.try_emplace(place(flow, flow.config.port), &flow);
        if (!added && reporter_.errors() == 0)
            reporter_.error_at(
                error_id::kPortClash, flow.where,
                fmt::format("port {} of '{}' serves flow '{}' already", flow.config.port,
                            scenario_.nodes[flow.to].name, at->second->name));
    }
    for (std::size_t i = 0; i < scenario_.flows.size(); ++i) {
        FlowSpec& flow = scenario_.flows[i];
        if (flow.config.port != 0 || flow.config.kind == app::Kind::Ping) continue;
        auto port = static_cast<std::uint32_t>((kFirstPort + i - 1) % 65535 + 1);
        while (!taken.try_emplace(place(flow, port), &flow).second) port = port % 65535 + 1;
        flow.config.port = static_cast<std::uint16_t>(port);
    }
}

}  // namespace seedwire::scenario
