// `topology:`: a generator, its sizes, and the settings of the links it makes.
#include <fmt/format.h>

#include <algorithm>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/generators.h"
#include "harness/scenario/loader.h"

namespace seedwire::scenario {
namespace {

/// The most hosts that one generator makes.
constexpr std::int64_t kMostHosts = 100'000;

Generated generate(std::string_view kind, const Fields& sizes) {
    if (kind == "dumbbell") return generate_dumbbell(sizes.number("pairs"));
    if (kind == "star") return generate_star(sizes.number("hosts"));
    if (kind == "line") return generate_line(sizes.number("routers"));
    if (kind == "ring") return generate_ring(sizes.number("routers"));
    if (kind == "tree") return generate_tree(sizes.number("depth"), sizes.number("fanout"));
    return generate_parking_lot(sizes.number("hops"));
}

/// False after a report: sizes that are missing, wrong, or too many together.
bool check_sizes(std::string_view kind, const Fields& sizes, Reporter& reporter) {
    const std::size_t errors = reporter.errors();
    for (const Key& key : Schema::instance().keys(fmt::format("topology.{}", kind)))
        if (key.type == Type::Integer) sizes.number(key.name);
    if (reporter.errors() != errors) return false;
    if (kind != "tree") return true;
    std::int64_t leaves = 1;
    for (std::int64_t d = 0; d < sizes.number("depth") && leaves <= kMostHosts; ++d)
        leaves *= sizes.number("fanout");
    if (leaves <= kMostHosts) return true;
    reporter.error(error_id::kTooLarge, *sizes.node("depth"),
                   fmt::format("this tree has more than {} hosts", kMostHosts),
                   "less depth, or less fanout");
    return false;
}

}  // namespace

LinkSpec Loader::read_settings_of_links(const Fields& generator, std::string_view key,
                                        const Node& owner) {
    LinkSpec spec;
    spec.name = key;
    spec.where = reporter_.span(owner);
    const Node* node = generator.node(key);
    if (node == nullptr) return spec;
    const Fields link{reporter_, *node, owner, "topology.link"};
    if (!link.ok()) return spec;
    spec.cost = link.number("cost");
    read_directions(link, reporter_, spec);
    return spec;
}

void Loader::read_topology(const Fields& top) {
    const Node* node = top.node("topology");
    if (node == nullptr || node->is_null()) return;
    const Fields fields{reporter_, *node, *node, "topology"};
    topology_failed_ = true;
    if (!fields.ok()) return;
    const Entry* chosen = nullptr;
    for (const Entry& entry : node->entries) {
        if (Schema::instance().find("topology", entry.key.text) == nullptr) continue;
        if (chosen != nullptr)
            return reporter_.error(error_id::kContradiction, entry.key, "a second generator",
                                   "one topology has one; write the rest as hosts and links");
        chosen = &entry;
    }
    if (chosen == nullptr) {
        if (node->entries.empty())
            reporter_.error(error_id::kMissingKey, *node, "which generator?", "",
                            "dumbbell, star, line, ring, tree or parking_lot");
        return;
    }
    // The schema's texts outlive this function, the document's need not.
    const std::string_view kind = Schema::instance().find("topology", chosen->key.text)->name;
    const std::string context = fmt::format("topology.{}", kind);
    const Fields sizes{reporter_, chosen->value, chosen->key, context};
    if (!sizes.ok()) return;
    std::string_view core = "link";
    if (kind == "dumbbell" || kind == "parking_lot") core = "bottleneck";
    if (kind == "star") core = "access";
    if (sizes.require(core) == nullptr) return;
    const bool has_access = kind == "dumbbell" || kind == "parking_lot"
                                ? sizes.require("access") != nullptr
                                : sizes.has("access");
    const LinkSpec core_settings = read_settings_of_links(sizes, core, chosen->key);
    const LinkSpec access_settings = has_access && core != "access"
                                         ? read_settings_of_links(sizes, "access", chosen->key)
                                         : core_settings;
    if (!check_sizes(kind, sizes, reporter_)) return;
    topology_failed_ = false;
    Generated made = generate(kind, sizes);
    generated_where_ = reporter_.span(chosen->key);
    generated_nodes_ = std::move(made.nodes);
    std::sort(generated_nodes_.begin(), generated_nodes_.end(),
              [](const GeneratedNode& a, const GeneratedNode& b) { return a.name < b.name; });
    generated_links_.reserve(made.links.size());
    for (GeneratedLink& link : made.links) {
        LinkSpec spec = link.role == GeneratedLink::Role::Core ? core_settings : access_settings;
        spec.name = std::move(link.name);
        spec.where = generated_where_;
        generated_links_.push_back({std::move(spec), std::move(link.from), std::move(link.to)});
    }
}

void Loader::place_generated_links() {
    for (PendingLink& link : generated_links_) {
        const auto from = names_.nodes.find(link.from), to = names_.nodes.find(link.to);
        link.spec.from = from.value_or(0), link.spec.to = to.value_or(0);
        scenario_.links.push_back(std::move(link.spec));
    }
    generated_links_.clear();
}

}  // namespace seedwire::scenario
