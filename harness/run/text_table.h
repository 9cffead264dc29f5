// Columns of text, aligned by what stands in them.
#pragma once

#include <string>
#include <vector>

namespace seedwire::run {

class TextTable {
public:
    /// Columns whose heading begins with '<' are aligned to the left (the mark is not printed).
    explicit TextTable(std::vector<std::string> headings) : rows_{std::move(headings)} {}
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    /// Columns in which every cell is empty are left out.
    std::string text() const;

private:
    struct Rows : std::vector<std::vector<std::string>> {
        explicit Rows(std::vector<std::string> first) { push_back(std::move(first)); }
    };
    Rows rows_;
};

}  // namespace seedwire::run
