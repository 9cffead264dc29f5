// `seedwire replay`: recorded connections of real machines, done again and compared.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "harness/cli/command.h"
#include "harness/replay/case_scenario.h"
#include "harness/replay/known_differences.h"
#include "harness/replay/pack.h"
#include "harness/replay/report.h"

namespace seedwire::cli {

namespace {

struct Options {
    std::vector<std::string> paths;
    std::string known, pack;
    std::size_t jobs = 0;
    bool json = false, fidelity = false, quiet = false, verbose = false, no_ladder = false;
    bool scenario = false, ticking = false;
};

std::size_t default_jobs() {
    const long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? static_cast<std::size_t>(count) : 1;
}

void complain_of(const scenario::Diagnostics& problems) {
    for (const scenario::Diagnostic& problem : problems.list())
        complain(fmt::format("{}:{}:{}: error: {}\n", problem.where.file, problem.where.line,
                             problem.where.column, problem.message));
}

ExitCode print_scenarios(const std::vector<std::string>& folders, bool ticking) {
    for (const std::string& folder : folders) {
        scenario::Diagnostics problems;
        const auto recorded = replay::load_case(folder, problems);
        if (recorded)
            print(replay::scenario_text(
                *recorded, {ticking ? Duration::ms(4) : Duration::zero(), {}, {}}, problems));
        complain_of(problems);
        if (problems.has_errors()) return ExitCode::BadInput;
    }
    return ExitCode::Holds;
}

ExitCode pack(const std::vector<std::string>& folders, const std::string& into) {
    ExitCode code = ExitCode::Holds;
    for (const std::string& folder : folders) {
        const auto name = std::filesystem::path{folder}.lexically_normal().filename();
        const std::string why =
            replay::pack_case(folder, (std::filesystem::path{into} / name).string());
        if (why.empty()) continue;
        complain(fmt::format("seedwire: {}\n", why));
        code = ExitCode::Partial;
    }
    return code;
}

ExitCode code_of(const std::vector<replay::CaseResult>& results) {
    ExitCode code = ExitCode::Holds;
    for (const replay::CaseResult& result : results) {
        if (result.outcome == replay::Outcome::Broken) code = run::worse(code, ExitCode::BadInput);
        if (result.outcome == replay::Outcome::Differs) code = run::worse(code, ExitCode::Differs);
        if (result.outcome == replay::Outcome::Needs) code = run::worse(code, ExitCode::Partial);
    }
    return code;
}

void print_text(const Options& options, const std::vector<replay::CaseResult>& results) {
    replay::TextStyle style;
    style.width = look_at_terminal("auto").width;
    style.verbose = options.verbose;
    style.ladder = !options.no_ladder;
    for (const replay::CaseResult& result : results)
        if (!options.quiet || result.outcome != replay::Outcome::Meets)
            print(replay::case_text(result, style));
    print(replay::totals_text(results));
}

ExitCode run_replay(const Options& options) {
    const replay::FoundCases found = replay::find_cases(options.paths);
    for (const std::string& problem : found.problems)
        complain(fmt::format("seedwire: {}\n", problem));
    if (!found.problems.empty()) return ExitCode::BadInput;
    if (options.scenario) return print_scenarios(found.folders, options.ticking);
    if (!options.pack.empty()) return pack(found.folders, options.pack);
    replay::KnownDifferences known;
    if (!options.known.empty()) {
        scenario::Diagnostics problems;
        const auto read = replay::read_known_differences(options.known, problems);
        complain_of(problems);
        if (!read) return ExitCode::BadInput;
        known = *read;
    }
    const std::size_t jobs = options.jobs > 0 ? options.jobs : default_jobs();
    const auto results = replay::replay_cases(found.folders, jobs);
    if (options.json)
        print(replay::json_text(results));
    else if (options.fidelity)
        print(replay::fidelity_page(results, known));
    else
        print_text(options, results);
    if (options.known.empty()) return code_of(results);
    const std::vector<std::string> news = replay::surprises(results, known);
    for (const std::string& sentence : news) complain(fmt::format("seedwire: {}\n", sentence));
    return news.empty() ? ExitCode::Holds : ExitCode::Differs;
}

}  // namespace

void add_replay_command(CLI::App& program, ExitCode& code) {
    CLI::App* command = program.add_subcommand(
        "replay", "Do recorded connections of real machines again, and compare");
    auto options = std::make_shared<Options>();
    command
        ->add_option("CASE_DIR", options->paths,
                     "Folders of recorded cases (docs/record-format.md), or folders of them")
        ->required();
    command->add_option("-j,--jobs", options->jobs, "Cases at a time (default: processors)")
        ->check(CLI::Range(1, 1024));
    command
        ->add_option("--known", options->known,
                     "YAML map of cases that are known to differ, and why: exit code 0 if exactly "
                     "these do")
        ->type_name("FILE");
    CLI::Option* json = command->add_flag("--json", options->json, "Print the results as JSON");
    CLI::Option* page = command->add_flag("--fidelity", options->fidelity,
                                          "Print what docs/fidelity.md shows, as Markdown");
    CLI::Option* text = command->add_flag("--scenario", options->scenario,
                                          "Print each case as a scenario and do nothing else");
    command->add_flag("--timer-tick", options->ticking, "With --scenario: timers in ticks of 4 ms")
        ->needs(text);
    CLI::Option* small =
        command
            ->add_option("--pack", options->pack,
                         "Write a small copy of each case into this folder and do nothing else")
            ->type_name("DIR");
    json->excludes(page)->excludes(text)->excludes(small);
    page->excludes(text)->excludes(small);
    text->excludes(small);
    command->add_flag("-v,--verbose", options->verbose, "Show figures of every case");
    command->add_flag("--no-ladder", options->no_ladder, "Do not draw first differences");
    command->add_flag("-q,--quiet", options->quiet, "Print only what does not reach its bar");
    command->footer(
        "Examples:\n"
        "  seedwire replay tests/reality\n"
        "  seedwire replay tests/reality/loss_reno_15_17 -v\n"
        "  seedwire replay tests/reality/loss_reno_15_17 --scenario > case.yaml\n"
        "\n"
        "What a case has to reach depends on how much repeated recordings differ "
        "(docs/fidelity.md).\n"
        "\n"
        "Exit codes: 0 every case reaches its bar, 2 bad usage or a broken case, 3 a case "
        "differs,\n"
        "5 a case needs what is not there yet.");
    command->callback([options, &code] { code = run_replay(*options); });
}

}  // namespace seedwire::cli
