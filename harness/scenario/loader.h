// The loader's inside: one pass over the document tree that fills a Scenario. load() is outside.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/scenario/document.h"
#include "harness/scenario/fields.h"
#include "harness/scenario/generators.h"
#include "harness/scenario/load_tls.h"
#include "harness/scenario/reporter.h"
#include "harness/scenario/scenario.h"

namespace seedwire::scenario {

/// Names of one kind of thing, sorted, with the index each has in the Scenario.
class NameTable {
public:
    void set(std::vector<std::string> sorted) { names_ = std::move(sorted); }
    std::optional<std::uint32_t> find(std::string_view name) const;
    std::vector<std::string_view> all() const { return {names_.begin(), names_.end()}; }
    std::size_t size() const { return names_.size(); }

private:
    std::vector<std::string> names_;
};

/// What a path of a fault or of the timeline names: a link and one or both of its directions.
struct LinkTarget {
    std::uint32_t link = 0;
    bool up = true, down = true;
};

/// Names of everything, for texts that refer to things.
struct Names {
    NameTable nodes, links, flows, programs;
    std::size_t faults = 0;
};

/// Reads a whole document. Each read_* is one section of the file; load.cpp holds the order.
class Loader {
public:
    Loader(Reporter& reporter, const LoadOptions& options)
        : reporter_{reporter}, options_{options}, tls_{reporter} {}

    /// The scenario, complete if the reporter has no errors.
    Scenario load(const Node& root, const std::string& file);

private:
    // load.cpp
    void read_head(const Fields& top, const std::string& file);
    void read_routing(const Fields& top);
    void read_limits(const Fields& top);
    void read_expectations(const Fields& top);
    // measurements.cpp
    void read_measurements();
    void read_measurement(const Measurement& measurement, const Node& what);
    bool check_name(const Node& at, std::string_view what);
    // load_generators.cpp
    void read_topology(const Fields& top);
    LinkSpec read_settings_of_links(const Fields& generator, std::string_view key,
                                    const Node& owner);
    void place_generated_links();
    // load_nodes.cpp
    void read_nodes(const Fields& top);
    void read_map_of_nodes(const Node* map, bool router);
    const GeneratedNode* find_generated(std::string_view name) const;
    // load_hosts.cpp
    void read_node(const Node& name, const Node& settings, bool router);
    void read_node_settings(NodeSpec& node, const Node& settings, const Node& owner);
    void read_tcp(NodeSpec& node, const Fields& host);
    void read_cpu(NodeSpec& node, const Fields& host);
    void assign_names_of_nodes();
    // load_topology.cpp
    void read_links(const Fields& top);
    void read_link(const Node& node);
    std::optional<std::pair<std::uint32_t, std::uint32_t>> read_ends(const Fields& link);
    void assign_names_of_links();
    // load_flows.cpp
    void read_flows(const Fields& top);
    void read_flow(const Node& name, const Node& settings);
    void read_application(FlowSpec& flow, const Fields& fields);
    void read_options_of(FlowSpec& flow, const Fields& fields);
    void read_transport(FlowSpec& flow, const Fields& fields);
    void read_tls(FlowSpec& flow, const Fields& fields, const Node& name);
    void read_starts(FlowSpec& flow, const Fields& fields);
    std::vector<Time> spread_starts(const FlowSpec& flow, const Node& distribution);
    void assign_ports();
    // load_ends.cpp
    std::vector<std::uint32_t> read_hosts(const Node& node);
    void read_pairs(FlowSpec& flow, const Fields& fields);
    void pair_one_to_one(FlowSpec& flow, const std::vector<std::uint32_t>& openers,
                         const std::vector<std::uint32_t>& servers, const Node& to);
    void pair_all(FlowSpec& flow, const std::vector<std::uint32_t>& openers,
                  const std::vector<std::uint32_t>& servers, const Node& from);
    bool count_connections(FlowSpec& flow, const Fields& fields);
    // load_programs.cpp
    void read_programs(const Fields& top);
    void read_program(const Node& name, const Node& settings);
    // load_faults.cpp
    void read_faults(const Fields& top);
    void read_fault(const Node& node, std::uint32_t index);
    void read_exact_fault(const Node& action_key, const Node& settings, std::uint32_t index);
    void read_change(const Node& node, const Fields& fields, std::uint32_t index);
    void read_timed_sysctl(const Entry& entry, std::size_t dot, Time at, const Node& where,
                           std::uint32_t index);
    void read_settings(const Node& settings, Time at, const Node& where, std::uint32_t index);
    std::optional<LinkTarget> read_target(const Node& node);
    std::optional<LinkTarget> target_of_path(const Node& node, std::size_t offset,
                                             std::string_view path);

    /// The index of a host or router, reported if there is none.
    std::optional<std::uint32_t> read_node_name(const Node& node);
    std::optional<std::uint32_t> read_host_name(const Node& node);

    Reporter& reporter_;
    const LoadOptions& options_;
    std::uint32_t metrics_ = 0;  ///< so many have an id
    TlsLoader tls_;
    Scenario scenario_;
    Names names_;
    /// What a generator made: nodes sorted by name; links wait until nodes have their indices.
    struct PendingLink {
        LinkSpec spec;
        std::string from, to;
    };
    std::vector<GeneratedNode> generated_nodes_;
    std::vector<PendingLink> generated_links_;
    SourceSpan generated_where_;
    /// Its names are unknown then, so nothing is said about names that are not found.
    bool topology_failed_ = false;
};

/// Words that paths are made of: letters, digits, `_` and `-`, beginning with a letter.
bool is_name(std::string_view text);
/// The queue, impairments and plain values of a link's directions (load_links.cpp).
void read_directions(const Fields& link, Reporter& reporter, LinkSpec& spec);
/// All that only shows when everything is known (checks.cpp).
void check_meaning(const Scenario& scenario, Reporter& reporter);

}  // namespace seedwire::scenario
