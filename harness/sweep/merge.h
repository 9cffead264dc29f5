// Shards of a study become one results folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/run/exit_code.h"
#include "harness/sweep/executor.h"
#include "harness/sweep/opened.h"

namespace seedwire::sweep {

struct Merged {
    run::ExitCode code = run::ExitCode::Holds;
    std::string problem;  ///< why not
    std::unique_ptr<OpenedStudy> study;
    Keys keys;
    Outcome outcome;
};

/// Copies what every shard keeps into `into`. All must be of one study and one model version, and
/// where two have the same run it must be equal.
Merged merge(const std::vector<std::string>& shards, Store& into, std::size_t jobs);

}  // namespace seedwire::sweep
