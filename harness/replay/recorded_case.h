// A recorded case: what was done, and what real machines sent. docs/record-format.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/replay/seen_packet.h"
#include "harness/scenario/diagnostics.h"
#include "harness/scenario/document.h"

namespace seedwire::replay {

/// How much repeated recordings of one case differ from each other.
enum class Noise { Stable, TimerPhase, AckPatternVaries, PacketPathVaries };
constexpr int kNoiseCount = 4;
std::string_view to_string(Noise noise);  ///< "stable", "timer_phase", ...

/// A figure over all recorded runs.
struct Measured {
    double median = 0, minimum = 0, maximum = 0;
};

/// A window reduction of a sender.
struct Reduction {
    double at_ms = 0;
    std::uint32_t cwnd_before = 0;
};

struct RecordedCase {
    std::string folder, id, topic, title;
    Noise noise = Noise::Stable;
    scenario::Node description;  ///< case.yaml
    SeenPackets packets;
    std::map<std::string, Measured> metrics;
    /// By flow, of long transfers of one sender's congestion control.
    std::map<std::uint32_t, std::vector<Reduction>> reductions;
    std::vector<double> shares;  ///< of competing flows, bit/s, while both ran
    double share_from_s = 0, share_to_s = 0;
    /// Of long transfers only the beginning is there packet by packet.
    bool is_truncated() const;
    /// The last moment that packets tell of.
    Time end() const { return packets.empty() ? Time::zero() : packets.back().at; }
};

/// Reads `case.yaml`, `trace.csv` and `summary.json` (each may be compressed) of a folder. What is
/// wrong stands in `problems`.
std::optional<RecordedCase> load_case(const std::string& folder, scenario::Diagnostics& problems);

/// The text of a key of a map; empty if there is none.
std::string text_of(const scenario::Node& map, std::string_view key);
/// A number written in decimal; nothing if it is none.
std::optional<double> number_of(const scenario::Node* node);

}  // namespace seedwire::replay
