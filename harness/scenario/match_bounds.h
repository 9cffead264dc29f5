// Can a match ever be true? Interval arithmetic over its steps.
#pragma once

#include "models/net/match.h"

namespace seedwire::scenario {

/// Which protocols a scenario's packets can have.
struct Traffic {
    bool tcp = false, udp = false, icmp = false;
};

/// False only if no packet of such traffic can fit.
bool can_match(const net::Match& match, const Traffic& traffic);

}  // namespace seedwire::scenario
