// A small network for tests: nodes that note what reaches them, and packets made to order.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "models/net/network.h"
#include "models/trace/recorder.h"
#include "sim/kernel/simulation.h"

namespace seedwire::net::testing {

/// A host that takes every packet and remembers it.
class Sink final : public Node {
public:
    struct Arrival {
        Time at;
        wire::Packet packet;
        std::uint32_t interface = 0;
        wire::IcmpQuote quote;
    };
    explicit Sink(Network& network) : network_{network} {}
    void on_packet(Time now, std::uint32_t interface, wire::PacketRef ref) override {
        const wire::Packet& packet = network_.packets()[ref];
        if (remembers_) {
            const wire::Extension* extension = network_.packets().extension(packet);
            arrivals.push_back({now, packet, interface,
                                extension != nullptr ? extension->quote : wire::IcmpQuote{}});
        }
        ++count;
        network_.packets().release(ref);
    }
    void forget() { remembers_ = false; }
    std::vector<std::int64_t> times() const {
        std::vector<std::int64_t> ns;
        for (const Arrival& arrival : arrivals) ns.push_back(arrival.at.ns());
        return ns;
    }
    std::vector<std::uint32_t> ids() const {
        std::vector<std::uint32_t> result;
        for (const Arrival& arrival : arrivals) result.push_back(arrival.packet.id);
        return result;
    }

    std::vector<Arrival> arrivals;
    std::uint64_t count = 0;

private:
    Network& network_;
    bool remembers_ = true;
};

/// Copies of all records about packets.
class PacketLog final : public trace::Observer {
public:
    struct Sent {
        trace::Transmission record;
        wire::Packet packet;
    };
    struct Amended {
        trace::TransmissionAmended record;
        std::uint32_t id = 0;
    };
    struct Dropped {
        trace::NodeDrop record;
        std::uint32_t id = 0;
    };
    void on_transmission(const trace::Transmission& t) override { sent.push_back({t, *t.packet}); }
    void on_amended(const trace::TransmissionAmended& a) override {
        amended.push_back({a, a.packet->id});
    }
    void on_node_drop(const trace::NodeDrop& d) override { dropped.push_back({d, d.packet->id}); }

    std::vector<Sent> sent;
    std::vector<Amended> amended;
    std::vector<Dropped> dropped;
};

/// Does something at given moments.
class Script final : public Entity {
public:
    using Action = std::function<void(Time)>;
    explicit Script(Simulation& simulation, std::string name = "script", Phase phase = Phase::Timer)
        : simulation_{simulation} {
        id_ = simulation.add(*this, name, phase);
    }
    void at(Time when, Action action) { actions_.emplace(when, std::move(action)); }
    void start() {
        if (!actions_.empty()) simulation_.wake(id_, actions_.begin()->first);
    }
    Time on_due(Time now) override {
        while (!actions_.empty() && actions_.begin()->first <= now) {
            const Action action = std::move(actions_.begin()->second);
            actions_.erase(actions_.begin());
            action(now);
        }
        return actions_.empty() ? Time::never() : actions_.begin()->first;
    }

private:
    Simulation& simulation_;
    EntityId id_;
    std::multimap<Time, Action> actions_;
};

inline Rate mbit(std::int64_t n) { return Rate::bits_per_second(n * 1'000'000); }

inline LinkDirectionConfig line(Rate rate, Duration delay) {
    LinkDirectionConfig config;
    config.rate = rate;
    config.delay = delay;
    return config;
}

/// Simulation, network and named nodes in one.
class World {
public:
    explicit World(RoutingOptions options = {}, std::uint64_t seed = 1)
        : simulation{seed}, network{simulation, recorder, options} {}

    std::uint32_t host(const std::string& name) {
        const std::uint32_t id = network.add_node(name, false, std::nullopt);
        network.attach(id, sinks.emplace(id, network).first->second);
        ids_[name] = id;
        return id;
    }
    std::uint32_t router(const std::string& name) {
        const std::uint32_t id = network.add_node(name, true, std::nullopt);
        network.attach_router(id);
        ids_[name] = id;
        return id;
    }
    std::uint32_t link(const std::string& a, const std::string& b, const LinkDirectionConfig& up,
                       const LinkDirectionConfig& down, std::int64_t cost = 1) {
        return network.add_link(a + "-" + b, ids_.at(a), ids_.at(b), up, down, cost);
    }
    std::uint32_t link(const std::string& a, const std::string& b, const LinkDirectionConfig& both,
                       std::int64_t cost = 1) {
        return link(a, b, both, both, cost);
    }
    void watch() { recorder.add(log); }
    void start() {
        network.build();
        simulation.start();
        script.start();
    }
    Simulation::End run() { return simulation.run_until(Time::never()); }
    std::uint32_t operator[](const std::string& name) const { return ids_.at(name); }
    Sink& sink(const std::string& name) { return sinks.at(ids_.at(name)); }

    /// A UDP packet of that IP length.
    wire::PacketRef packet(const std::string& to, std::uint32_t ip_length) {
        const wire::PacketRef ref = network.packets().allocate();
        wire::Packet& p = network.packets()[ref];
        p.protocol = wire::Protocol::Udp;
        p.destination = network.address(ids_.at(to));
        p.header_bytes = 28;
        p.payload_length = static_cast<std::uint16_t>(ip_length - 28);
        p.source_port = 1000;
        p.destination_port = 2000;
        return ref;
    }
    void send_at(Time when, const std::string& from, const std::string& to,
                 std::uint32_t ip_length) {
        script.at(when, [this, from, to, ip_length](Time now) {
            network.send(now, ids_.at(from), packet(to, ip_length));
        });
    }

    Simulation simulation;
    trace::Recorder recorder;
    PacketLog log;
    Network network;
    Script script{simulation};
    std::map<std::uint32_t, Sink> sinks;

private:
    std::map<std::string, std::uint32_t> ids_;
};

}  // namespace seedwire::net::testing
