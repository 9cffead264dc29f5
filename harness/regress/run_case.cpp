// One case: load, run, judge, and keep the text that a person wants to read about it.
#include <fmt/format.h>

#include "harness/regress/suite.h"
#include "harness/run/report_text.h"
#include "harness/run/run.h"
#include "harness/scenario/scenario.h"

namespace seedwire::regress {

namespace {

using run::ExitCode;

CaseResult load_error(const scenario::Diagnostics& problems, std::string_view source, bool color) {
    CaseResult result;
    result.status = Status::Error;
    result.code = ExitCode::BadInput;
    result.text = scenario::render(problems, source, color);
    return result;
}

CaseResult skipped(std::string why) {
    CaseResult result;
    result.status = Status::Skipped;
    result.text = std::move(why);
    return result;
}

CaseResult execute(const Case& which, const scenario::Scenario& scenario, std::string_view source,
                   bool color, bool until_decided, const std::atomic<bool>* interrupted) {
    run::Request request;
    request.until_decided = until_decided;
    if (which.seed) request.options = fmt::format(" --seed {}", *which.seed);
    request.interrupted = interrupted;
    const run::Run run = run::execute(scenario, request);
    CaseResult result;
    result.code = run.exit_code();
    result.events = run.events;
    // That of a part of a run says nothing about the whole.
    if (run.complete()) result.digest = observe::to_string(run.digest.total);
    result.text = run::failures(run, source, color);
    switch (result.code) {
        case ExitCode::Holds:
            result.status = Status::Passed;
            break;
        case ExitCode::ExpectationFailed:
            result.status = Status::Failed;
            break;
        case ExitCode::Interrupted:
            result.status = Status::Waiting;
            break;
        default:
            result.status = Status::Error;
            result.text += fmt::format("{}: {} reached; what was expected is not known\n",
                                       scenario.file, run::to_string(run.ending));
    }
    return result;
}

CaseResult load_and_execute(const Case& which, bool color, bool until_decided,
                            const std::atomic<bool>* interrupted) {
    scenario::Diagnostics problems;
    const std::optional<std::string> source = scenario::read_file(which.file, problems);
    if (!source) return load_error(problems, {}, color);
    if (scenario::is_study(*source)) return skipped("a study is not run as a test");
    scenario::LoadOptions options;
    const auto document = scenario::parse_document(which.file, *source, options, problems);
    if (!document) return load_error(problems, *source, color);
    auto scenario = scenario::build_scenario(*document, options, problems);
    if (!scenario) return load_error(problems, *source, color);
    if (which.seed) {
        if (scenario->seed == *which.seed) return skipped("the scenario's own seed");
        options.seed = which.seed;
        scenario::Diagnostics same_as_before;
        scenario = scenario::build_scenario(*document, options, same_as_before);
        if (!scenario) return load_error(same_as_before, *source, color);
    }
    CaseResult result = execute(which, *scenario, *source, color, until_decided, interrupted);
    if (result.status != Status::Passed && !problems.list().empty())
        result.text = scenario::render(problems, *source, color) + result.text;
    return result;
}

}  // namespace

CaseResult run_case(const Case& which, bool color, bool until_decided, const Clock& clock,
                    const std::atomic<bool>* interrupted) {
    const std::int64_t start = clock();
    CaseResult result = load_and_execute(which, color, until_decided, interrupted);
    result.elapsed_ns = clock() - start;
    return result;
}

}  // namespace seedwire::regress
