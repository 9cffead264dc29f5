#include "harness/cli/study_files.h"

#include <fmt/format.h>

#include <filesystem>

#include "harness/cli/command.h"

namespace seedwire::cli {

std::string default_results_directory(const std::string& study_file) {
    std::string name = std::filesystem::path(study_file).filename().string();
    for (const char* ending : {".yaml", ".yml", ".study"})
        if (name.ends_with(ending)) name.resize(name.size() - std::string_view{ending}.size());
    return name + ".results";
}

std::unique_ptr<sweep::OpenedStudy> load_study_file(const std::string& path, bool color) {
    scenario::Diagnostics problems;
    std::string text;
    std::unique_ptr<sweep::OpenedStudy> opened;
    if (auto read = scenario::read_file(path, problems)) {
        text = std::move(*read);
        opened = sweep::open_study(path == "-" ? "<stdin>" : path, text, problems);
    }
    if (!problems.list().empty()) complain(scenario::render(problems, text, color));
    return opened;
}

OpenedResults open_results(const std::string& path, bool color) {
    OpenedResults results;
    std::error_code failure;
    std::string directory = path;
    if (std::filesystem::is_regular_file(path, failure))
        directory = default_results_directory(path);
    auto store = std::make_unique<sweep::Store>(directory, sweep::Store::Mode::Read);
    if (!store->good()) {
        complain(fmt::format("seedwire: {}\n", store->error()));
        return results;
    }
    scenario::Diagnostics problems;
    results.opened = sweep::open_study_of(*store, problems);
    if (!results.opened) {
        complain(scenario::render(problems, "", color));
        return results;
    }
    results.store = std::move(store);
    return results;
}

}  // namespace seedwire::cli
