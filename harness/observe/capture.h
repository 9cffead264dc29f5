// capture.pcapng: what every host's interfaces sent and received, as a capture at those interfaces
// would show it, each packet with its fate as a comment.
#pragma once

#include <cstdint>
#include <cstdio>
#include <deque>
#include <vector>

#include "harness/observe/pcapng_blocks.h"
#include "models/net/network.h"
#include "models/trace/recorder.h"

namespace seedwire::observe {

/// One interface per host interface. A packet is captured when it enters the link at its sender and
/// when it arrives at its receiver; routers are not captured. Timestamps are simulated nanoseconds.
/// From the packet numbered kWholePackets on only headers are kept.
class CaptureWriter final : public trace::Observer {
public:
    static constexpr std::uint64_t kWholePackets = 100'000;

    CaptureWriter(std::FILE* out, const net::Network& network,
                  const trace::Connections& connections);
    ~CaptureWriter() override;

    void on_transmission(const trace::Transmission& r) override;
    void on_amended(const trace::TransmissionAmended& r) override;
    void on_node_drop(const trace::NodeDrop& r) override;
    void on_end(Time at) override;

    bool headers_only() const { return packets_ > kWholePackets; }

private:
    /// Waits until everything of an earlier time is written: blocks are in the order of time.
    struct Pending;
    struct Name {
        std::uint32_t source = 0, id = 0;
        bool copy = false;
        bool operator==(const Name&) const = default;
    };

    static Name name_of(const wire::Packet& packet);
    void add(Pending pending);
    void flush(Time until, bool all);
    void write(const Pending& pending);
    Pending* find(const Name& name, bool outbound);

    PcapngBlocks blocks_;
    const net::Network& network_;
    const trace::Connections& connections_;
    std::vector<std::uint32_t> interface_of_;  ///< direction end -> pcapng interface; see .cpp
    std::deque<Pending> pending_;              ///< by time
    std::uint64_t packets_ = 0;
};

}  // namespace seedwire::observe
