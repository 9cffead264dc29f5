// All metrics that somebody wants to know of a run.
#pragma once

#include <vector>

#include "harness/scenario/scenario.h"

namespace seedwire::scenario {

/// Those of expectations, those collected, and every sample of a series. They live as long as the
/// scenario.
std::vector<const Metric*> measured_metrics(const Scenario& scenario);

/// Of its values.
Unit unit_of(const Metric& metric);

}  // namespace seedwire::scenario
