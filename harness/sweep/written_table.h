// A table as text for a terminal, CSV, Markdown or LaTeX.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace seedwire::sweep {

struct WrittenTable {
    std::string title;  ///< empty: none
    std::vector<std::string> heading;
    std::vector<std::vector<std::string>> rows;
};

enum class TableFormat { Text, Csv, Markdown, Latex };
/// "text", "csv", "markdown", "latex".
std::optional<TableFormat> table_format(std::string_view name);

std::string write(const WrittenTable& table, TableFormat format);

}  // namespace seedwire::sweep
