// Everything that can be measured, by name, with its unit: section "metrics" of the reference.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "harness/scenario/expectation.h"

namespace seedwire::scenario {

/// One measurable thing of a flow, a program, a link, a node or a fault.
struct MetricName {
    /// What stands before the key: nothing; `client.`/`server.` of a flow, `connection.` of a
    /// program; `up.`/`down.` of a link.
    enum class Scope : std::uint8_t { Whole, End, Direction };
    Metric::Subject subject = Metric::Subject::Flow;
    Scope scope = Scope::Whole;
    std::string_view key;
    Unit unit = Unit::Count;
    bool series = false;  ///< changes during the run: needs max(...), p99(...) and the like
    std::string_view help;
};

std::span<const MetricName> metric_names();
/// By the key behind the name, `down.queue.sojourn`; null if there is none.
const MetricName* find_metric(Metric::Subject subject, std::string_view key);
/// All keys of a subject as they are written, for suggestions.
std::vector<std::string> metric_keys(Metric::Subject subject);
/// min max mean p50 p95 p99 last.
std::span<const std::string_view> metric_functions();
/// "a duration", "bytes": for messages.
std::string_view describe(Unit unit);

}  // namespace seedwire::scenario
