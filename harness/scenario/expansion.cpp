// Parameters and templates. Both may refer to parameters and templates; cycles are errors.
#include "harness/scenario/expansion.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/fields.h"
#include "harness/scenario/loader.h"

namespace seedwire::scenario {
namespace {

/// How many values templates and parameters may add to a document.
constexpr std::size_t kMostAdded = 1'000'000;

std::size_t count_nodes(const Node& node) {
    std::size_t count = 1;
    for (const Node& item : node.items) count += count_nodes(item);
    for (const Entry& entry : node.entries) count += 1 + count_nodes(entry.value);
    return count;
}

bool is_own(std::string_view key) { return key.starts_with("x-"); }

/// Where `$name` or `${name}` stands in a text.
struct Reference {
    std::size_t offset = 0, length = 0;
    std::string_view name;  ///< empty: `$$`
};

std::optional<Reference> find_reference(std::string_view text, std::size_t from) {
    const auto is_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    };
    constexpr std::size_t kNone = std::string_view::npos;
    for (std::size_t at = text.find('$', from); at != kNone && at + 1 < text.size();
         at = text.find('$', at + 1)) {
        if (text[at + 1] == '$') return Reference{at, 2, {}};
        const bool braces = text[at + 1] == '{';
        const std::size_t begin = at + (braces ? 2 : 1);
        std::size_t end = begin;
        while (end < text.size() && is_word(text[end])) ++end;
        while (end > begin && text[end - 1] == '-') --end;
        const std::string_view name = text.substr(begin, end - begin);
        if (!is_name(name) || (braces && (end >= text.size() || text[end] != '}'))) continue;
        return Reference{at, end + (braces ? 1U : 0U) - at, name};
    }
    return std::nullopt;
}

class Expander {
public:
    explicit Expander(Reporter& reporter) : reporter_{reporter} {}

    void run(Node& root) {
        take_parameters(root);
        take_templates(root);
        walk(root);
        warn_unused();
    }

private:
    struct Parameter {
        Node key, value;
        bool resolved = false, resolving = false, used = false;
    };
    struct Template {
        Node key, value;
        bool resolved = false, resolving = false, used = false;
    };

    static std::optional<Entry> take(Node& root, std::string_view name) {
        const auto at = std::find_if(root.entries.begin(), root.entries.end(),
                                     [&](const Entry& e) { return e.key.text == name; });
        if (at == root.entries.end()) return std::nullopt;
        Entry taken = std::move(*at);
        root.entries.erase(at);
        return taken;
    }

    bool check_section(const Entry& section, std::string_view example) {
        if (section.value.is_map()) return true;
        if (!section.value.is_null())
            reporter_.error(error_id::kWrongKind, section.value,
                            fmt::format("{} takes a map of names", section.key.text),
                            std::string{example});
        return false;
    }

    bool check_name(const Node& key, std::string_view what) {
        if (is_name(key.text)) return true;
        reporter_.error(error_id::kBadName, key, fmt::format("'{}' cannot name {}", key.text, what),
                        "letters, digits, - and _, beginning with a letter");
        return false;
    }

    void take_parameters(Node& root) {
        std::optional<Entry> section = take(root, "parameters");
        if (!section || !check_section(*section, "write loss: {default: 1 %, help: ...}")) return;
        for (Entry& entry : section->value.entries) {
            if (is_own(entry.key.text) || !check_name(entry.key, "a parameter")) continue;
            if (Schema::instance().find("", entry.key.text) != nullptr) {
                reporter_.error(error_id::kBadName, entry.key,
                                fmt::format("'{}' is a key of every scenario", entry.key.text),
                                "--set could not tell them apart: choose another name");
                continue;
            }
            Parameter parameter{entry.key, {}, false, false, false};
            if (entry.value.is_map()) {
                const Fields fields{reporter_, entry.value, entry.key, "parameters.*"};
                fields.text("help");
                if (const Node* value = fields.require("default")) parameter.value = *value;
            } else {
                parameter.value = std::move(entry.value);
            }
            parameters_.emplace(entry.key.text, std::move(parameter));
        }
    }

    void take_templates(Node& root) {
        std::optional<Entry> section = take(root, "templates");
        if (!section || !check_section(*section, "write fast: {rate: 1 Gbit/s, delay: 1 ms}"))
            return;
        for (Entry& entry : section->value.entries) {
            if (is_own(entry.key.text) || !check_name(entry.key, "a template")) continue;
            if (!entry.value.is_map()) {
                reporter_.error(error_id::kWrongKind, entry.value, "a template is a map",
                                "for a single value take a parameter");
                continue;
            }
            Template made{std::move(entry.key), std::move(entry.value), false, false, false};
            const std::string name = made.key.text;
            templates_.emplace(name, std::move(made));
        }
    }

    void walk(Node& node) {
        switch (node.kind) {
            case Node::Kind::Null:
                return;
            case Node::Kind::Scalar:
                if (node.text.find('$') != std::string::npos) substitute(node);
                return;
            case Node::Kind::Sequence:
                for (Node& item : node.items) walk(item);
                return;
            case Node::Kind::Map:
                if (node.find("use") != nullptr) use_templates(node);
                for (Entry& entry : node.entries)
                    if (!is_own(entry.key.text)) walk(entry.value);
                return;
        }
    }

