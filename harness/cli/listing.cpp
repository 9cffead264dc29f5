// Lists as text, as Markdown, and what remains of them behind a pattern.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "harness/cli/list_topics.h"
#include "harness/run/text_table.h"
#include "harness/scenario/name_pattern.h"

namespace seedwire::cli {

namespace {

constexpr std::size_t kWidth = 100;

std::string lower(std::string_view text) {
    std::string result{text};
    for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

std::vector<std::string_view> lines_of(std::string_view cell) {
    std::vector<std::string_view> lines;
    while (!cell.empty()) {
        const std::size_t end = cell.find('\n');
        lines.push_back(cell.substr(0, end));
        if (end == std::string_view::npos) break;
        cell.remove_prefix(end + 1);
    }
    return lines;
}

/// Breaks `text` between words; every line but the first begins with `indent` spaces.
std::string wrapped(std::string_view text, std::size_t begun, std::size_t indent) {
    std::string result;
    std::size_t column = begun;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (column > indent && column + 1 + word.size() > kWidth) {
            result += '\n' + std::string(indent, ' ');
            column = indent;
        } else if (!result.empty()) {
            result += ' ';
            ++column;
        }
        result += word;
        column += word.size();
    }
    return result;
}

std::string paragraph(const Listing& listing, const std::vector<std::string>& row) {
    std::size_t widest = 0;
    for (std::size_t c = 2; c < listing.headings.size(); ++c)
        widest = std::max(widest, listing.headings[c].size());
    std::string text = row[0] + "  " + wrapped(row[1], row[0].size() + 2, 4) + '\n';
    for (std::size_t c = 2; c < row.size(); ++c) {
        std::string_view heading = listing.headings[c];
        for (const std::string_view line : lines_of(row[c])) {
            text += fmt::format("    {:{}}  {}\n", heading, widest, line);
            heading = {};
        }
    }
    return text;
}

bool contains(const std::vector<std::string>& row, const std::string& pattern) {
    return std::any_of(row.begin(), row.end(), [&](const std::string& cell) {
        return lower(cell).find(pattern) != std::string::npos;
    });
}

}  // namespace

std::string table_text(const Listing& listing) {
    if (listing.first_list < listing.headings.size()) {
        std::string text;
        for (const std::vector<std::string>& row : listing.rows)
            text += (text.empty() ? "" : "\n") + paragraph(listing, row);
        return text;
    }
    std::vector<std::string> headings;
    for (const std::string& heading : listing.headings) headings.push_back("<" + heading);
    run::TextTable table{headings};
    for (std::vector<std::string> row : listing.rows) {
        row.resize(headings.size());
        table.add(std::move(row));
    }
    return table.text();
}

std::string table_markdown(const Listing& listing) {
    const auto line = [](const std::vector<std::string>& cells) {
        std::string text = "|";
        for (const std::string& cell : cells) {
            text += ' ';
            for (const char c : cell) {
                if (c == '|') text += '\\';
                if (c == '\n')
                    text += "<br>";
                else
                    text += c;
            }
            text += " |";
        }
        return text + '\n';
    };
    std::string text = line(listing.headings) + '|';
    for (std::size_t c = 0; c < listing.headings.size(); ++c) text += "---|";
    text += '\n';
    for (std::vector<std::string> row : listing.rows) {
        row.resize(listing.headings.size());
        text += line(row);
    }
    return text;
}

void keep_matching(Listing& listing, std::string_view pattern) {
    const std::string wanted = lower(pattern);
    const bool exact = std::any_of(listing.rows.begin(), listing.rows.end(),
                                   [&](const auto& row) { return lower(row[0]) == wanted; });
    const bool wild = scenario::is_pattern(pattern);
    std::erase_if(listing.rows, [&](const std::vector<std::string>& row) {
        if (exact) return lower(row[0]) != wanted;
        return wild ? !scenario::matches(wanted, lower(row[0])) : !contains(row, wanted);
    });
}

}  // namespace seedwire::cli
