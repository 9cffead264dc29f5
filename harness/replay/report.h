// What a replay found, for people, for programs and for docs/fidelity.md.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "harness/replay/known_differences.h"
#include "harness/replay/replay.h"

namespace seedwire::replay {

struct ClassTotals {
    std::size_t cases = 0, meet = 0, meet_unfitted = 0, identical = 0, identical_ticking = 0,
                needs = 0;
};
/// By class, in the order of Noise.
std::array<ClassTotals, kNoiseCount> totals_of(const std::vector<CaseResult>& results);

struct TextStyle {
    std::size_t width = 100;
    bool verbose = false;  ///< figures of every case; else what does not hold
    bool ladder = true;    ///< the first difference of cases that do not meet their bar
};
std::string case_text(const CaseResult& result, const TextStyle& style);
std::string totals_text(const std::vector<CaseResult>& results);

/// {cases: [{id, class, identical, first_difference, time_error, figures}], totals}
std::string json_text(const std::vector<CaseResult>& results);

/// The tables of docs/fidelity.md.
std::string fidelity_page(const std::vector<CaseResult>& results, const KnownDifferences& known);

}  // namespace seedwire::replay
