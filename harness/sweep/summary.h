// summary.md: what the study found, with its tables and plots, and who made them.
#pragma once

#include <string>

#include "harness/sweep/opened.h"

namespace seedwire::sweep {

/// Writes summary.md and the plots it shows into the folder. Returns what went wrong, or nothing.
std::string write_summary(const OpenedStudy& opened, Store& store);

/// The failed runs, with the commands that repeat them: at most ten, then a count.
std::string failures_text(Store& store);

}  // namespace seedwire::sweep
