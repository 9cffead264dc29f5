// Collects the packets of a run.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "harness/replay/seen_packet.h"
#include "models/trace/recorder.h"

namespace seedwire::replay {

/// What SeenPacket::flow stands for.
enum class FlowNumbers : std::uint8_t {
    ClientPorts,  ///< the client's port beyond 40000, as in recordings
    Connections   ///< the run's connection id
};

/// A change of a sender's congestion state.
struct SeenWindow {
    Time at;
    std::uint32_t flow = 0;
    bool client = false;
    std::uint8_t recovery = 0;  ///< tcp::RecoveryState
    std::uint32_t cwnd = 0, ssthresh = 0;
};

class PacketObserver final : public trace::Observer {
public:
    PacketObserver(const trace::Connections& connections, FlowNumbers numbers)
        : connections_{connections}, numbers_{numbers} {}
    void on_transmission(const trace::Transmission& r) override;
    void on_window(const trace::WindowChange& r) override;

    const SeenPackets& packets() const { return packets_; }
    const std::vector<SeenWindow>& windows() const { return windows_; }

private:
    std::uint32_t connection_of(const wire::Packet& packet);
    std::uint32_t flow_of(std::uint32_t connection, const wire::Packet& packet) const;
    std::uint64_t window_of(std::uint32_t connection, const trace::Transmission& r);

    const trace::Connections& connections_;
    FlowNumbers numbers_;
    SeenPackets packets_;
    std::vector<SeenWindow> windows_;
    /// Scale offered on SYNs of a connection by the client and the server; -1: none.
    std::map<std::uint32_t, std::pair<int, int>> scales_;
};

}  // namespace seedwire::replay
