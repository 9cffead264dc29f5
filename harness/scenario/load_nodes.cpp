// `hosts:` and `routers:` as sections: lists and maps, settings for many names at once, and the
// nodes that a generator made.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/loader.h"
#include "harness/scenario/name_pattern.h"

namespace seedwire::scenario {
namespace {

const Node& nothing() {
    static const Node node;
    return node;
}

/// Settings whose keys are patterns; later ones win over earlier ones.
class Patterns {
public:
    explicit Patterns(const Node* section) {
        if (section == nullptr || !section->is_map()) return;
        for (const Entry& entry : section->entries)
            if (is_pattern(entry.key.text) && !entry.key.text.starts_with("x-"))
                rows_.push_back({&entry, false});
    }
    bool empty() const { return rows_.empty(); }

    /// Which patterns have that name.
    std::vector<bool> match(std::string_view name) {
        std::vector<bool> found(rows_.size());
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            found[i] = matches(rows_[i].entry->key.text, name);
            rows_[i].used = rows_[i].used || found[i];
        }
        return found;
    }
    /// Their settings with those of the name itself on top.
    const Node& settings(const std::vector<bool>& matched, const Node& own) {
        if (std::find(matched.begin(), matched.end(), true) == matched.end()) return own;
        Node all;
        for (std::size_t i = 0; i < rows_.size(); ++i)
            if (matched[i]) all = merged(std::move(all), rows_[i].entry->value);
        made_.push_back(merged(std::move(all), own));
        return made_.back();
    }
    void report_unused(bool router, Reporter& reporter) const {
        for (const Row& row : rows_)
            if (!row.used)
                reporter.error(error_id::kUnknownName, row.entry->key,
                               fmt::format("no {} matches '{}'", router ? "router" : "host",
                                           row.entry->key.text));
    }

private:
    struct Row {
        const Entry* entry;
        bool used;
    };
    std::vector<Row> rows_;
    std::deque<Node> made_;
};

}  // namespace

const GeneratedNode* Loader::find_generated(std::string_view name) const {
    const auto at = std::lower_bound(
        generated_nodes_.begin(), generated_nodes_.end(), name,
        [](const GeneratedNode& node, std::string_view wanted) { return node.name < wanted; });
    return at == generated_nodes_.end() || at->name != name ? nullptr : &*at;
}

void Loader::read_nodes(const Fields& top) {
    scenario_.nodes.reserve(generated_nodes_.size());
    for (const bool router : {false, true}) {
        const Node* list = top.node(router ? "routers" : "hosts");
        if (list != nullptr && list->is_scalar()) {
            reporter_.error(
                error_id::kWrongKind, *list,
                fmt::format("{} takes a list or a map of names", router ? "routers" : "hosts"),
                "write [client, server]");
            continue;
        }
        if (list != nullptr && list->is_sequence())
            for (const Node& name : list->items) {
                if (!name.is_scalar() || find_generated(name.text) == nullptr)
                    read_node(name, nothing(), router);
                else
                    reporter_.error(error_id::kDuplicateName, name,
                                    fmt::format("the topology has a '{}' already", name.text),
                                    "settings for it stand in a map: {name: {...}}");
            }
        read_map_of_nodes(list, router);
    }
    assign_names_of_nodes();
}

void Loader::read_map_of_nodes(const Node* map, bool router) {
    Patterns patterns{map};
    std::map<std::string_view, const Entry*> configured;  // generated ones with settings
    if (map != nullptr)
        for (const Entry& entry : map->entries) {
            const std::string& name = entry.key.text;
            if (name.starts_with("x-") || is_pattern(name)) continue;
            const GeneratedNode* made = find_generated(name);
            if (made != nullptr && made->router == router)
                configured.emplace(name, &entry);
            else if (patterns.empty())
                read_node(entry.key, entry.value, router);
            else
                read_node(entry.key, patterns.settings(patterns.match(name), entry.value), router);
        }
    // What only patterns configure is read once for all that match the same ones.
    std::map<std::vector<bool>, NodeSpec> alike;
    for (const GeneratedNode& made : generated_nodes_) {
        if (made.router != router) continue;
        const std::vector<bool> matched = patterns.match(made.name);
        const auto own = configured.find(made.name);
        if (own != configured.end()) {
            read_node(own->second->key, patterns.settings(matched, own->second->value), router);
            continue;
        }
        auto at = alike.find(matched);
        if (at == alike.end()) {
            NodeSpec spec;
            spec.router = router;
            spec.where = generated_where_;
            Node place;
            read_node_settings(spec, patterns.settings(matched, nothing()), place);
            at = alike.emplace(matched, std::move(spec)).first;
        }
        scenario_.nodes.push_back(at->second);
        scenario_.nodes.back().name = made.name;
    }
    if (!topology_failed_) patterns.report_unused(router, reporter_);
}

}  // namespace seedwire::scenario
