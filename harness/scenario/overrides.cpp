// Where the path of an override leads in the document tree.
#include "harness/scenario/overrides.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/name_pattern.h"
#include "harness/scenario/schema.h"

namespace seedwire::scenario {
namespace {

struct Step {
    std::string_view name;
    std::size_t offset = 0;
};

/// `links[0].up.rate` -> links, 0, up, rate.
std::vector<Step> split_path(std::string_view path) {
    std::vector<Step> steps;
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t end = std::min(path.find_first_of(".[", at), path.size());
        steps.push_back({path.substr(at, end - at), at});
        if (end < path.size() && path[end] == '[') {
            const std::size_t close = std::min(path.find(']', end), path.size());
            steps.push_back({path.substr(end + 1, close - end - 1), end + 1});
            at = close + 1;
            if (at >= path.size()) break;
            if (path[at] == '.') ++at;
        } else {
            at = end + 1;
        }
    }
    return steps;
}

std::optional<std::size_t> position(std::string_view text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// The name of a link as the loader gives it: its own, or its ends joined.
std::string name_of_link(const Node& link) {
    if (!link.is_map()) return {};
    if (const Node* name = link.find("name"); name != nullptr) return name->text;
    const Node* between = link.find("between");
    if (between == nullptr || !between->is_sequence() || between->items.size() != 2) return {};
    return between->items[0].text + "-" + between->items[1].text;
}

/// `[a, b]` -> `{a: {}, b: {}}`, so that a setting can be added.
void make_map(Node& node) {
    if (node.is_map()) return;
    Node map = node;
    map.kind = Node::Kind::Map;
    map.items.clear();
    if (node.is_sequence())
        for (const Node& item : node.items) {
            Node empty = item;
            empty.kind = Node::Kind::Null;
            map.entries.push_back({item, std::move(empty)});
        }
    node = std::move(map);
}

class Walker {
public:
    Walker(const Node& value, Node place, std::vector<Step> steps)
        : value_{value}, place_{std::move(place)}, steps_{std::move(steps)} {}

    /// Puts the value below `node`; false if the path leads nowhere, see failed().
    bool put(Node& node, std::size_t at) {
        if (at == steps_.size()) {
            node = value_;
            return true;
        }
        failed_ = at;
        const Step& step = steps_[at];
        if (node.is_sequence() && !is_list_of_names(node)) return put_into_list(node, at);
        make_map(node);
        if (is_pattern(step.name)) return put_into_matching(node, at);
        if (step.name.empty()) return false;
        if (Node* found = node.find(step.name); found != nullptr) return put(*found, at + 1);
        return put(add_entry(node, step), at + 1);
    }
    const Step& failed() const { return steps_[failed_]; }
    /// Hosts and routers of a generator are not in the tree: a pattern stays there for them.
    void keep_patterns_of_nodes() { keeps_patterns_ = true; }

private:
    Node& add_entry(Node& map, const Step& step) {
        Node key = place_;
        key.kind = Node::Kind::Scalar;
        key.text = step.name;
        key.column += static_cast<int>(step.offset);
        key.length = static_cast<int>(step.name.size());
        Node empty = key;
        empty.kind = Node::Kind::Null;
        map.entries.push_back({key, empty});
        return map.entries.back().value;
    }
    bool put_into_matching(Node& map, std::size_t at) {
        bool found = false;
        for (Entry& entry : map.entries) {
            if (entry.key.text.starts_with("x-") || !matches(steps_[at].name, entry.key.text))
                continue;
            if (!put(entry.value, at + 1)) return false;
            found = true;
        }
        const bool of_nodes = at == 1 && (steps_[0].name == "hosts" || steps_[0].name == "routers");
        failed_ = at;
        if (!keeps_patterns_ || !of_nodes) return found;
        return put(add_entry(map, steps_[at]), at + 1);
    }
    static bool is_list_of_names(const Node& node) {
        return !node.items.empty() && node.items.front().is_scalar();
    }
    bool put_into_list(Node& list, std::size_t at) {
        const Step& step = steps_[at];
        if (is_pattern(step.name)) {
            bool found = false;
            for (Node& item : list.items) {
                if (step.name != "*" && !matches(step.name, name_of_link(item))) continue;
                if (!put(item, at + 1)) return false;
                found = true;
            }
            return found;
        }
        if (const auto index = position(step.name))
            return *index < list.items.size() && put(list.items[*index], at + 1);
        for (Node& item : list.items)
            if (name_of_link(item) == step.name) return put(item, at + 1);
        return false;
    }

    const Node& value_;
    Node place_;
    std::vector<Step> steps_;
    std::size_t failed_ = 0;
    bool keeps_patterns_ = false;
};

constexpr std::array<std::string_view, 5> kNamed{"links", "flows", "programs", "hosts", "routers"};

/// A value that YAML would read as it stands: no need to parse it.
bool is_plain(std::string_view text) {
    const auto is_letter_or_digit = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    if (text.empty() || !is_letter_or_digit(text.front()) || text.ends_with(' ')) return false;
    if (text == "null" || text == "Null" || text == "NULL") return false;
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return is_letter_or_digit(c) || std::string_view{" ._%/+-"}.find(c) != std::string::npos;
    });
}

