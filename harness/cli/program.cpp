// The program: its commands, and what becomes of bad usage.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "harness/cli/command.h"
#include "harness/cli/command_table.h"
#include "harness/cli/version.h"

namespace seedwire::cli {

int run_program(int argc, char** argv) {
    catch_interrupts();
    CLI::App program{
        "seedwire: a deterministic network simulator. The seed decides what happens on every wire.",
        "seedwire"};
    ExitCode code = ExitCode::Holds;
    program.set_version_flag(
        "--version", fmt::format("seedwire {} ({} build, {})", kVersion, build_type(), compiler()));
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
    add_drill_command(program, code);
    add_replay_command(program, code);
    add_diff_command(program, code);
    add_sweep_command(program, code);
    add_merge_command(program, code);
    add_table_command(program, code);
    add_compare_command(program, code);
    add_plot_command(program, code);
    add_query_command(program, code);
    add_new_command(program, code);
    add_show_command(program, code);
    add_learn_command(program, code);
    add_list_command(program, code);
    add_schema_command(program, code);
    add_help_command(program, code);
    add_completion_command(program, code);
    add_man_command(program, code);
    begin_help_with_examples(program);
    try {
        program.parse(argc, argv);
    } catch (const CLI::Success& success) {
        // --help and --version.
        std::ostringstream text, none;
        program.exit(success, text, none);
        print(text.str());
        return static_cast<int>(print_failed() ? ExitCode::Partial : ExitCode::Holds);
    } catch (const CLI::ParseError& error) {
        const std::string near = unknown_word(program, argc, argv);
        if (near.empty())
            complain(
                fmt::format("seedwire: {}\nseedwire --help and seedwire COMMAND --help tell more\n",
                            error.what()));
        else
            complain(near);
        return static_cast<int>(ExitCode::BadInput);
    }
    return static_cast<int>(print_failed() ? run::worse(code, ExitCode::Partial) : code);
}

}  // namespace seedwire::cli
