// `links:`: ends and names. What a direction is made of is in load_links.cpp.
#include <fmt/format.h>

#include <algorithm>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/loader.h"

namespace seedwire::scenario {

void Loader::read_links(const Fields& top) {
    place_generated_links();
    const Node* list = top.node("links");
    if (list == nullptr || list->is_null()) return assign_names_of_links();
    if (!list->is_sequence()) {
        reporter_.error(error_id::kWrongKind, *list, "links takes a list",
                        "write - {between: [a, b], rate: 10 Mbit/s, delay: 20 ms}");
        return;
    }
    for (const Node& link : list->items) read_link(link);
    assign_names_of_links();
}

std::optional<std::pair<std::uint32_t, std::uint32_t>> Loader::read_ends(const Fields& link) {
    const Node* between = link.require("between");
    if (between == nullptr) return std::nullopt;
    if (!between->is_sequence() || between->items.size() != 2) {
        reporter_.error(error_id::kWrongKind, *between, "between takes two names", "write [a, b]");
        return std::nullopt;
    }
    const auto from = read_node_name(between->items[0]);
    const auto to = read_node_name(between->items[1]);
    if (!from || !to) return std::nullopt;
    if (*from == *to) {
        reporter_.error(error_id::kSelfLink, between->items[1],
                        fmt::format("a link from '{0}' to '{0}'", between->items[1].text),
                        "the two ends must differ");
        return std::nullopt;
    }
    return std::pair{*from, *to};
}

void Loader::read_link(const Node& node) {
    const Fields link{reporter_, node, node, "links[]"};
    if (!link.ok()) return;
    LinkSpec spec;
    spec.where = reporter_.span(node);
    const auto ends = read_ends(link);
    if (ends) {
        spec.from = ends->first, spec.to = ends->second;
        spec.name = scenario_.nodes[spec.from].name + "-" + scenario_.nodes[spec.to].name;
    }
    if (const Node* name = link.node("name"); name != nullptr) {
        if (check_name(*name, "a link")) spec.name = name->text;
        spec.where = reporter_.span(*name);
    }
    spec.cost = link.number("cost");
    read_directions(link, reporter_, spec);
    // A link that was refused keeps its name known, so that nothing else complains about it.
    if (!spec.name.empty()) scenario_.links.push_back(std::move(spec));
}

void Loader::assign_names_of_links() {
    std::stable_sort(scenario_.links.begin(), scenario_.links.end(),
                     [](const LinkSpec& a, const LinkSpec& b) { return a.name < b.name; });
    std::vector<std::string> names;
    for (std::size_t i = 0; i < scenario_.links.size(); ++i) {
        const LinkSpec& link = scenario_.links[i];
        names.push_back(link.name);
        if (i == 0 || scenario_.links[i - 1].name != link.name) continue;
        const LinkSpec& first = scenario_.links[i - 1];
        const bool parallel = std::minmax(first.from, first.to) == std::minmax(link.from, link.to);
        reporter_.error_at(parallel ? error_id::kParallelLinks : error_id::kDuplicateName,
                           link.where, fmt::format("a second link is called '{}'", link.name),
                           parallel ? "give parallel links names of their own" : "",
                           fmt::format("the first one is in line {}", first.where.line));
    }
    names_.links.set(std::move(names));
}

}  // namespace seedwire::scenario
