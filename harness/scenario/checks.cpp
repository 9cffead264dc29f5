// What only shows when everything is known: paths, MTUs, runs that would never end.
#include <fmt/format.h>

#include <algorithm>
#include <queue>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/loader.h"

namespace seedwire::scenario {
namespace {

/// Bytes of IPv4 and UDP headers. RFC 791 §3.1, RFC 768.
constexpr std::int64_t kIpHeader = 20;
constexpr std::int64_t kUdpHeader = 8;

/// The topology as far as reachability goes. Hosts do not forward.
class Paths {
public:
    explicit Paths(const Scenario& scenario)
        : scenario_{scenario}, links_of_(scenario.nodes.size()) {
        for (std::size_t i = 0; i < scenario.links.size(); ++i) {
            links_of_[scenario.links[i].from].push_back(i);
            links_of_[scenario.links[i].to].push_back(i);
        }
    }

    /// Which nodes a packet of `from` can come to over links whose MTU holds it.
    std::vector<bool> reached(std::uint32_t from, std::int64_t ip_bytes) const {
        std::vector<bool> seen(scenario_.nodes.size());
        std::queue<std::uint32_t> open;
        open.push(from);
        seen[from] = true;
        while (!open.empty()) {
            const std::uint32_t node = open.front();
            open.pop();
            if (node != from && !scenario_.nodes[node].router) continue;
            for (const std::size_t index : links_of_[node]) {
                const LinkSpec& link = scenario_.links[index];
                const bool up = link.from == node;
                const std::uint32_t next = up ? link.to : link.from;
                if ((up ? link.up : link.down).mtu.count < ip_bytes || seen[next]) continue;
                seen[next] = true;
                open.push(next);
            }
        }
        return seen;
    }

private:
    const Scenario& scenario_;
    std::vector<std::vector<std::size_t>> links_of_;
};

/// Answers for many flows: nearly always the two hosts are neighbours, or have routers of one
/// component as neighbours. Only where that fails the paths are walked.
class Reachability {
public:
    explicit Reachability(const Scenario& scenario) : scenario_{scenario}, paths_{scenario} {}

    bool operator()(std::uint32_t from, std::uint32_t to, std::int64_t ip_bytes) {
        const auto at = components_.find(ip_bytes);
        const Components& components =
            at != components_.end()
                ? at->second
                : components_.emplace(ip_bytes, find_components(ip_bytes)).first->second;
        const std::vector<std::uint32_t>& near = components.around[from];
        const std::vector<std::uint32_t>& far = components.around[to];
        for (const std::uint32_t component : near)
            if (std::find(far.begin(), far.end(), component) != far.end()) return true;
        return paths_.reached(from, ip_bytes)[to];
    }

private:
    /// Of each node, the components of routers that it belongs to or is linked with.
    struct Components {
        std::vector<std::vector<std::uint32_t>> around;
    };

    Components find_components(std::int64_t ip_bytes) const {
        std::vector<std::uint32_t> parent(scenario_.nodes.size());
        for (std::size_t i = 0; i < parent.size(); ++i) parent[i] = static_cast<std::uint32_t>(i);
        const auto root = [&parent](std::uint32_t node) {
            while (parent[node] != node) node = parent[node] = parent[parent[node]];
            return node;
        };
        const auto fits = [&](const LinkSpec& link) {
            return link.up.mtu.count >= ip_bytes && link.down.mtu.count >= ip_bytes;
        };
        for (const LinkSpec& link : scenario_.links)
            if (fits(link) && scenario_.nodes[link.from].router && scenario_.nodes[link.to].router)
                parent[root(link.from)] = root(link.to);
        Components components{std::vector<std::vector<std::uint32_t>>(parent.size())};
        for (const LinkSpec& link : scenario_.links) {
            if (!fits(link)) continue;
            if (scenario_.nodes[link.to].router)
                components.around[link.from].push_back(root(link.to));
            if (scenario_.nodes[link.from].router)
                components.around[link.to].push_back(root(link.from));
        }
        for (std::uint32_t i = 0; i < parent.size(); ++i) {
            std::vector<std::uint32_t>& around = components.around[i];
            if (scenario_.nodes[i].router) around.push_back(root(i));
            std::sort(around.begin(), around.end());
            around.erase(std::unique(around.begin(), around.end()), around.end());
        }
        return components;
    }

