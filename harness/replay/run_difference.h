// Two runs of ours: where they part.
#pragma once

#include <string>

#include "harness/replay/sequences.h"
#include "harness/scenario/scenario.h"

namespace seedwire::replay {

/// One of two runs, as far as a comparison needs it.
struct ObservedRun {
    std::string name;  ///< how reports call it
    SeenPackets packets;
    std::vector<std::string> directions;  ///< "line.up", by SeenPacket::direction
    std::vector<std::string> flows;       ///< "load[3]", by SeenPacket::flow
    std::vector<std::string> senders;     ///< nodes, by direction
};

ObservedRun observe_run(const scenario::Scenario& scenario, std::string name);

struct RunDifference {
    ObservedRun left, right;
    Agreement agreement;
    std::string other_network;  ///< why packets cannot be compared; else empty
    bool differs() const { return !other_network.empty() || !agreement.identical(); }
};
/// TCP packets are compared link by link and direction by direction.
RunDifference compare_runs(ObservedRun left, ObservedRun right);

std::string difference_text(const RunDifference& difference, std::size_t width);
std::string difference_json(const RunDifference& difference);

}  // namespace seedwire::replay
