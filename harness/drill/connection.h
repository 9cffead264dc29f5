// The connections of a script: which packets belong to them, and how their numbers are translated.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "harness/drill/script.h"
#include "harness/drill/timestamp_map.h"
#include "models/socket/types.h"

namespace seedwire::drill {

/// A packet that the endpoint has sent, in the script's numbers.
struct SentPacket {
    Time at;
    PacketText text;
    std::uint32_t live_timestamp = 0;
    wire::Cause cause = wire::Cause::None;
};

/// A pair of socket addresses under test. The script's sequence numbers are the peer's as they
/// stand; ours are counted from our SYN.
struct Connection {
    wire::SocketAddress remote;
    std::uint16_t local_port = 0;
    socket::SocketId socket = socket::kNoSocket;  ///< once there is a descriptor
    std::optional<wire::SeqNum> local_initial, remote_initial;
    TimestampMap timestamps;
    std::deque<SentPacket> sent;  ///< not yet compared

    wire::SeqNum live(std::uint32_t script_sequence) const {
        return wire::SeqNum{script_sequence} + (local_initial ? local_initial->raw() : 0);
    }
    /// Notes what a SYN of ours tells, and translates.
    SentPacket translate(Time at, const wire::Segment& segment);
    /// A packet of the peer as a segment. Throws Stop where it echoes an unknown timestamp.
    wire::Segment inject(const PacketText& packet, Position at);
};

class Connections {
public:
    Connection* find(wire::SocketAddress remote, std::uint16_t local_port);
    Connection& add(wire::SocketAddress remote, std::uint16_t local_port);

private:
    std::vector<std::unique_ptr<Connection>> all_;
};

}  // namespace seedwire::drill
