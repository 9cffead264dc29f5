// How wide a text is on a terminal.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace seedwire::observe {

/// Columns that a UTF-8 text takes: bytes that do not continue a character. All that we print is
/// one column wide.
inline std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
}

}  // namespace seedwire::observe
