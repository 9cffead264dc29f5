#include "harness/sweep/written_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/scenario/source_text.h"
#include "harness/sweep/materialise.h"

namespace seedwire::sweep {

namespace {

std::string padded(const std::string& text, std::size_t width, bool left) {
    const auto length = static_cast<std::size_t>(scenario::count_characters(text));
    const std::string spaces(width - std::min(width, length), ' ');
    return left ? text + spaces : spaces + text;
}

std::vector<std::size_t> widths_of(const WrittenTable& table) {
    std::vector<std::size_t> widths;
    const auto look = [&](const std::vector<std::string>& row) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] =
                std::max(widths[i], static_cast<std::size_t>(scenario::count_characters(row[i])));
    };
    look(table.heading);
    for (const auto& row : table.rows) look(row);
    return widths;
}

std::string text_of(const WrittenTable& table) {
    const std::vector<std::size_t> widths = widths_of(table);
    std::string out = table.title.empty() ? "" : table.title + "\n";
    const auto line = [&](const std::vector<std::string>& row) {
        std::string text;
        for (std::size_t i = 0; i < row.size(); ++i)
            text += (i == 0 ? "" : "  ") + padded(row[i], widths[i], i == 0);
        text.erase(text.find_last_not_of(' ') + 1);
        out += text + "\n";
    };
    line(table.heading);
    for (const auto& row : table.rows) line(row);
    return out;
}

std::string csv_of(const WrittenTable& table) {
    std::string out;
    const auto line = [&](const std::vector<std::string>& row) {
        for (std::size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : ",") + csv_field(row[i]);
        out += "\n";
    };
    line(table.heading);
    for (const auto& row : table.rows) line(row);
    return out;
}

std::string markdown_of(const WrittenTable& table) {
    std::string out = table.title.empty() ? "" : "**" + table.title + "**\n\n";
    const auto line = [&](const std::vector<std::string>& row) {
        for (const std::string& cell : row) {
            std::string escaped;
            for (const char c : cell) escaped += c == '|' ? std::string{"\\|"} : std::string{c};
            out += "| " + escaped + " ";
        }
        out += "|\n";
    };
    line(table.heading);
    for (std::size_t i = 0; i < table.heading.size(); ++i) out += i == 0 ? "|---" : "|---:";
    out += "|\n";
    for (const auto& row : table.rows) line(row);
    return out;
}

std::string latex_text(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (text.compare(i, 2, "\xC2\xB1") == 0) {
            out += "$\\pm$";
            ++i;
        } else if (std::string_view{"&%$#_{}"}.find(c) != std::string_view::npos) {
            out += std::string{"\\"} + c;
        } else if (c == '\\') {
            out += "\\textbackslash{}";
        } else if (c == '~' || c == '^') {
            out += fmt::format("\\{}{{}}", c);
        } else {
            out += c;
        }
    }
    return out;
}

/// For the package booktabs.
std::string latex_of(const WrittenTable& table) {
    std::string out = fmt::format("\\begin{{tabular}}{{l{}}}\n\\toprule\n",
                                  std::string(table.heading.size() - 1, 'r'));
    if (!table.title.empty())
        out += fmt::format("\\multicolumn{{{}}}{{l}}{{{}}} \\\\\n\\midrule\n", table.heading.size(),
                           latex_text(table.title));
    const auto line = [&](const std::vector<std::string>& row) {
        for (std::size_t i = 0; i < row.size(); ++i)
            out += (i == 0 ? "" : " & ") + latex_text(row[i]);
        out += " \\\\\n";
    };
    line(table.heading);
    out += "\\midrule\n";
    for (const auto& row : table.rows) line(row);
    return out + "\\bottomrule\n\\end{tabular}\n";
}

}  // namespace

std::optional<TableFormat> table_format(std::string_view name) {
    if (name == "text") return TableFormat::Text;
    if (name == "csv") return TableFormat::Csv;
    if (name == "markdown") return TableFormat::Markdown;
    if (name == "latex") return TableFormat::Latex;
    return std::nullopt;
}

std::string write(const WrittenTable& table, TableFormat format) {
    switch (format) {
        case TableFormat::Text:
            return text_of(table);
        case TableFormat::Csv:
            return csv_of(table);
        case TableFormat::Markdown:
            return markdown_of(table);
        case TableFormat::Latex:
            return latex_of(table);
    }
    return {};
}

}  // namespace seedwire::sweep
