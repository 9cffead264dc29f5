// `seedwire test`: every scenario below some paths against its own expectations.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>

#include "harness/cli/command.h"
#include "harness/regress/find_scenarios.h"
#include "harness/regress/report.h"
#include "sim/base/quantity.h"

namespace seedwire::cli {

namespace {

struct Options {
    std::vector<std::string> paths;
    std::string pattern, junit, timeout, color = "auto";
    std::uint64_t seeds = 0;
    std::size_t jobs = 0;
    bool json = false, quiet = false, until_decided = false;
};

std::int64_t clock_ns() {
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds{1};
}

std::size_t processors() {
    const long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? static_cast<std::size_t>(count) : 1;
}

/// "12/40, 4 running" on a terminal, erased before anything else is printed.
class SuiteProgress {
public:
    SuiteProgress(bool enabled, std::size_t total)
        : enabled_{enabled}, total_{total}, start_{clock_ns()} {}

    void show(std::size_t done, std::size_t running) {
        constexpr std::int64_t kQuietStart = 300'000'000;
        if (!enabled_ || clock_ns() - start_ < kQuietStart) return;
        complain(fmt::format("\r\x1b[K{}/{}, {} running", done, total_, running));
        shown_ = true;
    }
    void clear() {
        if (shown_) complain("\r\x1b[K");
        shown_ = false;
    }

private:
    bool enabled_, shown_ = false;
    std::size_t total_;
    std::int64_t start_;
};

/// False with a complaint.
bool write_file(const std::string& path, std::string_view text) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    bool good = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
    if (file != nullptr) good = std::fclose(file) == 0 && good;
    if (!good) complain(fmt::format("seedwire: {}: {}\n", path, std::strerror(errno)));
    return good;
}

std::vector<regress::Case> cases_of(const Options& options, ExitCode& code) {
    regress::FoundScenarios found = regress::find_scenarios(options.paths);
    for (const std::string& problem : found.problems) {
        complain(fmt::format("seedwire: {}\n", problem));
        code = ExitCode::BadInput;
    }
    if (!options.pattern.empty())
        std::erase_if(found.files, [&](const std::string& file) {
            return !regress::is_chosen(file, options.pattern);
        });
    if (found.files.empty() && code == ExitCode::Holds) {
        complain(options.pattern.empty()
                     ? "seedwire: there is no scenario (*.yaml) below these paths\n"
                     : fmt::format("seedwire: no scenario fits -k '{}'\n", options.pattern));
        code = ExitCode::BadInput;
    }
    return regress::make_cases(found.files, options.seeds);
}

ExitCode test(const Options& options) {
    const Terminal terminal = look_at_terminal(options.color);
    Duration timeout = Duration::zero();
    if (!options.timeout.empty()) {
        const auto parsed = parse_duration(options.timeout);
        if (!parsed) {
            complain(fmt::format("seedwire: --timeout: {}\n", parsed.error.message));
            return ExitCode::BadInput;
        }
        timeout = *parsed;
    }
    ExitCode code = ExitCode::Holds;
    const std::vector<regress::Case> cases = cases_of(options, code);
    if (code != ExitCode::Holds) return code;
    std::size_t width = 0;
    for (const regress::Case& c : cases) width = std::max(width, c.name().size());
    SuiteProgress progress{terminal.stderr_is_tty && !options.quiet, cases.size()};
    const std::int64_t start = clock_ns();
    regress::SuiteRequest request;
    request.jobs = options.jobs > 0 ? options.jobs : processors();
    request.color = terminal.color && !options.json;
    request.until_decided = options.until_decided;
    request.timeout_ns = timeout.ns();
    request.clock = clock_ns;
    request.interrupted = &interrupted();
    request.on_result = [&](std::size_t i, const regress::CaseResult& result) {
        using regress::Status;
        if (options.json || result.status == Status::Waiting) return;
        const bool good = result.status == Status::Passed || result.status == Status::Skipped;
        if (options.quiet && good) return;
        progress.clear();
        print(regress::case_text(cases[i], result, width, terminal.color));
    };
    request.on_progress = [&](std::size_t done, std::size_t running) {
        progress.show(done, running);
    };
    const std::vector<regress::CaseResult> results = regress::run_suite(cases, request);
    progress.clear();
    const std::int64_t elapsed = clock_ns() - start;
    code = regress::exit_code(results);
    if (options.json) {
        observe::JsonWriter json{true};
        regress::write_json(json, cases, results, elapsed);
        print(json.take());
    } else {
        if (!options.quiet) print(regress::slowest_text(cases, results));
        print(regress::summary_text(results, elapsed, terminal.color));
    }
    if (!options.junit.empty() &&
        !write_file(options.junit, regress::junit(cases, results, elapsed)))
        code = run::worse(code, ExitCode::Partial);
    return code;
}

}  // namespace

void add_test_command(CLI::App& program, ExitCode& code) {
    CLI::App* command =
        program.add_subcommand("test", "Run every scenario below some paths and judge them");
    auto options = std::make_shared<Options>();
    command->add_option("PATH", options->paths, "Scenario files, or folders of them")->required();
    command->add_option("-j,--jobs", options->jobs, "Scenarios at a time (default: processors)")
        ->check(CLI::Range(1, 1024));
    command
        ->add_option("-k", options->pattern,
                     "Only files whose path contains PATTERN, or fits it (*, ?, [])")
        ->type_name("PATTERN");
    command->add_option("--seeds", options->seeds, "Run each also with the seeds 1 to N")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}));
    command->add_option("--junit", options->junit, "Write the results as JUnit XML")
        ->type_name("FILE");
    command->add_flag("--json", options->json, "Print the results as JSON");
    command->add_flag("-q,--quiet", options->quiet, "Print only what failed, and the summary");
    command->add_option("--timeout", options->timeout,
                        "Stop a scenario that takes longer, e.g. 30s; it counts as an error");
    command->add_flag("--until-decided", options->until_decided,
                      "Stop each run when nothing can change a verdict any more; no digests then");
    add_color_option(*command, options->color);
    command->footer(
        "Examples:\n"
        "  seedwire test scenarios\n"
        "  seedwire test scenarios -k lost --seeds 20\n"
        "  seedwire test scenarios -j 4 --junit results.xml\n"
        "\n"
        "Fragments (*.part.yaml) are left out, and studies are not run.\n"
        "Exit codes: 0 everything holds, 1 an expectation failed, 2 a scenario cannot be loaded,\n"
        "5 the JUnit file could not be written, 70 internal error, 75 a limit was reached,\n"
        "130 interrupted. Of several, the first of 130, 70, 2, 1, 75, 5.");
    command->callback([options, &code] { code = test(*options); });
}

}  // namespace seedwire::cli
