// Draws a ladder diagram as text: states of both ends as bands at the sides, packets as arrows
// that leave and arrive at their true times.
#pragma once

#include <string>
#include <vector>

#include "harness/observe/ladder.h"
#include "harness/observe/segment_text.h"

namespace seedwire::observe {

struct LadderStyle {
    std::size_t width = 100;  ///< columns of the terminal
    bool unicode = true;      ///< else plain ASCII
    bool color = false;
    std::size_t most_packets = 60;  ///< more are collapsed
};

/// Names that the drawing needs.
struct LadderTitle {
    std::string flow;            ///< "hello" or "hello[3]"
    std::string client, server;  ///< host names
};

std::string draw(const Ladder& ladder, const LadderTitle& title, const SegmentNames& names,
                 const LadderStyle& style);

/// The same drawing in pieces: what stands above, then the text of each row of arrange().
struct DrawnRows {
    std::string head;
    std::vector<std::string> rows;
};
DrawnRows draw_rows(const Ladder& ladder, const LadderTitle& title, const SegmentNames& names,
                    const LadderStyle& style);

}  // namespace seedwire::observe
