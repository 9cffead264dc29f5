#include "harness/drill/report_markdown.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>

namespace seedwire::drill {
namespace {

namespace fs = std::filesystem;

struct Place {
    std::string collection, file;
};

/// Whoever reads the report does not have the writer's folders.
Place shown(const std::string& file, const std::vector<std::string>& arguments) {
    for (std::string root : arguments) {
        while (root.size() > 1 && root.back() == '/') root.pop_back();
        if (!file.starts_with(root)) continue;
        const fs::path path{root};
        const std::string name = path.is_absolute() ? path.filename().string() : root;
        return {name, name + file.substr(root.size())};
    }
    return {file, file};
}

struct Row {
    Totals totals;
    std::size_t as_linux = 0;  ///< passed in the surroundings of a kernel as it comes only
    void add(const Outcome& outcome) {
        totals.add(outcome.status);
        const bool passed = outcome.status == Status::Passed;
        if (passed && outcome.profile == ProfileName::Linux) ++as_linux;
    }
    std::string text(std::string_view name) const {
        return fmt::format("| {} | {} | {} | {} | {} | {} |\n", name, totals.all(), totals.passed,
                           as_linux, totals.failed, totals.unsupported);
    }
};

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '|') result += '\\';
        result += c == '\n' ? ' ' : c;
    }
    return result;
}

}  // namespace

std::string markdown(const std::vector<ScriptResult>& results,
                     const std::vector<std::string>& arguments) {
    std::map<std::string, Row> folders, collections;
    Row all;
    std::string failures;
    for (const ScriptResult& result : results) {
        const Place place = shown(result.file, arguments);
        const fs::path file{place.file};
        folders["`" + file.parent_path().string() + "`"].add(result.outcome);
        collections["all of `" + place.collection + "`"].add(result.outcome);
        all.add(result.outcome);
        if (result.outcome.status == Status::Passed) continue;
        failures += fmt::format("| `{}` | {}:{} | {}: {} |\n", file.string(),
                                result.outcome.at.line, result.outcome.at.column,
                                to_string(result.outcome.status), escaped(result.outcome.message));
    }
    std::string text =
        "| folder | scripts | passed | of these as linux | failed | unsupported |\n"
        "|---|---|---|---|---|---|\n";
    for (const auto& [folder, row] : folders) text += row.text(folder);
    if (collections.size() > 1)
        for (const auto& [collection, row] : collections) text += row.text(collection);
    text += all.text("all");
    if (failures.empty()) return text + "\nEverything passed.\n";
    return text + "\n| not passed | at | reason |\n|---|---|---|\n" + failures;
}

}  // namespace seedwire::drill
