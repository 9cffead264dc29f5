#include "harness/replay/recorded_case.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <filesystem>

#include "harness/replay/text_file.h"
#include "harness/replay/trace_file.h"
#include "harness/scenario/error_ids.h"
#include "harness/scenario/reporter.h"

namespace seedwire::replay {

namespace {

using scenario::Diagnostics;
using scenario::Node;

constexpr std::array<std::string_view, kNoiseCount> kNoiseNames = {
    "stable", "timer_phase", "ack_pattern_varies", "packet_path_varies"};

void complain(Diagnostics& problems, const std::string& file, std::string message) {
    scenario::Diagnostic problem;
    problem.where = {file, 1, 1, 1};
    problem.id = scenario::error_id::kUnreadable;
    problem.message = std::move(message);
    problems.add(std::move(problem));
}

/// The tree of a file that is YAML, or JSON, which is YAML too.
std::optional<Node> read_tree(const std::string& file, Diagnostics& problems) {
    const std::optional<std::string> text = read_text(file);
    if (!text) {
        complain(problems, file, "cannot be read");
        return std::nullopt;
    }
    scenario::Reporter reporter{problems};
    const std::uint32_t source = reporter.add_source(file, *text);
    problems.remember_source(file, *text);
    std::optional<Node> tree = scenario::parse_document(source, reporter);
    if (tree && !tree->is_map()) complain(problems, file, "this is no map of keys");
    if (!tree || !tree->is_map()) return std::nullopt;
    return tree;
}

const Node* path(const Node& from, std::initializer_list<std::string_view> keys) {
    const Node* at = &from;
    for (const std::string_view key : keys) {
        if (at == nullptr || !at->is_map()) return nullptr;
        at = at->find(key);
    }
    return at;
}

double number_or_zero(const Node* node) { return number_of(node).value_or(0); }

void read_reductions(const Node& by_flow, RecordedCase& recorded) {
    for (const scenario::Entry& flow : by_flow.entries) {
        const std::string& name = flow.key.text;  // "flow1"
        std::uint32_t number = 0;
        if (name.starts_with("flow"))
            std::from_chars(name.data() + 4, name.data() + name.size(), number);
        for (const Node& row : flow.value.items)
            if (row.items.size() >= 3)
                recorded.reductions[number].push_back(
                    {number_or_zero(&row.items[0]),
                     static_cast<std::uint32_t>(number_or_zero(&row.items[2]))});
    }
}

void read_summary(const Node& summary, RecordedCase& recorded) {
    if (const Node* metrics = summary.find("metrics"); metrics != nullptr)
        for (const scenario::Entry& metric : metrics->entries)
            recorded.metrics[metric.key.text] = {number_or_zero(metric.value.find("median")),
                                                 number_or_zero(metric.value.find("min")),
                                                 number_or_zero(metric.value.find("max"))};
    const Node* bulk = summary.find("bulk");
    if (bulk == nullptr) return;
    if (const Node* rows = bulk->find("reductions_t_state_cwndbefore_ssthreshafter"))
        read_reductions(*rows, recorded);
    if (const Node* interval = bulk->find("shared_interval_s");
        interval != nullptr && interval->items.size() == 2) {
        recorded.share_from_s = number_or_zero(&interval->items[0]);
        recorded.share_to_s = number_or_zero(&interval->items[1]);
        if (const Node* shares = bulk->find("share_bps"); shares != nullptr)
            for (const Node& share : shares->items)
                recorded.shares.push_back(number_or_zero(&share));
    }
}

}  // namespace

std::string_view to_string(Noise noise) { return kNoiseNames[static_cast<std::size_t>(noise)]; }

std::string text_of(const Node& map, std::string_view key) {
    const Node* value = map.is_map() ? map.find(key) : nullptr;
    return value != nullptr && value->is_scalar() ? value->text : std::string{};
}

std::optional<double> number_of(const Node* node) {
    if (node == nullptr || !node->is_scalar()) return std::nullopt;
    double value = 0;
    const char* end = node->text.data() + node->text.size();
    const auto [stop, error] = std::from_chars(node->text.data(), end, value);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return value;
}

bool RecordedCase::is_truncated() const {
    double total = 0;
    for (const auto& [name, measured] : metrics)
        if (name.starts_with("flow") && name.ends_with(".packets")) total += measured.median;
    // Runs of one case differ by a few packets, never by half.
    return total > 1.5 * static_cast<double>(packets.size());
}

std::optional<RecordedCase> load_case(const std::string& folder, Diagnostics& problems) {
    const std::string base = folder + "/";
    RecordedCase recorded;
    recorded.folder = folder;
    std::optional<Node> description = read_tree(base + "case.yaml", problems);
    const std::optional<Node> summary = read_tree(base + "summary.json", problems);
    const std::optional<std::string> trace = read_text(base + "trace.csv");
    if (!trace) {
        complain(problems, base + "trace.csv", "cannot be read");
    } else if (const std::string why = read_trace(*trace, recorded.packets); !why.empty()) {
        complain(problems, base + "trace.csv", why);
    }
    if (!description || !summary || problems.has_errors()) return std::nullopt;
    recorded.description = std::move(*description);
    recorded.id = text_of(recorded.description, "id");
    if (recorded.id.empty())
        recorded.id = std::filesystem::path{folder}.lexically_normal().filename().string();
    recorded.topic = text_of(recorded.description, "topic");
    recorded.title = text_of(recorded.description, "title");
    const Node* noise = path(*summary, {"noise", "class"});
    const std::string_view name = noise == nullptr ? std::string_view{} : noise->text;
    std::size_t index = 0;
    while (index < kNoiseNames.size() && kNoiseNames[index] != name) ++index;
    if (index == kNoiseNames.size()) {
        complain(problems, base + "summary.json",
                 fmt::format("noise.class is '{}', which is none of stable, timer_phase, "
                             "ack_pattern_varies and packet_path_varies",
                             name));
        return std::nullopt;
    }
    recorded.noise = static_cast<Noise>(index);
    read_summary(*summary, recorded);
    return recorded;
}

}  // namespace seedwire::replay
