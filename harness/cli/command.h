// What all commands share: exit codes, the terminal, and how a command is declared.
#pragma once

#include <atomic>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "harness/run/exit_code.h"

namespace CLI {
class App;
}

namespace seedwire::cli {

using run::ExitCode;

/// What is known of the terminal. Only this folder looks at the environment.
struct Terminal {
    bool stdout_is_tty = false, stderr_is_tty = false;
    bool unicode = false;  ///< the locale's character set is UTF-8
    bool color = false;    ///< after --color, NO_COLOR, TERM
    std::size_t width = 100;
};
/// `color`: "auto", "always" or "never".
Terminal look_at_terminal(std::string_view color);

/// Writes to stdout. A closed pipe (`| head`) is not worth a word; other failures are, once.
void print(std::string_view text);
/// Something printed was lost, and not because nobody wanted to read it.
bool print_failed();
/// Writes to stderr.
void complain(std::string_view text);

/// True once Ctrl-C was pressed (or SIGTERM came). The second time the program ends at once.
void catch_interrupts();
const std::atomic<bool>& interrupted();

// Options that several commands have, each declared once.
/// `--color auto|always|never`
void add_color_option(CLI::App& command, std::string& color);
/// `--set PATH=VALUE`, repeatable
void add_set_option(CLI::App& command, std::vector<std::string>& sets);

// Each command adds itself to the program; the exit code is what its run left in `code`.
void add_run_command(CLI::App& program, ExitCode& code);
void add_check_command(CLI::App& program, ExitCode& code);
void add_test_command(CLI::App& program, ExitCode& code);
void add_drill_command(CLI::App& program, ExitCode& code);
void add_replay_command(CLI::App& program, ExitCode& code);
void add_diff_command(CLI::App& program, ExitCode& code);
void add_list_command(CLI::App& program, ExitCode& code);
void add_schema_command(CLI::App& program, ExitCode& code);
void add_new_command(CLI::App& program, ExitCode& code);
void add_show_command(CLI::App& program, ExitCode& code);
void add_learn_command(CLI::App& program, ExitCode& code);
void add_sweep_command(CLI::App& program, ExitCode& code);
void add_merge_command(CLI::App& program, ExitCode& code);
void add_table_command(CLI::App& program, ExitCode& code);
void add_compare_command(CLI::App& program, ExitCode& code);
void add_plot_command(CLI::App& program, ExitCode& code);
void add_query_command(CLI::App& program, ExitCode& code);
// These three look at all commands, also at those added later.
void add_help_command(CLI::App& program, ExitCode& code);
void add_man_command(CLI::App& program, ExitCode& code);
void add_completion_command(CLI::App& program, ExitCode& code);

/// The whole program. What it throws is a bug, or memory has run out.
int run_program(int argc, char** argv);

}  // namespace seedwire::cli