std::optional<Node> read_value(const Override& override_, const Node& place, Reporter& reporter) {
    const std::size_t begin = override_.path.size() + 1;
    if (!is_plain(override_.value)) return parse_document(place.source, reporter, begin);
    Node value = place;
    value.kind = Node::Kind::Scalar;
    value.text = override_.value;
    value.column = static_cast<int>(begin) + 1;
    value.length = static_cast<int>(override_.value.size());
    return value;
}

/// The steps to a parameter of that name, or to the links of a generator; false if there is none.
bool find_elsewhere(const Node& root, std::vector<Step>& steps) {
    const std::string_view name = steps.front().name;
    const Node* parameters = root.find("parameters");
    if (parameters != nullptr && parameters->find(name) != nullptr) {
        const bool is_long = parameters->find(name)->is_map();
        if (is_long && steps.size() == 1) steps.push_back({"default", 0});
        steps.insert(steps.begin(), {"parameters", 0});
        return true;
    }
    const Node* topology = root.find("topology");
    if (topology == nullptr) return false;
    for (const Entry& generator : topology->entries)
        if (generator.value.find(name) != nullptr) {
            steps.insert(steps.begin(), {{"topology", 0}, {generator.key.text, 0}});
            return true;
        }
    return false;
}

/// The section that holds something of that name; empty if none does.
std::string_view section_of(const Node& root, std::string_view name) {
    for (const std::string_view section : kNamed) {
        const Node* node = root.find(section);
        if (node == nullptr) continue;
        if (node->is_map() && node->find(name) != nullptr) return section;
        for (const Node& item : node->items)
            if ((item.is_scalar() && item.text == name) || name_of_link(item) == name)
                return section;
    }
    return {};
}

}  // namespace

namespace {

void report_unknown(const Node& root, std::string_view name, Node place, Reporter& reporter) {
    std::vector<std::string_view> known;
    for (const Key& key : Schema::instance().keys("")) known.push_back(key.name);
    if (const Node* parameters = root.find("parameters"); parameters != nullptr)
        for (const Entry& entry : parameters->entries) known.push_back(entry.key.text);
    for (const std::string_view section : kNamed)
        if (const Node* node = root.find(section); node != nullptr)
            for (const Entry& entry : node->entries) known.push_back(entry.key.text);
    place.length = static_cast<int>(name.size());
    reporter.error(error_id::kUnknownName, place, fmt::format("nothing is called '{}'", name),
                   did_you_mean(name, known));
}

}  // namespace

namespace {

/// Where the path of the override stands: in a study, or on the command line.
Node place_of(const Override& override_, Reporter& reporter) {
    if (override_.written_path)
        return moved_to_source(*override_.written_path.node,
                               reporter.add_source(override_.written_path.source));
    Node place;
    place.source =
        reporter.add_source("--set " + override_.path, override_.path + "=" + override_.value);
    place.length = static_cast<int>(override_.path.size());
    return place;
}

}  // namespace

void apply_override(Node& root, const Override& override_, Reporter& reporter) {
    Node place = place_of(override_, reporter);
    const std::optional<Node> value =
        override_.written_value
            ? moved_to_source(*override_.written_value.node,
                              reporter.add_source(override_.written_value.source))
            : read_value(override_, place, reporter);
    if (!value) {
        if (reporter.errors() == 0)
            reporter.error(error_id::kBadValue, place, "a value is missing behind '='");
        return;
    }
    std::vector<Step> steps = split_path(override_.path);
    const bool is_key = Schema::instance().find("", steps.front().name) != nullptr;
    if (!is_key && !find_elsewhere(root, steps)) {
        const std::string_view section = section_of(root, steps.front().name);
        if (section.empty())
            return report_unknown(root, steps.front().name, std::move(place), reporter);
        steps.insert(steps.begin(), {section, 0});
    }
    if (steps.size() == 2 && steps[0].name == "parameters") {
        // `parameters.loss=2 %` means its value, in the long form too.
        const Node* parameters = root.find("parameters");
        const Node* one = parameters == nullptr ? nullptr : parameters->find(steps[1].name);
        if (one != nullptr && one->is_map()) steps.push_back({"default", 0});
    }
    Walker walker{*value, place, steps};
    if (root.find("topology") != nullptr) walker.keep_patterns_of_nodes();
    if (walker.put(root, 0)) return;
    place.column += static_cast<int>(walker.failed().offset);
    place.length = static_cast<int>(walker.failed().name.size());
    reporter.error(error_id::kUnknownName, place,
                   fmt::format("the path leads nowhere at '{}'", walker.failed().name));
}

}  // namespace seedwire::scenario
