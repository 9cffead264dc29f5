// Everything that exists, as tables: what `seedwire list` and `seedwire help` show.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace seedwire::cli {

/// Rows of cells; empty cells at the end of a row may be left out.
struct Listing {
    std::vector<std::string> headings;
    std::vector<std::vector<std::string>> rows;
    /// From this column on a cell holds any number of lines, and a row is printed as a paragraph.
    std::size_t first_list = SIZE_MAX;
};

struct ListTopic {
    std::string_view name, help;
    Listing (*make)();
    /// The page of docs/ that shows this list, as Markdown; null: there is none.
    std::string (*page)() = nullptr;
};
std::span<const ListTopic> list_topics();
/// Null if there is none.
const ListTopic* find_list_topic(std::string_view name);

/// As a table for people, no line longer than it must be.
std::string table_text(const Listing& listing);
/// As a table of Markdown.
std::string table_markdown(const Listing& listing);
/// Keeps the rows of which a cell contains `pattern`, whatever the case; with * or ? those whose
/// first cell fits it. A first cell that is equal wins alone.
void keep_matching(Listing& listing, std::string_view pattern);

/// Every place where a key of the scenario language or a metric has this name.
Listing find_key(std::string_view name);

}  // namespace seedwire::cli
