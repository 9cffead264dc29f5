#include "harness/replay/pack.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "harness/observe/json_writer.h"
#include "harness/replay/recorded_case.h"
#include "harness/replay/text_file.h"
#include "harness/scenario/reporter.h"

namespace seedwire::replay {

namespace {

using scenario::Node;

/// What a replay reads, and what tells where the figures come from.
constexpr std::array<std::string_view, 7> kKept = {"id",    "topic",   "runs", "kernel",
                                                   "noise", "metrics", "bulk"};

void write_value(const Node& node, observe::JsonWriter& json) {
    if (node.is_map()) {
        json.begin_object();
        for (const scenario::Entry& entry : node.entries) {
            json.key(entry.key.text);
            write_value(entry.value, json);
        }
        json.end_object();
    } else if (node.is_sequence()) {
        json.begin_array();
        for (const Node& item : node.items) write_value(item, json);
        json.end_array();
    } else if (node.quoted || !number_of(&node)) {
        json.value(std::string_view{node.text});
    } else {
        json.raw(node.text);
    }
}

/// One key a line, so that changes can be read.
std::string packed_summary(const Node& summary) {
    std::string text;
    for (const std::string_view key : kKept) {
        const Node* value = summary.find(key);
        if (value == nullptr) continue;
        observe::JsonWriter json{false};
        write_value(*value, json);
        std::string written = json.take();
        while (written.ends_with('\n')) written.pop_back();
        text += fmt::format("{} \"{}\": {}", text.empty() ? "{\n" : ",\n", key, written);
    }
    return text + "\n}\n";
}

}  // namespace

std::string pack_case(const std::string& folder, const std::string& target) {
    std::error_code error;
    std::filesystem::create_directories(target, error);
    const auto description = read_text(folder + "/case.yaml");
    const auto summary = read_text(folder + "/summary.json");
    const auto trace = read_text(folder + "/trace.csv");
    if (!description || !summary || !trace)
        return folder + ": one of case.yaml, summary.json and trace.csv cannot be read";
    scenario::Diagnostics problems;
    scenario::Reporter reporter{problems};
    const auto tree =
        scenario::parse_document(reporter.add_source("summary.json", *summary), reporter);
    if (!tree || !tree->is_map()) return folder + "/summary.json: this is no map of keys";
    const bool good = write_text(target + "/case.yaml", *description) &&
                      write_text(target + "/summary.json", packed_summary(*tree)) &&
                      write_text(target + "/trace.csv.gz", *trace);
    return good ? "" : target + ": cannot be written";
}

}  // namespace seedwire::replay
