#include "harness/judge/moments.h"

#include <algorithm>

#include "harness/judge/judge.h"
#include "harness/judge/metrics.h"
#include "harness/scenario/measurements.h"
#include "harness/scenario/metric_names.h"

namespace seedwire::judge {

using scenario::Metric;

namespace {

bool adds_up(const Metric& metric) {
    const scenario::MetricName* name = scenario::find_metric(metric.subject, metric.key);
    return name != nullptr && name->adds_up;
}

template <class Map>
auto* find(Map& map, const Metric& metric) {
    const auto it = map.find(metric.id);
    return it == map.end() ? nullptr : &it->second;
}

}  // namespace

Tally tally_of(const Metric& metric, const Evidence& evidence) {
    const world::World& world = evidence.world;
    if (metric.key == "goodput") {
        Tally tally;
        const bool program = metric.subject == Metric::Subject::Program;
        const auto flows = static_cast<std::uint32_t>(world.scenario().flows.size());
        const auto ends = observe::connections_of(world, metric.index + (program ? flows : 0));
        for (std::size_t k = 0; k < ends.size(); ++k) {
            if (metric.ordinal >= 0 && static_cast<std::size_t>(metric.ordinal) != k) continue;
            if (ends[k].connection >= world.figures().size()) continue;
            const host::ConnectionFigures& c = world.figures()[ends[k].connection];
            tally.one += c.client.bytes_delivered;
            tally.other += c.server.bytes_delivered;
        }
        return tally;
    }
    if (metric.key.ends_with("utilisation")) {
        const std::uint32_t direction = metric.index * 2 + (metric.key.starts_with("up.") ? 0 : 1);
        const Time now = world.simulation().now();
        return {static_cast<std::uint64_t>(world.network().busy(direction, now).ns()), 0};
    }
    Metric plain = metric;
    plain.window = {};
    if (plain.key.ends_with("throughput")) plain.key.replace(plain.key.find('.') + 1, 99, "bytes");
    const auto value = value_of(plain, evidence);
    return {value ? static_cast<std::uint64_t>(value->numerator) : 0, 0};
}

Moments::Moments(const scenario::Scenario& scenario) {
    for (const Metric* metric : scenario::measured_metrics(scenario)) add(*metric);
    std::stable_sort(due_.begin(), due_.end(),
                     [](const Due& a, const Due& b) { return a.at > b.at; });
}

void Moments::add(const Metric& metric) {
    if (metric.function == "at") due_.push_back({Time::zero() + metric.moment, &metric});
    if (metric.window.is_whole() || !adds_up(metric)) return;
    if (metric.window.from > Duration::zero())
        due_.push_back({Time::zero() + metric.window.from, &metric, What::Begin});
    if (metric.window.until < Duration::max())
        due_.push_back({Time::zero() + metric.window.until, &metric, What::End});
}

void Moments::take(const Evidence& evidence) {
    const Time now = next();
    for (; !due_.empty() && due_.back().at == now; due_.pop_back()) {
        const Metric& metric = *due_.back().metric;
        switch (due_.back().what) {
            case What::Value:
                values_[metric.id] = value_now(metric, evidence);
                break;
            case What::Begin:
                begins_[metric.id] = tally_of(metric, evidence);
                break;
            case What::End:
                ends_[metric.id] = tally_of(metric, evidence);
                break;
        }
    }
}

const std::optional<scenario::Value>* Moments::value(const Metric& metric) const {
    return find(values_, metric);
}
const Tally* Moments::begin(const Metric& metric) const { return find(begins_, metric); }
const Tally* Moments::end(const Metric& metric) const { return find(ends_, metric); }

}  // namespace seedwire::judge
