// From a document to a Scenario: the order in which the sections are read, and the whole file.
#include <fmt/format.h>

#include <algorithm>

#include "harness/scenario/canonical_text.h"
#include "harness/scenario/document_parts.h"
#include "harness/scenario/error_ids.h"
#include "harness/scenario/expansion.h"
#include "harness/scenario/expectation_parser.h"
#include "harness/scenario/include.h"
#include "harness/scenario/lint.h"
#include "harness/scenario/loader.h"
#include "harness/scenario/overrides.h"
#include "sim/base/stable_hash.h"

namespace seedwire::scenario {
namespace {

/// "scenarios/tour/handshake.yaml" -> "handshake".
std::string stem(const std::string& file) {
    const std::size_t slash = file.find_last_of("/\\");
    std::string name = slash == std::string::npos ? file : file.substr(slash + 1);
    const std::size_t dot = name.find_last_of('.');
    if (dot != std::string::npos && dot > 0) name.resize(dot);
    return name;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool is_name(std::string_view text) {
    if (text.empty() || text.size() > 255 || !is_letter(text[0]) || text.ends_with('-'))
        return false;
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

std::optional<std::uint32_t> NameTable::find(std::string_view name) const {
    const auto at = std::lower_bound(names_.begin(), names_.end(), name);
    if (at == names_.end() || *at != name) return std::nullopt;
    return static_cast<std::uint32_t>(at - names_.begin());
}

bool Loader::check_name(const Node& at, std::string_view what) {
    if (!require_scalar(at, what, "name", reporter_)) return false;
    if (is_name(at.text)) return true;
    reporter_.error(error_id::kBadName, at, fmt::format("'{}' cannot name {}", at.text, what),
                    "letters, digits, - and _, beginning with a letter");
    return false;
}

void Loader::read_head(const Fields& top, const std::string& file) {
    scenario_.file = file;
    top.number("version");
    scenario_.name = top.has("name") ? top.text("name") : stem(file);
    scenario_.description = top.text("description");
    scenario_.seed = static_cast<std::uint64_t>(top.number("seed"));
    if (options_.seed) scenario_.seed = *options_.seed;
    if (const auto stop = top.optional_number("stop")) scenario_.stop = Time::from_ns(*stop);
}

void Loader::read_routing(const Fields& top) {
    const Node* node = top.node("routing");
    if (node == nullptr) return;
    const Fields fields{reporter_, *node, *node, "routing"};
    if (!fields.ok()) return;
    scenario_.metric = static_cast<RoutingMetric>(fields.number("metric"));
    scenario_.equal_cost = static_cast<EqualCost>(fields.number("equal_cost"));
}

void Loader::read_limits(const Fields& top) {
    const Node* node = top.node("limits");
    if (node == nullptr) return;
    const Fields fields{reporter_, *node, *node, "limits"};
    if (!fields.ok()) return;
    scenario_.maximum_events = static_cast<std::uint64_t>(fields.number("events"));
    scenario_.maximum_memory = fields.bytes("memory");
}

void Loader::read_expectations(const Fields& top) {
    const Node* list = top.node("expect");
    if (list == nullptr || list->is_null()) return;
    if (!list->is_sequence()) {
        reporter_.error(error_id::kWrongKind, *list, "expect takes a list",
                        "write - download.goodput >= 8 Mbit/s");
        return;
    }
    for (const Node& item : list->items) {
        std::optional<Expectation> made = parse_expectation(item, names_, scenario_, reporter_);
        if (!made) continue;
        if (auto* comparison = std::get_if<Comparison>(&made->what))
            for (Operand* operand : {&comparison->left, &comparison->right})
                if (auto* metric = std::get_if<Metric>(operand)) metric->id = metrics_++;
        scenario_.expectations.push_back(std::move(*made));
    }
}

Scenario Loader::load(const Node& root, const std::string& file) {
    Node whole = root;
    whole.length = 1;
    const Fields top{reporter_, root, whole, ""};
    if (!top.ok()) return {};
    read_head(top, file);
    read_routing(top);
    read_limits(top);
    read_topology(top);
    read_nodes(top);
    read_links(top);
    read_flows(top);
    read_programs(top);
    if (scenario_.flows.empty() && scenario_.programs.empty() && !top.has("flows") &&
        !top.has("programs"))
        reporter_.error(error_id::kNothingToDo, whole,
                        "neither flows nor programs: nothing would happen", "",
                        "flows: {hello: {app: request_response, from: a, to: b}}");
    read_faults(top);
    read_expectations(top);
    read_measurements();
    if (reporter_.errors() == 0) check_meaning(scenario_, reporter_);
    return std::move(scenario_);
}

std::vector<std::string> Document::included_files() const {
    std::vector<std::string> files;
    for (std::size_t i = 1; i < parts_->sources.size(); ++i)
        files.push_back(parts_->sources[i]->file());
    return files;
}

std::optional<Document> parse_document(const std::string& file, std::string_view text,
                                       const LoadOptions& options, Diagnostics& problems) {
    Reporter reporter{problems};
    const bool too_large = text.size() > kMaximumFileBytes;
    Node start;
    start.source = reporter.add_source(file, text.substr(0, too_large ? 0 : text.size()));
    if (too_large) {
        reporter.error(error_id::kTooLarge, start,
                       fmt::format("the file is larger than {} MiB", kMaximumFileBytes >> 20));
        return std::nullopt;
    }
    std::optional<Node> root = parse_document(start.source, reporter);
    if (root && root->is_map()) {
        include_files(*root, options, reporter);
    } else if (reporter.errors() == 0) {
        const bool empty = !root || root->is_null();
        reporter.error(error_id::kWrongKind, empty ? start : *root,
                       empty ? "the file is empty" : "a scenario is a map of keys such as `hosts:`",
                       "begin with version: 1");
    }
    if (!root || !root->is_map()) {
        problems.sort();
        return std::nullopt;
    }
    return Document{std::make_shared<const DocumentParts>(
        DocumentParts{std::move(*root), reporter.sources(), reporter.errors() > 0})};
}

std::optional<Scenario> build_scenario(const Document& document, const LoadOptions& options,
                                       Diagnostics& problems) {
    const DocumentParts& parts = document.parts();
    Reporter reporter{problems, parts.sources};
    Node root = parts.root;
    for (const Override& override_ : options.overrides) apply_override(root, override_, reporter);
    expand(root, reporter);
    Loader loader{reporter, options};
    Scenario scenario = loader.load(root, parts.sources.front()->file());
    if (reporter.errors() == 0) lint(scenario, reporter);
    problems.sort();
    if (reporter.errors() > 0 || parts.has_errors) return std::nullopt;
    if (options.with_digest) scenario.digest = stable_hash(canonical_text(scenario));
    return scenario;
}

std::optional<Scenario> load(const std::string& file, std::string_view text,
                             const LoadOptions& options, Diagnostics& problems) {
    const std::optional<Document> document = parse_document(file, text, options, problems);
    if (!document) return std::nullopt;
    return build_scenario(*document, options, problems);
}

}  // namespace seedwire::scenario
