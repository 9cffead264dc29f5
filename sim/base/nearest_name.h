// Which known name was probably meant by an unknown one.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace seedwire {

/// The number of single-character insertions, deletions, substitutions and swaps of neighbours that
/// turn one text into the other (optimal string alignment). Upper and lower case count as equal.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate with the smallest edit distance, the first among equals; empty when none is near:
/// more than a third of the longer text would have to change.
std::string_view nearest_name(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace seedwire
