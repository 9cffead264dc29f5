// Everything that can be measured, by name, with its unit: section "metrics" of the reference.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "harness/scenario/expectation.h"

namespace seedwire::scenario {

/// One measurable thing of a flow, a program, a link, a node or a fault.
struct MetricName {
    /// What stands before the key: nothing; `client.`/`server.` of a flow or a program's
    /// connections; `up.`/`down.` of a link.
    enum class Scope : std::uint8_t { Whole, End, Direction };
    Metric::Subject subject = Metric::Subject::Flow;
    Scope scope = Scope::Whole;
    std::string_view key;
    Unit unit = Unit::Count;
    /// Changes during the run: one of these, separated by spaces, must be asked for. Empty: it is
    /// one number.
    std::string_view functions;
    bool later = false;  ///< known by name, not measured yet
    std::string_view help;
    /// A count that only grows, so that over a part of the run it is a difference; or a quotient of
    /// such counts.
    bool adds_up = false;
};

std::span<const MetricName> metric_names();
/// By the key behind the name, `down.queue.sojourn`; null if there is none.
const MetricName* find_metric(Metric::Subject subject, std::string_view key);
/// All keys of a subject as they are written, for suggestions.
std::vector<std::string> metric_keys(Metric::Subject subject);
/// All functions of series: min max mean p50 p90 p95 p99 p999 last at.
std::span<const std::string_view> metric_functions();
/// "a duration", "bytes": for messages.
std::string_view describe(Unit unit);

}  // namespace seedwire::scenario
