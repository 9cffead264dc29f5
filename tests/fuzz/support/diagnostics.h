// What holds of every list of problems, whatever was read.
#pragma once

#include "harness/scenario/scenario.h"
#include "sim/base/assert.h"

namespace seedwire::fuzz {

/// A text either means something or has errors; each problem has a place and words.
inline void check(const scenario::Diagnostics& problems, bool loaded) {
    SEEDWIRE_ASSERT(loaded != problems.has_errors());
    for (const scenario::Diagnostic& problem : problems.list()) {
        SEEDWIRE_ASSERT(problem.where.line >= 1);
        SEEDWIRE_ASSERT(problem.where.column >= 1);
        SEEDWIRE_ASSERT(!problem.message.empty());
    }
}

}  // namespace seedwire::fuzz
