// The program: its commands, and what becomes of bad usage.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "harness/cli/command.h"
#include "harness/cli/version.h"
#include "sim/base/nearest_name.h"

namespace seedwire::cli {

namespace {

/// A word that is no command: say which one was probably meant.
std::string suggestion(const CLI::App& program, int argc, char** argv) {
    if (argc < 2 || argv[1][0] == '-') return {};
    std::vector<std::string> names;
    for (const CLI::App* command : program.get_subcommands({})) names.push_back(command->get_name());
    std::vector<std::string_view> views(names.begin(), names.end());
    for (const std::string_view name : views)
        if (name == argv[1]) return {};
    const std::string_view near = nearest_name(argv[1], views);
    std::string text = fmt::format("seedwire: there is no command '{}'", argv[1]);
    if (!near.empty()) text += fmt::format("; did you mean '{}'?", near);
    return text + "\nseedwire --help lists them\n";
}

}  // namespace

int main(int argc, char** argv) {
    catch_interrupts();
    CLI::App program{"seedwire: a deterministic network simulator. The seed decides what happens on every wire.",
                     "seedwire"};
    ExitCode code = ExitCode::Holds;
    program.set_version_flag("--version", fmt::format("seedwire {} ({} build, {})", kVersion, build_type(), compiler()));
    program.require_subcommand(1);
    program.footer(
        "Examples:\n"
        "  seedwire run scenarios/tour/handshake.yaml      see a TCP handshake, packet by packet\n"
        "  seedwire check my.yaml                          find every mistake in a scenario\n"
        "  seedwire run my.yaml --seed 7 -o results        keep the results in files\n"
        "\n"
        "seedwire COMMAND --help tells more.");
    add_run_command(program, code);
    add_check_command(program, code);
    add_test_command(program, code);
    try {
        program.parse(argc, argv);
    } catch (const CLI::Success& success) {
        // --help and --version.
        std::ostringstream text, none;
        program.exit(success, text, none);
        print(text.str());
        return static_cast<int>(ExitCode::Holds);
    } catch (const CLI::ParseError& error) {
        const std::string near = suggestion(program, argc, argv);
        if (near.empty())
            complain(fmt::format("seedwire: {}\nseedwire --help and seedwire COMMAND --help tell more\n", error.what()));
        else
            complain(near);
        return static_cast<int>(ExitCode::BadInput);
    }
    return static_cast<int>(code);
}

}  // namespace seedwire::cli
