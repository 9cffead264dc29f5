// The scenario that does in simulation what a recorded case did.
#pragma once

#include <optional>
#include <string>

#include "harness/replay/recorded_case.h"
#include "sim/base/time.h"

namespace seedwire::replay {

/// What recordings do not tell.
struct Circumstances {
    Duration timer_tick;  ///< of both hosts; zero: exact timers
    /// Everything happens so much later. A host's clocks begin at time 0, so this is their phase.
    Duration phase;
    /// What hosts take from a packet's arrival to what it makes them do, laid on the link's delay.
    Duration processing;
};

/// As text in the scenario language, so that it is checked like every other scenario and can be
/// read, run and changed by people. What the description has and scenarios cannot say is in
/// `problems`.
std::string scenario_text(const RecordedCase& recorded, const Circumstances& circumstances,
                          scenario::Diagnostics& problems);

}  // namespace seedwire::replay
