// Two hosts and a link between them, for tests of hosts and applications.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "models/app/applications.h"
#include "models/host/host.h"
#include "models/net/network.h"
#include "models/trace/recorder.h"
#include "sim/kernel/simulation.h"

namespace seedwire {

/// Everything that was recorded, by kind.
struct Recording : trace::Observer {
    std::vector<trace::StateChange> states;
    std::vector<trace::AppEvent> apps;
    std::vector<trace::TimeoutFired> timeouts;
    std::vector<trace::WindowChange> windows;
    std::vector<wire::Packet> packets;
    std::vector<trace::DropReason> packet_drops;
    std::vector<trace::DropReason> node_drops;
    void on_transmission(const trace::Transmission& r) override {
        packets.push_back(*r.packet);
        packet_drops.push_back(r.drop);
    }
    void on_node_drop(const trace::NodeDrop& r) override { node_drops.push_back(r.drop); }
    void on_state(const trace::StateChange& r) override { states.push_back(r); }
    void on_window(const trace::WindowChange& r) override { windows.push_back(r); }
    void on_timeout(const trace::TimeoutFired& r) override { timeouts.push_back(r); }
    void on_app(const trace::AppEvent& r) override { apps.push_back(r); }

    /// "SYN-SENT ESTABLISHED ...": the states that one end has passed.
    std::string path(std::uint32_t connection, bool client) const {
        std::string text;
        for (const trace::StateChange& r : states) {
            if (r.connection != connection || r.client != client) continue;
            if (text.empty()) text = tcp::to_string(static_cast<tcp::State>(r.from));
            text += ' ';
            text += tcp::to_string(static_cast<tcp::State>(r.to));
        }
        return text;
    }
    std::size_t count(trace::AppEvent::Kind kind) const {
        return static_cast<std::size_t>(std::count_if(
            apps.begin(), apps.end(), [&](const trace::AppEvent& r) { return r.kind == kind; }));
    }
};

/// "a" and "b", 10 Mbit/s and 10 ms each way unless told otherwise.
class TwoHosts {
public:
    struct Options {
        net::LinkDirectionConfig up = default_direction(), down = default_direction();
        tcp::Sysctls a_sysctls, b_sysctls;
        Duration wakeup = Duration::us(30);
        bool observed = true;
    };
    static net::LinkDirectionConfig default_direction() {
        net::LinkDirectionConfig direction;
        direction.rate = Rate::bits_per_second(10'000'000);
        direction.delay = Duration::ms(10);
        return direction;
    }

    TwoHosts() : TwoHosts{Options{}} {}
    explicit TwoHosts(const Options& options) : simulation{1}, network{simulation, recorder, {}} {
        if (options.observed) recorder.add(recording);
        network.add_node("a", false, {});
        network.add_node("b", false, {});
        network.add_link("a-b", 0, 1, options.up, options.down, 1);
        a = std::make_unique<host::Host>(
            host::HostConfig{"a", 0, 64, options.wakeup, options.a_sysctls, false}, simulation,
            network, recorder, figures, workspace);
        b = std::make_unique<host::Host>(
            host::HostConfig{"b", 1, 64, options.wakeup, options.b_sysctls, false}, simulation,
            network, recorder, figures, workspace);
    }

    /// a opens.
    void add_flow(const app::FlowConfig& config, std::vector<Time> starts = {Time::zero()}) {
        applications.add_flow({flows++, "flow" + std::to_string(flows), std::move(starts)}, config,
                              *a, *b);
    }
    std::uint32_t add_program(const std::string& name, host::Host& host,
                              const app::ProgramConfig& config) {
        return applications.add_program(100 + applications.program_count(), name, config, host);
    }

    Simulation::End run(Time until = Time::from_ns(3'600'000'000'000)) {
        if (!started_) {
            network.build();
            simulation.start();
            a->start();
            b->start();
            started_ = true;
        }
        const Simulation::End end = simulation.run_until(until);
        a->finish(simulation.now());
        b->finish(simulation.now());
        return end;
    }

    Simulation simulation;
    trace::Recorder recorder;
    host::FigureTable figures;
    host::Workspace workspace;
    net::Network network;
    Recording recording;
    app::Applications applications;
    std::unique_ptr<host::Host> a, b;
    std::uint32_t flows = 0;

private:
    bool started_ = false;
};

}  // namespace seedwire
