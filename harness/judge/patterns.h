// Does what happened fit a pattern? Sequences of segments and of states.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/judge/witness.h"
#include "harness/scenario/expectation.h"

namespace seedwire::judge {

/// Where a sequence left its pattern.
struct Mismatch {
    std::size_t item = 0;     ///< index of the pattern's item that found no partner
    std::size_t segment = 0;  ///< index of the first segment that did not fit (may be the end)
};

/// "client SYN lost", "server DATA(1000)": a segment in the words of the pattern language.
std::string describe(const SentSegment& segment);

bool fits(const scenario::Segments::Item& item, const SentSegment& segment);

/// Matches the whole sequence; nothing if it fits, else the furthest point reached.
std::optional<Mismatch> match(const std::vector<scenario::Segments::Item>& items,
                              const std::vector<SentSegment>& segments);

/// The states of one end in order, beginning with the one before the first change.
std::vector<tcp::State> states_of(const std::vector<PassedState>& changes);

/// True if `passed` begins with `wanted`; a CLOSED at the very start of `passed` (an opener's state
/// before it opens) may be left out.
bool passes(const std::vector<tcp::State>& passed, const std::vector<tcp::State>& wanted);

}  // namespace seedwire::judge
