// The value of a metric after a run, by its path.
#pragma once

#include <optional>
#include <string>

#include "harness/judge/judge.h"
#include "harness/scenario/expectation.h"

namespace seedwire::judge {

/// Nothing if it did not happen (a completion that never came) or does not apply.
std::optional<scenario::Value> value_of(const scenario::Metric& metric, const Evidence& evidence);

/// As if the run ended here, whatever moment or part of the run the metric names.
std::optional<scenario::Value> value_now(const scenario::Metric& metric, const Evidence& evidence);

/// -1, 0, 1 by exact cross-multiplication. Requires comparable units; Count compares with any.
int compare(const scenario::Value& a, const scenario::Value& b);

/// `value` moved up or down by a tolerance: a share of it (Unit::Ratio) or an amount.
scenario::Value shifted(const scenario::Value& value, const scenario::Value& tolerance, bool up);

/// In base units, to tell apart what is alike in short: "2000001 B", "41200001 ns".
std::string exact_text(const scenario::Value& value);
/// "12.4 Mbit/s", "41.2 ms": short, in the unit people use for it.
std::string to_string(const scenario::Value& value);

}  // namespace seedwire::judge
