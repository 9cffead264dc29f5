// The rules of the house that a program can check. CONTRIBUTING.md says why they are rules.
#pragma once

#include <string_view>
#include <vector>

#include "tests/tidy/source.h"

namespace seedwire::tidy {

/// Who may include whom: floors, third parties, standard headers, and the form of an include.
void check_includes(const Source& source, std::vector<Violation>& found);
/// What the build links must be what the include table permits.
void check_link_dependencies(std::string_view cmake_lists, std::vector<Violation>& found);
/// Length of files and functions.
void check_sizes(const Source& source, std::vector<Violation>& found);
/// Identifiers that would make two runs differ, or that belong to another floor.
void check_identifiers(const Source& source, std::vector<Violation>& found);
/// The form of citations, the names of files, their first lines.
void check_text(const Source& source, std::vector<Violation>& found);

/// Every rule above that looks at one file.
std::vector<Violation> check_file(const Source& source);

/// Reads every file of the project below `root` that people write, in the order of their paths.
std::vector<Source> read_tree(const std::string& root);

}  // namespace seedwire::tidy
