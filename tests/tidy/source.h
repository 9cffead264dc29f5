// Reads C++ text far enough to tell code, strings and comments apart, line by line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace seedwire::tidy {

/// One line of a file, split by what its characters are. All three have the same length: what does
/// not belong is blank, so that columns stay where they were.
struct Line {
    std::string code;     ///< without comments, and without what stands inside quotes
    std::string quoted;   ///< without comments, strings complete
    std::string comment;  ///< nothing but the text of comments
};

struct Source {
    std::string path;  ///< from the project root: "models/tcp/state.h"
    std::vector<Line> lines;

    /// "models/tcp" for "models/tcp/recovery/rack.h"; "tests" and "bench" stand for themselves.
    std::string folder() const;
    bool is_below(std::string_view folder) const;  ///< or is that very file
    bool is_header() const { return path.ends_with(".h"); }
    bool is_cpp() const { return is_header() || path.ends_with(".cpp"); }
};

/// Files that are not C++ have their whole text in `comment`.
Source read_source(std::string path, std::string_view text);

/// What is wrong where, with the replacement in the message.
struct Violation {
    std::string path;
    std::size_t line = 0;  ///< from 1
    std::string message;
    bool operator==(const Violation&) const = default;
};

}  // namespace seedwire::tidy
