// One run of a plan, in a worker: the scenario of the point is built once for all its seeds.
#include <fmt/format.h>

#include "harness/run/run.h"
#include "harness/sweep/executor.h"
#include "sim/base/assert.h"

namespace seedwire::sweep {

namespace {

Status status_of(run::Ending ending) {
    switch (ending) {
        case run::Ending::EventLimit:
            return Status::EventLimit;
        case run::Ending::MemoryLimit:
            return Status::MemoryLimit;
        case run::Ending::TimeLimit:
            return Status::TimeLimit;
        default:
            return Status::Done;
    }
}

}  // namespace

Record Runner::run(const Task& task) {
    const std::uint64_t seed = plan_.study().first_seed + task.repetition;
    const bool fits = scenario_ && point_ == task.point && !scenario_->drawn_with_seed;
    if (!fits) {
        scenario::Diagnostics problems;
        scenario_ = scenario::build_scenario(*plan_.study().base, plan_.options(task.point, seed),
                                             problems);
        point_ = task.point;
        // Every point was built when its key was computed.
        SEEDWIRE_ASSERT(scenario_.has_value());
    }
    scenario_->seed = seed;
    run::Request request;
    request.limits.events = plan_.study().limits.events;
    request.limits.memory_bytes = plan_.study().limits.memory_bytes;
    const run::Run run = run::execute(*scenario_, request);
    Record record;
    record.status = status_of(run.ending);
    record.holds = run.is_judged() && run.holds();
    record.events = run.events;
    record.digest = run.digest.total.high;
    if (record.status != Status::Done) {
        record.reason = fmt::format("{} reached", run::to_string(run.ending));
        worn_ = record.status == Status::MemoryLimit;
        return record;
    }
    for (const auto& value : run.collected) record.figures.push_back(number_of(value));
    for (const auto& series : run.series) {
        auto& values = record.series.emplace_back();
        for (const auto& value : series) values.push_back(number_of(value));
    }
    return record;
}

}  // namespace seedwire::sweep
