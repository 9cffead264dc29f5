// Reads scenarios for all commands that take files, and shows what is wrong with them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/scenario/scenario.h"

namespace seedwire::cli {

struct LoadedFile {
    std::string path, text;
    std::optional<scenario::Scenario> scenario;  ///< nothing if there was an error
    bool is_valid_study = false;                 ///< `check` looks at studies, too
    scenario::Diagnostics problems;
};

/// `-` is standard input. Prints the problems of each file to stderr.
std::vector<LoadedFile> load_files(const std::vector<std::string>& paths,
                                   const scenario::LoadOptions& options, bool color);

/// "path=value" as given to --set; nothing (and a complaint) if there is no '='.
std::optional<scenario::Override> parse_override(const std::string& text);

}  // namespace seedwire::cli
