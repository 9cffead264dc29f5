// Why an expectation failed, as far as records tell, and where to look further.
#pragma once

#include "harness/judge/judge.h"

namespace seedwire::judge {

/// Adds reasons and the place to look at to a verdict that does not hold.
void explain(const scenario::Expectation& expectation, const Evidence& evidence, Verdict& verdict);

}  // namespace seedwire::judge
