// Everything that exists, as tables: what `seedwire list` and `seedwire help` show.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace seedwire::cli {

/// Rows of cells; empty cells at the end of a row may be left out.
struct Listing {
    std::vector<std::string> headings;
    std::vector<std::vector<std::string>> rows;
};

struct ListTopic {
    std::string_view name, help;
    Listing (*make)();
};
std::span<const ListTopic> list_topics();
/// Null if there is none.
const ListTopic* find_list_topic(std::string_view name);

/// As a table for people, no line longer than it must be.
std::string table_text(const Listing& listing);

/// Every place where a key of the scenario language or a metric has this name.
Listing find_key(std::string_view name);

}  // namespace seedwire::cli
