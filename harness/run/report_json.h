// summary.json and `--json`: the figures of a run for programs. Times in ns, sizes in bytes, rates
// in bit/s; what did not happen is null.
#pragma once

#include <string>

#include "harness/observe/json_writer.h"
#include "harness/run/run.h"

namespace seedwire::run {

/// Appends the run as one object. Depends on nothing but scenario and seed.
void write_json(observe::JsonWriter& json, const Run& run);
/// flows.csv: one line a flow or program.
std::string flows_csv(const Run& run);

}  // namespace seedwire::run
