// Results beside figures from elsewhere: every figure, how far off it is, and a verdict.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/sweep/opened.h"
#include "harness/sweep/store.h"
#include "harness/sweep/written_table.h"

namespace seedwire::sweep {

struct ReferenceTable {
    WrittenTable table;
    std::vector<std::string> verdicts;  ///< "median: 16 of 16 within 10 %; furthest off: ..."
    std::size_t off = 0;                ///< figures that are further off than they may be
    std::string problem;                ///< why there is no table; empty: there is one
};

/// One for each of the study's references.
std::vector<ReferenceTable> reference_tables(const OpenedStudy& opened, Store& store);

}  // namespace seedwire::sweep
