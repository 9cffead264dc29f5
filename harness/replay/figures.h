// What a transfer looks like from far: goodput, retransmissions, queues, window reductions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/replay/packet_observer.h"
#include "harness/replay/recorded_case.h"

namespace seedwire::replay {

/// One figure, recorded and ours.
struct FigureRow {
    std::string name;
    Measured measured;
    double simulated = 0;
    std::optional<bool> within;  ///< the class's bar; nothing: shown only
};

/// Figures of our packets under the names of summary.json, section metrics:
/// `flow1.a2b.goodput_bps`.
std::map<std::string, double> figures_of(const SeenPackets& packets);

/// Bits per second that arrived in order for the first time, by flow, in a span of the run.
std::map<std::uint32_t, double> goodput_between(const SeenPackets& packets, Time from, Time to);

/// The reductions of each flow's client: Recovery, CWR or Loss entered.
std::map<std::uint32_t, std::vector<Reduction>> reductions_of(
    const std::vector<SeenWindow>& windows);

/// All that both sides have, with the bars of recorded noise where a bar speaks of them.
std::vector<FigureRow> compare_figures(const RecordedCase& recorded, const SeenPackets& packets,
                                       const std::vector<SeenWindow>& windows);

}  // namespace seedwire::replay
