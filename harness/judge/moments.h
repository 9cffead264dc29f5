// Counts at the moments that expectations name, so that a part of a run is measured by a
// difference.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "harness/scenario/scenario.h"

namespace seedwire::judge {

struct Evidence;

/// What a metric that adds up has come to: bytes, nanoseconds, a count. Of connections, per
/// direction (client's and server's), since which of them counts is known only at the end.
struct Tally {
    std::uint64_t one = 0, other = 0;
};

/// Tally of a metric that adds up, at this moment of the run.
Tally tally_of(const scenario::Metric& metric, const Evidence& evidence);

class Moments {
public:
    explicit Moments(const scenario::Scenario& scenario);

    /// The next moment at which the run must be looked at; never if there is none.
    Time next() const { return due_.empty() ? Time::never() : due_.back().at; }
    /// Takes all values that are due at next(), which is now; figures are up to date.
    void take(const Evidence& evidence);

    /// What `metric` was at its moment; nothing inside: not known then; outside: not taken.
    const std::optional<scenario::Value>* value(const scenario::Metric& metric) const;
    /// Of the part of the run that the metric names: at its begin, at its end. Null: not taken.
    const Tally* begin(const scenario::Metric& metric) const;
    const Tally* end(const scenario::Metric& metric) const;

private:
    enum class What : std::uint8_t { Value, Begin, End };
    struct Due {
        Time at;
        const scenario::Metric* metric = nullptr;
        What what = What::Value;
    };
    void add(const scenario::Metric& metric);

    std::vector<Due> due_;  ///< latest first
    // By Metric::id.
    std::map<std::uint32_t, std::optional<scenario::Value>> values_;
    std::map<std::uint32_t, Tally> begins_, ends_;
};

}  // namespace seedwire::judge
