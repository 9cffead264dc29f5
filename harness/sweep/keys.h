// Which results belong to which point.
#pragma once

#include <optional>
#include <string_view>

#include "harness/sweep/store.h"

namespace seedwire::sweep {

/// Of everything that the keys follow from: files and models. Equal inputs have equal keys.
std::uint64_t inputs_digest(const study::Study& study, std::string_view model_version);

/// Builds the scenario of every point, in `jobs` processes where there are many, and so checks the
/// whole plan before the first run. Nothing after a report.
std::optional<Keys> compute_keys(const study::Plan& plan, std::string_view model_version,
                                 std::size_t jobs, scenario::Diagnostics& problems);

}  // namespace seedwire::sweep
