// What a run prints on the terminal: ladders, tables of flows and links, verdicts, digest.
#pragma once

#include <string>
#include <string_view>

#include "harness/observe/ladder_text.h"
#include "harness/run/run.h"

namespace seedwire::run {

struct ReportStyle {
    observe::LadderStyle ladder;
    bool color = false;
    bool quiet = false;  ///< only what failed
};

/// `source` is the text of the scenario file, for the lines of failed expectations.
/// A word as it is written on a command line: what a shell would split or replace is quoted.
std::string shell_word(const std::string& word);

std::string report(const Run& run, std::string_view source, const ReportStyle& style);

/// The failed expectations: each with its line, a caret, what happened instead and why.
std::string failures(const Run& run, std::string_view source, bool color);

}  // namespace seedwire::run
