// What happened in a script: every packet as the host under test saw it, and its states.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/tcp/state.h"
#include "models/wire/packet_pool.h"
#include "sim/base/time.h"

namespace seedwire::drill {

/// Times count from the start of the script. Nothing takes time between script and host: so that
/// what happens at one instant keeps its order, each step is a nanosecond later than the one
/// before.
struct RecordedPacket {
    Time sent, arrived;
    bool inbound = false;
    std::uint32_t connection = 0;
    wire::Packet packet;
    std::optional<wire::Extension> extension;
    Duration expired_rto;  ///< whose timer sent it, else zero
};

struct RecordedState {
    Time at;
    std::uint32_t connection = 0;
    tcp::State from = tcp::State::Closed, to = tcp::State::Closed;
};

class Recording {
public:
    explicit Recording(Time start) : start_{start} {}

    void add_segment(Time now, bool inbound, std::uint32_t connection, wire::SocketAddress from,
                     wire::SocketAddress to, const wire::Segment& segment, Duration expired_rto);
    /// An ICMP error from a router between the two.
    void add_error(Time now, std::uint32_t connection, wire::Address from,
                   const wire::IcmpQuote& quote, std::uint8_t type, std::uint8_t code);
    /// What a state changes together with.
    enum class With : std::uint8_t { Nothing, LastPacket, NextPacket };
    void add_state(Time now, std::uint32_t connection, tcp::State from, tcp::State to, With with);

    const std::vector<RecordedPacket>& packets() const { return packets_; }
    const std::vector<RecordedState>& states() const { return states_; }
    std::uint32_t connection_count() const { return connections_; }

private:
    Time next(Time now);
    RecordedPacket& begin(Time now, bool inbound, std::uint32_t connection);

    Time start_, last_ = Time::never();
    std::vector<RecordedPacket> packets_;
    std::vector<RecordedState> states_;
    std::uint32_t connections_ = 0, next_id_[2] = {0, 0};
};

}  // namespace seedwire::drill
