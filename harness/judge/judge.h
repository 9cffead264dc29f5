// Verdicts: which expectations of a scenario hold after a run, and what happened instead.
#pragma once

#include <string>
#include <vector>

#include "harness/judge/incidents.h"
#include "harness/judge/moments.h"
#include "harness/judge/series.h"
#include "harness/judge/witness.h"
#include "harness/observe/figures.h"
#include "harness/observe/node_observer.h"
#include "harness/observe/window_observer.h"

namespace seedwire::judge {

struct Verdict {
    bool holds = false;
    const scenario::Expectation* expectation = nullptr;
    std::string actual;            ///< "12.4 Mbit/s", "client SYN, client SYN lost, ..."
    std::vector<std::string> why;  ///< the chain of causes as far as records tell
    /// Options of `seedwire run` that show more of it; empty: nothing to draw.
    std::string look;
    std::vector<std::uint32_t> about;  ///< flows that were too late, where several are meant
};

/// What verdicts are drawn from.
struct Evidence {
    const world::World& world;
    const observe::WindowObserver& windows;
    const Witness& witness;
    const SeriesObserver& series;
    const observe::NodeObserver& nodes;
    const Moments& moments;
    const IncidentObserver& incidents;
};

/// One verdict an expectation, in the order of the scenario.
std::vector<Verdict> judge(const Evidence& evidence);

/// In the middle of a run: can nothing that may still happen change a verdict? False if nothing is
/// expected. Metrics of the whole run, sequences of segments, completion and `never fails` are
/// decided at the end only.
bool are_all_decided(const Evidence& evidence);

}  // namespace seedwire::judge
