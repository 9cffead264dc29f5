// `hosts:` and `routers:`: names, addresses, and TCP's settings under their own names.
#include <fmt/format.h>

#include <algorithm>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/loader.h"
#include "harness/scenario/sysctls.h"
#include "models/tcp/profile_table.h"

namespace seedwire::scenario {
namespace {

/// `[least, first, most]`, in bytes.
void read_buffer_triple(const Fields& tcp, std::string_view name, Reporter& reporter,
                        std::int32_t (&triple)[3]) {
    const Node* node = tcp.node(name);
    if (node == nullptr) return;
    const std::string hint = fmt::format("write {}: [4096, {}, {}]", name, triple[1], triple[2]);
    if (!node->is_sequence() || node->items.size() != 3) {
        reporter.error(error_id::kWrongKind, *node, fmt::format("{} takes three sizes", name),
                       hint);
        return;
    }
    std::int64_t values[3] = {};
    for (std::size_t i = 0; i < 3; ++i) {
        const Node& item = node->items[i];
        if (!require_scalar(item, name, "size", reporter)) return;
        // A sysctl counts bytes, so a bare number is one; a unit is welcome.
        Parsed<std::int64_t> parsed = parse_integer(item.text);
        if (!parsed) parsed = parse_base_units(Type::Bytes, item.text);
        if (!parsed) return reporter.error(item, name, parsed.error);
        if (*parsed < 1 || *parsed > INT32_MAX)
            return reporter.error(error_id::kOutOfRange, item,
                                  fmt::format("{}: {} is out of range", name, item.text),
                                  "1 .. 2147483647");
        values[i] = *parsed;
    }
    if (values[0] > values[1] || values[1] > values[2])
        return reporter.error(error_id::kContradiction, *node,
                              fmt::format("{}: the three sizes must not fall", name),
                              "[least, first, most]");
    for (std::size_t i = 0; i < 3; ++i) triple[i] = static_cast<std::int32_t>(values[i]);
}

}  // namespace

void Loader::read_node(const Node& name, const Node& settings, bool router) {
    if (!check_name(name, router ? "a router" : "a host")) return;
    NodeSpec node;
    node.name = name.text;
    node.router = router;
    node.where = reporter_.span(name);
    read_node_settings(node, settings, name);
    scenario_.nodes.push_back(std::move(node));
}

void Loader::read_node_settings(NodeSpec& node, const Node& settings, const Node& owner) {
    const Fields fields{reporter_, settings, owner, node.router ? "routers.*" : "hosts.*"};
    if (!fields.ok()) return;
    node.ttl = static_cast<std::uint8_t>(fields.number("ttl"));
    if (const Node* address = fields.node("address"); address != nullptr) {
        node.address = address->is_scalar() ? wire::parse_address(address->text) : std::nullopt;
        if (!node.address)
            reporter_.error(error_id::kBadValue, *address, "this is not an IPv4 address",
                            "write for example 10.0.0.1");
        else if (!wire::is_host_address(*node.address))
            reporter_.error(error_id::kOutOfRange, *address,
                            fmt::format("no host can have the address {}", address->text),
                            "write for example 10.0.0.1",
                            "0.x.x.x, 127.x.x.x and all from 224.0.0.0 on have other uses");
    }
    if (node.router) return;
    read_tcp(node, fields);
    read_cpu(node, fields);
}

void Loader::read_tcp(NodeSpec& node, const Fields& host) {
    if (const Node* settings = host.node("tcp"); settings != nullptr) {
        const Fields tcp{reporter_, *settings, *settings, "hosts.*.tcp"};
        if (tcp.ok()) {
            tcp::Sysctls& sysctls = node.sysctls;
            const bool rfc = tcp.number("profile") == 1;
            tcp::apply_profile(rfc ? tcp::Profile::Rfc : tcp::Profile::Linux, sysctls);
            if (tcp.has("congestion") && tcp.has("tcp_congestion_control"))
                reporter_.error(error_id::kContradiction, *tcp.node("congestion"),
                                "congestion and tcp_congestion_control are the same", "keep one");
            for (const std::string_view key : {"congestion", "tcp_congestion_control"}) {
                if (!tcp.has(key)) continue;
                const std::int64_t choice = tcp.number(key);
                if (choice == 2)
                    reporter_.error(error_id::kNotYet, *tcp.node(key), "bbr: not yet",
                                    "reno and cubic work");
                sysctls.tcp_congestion_control =
                    choice == 0 ? tcp::CongestionName::Reno : tcp::CongestionName::Cubic;
            }
            read_buffer_triple(tcp, "tcp_rmem", reporter_, sysctls.tcp_rmem);
            read_buffer_triple(tcp, "tcp_wmem", reporter_, sysctls.tcp_wmem);
            for (const SysctlRow& row : sysctl_rows())
                if (tcp.has(row.name)) set_sysctl(row, sysctls, tcp.number(row.name));
        }
    }
    if (node.sysctls.profile == tcp::Profile::Rfc) node.wakeup = Duration::zero();
    if (const auto wakeup = host.optional_number("wakeup")) node.wakeup = Duration::ns(*wakeup);
}

void Loader::read_cpu(NodeSpec& node, const Fields& host) {
    const Node* settings = host.node("cpu");
    if (settings == nullptr) return;
    const Fields cpu{reporter_, *settings, *settings, "hosts.*.cpu"};
    if (!cpu.ok()) return;
    host::CpuConfig config;
    config.workers = static_cast<std::uint32_t>(cpu.number("workers"));
    config.scale = cpu.ratio("scale");
    // Costs are below a day; so neither product can overflow.
    constexpr std::uint64_t kMost = 10'000;
    if (config.scale.numerator > kMost || config.scale.denominator > kMost)
        reporter_.error(error_id::kOutOfRange, *cpu.node("scale"),
                        "a scale is a fraction of whole numbers up to 10000", "write 1/2 or 1.5");
    node.cpu = config;
}

void Loader::assign_names_of_nodes() {
    std::stable_sort(scenario_.nodes.begin(), scenario_.nodes.end(),
                     [](const NodeSpec& a, const NodeSpec& b) { return a.name < b.name; });
    std::vector<std::string> names;
    std::map<std::uint32_t, const NodeSpec*> addresses;
    for (std::size_t i = 0; i < scenario_.nodes.size(); ++i) {
        const NodeSpec& node = scenario_.nodes[i];
        names.push_back(node.name);
        if (i > 0 && scenario_.nodes[i - 1].name == node.name) {
            const NodeSpec& first = scenario_.nodes[i - 1];
            reporter_.error_at(error_id::kDuplicateName, node.where,
                               fmt::format("'{}' is here twice", node.name),
                               "hosts and routers share their names",
                               fmt::format("the first one is in line {}", first.where.line));
        }
        if (!node.address) continue;
        const auto [at, added] = addresses.try_emplace(node.address->value, &node);
        if (!added)
            reporter_.error_at(
                error_id::kAddressClash, node.where,
                fmt::format("'{}' has the address of '{}'", node.name, at->second->name));
    }
    names_.nodes.set(std::move(names));
}

std::optional<std::uint32_t> Loader::read_node_name(const Node& node) {
    if (!require_scalar(node, "end", "name", reporter_)) return std::nullopt;
    const std::optional<std::uint32_t> found = names_.nodes.find(node.text);
    if (!found && !topology_failed_)
        reporter_.error(error_id::kUnknownName, node,
                        fmt::format("no host or router '{}'", node.text),
                        did_you_mean(node.text, names_.nodes.all()));
    return found;
}

std::optional<std::uint32_t> Loader::read_host_name(const Node& node) {
    const std::optional<std::uint32_t> found = read_node_name(node);
    if (found && scenario_.nodes[*found].router) {
        reporter_.error(error_id::kUnknownName, node, fmt::format("'{}' is a router", node.text),
                        "only hosts have applications");
        return std::nullopt;
    }
    return found;
}

}  // namespace seedwire::scenario