    const Scenario& scenario_;
    Paths paths_;
    std::map<std::int64_t, Components> components_;
};

/// Can the two hosts of a pair speak with each other? False after a report.
bool check_pair(const FlowSpec& flow, const FlowEnds& ends, const Scenario& scenario,
                Reachability& reaches, Reporter& reporter) {
    const std::string& from = scenario.nodes[ends.from].name;
    const std::string& to = scenario.nodes[ends.to].name;
    const app::FlowConfig& config = flow.config;
    if (!reaches(ends.from, ends.to, 0)) {
        reporter.error_at(error_id::kNotConnected, flow.where,
                          fmt::format("no links lead from '{}' to '{}'", from, to), "",
                          "hosts do not forward packets, routers do");
        return false;
    }
    if (config.kind != app::Kind::ConstantBitrate && config.kind != app::Kind::Ping) return true;
    const std::int64_t size = config.packet.count + kUdpHeader + kIpHeader;  // ICMP: the same
    const bool both = config.kind == app::Kind::Ping;
    const bool fits = (config.download && !both ? true : reaches(ends.from, ends.to, size)) &&
                      (config.download || both ? reaches(ends.to, ends.from, size) : true);
    if (!fits)
        reporter.error_at(error_id::kTooBigForMtu, flow.where,
                          fmt::format("packets of {} make {} bytes of IP, too long for the path",
                                      to_string(config.packet), size),
                          "", "the MTU of a link counts IP bytes; nothing fragments");
    return fits;
}

void check_flow(const FlowSpec& flow, const Scenario& scenario, Reachability& reaches,
                Reporter& reporter) {
    for (std::uint32_t p = 0; p < flow.pair_count(); ++p)
        if (!check_pair(flow, flow.pair(p), scenario, reaches, reporter)) break;
    const app::FlowConfig& config = flow.config;
    if (!scenario.stop.is_never() || !config.stop.is_never()) return;
    if (config.kind == app::Kind::Bulk && config.bytes.count == 0)
        reporter.error_at(error_id::kNeverEnds, flow.where,
                          fmt::format("flow '{}' would never end", flow.name),
                          "give it bytes or stop, or the scenario a stop");
    if (config.kind == app::Kind::ConstantBitrate)
        reporter.error_at(error_id::kNeverEnds, flow.where,
                          fmt::format("flow '{}' would never end", flow.name),
                          "give it a stop, or the scenario one");
}

void check_program(const ProgramSpec& program, const Scenario& scenario, Reachability& reaches,
                   Reporter& reporter) {
    for (const app::Operation& operation : program.config.script) {
        if (!app::opens_connection(operation.kind)) continue;
        if (operation.peer == program.config.node ||
            reaches(program.config.node, operation.peer, 0))
            continue;
        reporter.error_at(
            error_id::kNotConnected, program.where,
            fmt::format("no links lead from '{}' to '{}'", scenario.nodes[program.config.node].name,
                        scenario.nodes[operation.peer].name),
            "", "hosts do not forward packets, routers do");
    }
}

/// Ports that flows serve and programs listen on must differ, host by host.
void check_listeners(const Scenario& scenario, Reporter& reporter) {
    std::map<std::pair<std::uint32_t, std::int64_t>, std::string> taken;
    for (const FlowSpec& flow : scenario.flows)
        for (std::uint32_t p = 0; p < flow.pair_count(); ++p)
            if (flow.config.transport == app::Transport::Tcp)
                taken.emplace(std::pair{flow.pair(p).to, std::int64_t{flow.config.port}},
                              "flow '" + flow.name + "'");
    for (const ProgramSpec& program : scenario.programs) {
        for (const app::Operation& operation : program.config.script) {
            if (operation.kind != app::Operation::Kind::Listen) continue;
            const auto [at, added] = taken.emplace(std::pair{program.config.node, operation.number},
                                                   "program '" + program.name + "'");
            if (!added && at->second != "program '" + program.name + "'")
                reporter.error_at(
                    error_id::kPortClash, program.where,
                    fmt::format("port {} of '{}' is taken by {} already", operation.number,
                                scenario.nodes[program.config.node].name, at->second));
        }
    }
}

}  // namespace

void check_meaning(const Scenario& scenario, Reporter& reporter) {
    Reachability reaches{scenario};
    for (const FlowSpec& flow : scenario.flows) check_flow(flow, scenario, reaches, reporter);
    for (const ProgramSpec& program : scenario.programs)
        check_program(program, scenario, reaches, reporter);
    check_listeners(scenario, reporter);
}

}  // namespace seedwire::scenario
