// The keys of a study. They stand in the one table, so that messages, defaults and the reference
// are those of scenarios; harness/study reads them.
#include "harness/scenario/schema_study.h"

#include <array>

namespace seedwire::scenario {
namespace {

using T = Type;

constexpr std::array kRows{
    KeyRow{"study", "version", T::Integer, kRequired, "1 .. 1", "of this language"},
    KeyRow{"study", "study", T::Text, kRequired, "", "the question, in one line"},
    KeyRow{"study", "description", T::Text, "", "", "why it is asked"},
    KeyRow{"study", "base", T::Form, kRequired, "",
           "the scenario: a file, relative to this one, or a map"},
    KeyRow{"study", "vary", T::Form, "", "",
           "paths of the scenario, each with its values; `zip`, `sample`"},
    KeyRow{"study", "where", T::Form, "", "",
           "a condition on the values, or a list of them: points that do not fit are left out"},
    KeyRow{"study", "repeat", T::Form, "1", "", "runs a point, or a map: until it is known"},
    KeyRow{"study", "seed", T::Integer, "1", "0 ..",
           "of the first run of every point; the next has the next seed"},
    KeyRow{"study", "collect", T::Form, "", "", "list of metrics; default: those of the flows"},
    KeyRow{"study", "warmup", T::Form, "0 s", "",
           "rates, counts and series are measured behind this moment of each run; a map: where a "
           "series settles"},
    KeyRow{"study", "compare", T::Form, "", "", "`parameter=value`: the base of comparisons"},
    KeyRow{"study", "limits", T::Map, "", "", "of each run"},
    KeyRow{"study", "tables", T::List, "", "", "of the summary"},
    KeyRow{"study", "plots", T::List, "", "", "of the summary"},
    KeyRow{"study", "references", T::List, "", "", "figures from elsewhere, to compare with"},
    KeyRow{"study.references[]", "file", T::Text, kRequired, "",
           "CSV, relative to this file: columns named as what varies and as the statistics"},
    KeyRow{"study.references[]", "metric", T::Text, kRequired, "", "a collected metric"},
    KeyRow{"study.references[]", "within", T::Form, kRequired, "",
           "{median: 10 %}: columns, each with how far off results may be, a share or an amount"},
    KeyRow{"study.references[]", "samples", T::Integer, "0", "0 .. 1000000000",
           "that a figure there was made of: its own luck is allowed for in percentiles"},
    KeyRow{"study.references[]", "title", T::Text, "", "", "whose figures they are"},
    KeyRow{"study.warmup", "settles", T::Text, kRequired, "",
           "a count: until it grows evenly is left out, by the rule MSER-5"},
    KeyRow{"study.warmup", "every", T::Duration, kRequired, "1 us ..", "how often it is looked at"},
    KeyRow{"study.repeat", "min", T::Integer, "10", "2 .. 1000000", "runs before the first look"},
    KeyRow{"study.repeat", "max", T::Integer, "200", "2 .. 1000000", "runs at most"},
    KeyRow{"study.repeat", "until", T::Form, kRequired, "",
           "ci95(metric): half the width of its interval, a share of the mean or an amount"},
    KeyRow{"study.limits", "time", T::Duration, "", "1 ms ..", "by the clock on the wall"},
    KeyRow{"study.limits", "memory", T::Bytes, "", "1 MB ..", "of the process"},
    KeyRow{"study.limits", "events", T::Integer, "", "1 ..", "executed"},
    KeyRow{"study.values", "values", T::List, "", "", "as the short form"},
    KeyRow{"study.values", "lin", T::List, "", "", "first and last of equal steps"},
    KeyRow{"study.values", "log", T::List, "", "", "first and last of equal ratios"},
    KeyRow{"study.values", "steps", T::Integer, "5", "2 .. 100000", "values of a range"},
    KeyRow{"study.values", "as", T::Name, "", "", "its name in conditions, tables and results"},
    KeyRow{"study.values", "cases", T::NamedMap, "", "",
           "names, each with a map of paths to values that are set together"},
    KeyRow{"study.sample", "method", T::Choice, "latin_hypercube", "latin_hypercube | sobol",
           "how points are spread over the ranges of `over`"},
    KeyRow{"study.sample", "points", T::Integer, kRequired, "2 .. 1000000", "so many"},
    KeyRow{"study.sample", "seed", T::Integer, "1", "0 ..", "of latin_hypercube"},
    KeyRow{"study.sample", "over", T::Form, kRequired, "", "paths, each with lin or log"},
    KeyRow{"study.tables[]", "rows", T::Name, kRequired, "", "a parameter"},
    KeyRow{"study.tables[]", "cols", T::Name, "", "", "a parameter"},
    KeyRow{"study.tables[]", "metric", T::Text, kRequired, "",
           "a collected metric, perhaps with statistics: goodput:mean,ci95"},
    KeyRow{"study.plots[]", "kind", T::Choice, "line", "line | box | cdf | heat", "of plot"},
    KeyRow{"study.plots[]", "metric", T::Text, kRequired, "", "a collected metric"},
    KeyRow{"study.plots[]", "x", T::Name, "", "", "a parameter; default: the first"},
    KeyRow{"study.plots[]", "by", T::Name, "", "", "a parameter: a line or colour each"},
    KeyRow{"study.plots[]", "y", T::Name, "", "", "of heat: the second parameter"},
    KeyRow{"study.plots[]", "log", T::Choice, "none", "none | x | y | xy", "axes"},
    KeyRow{"study.plots[]", "statistic", T::Choice, "mean", "mean | median", "of a line"},
    KeyRow{"study.plots[]", "where", T::Text, "", "", "only points that fit"},
    KeyRow{"study.plots[]", "title", T::Text, "", "", "above it"},
};

}  // namespace

std::span<const KeyRow> study_rows() { return kRows; }

}  // namespace seedwire::scenario
