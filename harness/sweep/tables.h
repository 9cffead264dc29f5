// Tables over the results of a study: a statistic by rows and columns, and paired differences.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/sweep/opened.h"
#include "harness/sweep/samples.h"
#include "harness/sweep/statistic.h"
#include "harness/sweep/written_table.h"

namespace seedwire::sweep {

struct TableRequest {
    std::size_t rows = 0;
    std::optional<std::size_t> columns;
    std::optional<study::Condition> where;
};

/// A table for each combination of whatever else varies. For CSV each statistic has columns of its
/// own, in base units with all digits; else a cell holds all of them, in a unit of handy size.
std::vector<WrittenTable> make_tables(const study::Plan& plan, const Samples& samples,
                                      const Question& question, const TableRequest& request,
                                      bool for_csv);

struct Comparison {
    std::size_t parameter = 0;
    std::string base, to;  ///< texts of its values
    std::optional<study::Condition> where;
};

/// The differences `to` - `base` between runs of the same seed, for each combination of the other
/// parameters: mean, 95 % interval, share of the base's mean, number of pairs.
WrittenTable compare(const study::Plan& plan, const Samples& samples, const Comparison& comparison);

}  // namespace seedwire::sweep
