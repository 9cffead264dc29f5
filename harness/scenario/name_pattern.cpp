// Matching names, and the order in which matching ones are paired.
#include "harness/scenario/name_pattern.h"

#include <algorithm>

namespace seedwire::scenario {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The digits at the start of `text`, leading zeros left out.
std::string_view number_at(std::string_view text) {
    std::size_t end = 0;
    while (end < text.size() && is_digit(text[end])) ++end;
    text = text.substr(0, end);
    while (text.size() > 1 && text[0] == '0') text.remove_prefix(1);
    return text;
}

}  // namespace

bool is_pattern(std::string_view text) { return text.find_first_of("*?") != text.npos; }

bool matches(std::string_view pattern, std::string_view name) {
    // With one point of return, as is usual for globs: linear in practice.
    std::size_t p = 0, n = 0;
    std::size_t star = pattern.size(), star_name = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            star_name = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p, ++n;
        } else if (star < pattern.size()) {
            p = star + 1;
            n = ++star_name;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

bool natural_less(std::string_view a, std::string_view b) {
    const std::string_view whole_a = a, whole_b = b;
    while (!a.empty() && !b.empty()) {
        if (is_digit(a[0]) && is_digit(b[0])) {
            const std::string_view x = number_at(a), y = number_at(b);
            if (x.size() != y.size()) return x.size() < y.size();
            if (x != y) return x < y;
            a.remove_prefix(static_cast<std::size_t>(x.end() - a.begin()));
            b.remove_prefix(static_cast<std::size_t>(y.end() - b.begin()));
        } else {
            if (a[0] != b[0]) return a[0] < b[0];
            a.remove_prefix(1);
            b.remove_prefix(1);
        }
    }
    if (a.empty() != b.empty()) return a.empty();
    return whole_a < whole_b;  // x1 and x01
}

}  // namespace seedwire::scenario
