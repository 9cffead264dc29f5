// The two ends of a flow: one host each, or many by pattern or list, and how they are paired.
#include <fmt/format.h>

#include <algorithm>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/loader.h"
#include "harness/scenario/name_pattern.h"

namespace seedwire::scenario {
namespace {

/// The most connections of one flow, all pairs together.
constexpr std::uint64_t kMostConnections = 1'000'000;

constexpr std::int64_t kAll = 1;  // the choice `all` of `pair`

}  // namespace

std::vector<std::uint32_t> Loader::read_hosts(const Node& node) {
    std::vector<std::uint32_t> hosts;
    if (node.is_sequence()) {
        for (const Node& item : node.items) {
            if (!require_scalar(item, "end", "name", reporter_)) continue;
            const std::vector<std::uint32_t> more = read_hosts(item);
            hosts.insert(hosts.end(), more.begin(), more.end());
        }
        if (node.items.empty())
            reporter_.error(error_id::kWrongKind, node, "an empty list of hosts");
        return hosts;
    }
    if (!node.is_scalar() || !is_pattern(node.text)) {
        if (const auto host = read_host_name(node)) hosts.push_back(*host);
        return hosts;
    }
    for (std::uint32_t i = 0; i < scenario_.nodes.size(); ++i)
        if (!scenario_.nodes[i].router && matches(node.text, scenario_.nodes[i].name))
            hosts.push_back(i);
    std::sort(hosts.begin(), hosts.end(), [this](std::uint32_t a, std::uint32_t b) {
        return natural_less(scenario_.nodes[a].name, scenario_.nodes[b].name);
    });
    if (hosts.empty() && !topology_failed_)
        reporter_.error(error_id::kUnknownName, node,
                        fmt::format("no host matches '{}'", node.text),
                        did_you_mean(node.text, names_.nodes.all()));
    return hosts;
}

void Loader::read_pairs(FlowSpec& flow, const Fields& fields) {
    const Node* from = fields.require("from");
    const Node* to = fields.require("to");
    const auto pair = fields.optional_number("pair");
    if (from == nullptr || to == nullptr) return;
    const std::vector<std::uint32_t> openers = read_hosts(*from), servers = read_hosts(*to);
    if (openers.empty() || servers.empty()) return;
    flow.from = openers.front();
    flow.to = servers.front();
    if (openers.size() == 1 && servers.size() == 1) {
        if (flow.from == flow.to)
            reporter_.error(error_id::kSelfLink, *to,
                            fmt::format("flow '{0}' leads from '{1}' to itself", flow.name,
                                        scenario_.nodes[flow.to].name),
                            "the two ends must differ");
        return;
    }
    const bool several = openers.size() > 1 && servers.size() > 1;
    if (several && !pair)
        return reporter_.error(error_id::kMissingKey, *from,
                               fmt::format("{} hosts and {} hosts: who speaks with whom?",
                                           openers.size(), servers.size()),
                               "add pair: one_to_one, or pair: all");
    if (several && *pair != kAll)
        pair_one_to_one(flow, openers, servers, *to);
    else
        pair_all(flow, openers, servers, *from);
    if (flow.pairs.empty()) return;
    flow.from = flow.pairs.front().from;
    flow.to = flow.pairs.front().to;
}

void Loader::pair_one_to_one(FlowSpec& flow, const std::vector<std::uint32_t>& openers,
                             const std::vector<std::uint32_t>& servers, const Node& to) {
    if (openers.size() != servers.size())
        return reporter_.error(error_id::kContradiction, to,
                               fmt::format("{} hosts cannot be paired one to one with {}",
                                           openers.size(), servers.size()),
                               "as many on both sides, or pair: all");
    for (std::size_t i = 0; i < openers.size(); ++i) {
        if (openers[i] == servers[i])
            return reporter_.error(error_id::kSelfLink, to,
                                   fmt::format("flow '{}' pairs '{}' with itself", flow.name,
                                               scenario_.nodes[openers[i]].name),
                                   "the two ends must differ");
        flow.pairs.push_back({openers[i], servers[i], {}, {}});
    }
}

void Loader::pair_all(FlowSpec& flow, const std::vector<std::uint32_t>& openers,
                      const std::vector<std::uint32_t>& servers, const Node& from) {
    if (openers.size() * servers.size() > kMostConnections)
        return reporter_.error(error_id::kTooLarge, from,
                               fmt::format("{} hosts with {} hosts: more than {} connections",
                                           openers.size(), servers.size(), kMostConnections));
    for (const std::uint32_t opener : openers)
        for (const std::uint32_t server : servers)
            if (opener != server) flow.pairs.push_back({opener, server, {}, {}});
    if (flow.pairs.empty())
        reporter_.error(error_id::kSelfLink, from,
                        fmt::format("flow '{}' has no two hosts that differ", flow.name));
}

bool Loader::count_connections(FlowSpec& flow, const Fields& fields) {
    const auto each = static_cast<std::uint64_t>(fields.number("count"));
    if (each * flow.pair_count() > kMostConnections) {
        reporter_.error(error_id::kTooLarge, *fields.node("count"),
                        fmt::format("{} connections for each of {} pairs: more than {}", each,
                                    flow.pair_count(), kMostConnections));
        return false;
    }
    flow.count = static_cast<std::uint32_t>(each) * flow.pair_count();
    return true;
}

}  // namespace seedwire::scenario
