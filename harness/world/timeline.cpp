#include "harness/world/timeline.h"

#include "harness/scenario/sysctls.h"

namespace seedwire::world {

using scenario::TimelineEntry;

Timeline::Timeline(const scenario::Scenario& scenario, Simulation& simulation,
                   net::Network& network)
    : scenario_{scenario},
      simulation_{simulation},
      network_{network},
      id_{simulation.add(*this, "timeline", Phase::Change)} {
    // A change to come does not keep a run alive: without packets and timers nobody would see it.
    set_background(true);
}

void Timeline::start(std::span<const std::unique_ptr<host::Host>> hosts) {
    hosts_ = hosts;
    if (!scenario_.timeline.empty()) simulation_.wake(id_, scenario_.timeline.front().at);
}

Time Timeline::on_due(Time now) {
    const auto& entries = scenario_.timeline;
    while (next_ < entries.size() && entries[next_].at <= now) apply(now, entries[next_++]);
    return next_ < entries.size() ? entries[next_].at : Time::never();
}

void Timeline::apply(Time now, const TimelineEntry& entry) {
    if (const auto* sysctl = std::get_if<TimelineEntry::SetSysctl>(&entry.change)) {
        scenario::set_sysctl(scenario::sysctl_rows()[sysctl->row], hosts_[sysctl->node]->sysctls(),
                             sysctl->value);
        return;
    }
    const auto change = [&](std::uint32_t direction) {
        if (const auto* rate = std::get_if<TimelineEntry::SetRate>(&entry.change))
            network_.set_rate(now, direction, rate->rate);
        else if (const auto* delay = std::get_if<TimelineEntry::SetDelay>(&entry.change))
            network_.set_delay(now, direction, delay->delay);
        else if (const auto* loss = std::get_if<TimelineEntry::SetLoss>(&entry.change))
            network_.set_loss(now, direction, loss->probability);
        else if (std::holds_alternative<TimelineEntry::Cut>(entry.change))
            network_.cut(now, direction);
        else
            network_.restore(now, direction);
    };
    if (entry.target.up) change(entry.target.link * 2);
    if (entry.target.down) change(entry.target.link * 2 + 1);
}

}  // namespace seedwire::world
