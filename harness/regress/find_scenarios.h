// Which files below some paths are scenarios to be run.
#pragma once

#include <string>
#include <vector>

namespace seedwire::regress {

struct FoundScenarios {
    std::vector<std::string> files;     ///< each once, sorted by path
    std::vector<std::string> problems;  ///< one line a path that cannot be looked into
};

/// Files as they are named; of folders everything below that ends in .yaml or .yml, hidden files
/// and folders left out. Fragments (`.part.yaml`) are no scenarios.
FoundScenarios find_scenarios(const std::vector<std::string>& paths);

/// Does `pattern` choose this path? With `*`, `?` or `[` it must fit the whole path or its end
/// behind a `/`; else it is a part of the path.
bool is_chosen(const std::string& path, const std::string& pattern);

}  // namespace seedwire::regress
