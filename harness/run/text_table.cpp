#include "harness/run/text_table.h"

#include <algorithm>

#include "harness/observe/text_columns.h"

namespace seedwire::run {

using observe::columns;

std::string TextTable::text() const {
    const std::size_t count = rows_.front().size();
    std::string out;
    std::vector<std::size_t> widths(count, 0);
    std::vector<bool> left(count, false), used(count, false);
    for (std::size_t c = 0; c < count; ++c) {
        left[c] = !rows_[0][c].empty() && rows_[0][c].front() == '<';
        for (std::size_t r = 0; r < rows_.size(); ++r) {
            const std::size_t mark = r == 0 && left[c] ? 1 : 0;
            widths[c] = std::max(widths[c], columns(rows_[r][c]) - mark);
            if (r > 0 && !rows_[r][c].empty()) used[c] = true;
        }
    }
    for (std::size_t r = 0; r < rows_.size(); ++r) {
        std::string line;
        for (std::size_t c = 0; c < count; ++c) {
            if (!used[c]) continue;
            const std::string cell = r == 0 && left[c] ? rows_[r][c].substr(1) : rows_[r][c];
            const std::string space(widths[c] - columns(cell), ' ');
            if (!line.empty()) line += "  ";
            line += left[c] ? cell + space : space + cell;
        }
        while (!line.empty() && line.back() == ' ') line.pop_back();
        out += line + '\n';
    }
    return out;
}

}  // namespace seedwire::run
