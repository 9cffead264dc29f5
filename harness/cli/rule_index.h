// Where the rules of TCP are cited; generated when the program is built (cmake/rule_index.cpp).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace seedwire::cli {

struct Citation {
    enum class Kind : std::uint8_t { Code, Test, Script };
    std::string_view rule;
    Kind kind;
    std::string_view file;  ///< from the project root
    std::uint32_t line;
};
/// Sorted by rule, kind, file and line.
std::span<const Citation> citations();

}  // namespace seedwire::cli
