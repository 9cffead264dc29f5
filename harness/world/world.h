// The objects of one run, made from a Scenario: kernel, network, hosts, applications, timeline.
#pragma once

#include <memory>
#include <vector>

#include "harness/scenario/scenario.h"
#include "harness/world/timeline.h"
#include "models/app/applications.h"
#include "models/host/host.h"
#include "models/net/network.h"
#include "models/trace/recorder.h"
#include "sim/kernel/simulation.h"

namespace seedwire::world {

/// Everything a run consists of. Two steps: construct (node, link and flow ids are those of the
/// scenario), add observers to recorder(), then start().
class World {
public:
    /// The scenario outlives the world.
    explicit World(const scenario::Scenario& scenario);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /// Starts applications and timeline. Once, after all observers have been added.
    void start();
    /// Brings figures of connections that still exist up to date, between events.
    void look();
    /// Ends the run: last figures of connections that still exist, and on_end() of observers.
    void finish();

    const scenario::Scenario& scenario() const { return scenario_; }
    Simulation& simulation() { return simulation_; }
    const Simulation& simulation() const { return simulation_; }
    trace::Recorder& recorder() { return recorder_; }
    const trace::Connections& connections() const { return recorder_.connections(); }
    net::Network& network() { return network_; }
    const net::Network& network() const { return network_; }
    host::FigureTable& figures() { return figures_; }
    const host::FigureTable& figures() const { return figures_; }
    const app::Applications& applications() const { return applications_; }
    const app::TlsWorld& tls() const { return tls_; }
    app::TlsWorld& tls() { return tls_; }
    /// Null for routers.
    const host::Host* host(std::uint32_t node) const { return hosts_[node].get(); }

private:
    void build_network();
    void build_hosts();
    void build_applications();
    void add_flow(std::uint32_t index);

    const scenario::Scenario& scenario_;
    Simulation simulation_;
    trace::Recorder recorder_;
    net::Network network_;
    host::FigureTable figures_;
    host::Workspace workspace_;
    std::vector<std::unique_ptr<host::Host>> hosts_;  ///< by node, null for routers
    app::TlsWorld tls_;
    app::Applications applications_;
    Timeline timeline_;
};

}  // namespace seedwire::world
