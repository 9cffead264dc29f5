// `seedwire man` and `seedwire completion`: what an installation takes along.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "harness/cli/command.h"
#include "harness/cli/command_table.h"
#include "harness/cli/completion.h"
#include "harness/cli/manual.h"
#include "sim/base/nearest_name.h"

namespace seedwire::cli {

namespace {

struct ManOptions {
    std::string command, output;
};

bool write_page(const std::filesystem::path& path, std::string_view text) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    bool good = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
    if (file != nullptr) good = std::fclose(file) == 0 && good;
    if (!good) complain(fmt::format("seedwire: {}: {}\n", path.string(), std::strerror(errno)));
    return good;
}

ExitCode write_all(const CLI::App& program, const std::string& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    const std::filesystem::path place{folder};
    const std::vector<CommandEntry> commands = describe_commands(program);
    bool good = write_page(place / "seedwire.1", manual_page(describe(program), commands));
    for (const CommandEntry& command : commands)
        good = write_page(place / fmt::format("seedwire-{}.1", command.name),
                          manual_page_of(command)) &&
               good;
    return good ? ExitCode::Holds : ExitCode::Partial;
}

ExitCode man(const CLI::App& program, const ManOptions& options) {
    if (!options.output.empty()) return write_all(program, options.output);
    const std::vector<CommandEntry> commands = describe_commands(program);
    if (options.command.empty()) {
        print(manual_page(describe(program), commands));
        return ExitCode::Holds;
    }
    std::vector<std::string_view> names;
    for (const CommandEntry& command : commands) {
        names.push_back(command.name);
        if (command.name != options.command) continue;
        print(manual_page_of(command));
        return ExitCode::Holds;
    }
    const std::string_view near = nearest_name(options.command, names);
    complain(fmt::format("seedwire man: there is no command '{}'{}\n", options.command,
                         near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
    return ExitCode::BadInput;
}

}  // namespace

void add_man_command(CLI::App& program, ExitCode& code) {
    CLI::App* command = program.add_subcommand("man", "Print manual pages");
    auto options = std::make_shared<ManOptions>();
    command->add_option("COMMAND", options->command, "Whose page; default: the program's");
    command->add_option("-o,--output", options->output, "Write all pages into this folder")
        ->type_name("FOLDER");
    command->footer(
        "Examples:\n"
        "  seedwire man | man -l -\n"
        "  seedwire man run | man -l -\n"
        "  seedwire man --output ~/.local/share/man/man1");
    command->callback([options, &program, &code] { code = man(program, *options); });
}

void add_completion_command(CLI::App& program, ExitCode& code) {
    CLI::App* command = program.add_subcommand("completion", "Print completion for a shell");
    auto shell = std::make_shared<std::string>();
    command->add_option("SHELL", *shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->footer(
        "Examples:\n"
        "  source <(seedwire completion bash)\n"
        "  seedwire completion zsh > ~/.zfunc/_seedwire\n"
        "  seedwire completion fish > ~/.config/fish/completions/seedwire.fish");
    command->callback([shell, &program, &code] {
        const std::vector<CommandEntry> commands = describe_commands(program);
        if (*shell == "bash") print(bash_completion(commands));
        if (*shell == "zsh") print(zsh_completion(commands));
        if (*shell == "fish") print(fish_completion(commands));
        code = ExitCode::Holds;
    });
}

}  // namespace seedwire::cli
