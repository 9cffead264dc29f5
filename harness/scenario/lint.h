// Warnings: scenarios that load and run, and yet can hardly mean what they say.
#pragma once

#include "harness/scenario/reporter.h"
#include "harness/scenario/scenario.h"

namespace seedwire::scenario {

/// Of a scenario without errors. A warning is certain: what cannot be known before a run is not
/// guessed at.
void lint(const Scenario& scenario, Reporter& reporter);

}  // namespace seedwire::scenario
