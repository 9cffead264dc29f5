// The scenario that does in simulation what a recorded case did.
#pragma once

#include <optional>
#include <string>

#include "harness/replay/recorded_case.h"
#include "sim/base/time.h"

namespace seedwire::replay {

/// As text in the scenario language, so that it is checked like every other scenario and can be
/// read, run and changed by people. `timer_tick` of both hosts, zero for exact timers. What the
/// description has and scenarios cannot say is in `problems`.
std::string scenario_text(const RecordedCase& recorded, Duration timer_tick,
                          scenario::Diagnostics& problems);

}  // namespace seedwire::replay
