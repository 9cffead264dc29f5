// Options that several commands have: one declaration each, so that they cannot differ.
#include <CLI/CLI.hpp>

#include "harness/cli/command.h"

namespace seedwire::cli {

void add_color_option(CLI::App& command, std::string& color) {
    command.add_option("--color", color, "auto, always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}));
}

void add_set_option(CLI::App& command, std::vector<std::string>& sets) {
    command.add_option("--set", sets, "Lay PATH=VALUE over the scenario; repeatable")
        ->allow_extra_args(false);
}

}  // namespace seedwire::cli
