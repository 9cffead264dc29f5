// `seedwire show`: what a scenario describes, without running it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "harness/cli/command.h"
#include "harness/cli/loading.h"
#include "harness/cli/topology.h"
#include "harness/world/world.h"

namespace seedwire::cli {

namespace {

struct Options {
    std::string file, color = "auto";
    std::vector<std::string> sets;
    bool dot = false, mermaid = false;
};

ExitCode show(const Options& options) {
    scenario::LoadOptions load;
    for (const std::string& set : options.sets) {
        auto override = parse_override(set);
        if (!override) return ExitCode::BadInput;
        load.overrides.push_back(std::move(*override));
    }
    const Terminal terminal = look_at_terminal(options.color);
    const std::vector<LoadedFile> files = load_files({options.file}, load, terminal.color);
    if (!files.front().scenario) return ExitCode::BadInput;
    const scenario::Scenario& scenario = *files.front().scenario;
    if (options.dot) {
        print(topology_dot(scenario));
    } else if (options.mermaid) {
        print(topology_mermaid(scenario));
    } else {
        const world::World world{scenario};
        print(topology_text(scenario, world.network()));
    }
    return ExitCode::Holds;
}

}  // namespace

void add_show_command(CLI::App& program, ExitCode& code) {
    CLI::App* command =
        program.add_subcommand("show", "Show topology, routes and timeline of a scenario");
    auto options = std::make_shared<Options>();
    command->add_option("FILE", options->file, "A scenario file; - is standard input")->required();
    add_set_option(*command, options->sets);
    CLI::Option* dot = command->add_flag("--dot", options->dot, "Print the graph for Graphviz");
    command->add_flag("--mermaid", options->mermaid, "Print the graph for Mermaid")->excludes(dot);
    add_color_option(*command, options->color);
    command->footer(
        "Examples:\n"
        "  seedwire show scenarios/tour/two-routes.yaml\n"
        "  seedwire show --dot lossy.yaml | dot -Tsvg > lossy.svg\n"
        "  seedwire show --mermaid lossy.yaml\n"
        "\n"
        "Exit codes: 0 shown, 2 bad usage or scenario.");
    command->callback([options, &code] { code = show(*options); });
}

}  // namespace seedwire::cli
