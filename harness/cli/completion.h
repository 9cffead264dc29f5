// Shell completion, written from the table of commands.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/cli/command_table.h"

namespace seedwire::cli {

std::string bash_completion(std::span<const CommandEntry> commands);
std::string zsh_completion(std::span<const CommandEntry> commands);
std::string fish_completion(std::span<const CommandEntry> commands);

}  // namespace seedwire::cli
