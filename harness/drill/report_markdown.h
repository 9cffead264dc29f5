// What scripts say of the endpoint, as tables of Markdown: docs/conformance.md.
#pragma once

#include <string>
#include <vector>

#include "harness/drill/suite.h"

namespace seedwire::drill {

/// A table with a row a folder and one for all, and a table of what did not pass. Paths are shown
/// as they were given; those that begin at the root begin with the last folder of the argument.
std::string markdown(const std::vector<ScriptResult>& results,
                     const std::vector<std::string>& arguments);

}  // namespace seedwire::drill
