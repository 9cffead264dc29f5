// Many scenarios, each judged by its own expectations: several at a time, a process each, so that
// one that crashes or needs a limit of memory takes nobody else along.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/run/exit_code.h"

namespace seedwire::regress {

/// A scenario, with a seed instead of its own or without.
struct Case {
    std::string file;
    std::optional<std::uint64_t> seed;
    std::string name() const;  ///< "tour/close.yaml", "tour/close.yaml [seed 3]"
};

/// Each file with its own seed, then with seeds 1 to `seeds`.
std::vector<Case> make_cases(const std::vector<std::string>& files, std::uint64_t seeds);

enum class Status : std::uint8_t {
    Waiting,  ///< not run: the suite was interrupted before
    Passed,
    Failed,  ///< an expectation does not hold
    Error,   ///< it cannot be loaded, reached a limit, or crashed
    Skipped  ///< a study, or a seed that is the scenario's own
};
std::string_view to_string(Status status);

struct CaseResult {
    Status status = Status::Waiting;
    run::ExitCode code = run::ExitCode::Holds;
    std::uint64_t events = 0;
    std::int64_t elapsed_ns = 0;  ///< by the clock of the request
    std::string digest;
    std::string text;  ///< what `run` would show of failures and problems; of skipped ones: why
};

/// A clock in nanoseconds; where it starts means nothing.
using Clock = std::function<std::int64_t()>;

/// One case in this process.
CaseResult run_case(const Case& which, bool color, bool until_decided, const Clock& clock,
                    const std::atomic<bool>* interrupted);

struct SuiteRequest {
    std::size_t jobs = 1;  ///< processes at a time
    bool color = false;
    bool until_decided = false;  ///< stop each when nothing can change a verdict any more
    Clock clock;
    std::int64_t timeout_ns = 0;  ///< of each case, by the clock; 0: none
    const std::atomic<bool>* interrupted = nullptr;
    /// Called in the order of the cases, whatever the order in which they end.
    std::function<void(std::size_t index, const CaseResult&)> on_result;
    /// Called whenever a case has ended, and about ten times a second.
    std::function<void(std::size_t done, std::size_t running)> on_progress;
};

/// All cases. The process must have no threads.
std::vector<CaseResult> run_suite(const std::vector<Case>& cases, const SuiteRequest& request);

/// What the whole suite means: the worst of its cases.
run::ExitCode exit_code(const std::vector<CaseResult>& results);

}  // namespace seedwire::regress
