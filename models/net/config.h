// What a link direction is made of, as plain values: rate, delay, queue, impairments and exact
// faults.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "models/net/match.h"
#include "sim/base/quantity.h"
#include "sim/base/time.h"

namespace seedwire::net {

/// Drop tail. Zero means no limit. A packet counts from its arrival to the end of its
/// serialisation.
struct QueueConfig {
    std::int64_t limit_packets = 1000;
    std::int64_t limit_bytes = 0;
    std::int64_t ecn_threshold_packets = 0;  ///< mark CE when that many are there already; 0 = off
};

/// Shapes of random delay.
enum class Distribution : std::uint8_t {
    Constant,
    Uniform,
    Exponential,
    Normal,
    Pareto,
    ParetoNormal
};
struct RandomDelay {
    Distribution distribution = Distribution::Constant;
    Duration mean;       ///< Uniform: the middle
    Duration deviation;  ///< Normal, ParetoNormal: standard deviation; Uniform: half width
    Ratio shape{3, 1};   ///< Pareto
};

// Impairments act after serialisation, in the order listed. Each draws from its own named stream.
struct BernoulliLoss {
    Probability probability;
    /// So many segments that a host hands over as one share their fate: an emulator on a host sees
    /// what segmentation offload leaves whole.
    std::uint8_t segments = 1;
};
/// Two states; `p` good to bad, `r` bad to good, per packet; loss 1-k in good, 1-h in bad.
struct GilbertElliottLoss {
    Probability p, r, loss_good = Probability::never(), loss_bad = Probability::always();
};
/// Adds a random delay, never below zero; without `reorder` no packet overtakes its predecessor.
struct Jitter {
    RandomDelay delay;
    bool reorder = false;
};
/// Holds a packet back by `by` with the given probability, so that later ones overtake it.
struct Reorder {
    Probability probability;
    Duration by;
};
struct Duplicate {
    Probability probability;
    Duration after;  ///< the copy arrives that much later
};
struct Corrupt {
    Probability probability;
};
using ImpairmentConfig =
    std::variant<BernoulliLoss, GilbertElliottLoss, Jitter, Reorder, Duplicate, Corrupt>;

/// An exact fault: does one thing to exactly the packets selected. Counting: the first matching
/// packet at the link direction is number 1; copies are not counted; every rule counts before any
/// rule acts. Drops happen before the queue; delays and copies concern the delivery only.
struct FaultRule {
    enum class Action : std::uint8_t { Drop, Delay, Duplicate, Corrupt, MarkCe };
    struct Range {
        std::uint64_t first = 1, last = 1;
    };
    Action action = Action::Drop;
    Match match;
    std::vector<Range> nth;               ///< empty: not restricted; ranges include both ends
    std::uint64_t every = 0, offset = 0;  ///< every k with (k - offset) mod every = 0; 0 = off
    std::uint64_t first = 1, last = std::numeric_limits<std::uint64_t>::max();
    Time from, until = Time::never();
    Duration by;              ///< Delay: extra; Duplicate: the copy's lateness
    std::uint32_t index = 0;  ///< position in the scenario's `faults`, for reports
};

struct LinkDirectionConfig {
    Rate rate = Rate::unlimited();
    Duration delay;
    Bytes mtu{1500};
    Bytes overhead{0};  ///< added to every packet's size when it is serialised
    QueueConfig queue;
    std::vector<ImpairmentConfig> impairments;
    std::vector<FaultRule> faults;
};

}  // namespace seedwire::net
