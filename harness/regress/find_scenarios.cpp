#include "harness/regress/find_scenarios.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <filesystem>

namespace seedwire::regress {

namespace fs = std::filesystem;

namespace {

bool is_fragment(std::string_view name) {
    return name.ends_with(".part.yaml") || name.ends_with(".part.yml");
}

bool is_scenario(const fs::path& path) {
    const std::string name = path.filename().string();
    return (name.ends_with(".yaml") || name.ends_with(".yml")) && !is_fragment(name);
}

void look_below(const std::string& path, FoundScenarios& found) {
    std::error_code error;
    fs::recursive_directory_iterator place{path, error}, end;
    for (; !error && place != end; place.increment(error)) {
        if (place->path().filename().string().starts_with('.')) {
            place.disable_recursion_pending();
            continue;
        }
        std::error_code unknown;  // a dangling link is no scenario
        if (place->is_regular_file(unknown) && is_scenario(place->path()))
            found.files.push_back(place->path().lexically_normal().string());
    }
    if (error) found.problems.push_back(fmt::format("{}: {}", path, error.message()));
}

}  // namespace

FoundScenarios find_scenarios(const std::vector<std::string>& paths) {
    FoundScenarios found;
    for (const std::string& path : paths) {
        std::error_code error;
        if (fs::is_directory(path, error)) {
            look_below(path, found);
        } else if (!fs::exists(path, error)) {
            found.problems.push_back(fmt::format("{}: no such file or folder", path));
        } else if (!is_fragment(path)) {
            found.files.push_back(path);
        }
    }
    std::sort(found.files.begin(), found.files.end());
    found.files.erase(std::unique(found.files.begin(), found.files.end()), found.files.end());
    return found;
}

bool is_chosen(const std::string& path, const std::string& pattern) {
    if (pattern.find_first_of("*?[") == std::string::npos)
        return path.find(pattern) != std::string::npos;
    return fnmatch(pattern.c_str(), path.c_str(), 0) == 0 ||
           fnmatch(("*/" + pattern).c_str(), path.c_str(), 0) == 0;
}

}  // namespace seedwire::regress
