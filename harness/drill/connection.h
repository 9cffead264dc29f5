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

/// A pair of socket addresses under test. Sequence numbers of a script count from each side's SYN;
/// segments with SYN show whatever initial numbers the script gave them.
struct Connection {
    wire::SocketAddress remote;
    std::uint16_t local_port = 0;
    std::uint32_t index = 0;                      ///< in the order of appearance
    socket::SocketId socket = socket::kNoSocket;  ///< once there is a descriptor
    /// Our port as packets of the script name it, where any does.
    std::optional<std::uint16_t> script_local_port;
    std::optional<wire::SeqNum> local_initial, remote_initial;
    std::optional<std::uint32_t> script_initial;  ///< of ours, as the script's SYN has it
    TimestampMap timestamps;
    std::deque<SentPacket> sent;  ///< not yet compared

    std::uint32_t peer_initial() const { return remote_initial ? remote_initial->raw() : 0; }
    /// An expected packet in the numbers of SentPacket: ours count from zero.
    PacketText normalised(PacketText expected) {
        if ((expected.flags & wire::flag::kSyn) == 0) return expected;
        if (!script_initial) script_initial = expected.sequence;
        expected.sequence -= *script_initial;
        expected.end -= *script_initial;
        return expected;
    }
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
    /// The one that packets with these ports belong to; null if there is none yet. Where a port of
    /// ours is not what the script calls it, the first packet settles the name.
    Connection* find_named(std::uint16_t remote_port, std::uint16_t local_port);
    std::uint32_t size() const { return static_cast<std::uint32_t>(all_.size()); }

private:
    std::vector<std::unique_ptr<Connection>> all_;
};

}  // namespace seedwire::drill
