// What a network counts besides its link directions: the other sides of the conservation of
// packets.
#pragma once

#include <cstdint>
#include <vector>

#include "models/trace/records.h"

namespace seedwire::net {

struct Totals {
    std::uint64_t sent = 0;      ///< by nodes, of their own making
    std::uint64_t received = 0;  ///< handed to the node they were addressed to
    std::uint64_t dropped[trace::kDropReasonCount] = {};  ///< inside nodes
    std::vector<std::uint64_t> fault_hits;                ///< by FaultRule::index
    Time last_arrival;  ///< the latest one planned so far, anywhere
};

}  // namespace seedwire::net
