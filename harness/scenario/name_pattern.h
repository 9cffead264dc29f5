// Names with wildcards: `left*` means every host whose name begins so.
#pragma once

#include <string_view>

namespace seedwire::scenario {

/// Holds a `*` (any number of characters) or a `?` (one).
bool is_pattern(std::string_view text);
bool matches(std::string_view pattern, std::string_view name);
/// People's order: h2 before h10.
bool natural_less(std::string_view a, std::string_view b);

}  // namespace seedwire::scenario
