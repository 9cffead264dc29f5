// The changes of the network that a scenario asks for at given moments.
#pragma once

#include <memory>
#include <span>

#include "harness/scenario/scenario.h"
#include "models/host/host.h"
#include "models/net/network.h"
#include "sim/kernel/simulation.h"

namespace seedwire::world {

/// One entity, in Phase::Change: a change of the network beats everything else of its instant.
class Timeline final : public Entity {
public:
    Timeline(const scenario::Scenario& scenario, Simulation& simulation, net::Network& network);
    /// By node; null where it is a router. They outlive this.
    void start(std::span<const std::unique_ptr<host::Host>> hosts);
    Time on_due(Time now) override;

private:
    void apply(Time now, const scenario::TimelineEntry& entry);

    const scenario::Scenario& scenario_;
    Simulation& simulation_;
    net::Network& network_;
    EntityId id_;
    std::span<const std::unique_ptr<host::Host>> hosts_;
    std::size_t next_ = 0;
};

}  // namespace seedwire::world
