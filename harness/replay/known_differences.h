// Cases that are known to differ, each with its reason: so that a test notices every change.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/replay/replay.h"

namespace seedwire::replay {

/// Reasons by the id of a case.
using KnownDifferences = std::map<std::string, std::string>;

/// Reads a YAML map of ids and reasons; what is wrong stands in `problems`.
std::optional<KnownDifferences> read_known_differences(const std::string& file,
                                                       scenario::Diagnostics& problems);

/// One sentence for each case that differs and is not known to, or is known to and does not.
std::vector<std::string> surprises(const std::vector<CaseResult>& results,
                                   const KnownDifferences& known);

}  // namespace seedwire::replay
