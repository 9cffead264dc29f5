#include "harness/cli/loading.h"

#include <fmt/format.h>

#include "harness/cli/command.h"
#include "harness/scenario/error_ids.h"

namespace seedwire::cli {

namespace {

scenario::Diagnostic study_problem(const std::string& file) {
    return {{file, 1, 1, 1},
            scenario::Severity::Error,
            scenario::error_id::kWrongKind,
            "this is a study, not a scenario",
            fmt::format("seedwire sweep {} runs it", file),
            ""};
}

}  // namespace

std::vector<LoadedFile> load_files(const std::vector<std::string>& paths,
                                   const scenario::LoadOptions& options, bool color) {
    std::vector<LoadedFile> files;
    for (const std::string& path : paths) {
        LoadedFile& file = files.emplace_back();
        file.path = path;
        const std::string shown = path == "-" ? "<stdin>" : path;
        if (auto text = scenario::read_file(path, file.problems)) {
            file.text = std::move(*text);
            if (scenario::is_study(file.text))
                file.problems.add(study_problem(shown));
            else
                file.scenario = scenario::load(shown, file.text, options, file.problems);
        }
        if (!file.problems.list().empty())
            complain(scenario::render(file.problems, file.text, color));
    }
    return files;
}

std::optional<scenario::Override> parse_override(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
        complain(fmt::format(
            "seedwire: --set takes path=value, for example --set line.delay=20ms (got '{}')\n",
            text));
        return std::nullopt;
    }
    return scenario::Override{text.substr(0, equals), text.substr(equals + 1)};
}

}  // namespace seedwire::cli
