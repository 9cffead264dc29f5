// Where the time up to the first byte went on the wire: waiting for repairs and in queues.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "harness/world/world.h"
#include "models/trace/recorder.h"

namespace seedwire::observe {

/// Of one connection, or summed over some.
struct WireLatency {
    Duration recovery;  ///< between what was lost and what replaced it
    Duration queueing;  ///< behind other packets, in all links on the way
    std::uint32_t connections = 0;
};

/// Watches connections over TLS until application data reach their client, and then goes back along
/// what the client waited for: the packet whose arrival let it go on, what its sender had waited
/// for, and so on to the SYN. A packet on this path that was sent before counts from when it was
/// sent first: the time in between is that of recovery. What was repaired while something else was
/// waited for costs nothing.
class LatencyObserver final : public trace::Observer {
public:
    explicit LatencyObserver(const world::World& world) : world_{world} {}

    bool is_needed() const;
    void on_transmission(const trace::Transmission& r) override;
    void on_amended(const trace::TransmissionAmended& r) override;
    void on_tls(const trace::TlsEvent& r) override;

    /// Means over the connections of a flow that got so far; nothing if none did.
    std::optional<WireLatency> of_flow(std::uint32_t flow) const;

private:
    struct Passage {
        Time sent, arrival = Time::never();
        Duration queued;
        std::uint64_t begin = 0, end = 0;  ///< of the stream; SYN apart
        std::uint32_t id = 0, direction = 0;
        bool forward = false, syn = false;
    };
    struct Connection {
        std::uint32_t flow = UINT32_MAX;
        bool is_over = false;  ///< what was sent is forgotten
        bool is_known = false;
        std::vector<Passage> passages;
        WireLatency latency;
    };

    Connection* watched(std::uint32_t connection);
    static Passage* find(Connection& c, std::uint32_t id, bool forward);
    static WireLatency look_back(const Connection& c, Time from);

    const world::World& world_;
    std::map<std::uint32_t, Connection> connections_;
};

}  // namespace seedwire::observe
