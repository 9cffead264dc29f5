// Recorded cases done again in simulation, and what came out of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/replay/figures.h"
#include "harness/replay/recorded_case.h"
#include "harness/replay/sequences.h"
#include "harness/replay/time_errors.h"

namespace seedwire::replay {

/// One way of doing a case again.
struct Attempt {
    SeenPackets packets;  ///< as far as the recording goes
    Agreement agreement, data;
    TimeErrors times;
};

enum class Outcome {
    Meets,    ///< what the class of the case asks for holds
    Differs,  ///< it does not
    Needs,    ///< the case needs something that is not there
    Broken    ///< the case itself is wrong
};
std::string_view to_string(Outcome outcome);

struct CaseResult {
    std::string folder, id, topic, title;
    Noise noise = Noise::Stable;
    Outcome outcome = Outcome::Broken;
    std::string needs;                ///< "bbr"
    std::string problem;              ///< rendered diagnostics of a broken case
    std::vector<std::string> misses;  ///< what the bar asks for and does not hold
    /// Of the recorded machines, with which the case reaches its bar; zero as in every scenario.
    Duration phase, processing;
    bool is_fitted() const { return phase > Duration::zero() || processing > Duration::zero(); }
    SeenPackets measured;  ///< of the recording
    Attempt exact;         ///< timers that fire when they should
    Attempt ticking;       ///< timers in ticks of 4 ms
    std::vector<FigureRow> figures;
};

/// What is wrong with a case is in its result.
CaseResult replay_case(const std::string& folder);

/// So many at a time; results in the order of the folders.
std::vector<CaseResult> replay_cases(const std::vector<std::string>& folders, std::size_t jobs);

/// The folders below these paths that hold a `case.yaml`, sorted by name within each path.
struct FoundCases {
    std::vector<std::string> folders, problems;
};
FoundCases find_cases(const std::vector<std::string>& paths);

}  // namespace seedwire::replay
