// capture.pcapng: what every host's interfaces sent and received, as a capture at those interfaces
// would show it, each packet with its fate as a comment.
#pragma once

#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/observe/pcapng_blocks.h"
#include "harness/observe/segment_text.h"
#include "harness/observe/tls_streams.h"
#include "models/trace/recorder.h"
#include "models/wire/ip_codec.h"

namespace seedwire::observe {

struct CaptureLimits {
    /// From the packet of this number on only headers are kept.
    std::uint64_t whole_packets = 100'000;
    /// So many packets are held back at most; then the oldest is written, its fate unknown.
    std::size_t held_packets = 1U << 18;
};

/// One interface per interface of a captured node. A packet is captured when it enters a link at
/// its sender and when it arrives at its receiver, in the order of time. Timestamps are simulated
/// nanoseconds. What was sent waits for its fate before it is written.
class CaptureWriter final : public trace::Observer {
public:
    /// `captured` says by node whether it is captured: hosts are, routers are not. The stream
    /// belongs to the caller, who also looks for its errors. With `tls`, the payload of connections
    /// over TLS is theirs, and the file holds the keys to decrypt it.
    CaptureWriter(std::FILE* out, const SegmentNames& names, std::vector<bool> captured,
                  const CaptureLimits& limits = {}, std::optional<TlsStreams> tls = std::nullopt);
    ~CaptureWriter() override;

    void on_transmission(const trace::Transmission& r) override;
    void on_amended(const trace::TransmissionAmended& r) override;
    void on_node_drop(const trace::NodeDrop& r) override;
    void on_tls(const trace::TlsRecord& r) override;
    void on_end(Time at) override;

    bool headers_only() const { return packets_ >= limits_.whole_packets; }

private:
    class Payload;

    /// Its sender's address and counter name a packet; a copy shares the name of its original.
    struct Name {
        std::uint32_t source = 0, id = 0;
        bool copy = false;
        auto operator<=>(const Name&) const = default;
    };
    /// Blocks are in the order of time, then in that of their becoming known.
    struct Place {
        Time at;
        std::uint64_t order = 0;
        auto operator<=>(const Place&) const = default;
    };
    /// One block that waits.
    struct Block {
        wire::Packet packet;
        std::optional<wire::Extension> extension;
        std::uint32_t interface = 0;
        bool outbound = false;
        std::uint64_t number = 0;        ///< among the packets of its connection; 0 = of none
        Time settled = Time::never();    ///< when its fate is certain
        Time other_end = Time::never();  ///< delivered (outbound) or sent (inbound)
        Loss loss;
        std::uint32_t fault = trace::kNoFault;
        bool delayed = false, marked_ce = false;
        Time amended = Time::never();
    };
    using Blocks = std::map<Place, Block>;

    static Name name_of(const wire::Packet& packet);
    void add_interfaces(const std::vector<bool>& captured);
    std::uint64_t number_of(const trace::Transmission& r);
    void add_outbound(const trace::Transmission& r, std::uint64_t number);
    void add_inbound(const trace::Transmission& r, std::uint64_t number);
    void note_fate(const trace::Transmission& r);
    void move_inbound(const trace::TransmissionAmended& r);
    Block* outbound(const wire::Packet& packet);
    void flush(Time before);
    void write_front(bool at_the_end);
    void write_keys(const wire::Packet& packet);
    std::string comment(const Block& block, bool at_the_end) const;

    PcapngBlocks out_;
    SegmentNames names_;
    CaptureLimits limits_;
    std::optional<TlsStreams> tls_;
    /// Per direction, the interface of the node it leaves and of the one it reaches; kNone: no
    /// capture.
    std::vector<std::uint32_t> sender_interface_, receiver_interface_;
    Blocks blocks_;
    std::map<Name, Place> sent_;
    std::multimap<Name, Place> arriving_;
    std::map<std::uint32_t, std::uint64_t> packets_of_;  ///< by connection
    std::uint64_t order_ = 0, packets_ = 0;
    std::vector<std::uint8_t> buffer_;
};

}  // namespace seedwire::observe
