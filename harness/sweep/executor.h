// Runs what a plan asks for and a store does not have yet, and decides when a point is known well
// enough.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "harness/run/exit_code.h"
#include "harness/sweep/store.h"
#include "harness/sweep/workers.h"

namespace seedwire::sweep {

/// Every `count`-th run, from the `index`-th (0 is the first).
struct Shard {
    std::uint32_t index = 0, count = 1;
};

struct SweepProgress {
    std::uint64_t done = 0;      ///< runs, those of the store included
    std::uint64_t computed = 0;  ///< of those, in this call
    std::uint64_t expected = 0;  ///< as far as is known: at least
    std::uint64_t failures = 0;
    std::size_t points = 0, decided = 0;
    /// The widest interval of a stopping rule among the points looked at last; empty without rule.
    std::string width;
};

struct SweepRequest {
    std::size_t jobs = 1;
    Shard shard;
    bool retry_failed = false;  ///< runs whose failure is kept are run again
    Clock clock;
    const std::atomic<bool>* interrupted = nullptr;
    std::function<void(const SweepProgress&)> on_progress;  ///< about ten times a second
};

/// How many repetitions each point has; 0 while that is not decided.
struct Outcome {
    std::vector<std::uint32_t> repetitions;
    std::uint64_t failures = 0;
    bool interrupted = false;
    std::string error;  ///< no process for a worker
    bool complete() const;
};

/// Appends to the store; see its error().
Outcome execute(const study::Plan& plan, const Keys& keys, Store& store,
                const SweepRequest& request);

/// What the store already decides, without running anything.
Outcome look(const study::Plan& plan, const Keys& keys, Store& store);

/// One run, in this process.
class Runner {
public:
    Runner(const study::Plan& plan) : plan_{plan} {}
    Record run(const Task& task);
    /// A run needed so much memory that the process should not go on.
    bool is_worn() const { return worn_; }

private:
    const study::Plan& plan_;
    std::optional<scenario::Scenario> scenario_;
    std::uint32_t point_ = 0;
    bool worn_ = false;
};

}  // namespace seedwire::sweep