    /// False after a report: templates and parameters blow the document up.
    bool spend(const Node& added, const Node& at) {
        if (added_ > kMostAdded) return false;
        added_ += count_nodes(added);
        if (added_ <= kMostAdded) return true;
        reporter_.error(
            error_id::kTooLarge, at,
            fmt::format("templates and parameters add more than {} values", kMostAdded));
        return false;
    }

    void substitute(Node& node) {
        const std::optional<Reference> first = find_reference(node.text, 0);
        if (!first) return;
        if (!first->name.empty() && first->length == node.text.size()) {
            const Node* value = resolve(node, *first);
            if (value != nullptr && spend(*value, node)) node = Node{*value};
            return;
        }
        std::string text;
        std::size_t done = 0;
        for (std::optional<Reference> at = first; at; at = find_reference(node.text, done)) {
            text += node.text.substr(done, at->offset - done);
            done = at->offset + at->length;
            if (at->name.empty()) {
                text += '$';
                continue;
            }
            const Node* value = resolve(node, *at);
            if (value == nullptr) return;
            if (!value->is_scalar()) {
                reporter_.error_in(error_id::kWrongKind, node, at->offset, at->length,
                                   fmt::format("'{}' is {}, which cannot stand within a text",
                                               at->name, describe(value->kind)));
                return;
            }
            if (!spend(*value, node)) return;
            text += value->text;
            if (text.size() > kMostAdded) {
                reporter_.error(error_id::kTooLarge, node, "this text becomes too long");
                return;
            }
        }
        node.text = text + node.text.substr(done);
    }

    /// The value of a parameter; null after a report.
    const Node* resolve(const Node& at, const Reference& reference) {
        const auto found = parameters_.find(reference.name);
        if (found == parameters_.end()) {
            std::vector<std::string_view> known;
            for (const auto& [name, parameter] : parameters_) known.push_back(name);
            const std::string hint = did_you_mean(reference.name, known);
            reporter_.error_in(error_id::kUnknownName, at, reference.offset, reference.length,
                               fmt::format("no parameter '{}'", reference.name),
                               hint.empty() ? "declare it under `parameters`" : hint,
                               "a dollar sign that is meant so is written $$");
            return nullptr;
        }
        Parameter& parameter = found->second;
        parameter.used = true;
        if (parameter.resolving) {
            reporter_.error(error_id::kCycle, parameter.key,
                            fmt::format("parameter '{}' depends on itself", reference.name));
            return nullptr;
        }
        if (!parameter.resolved) {
            parameter.resolving = true;
            walk(parameter.value);
            parameter.resolving = false;
            parameter.resolved = true;
        }
        return &parameter.value;
    }

    void use_templates(Node& map) {
        std::optional<Entry> use = take(map, "use");
        walk(use->value);
        Node base;
        const auto add = [&](const Node& name) {
            const Node* value = find_template(name);
            if (value != nullptr && spend(*value, name)) base = merged(std::move(base), *value);
        };
        if (use->value.is_sequence())
            for (const Node& name : use->value.items) add(name);
        else
            add(use->value);
        if (!base.is_map()) return;
        base = merged(std::move(base), map);
        map.entries = std::move(base.entries);
    }

    const Node* find_template(const Node& name) {
        if (!require_scalar(name, "use", "name", reporter_)) return nullptr;
        const auto found = templates_.find(name.text);
        if (found == templates_.end()) {
            std::vector<std::string_view> known;
            for (const auto& [key, value] : templates_) known.push_back(key);
            reporter_.error(error_id::kUnknownName, name,
                            fmt::format("no template '{}'", name.text),
                            did_you_mean(name.text, known));
            return nullptr;
        }
        Template& made = found->second;
        made.used = true;
        if (made.resolving) {
            reporter_.error(error_id::kCycle, made.key,
                            fmt::format("template '{}' uses itself", name.text));
            return nullptr;
        }
        if (!made.resolved) {
            made.resolving = true;
            walk(made.value);
            made.resolving = false;
            made.resolved = true;
        }
        return &made.value;
    }

    /// Only what the main file declares: parts are there for many.
    void warn_unused() {
        if (reporter_.errors() > 0) return;
        const auto warn = [this](const auto& table, std::string_view what) {
            for (const auto& [name, row] : table)
                if (!row.used && row.key.source == 0)
                    reporter_.warning(error_id::kUnused, row.key,
                                      fmt::format("{} '{}' is not used", what, name));
        };
        warn(parameters_, "parameter");
        warn(templates_, "template");
    }

    Reporter& reporter_;
    std::map<std::string, Parameter, std::less<>> parameters_;
    std::map<std::string, Template, std::less<>> templates_;
    std::size_t added_ = 0;
};

}  // namespace

void expand(Node& root, Reporter& reporter) { Expander{reporter}.run(root); }

}  // namespace seedwire::scenario
