// Manual pages, written from the table of commands.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/cli/command_table.h"

namespace seedwire::cli {

/// seedwire(1): the commands, topics, exit codes, environment.
std::string manual_page(const CommandEntry& program, std::span<const CommandEntry> commands);
/// seedwire-run(1) and so on.
std::string manual_page_of(const CommandEntry& command);

}  // namespace seedwire::cli
