// The rows of the table of keys that belong to studies.
#pragma once

#include <span>

#include "harness/scenario/schema.h"

namespace seedwire::scenario {

std::span<const KeyRow> study_rows();

}  // namespace seedwire::scenario
