// `include:`: parts of scenarios that several files share.
#pragma once

#include "harness/scenario/document.h"
#include "harness/scenario/reporter.h"
#include "harness/scenario/scenario.h"

namespace seedwire::scenario {

/// Lays the included files below `root` and takes its `include` away. Paths are relative to the
/// file that names them. What the including file has wins, map by map; lists are joined, those of
/// the included file first. A file that is included twice counts once; a cycle is an error.
void include_files(Node& root, const LoadOptions& options, Reporter& reporter);

}  // namespace seedwire::scenario
