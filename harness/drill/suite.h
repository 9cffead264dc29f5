// Many scripts: finding them, running them side by side, and what is printed about them.
#pragma once

#include <string>
#include <vector>

#include "harness/drill/interpreter.h"

namespace seedwire::drill {

struct FoundScripts {
    std::vector<std::string> files;     ///< each once, sorted by path
    std::vector<std::string> problems;  ///< one line a path that cannot be looked into
};
/// Files as they are named; of folders everything below that ends in .pkt.
FoundScripts find_scripts(const std::vector<std::string>& paths);

struct ScriptResult {
    std::string file;
    Outcome outcome;
};
/// Runs every file, `jobs` at a time; results are in the order of `files`.
std::vector<ScriptResult> run_files(const std::vector<std::string>& files,
                                    const RunOptions& options, std::size_t jobs);

struct Totals {
    std::size_t passed = 0, failed = 0, unsupported = 0;
    std::size_t all() const { return passed + failed + unsupported; }
    void add(Status status);
};
Totals totals_of(const std::vector<ScriptResult>& results);

/// "FILE:LINE:COLUMN: failed: message" and its details; empty for a script that passed.
std::string result_text(const ScriptResult& result);
/// A line for each folder, if there is more than one, and one for all.
std::string summary_text(const std::vector<ScriptResult>& results);
/// The XML that CI servers read. Unsupported scripts count as errors.
std::string junit(const std::vector<ScriptResult>& results);

}  // namespace seedwire::drill
