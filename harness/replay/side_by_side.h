// A ladder of two sequences side by side, around the place where they part.
#pragma once

#include <string>

#include "harness/replay/sequences.h"

namespace seedwire::replay {

/// What stands above the columns and how the ends are called.
struct SideBySideTitle {
    std::string left = "measured", right = "simulated";
    std::string first_host = "A", second_host = "B";
};

/// `around` packets before the first difference and behind it, of all directions that share its
/// hosts; below, the rule that made our packet. Empty where there is no difference.
std::string draw_difference(const SeenPackets& left, const SeenPackets& right,
                            const Agreement& agreement, const SideBySideTitle& title,
                            std::size_t width, std::size_t around = 6);

}  // namespace seedwire::replay
