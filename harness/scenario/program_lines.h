// The calls a program may make, one a line: `connect b:5001 from 40001`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/document.h"
#include "harness/scenario/reporter.h"
#include "models/app/config.h"

namespace seedwire::scenario {

class NameTable;

/// One call with its arguments, for lists and help.
struct OperationForm {
    std::string_view name;
    std::string_view arguments;  ///< "PORT [backlog N]"
    std::string_view help;
};
const std::vector<OperationForm>& operation_forms();

/// Reads lines of scripts.
class ProgramLines {
public:
    ProgramLines(const NameTable& nodes, Reporter& reporter) : nodes_{nodes}, reporter_{reporter} {}
    /// Nothing after a report.
    std::optional<app::Operation> parse(const Node& line);

private:
    const NameTable& nodes_;
    Reporter& reporter_;
};

/// The line that reads back as this call.
std::string print_operation(const app::Operation& operation, const std::vector<std::string>& nodes);

}  // namespace seedwire::scenario
