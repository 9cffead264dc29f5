// Where the beginning of a run ends: the moment from which on a series is as good as it gets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/sweep/opened.h"

namespace seedwire::sweep {

/// MSER-5 (White 1997): means of five values each; as many of the first ones are left out as make
/// the variance of the mean of the rest least, of several as many as the least. Returns the number
/// of values; nothing if more than half would have to go, or there are too few (below 50). Means
/// are rounded to a hundredth of the largest, since less is no change, and reckoned with in
/// integers, so that every build agrees.
std::optional<std::size_t> mser5(const std::vector<double>& values);

/// Replaces `warmup: {settles: METRIC, every: ..}` by a moment: the latest that mser5 finds in what
/// METRIC, a count, grows by in each interval, in the run of the first seed of each point. Returns
/// a message if there is none.
std::string find_warm_up(OpenedStudy& opened);

}  // namespace seedwire::sweep
