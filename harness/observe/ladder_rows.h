// The rows of a ladder diagram: which packets are drawn one by one, in which order things happen,
// and where changes of state stand.
#pragma once

#include <string>
#include <vector>

#include "harness/observe/ladder.h"

namespace seedwire::observe {

/// A line of the drawing: something arrives or leaves, a state changes, or something is left out.
struct LadderRow {
    enum class Kind { Arrive, Leave, State, Collapsed } kind = Kind::Leave;
    Time at;
    const LadderPacket* packet = nullptr;
    bool client_side = false;
    bool joined = false;  ///< the packet leaves and arrives in neighbouring rows
    std::string client_state, server_state, text;
};

struct LadderRows {
    std::vector<LadderRow> rows;
    std::string client_state, server_state;  ///< before the first row; empty: not known
    std::size_t drawn = 0;                   ///< packets with rows of their own
};

/// Everything if there are at most so many packets; else the beginning, the end, and some of each
/// kind of what a person would point at, with a row for each gap.
LadderRows arrange(const Ladder& ladder, const SegmentNames& names, std::size_t most_packets);

}  // namespace seedwire::observe
