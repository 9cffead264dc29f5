// How text stands on a terminal: its width, and lines further to the right.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace seedwire::observe {

/// Columns that a UTF-8 text takes: bytes that do not continue a character. All that we print is
/// one column wide.
inline std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
}

/// Every line so many columns further to the right, and ended.
inline std::string indented(std::string_view text, std::size_t by) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        out += std::string(by, ' ') + std::string{text.substr(0, end)} + '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

}  // namespace seedwire::observe
