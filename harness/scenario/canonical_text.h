// The effective scenario as YAML: every default written out, one form for everything.
#pragma once

#include <string>

#include "harness/scenario/scenario.h"

namespace seedwire::scenario {

/// Loads back to an equal scenario. Its hash is Scenario::digest.
std::string canonical_text(const Scenario& scenario);

}  // namespace seedwire::scenario
