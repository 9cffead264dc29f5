// `seedwire diff`: two scenarios, or one with two seeds, and where their runs part.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/loading.h"
#include "harness/replay/run_difference.h"

namespace seedwire::cli {

namespace {

struct Options {
    std::string a, b;
    std::vector<std::uint64_t> seeds;
    bool json = false;
};

ExitCode run_diff(const Options& options) {
    const std::string paths[2] = {options.a, options.b.empty() ? options.a : options.b};
    replay::ObservedRun runs[2];
    for (std::size_t i = 0; i < 2; ++i) {
        scenario::LoadOptions load;
        if (!options.seeds.empty())
            load.seed = options.seeds[std::min(i, options.seeds.size() - 1)];
        const std::vector<LoadedFile> files = load_files({paths[i]}, load, false);
        if (files.empty() || !files.front().scenario) return ExitCode::BadInput;
        const std::string seed = load.seed ? fmt::format(" (seed {})", *load.seed) : std::string{};
        runs[i] = replay::observe_run(*files.front().scenario, paths[i] + seed);
    }
    const auto difference = replay::compare_runs(std::move(runs[0]), std::move(runs[1]));
    print(options.json ? replay::difference_json(difference)
                       : replay::difference_text(difference, look_at_terminal("auto").width));
    return difference.differs() ? ExitCode::Differs : ExitCode::Holds;
}

}  // namespace

void add_diff_command(CLI::App& program, ExitCode& code) {
    CLI::App* command =
        program.add_subcommand("diff", "Run two scenarios and show where their TCP packets part");
    auto options = std::make_shared<Options>();
    command->add_option("A", options->a, "A scenario")->required();
    command->add_option("B", options->b, "Another one; default: A again, for two seeds");
    command->add_option("--seed", options->seeds, "A seed for both, or one for A and one for B")
        ->expected(1, 2);
    command->add_flag("--json", options->json, "Print the result as JSON");
    command->footer(
        "Examples:\n"
        "  seedwire diff before.yaml after.yaml\n"
        "  seedwire diff lossy.yaml --seed 1 2\n"
        "\n"
        "Exit codes: 0 all TCP packets are equal, 2 bad usage or a scenario with errors, 3 they\n"
        "differ.");
    command->callback([options, &code] { code = run_diff(*options); });
}

}  // namespace seedwire::cli
