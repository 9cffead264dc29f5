// The figures of a run that people read: per flow, per connection, per link direction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/world/world.h"

namespace seedwire::observe {

/// A flow, a program's connections, or one connection of either. Times count from the opening of
/// the (first) connection unless they are named "at". Absent: did not happen, or does not apply.
struct FlowFigures {
    std::string name;
    bool udp = false, ping = false, tls = false;
    bool opens = true;  ///< false: a program that only accepted; its figures are its opener's
    std::uint32_t connections = 0, completed = 0, failed = 0;
    std::optional<Duration> handshake;  ///< connect() to ESTABLISHED at the opener; mean
    std::optional<Duration>
        first_byte;  ///< opening to the first byte read by the data's reader; mean
    std::optional<Duration> completion;  ///< opening of the first to the completion of the last
    std::uint64_t delivered = 0;         ///< bytes in order, both directions
    std::uint64_t written = 0;           ///< bytes accepted from programs, both directions
    /// Bytes in order over the time from the first data segment sent to the last delivery, in the
    /// direction that delivered more. As a fraction, so that nothing is rounded.
    std::uint64_t goodput_bytes = 0;
    Duration goodput_time;
    std::uint64_t segments = 0, data_segments = 0, retransmissions = 0, timeouts = 0;
    std::uint64_t reordered = 0, duplicates = 0;
    std::optional<Duration> rtt, min_rtt;  ///< of the end that sent more data; mean
    // datagrams and echoes
    std::uint64_t sent = 0, received = 0, lost = 0;
    std::optional<Duration> jitter;
    tcp::Error error = tcp::Error::None;  ///< the first that a program saw
    tcp::State client_state = tcp::State::Closed, server_state = tcp::State::Closed;

    /// Bits per second, rounded down; 0 without data.
    std::uint64_t goodput() const;
};

struct DirectionFigures {
    std::string name;  ///< "line.up"
    std::string from, to;
    std::uint64_t packets = 0, bytes = 0, entered = 0, in_flight = 0;
    std::uint64_t dropped[trace::kDropReasonCount] = {};
    std::uint64_t marked_ce = 0;
    Duration busy;
    std::uint64_t resident_ns = 0;  ///< over `span`: the mean queue
    Duration span;                  ///< over which means are taken, see measured_span()
    std::uint32_t longest_queue = 0;
    Duration mean_wait, max_wait;
    bool finite_rate = true;
};

/// A node in which packets ended: no route, too long, TTL expired, damaged, nobody to take them.
struct NodeLosses {
    std::string name;
    std::uint64_t dropped[trace::kDropReasonCount] = {};
};

struct RunFigures {
    Time end;
    net::Conservation packets;       ///< where every packet of the run has gone
    std::vector<FlowFigures> flows;  ///< flows by name, then programs by name
    std::vector<DirectionFigures> directions;
    std::vector<NodeLosses> node_losses;  ///< of those that have dropped something, by name
};

/// Utilisation and mean queue are taken over the whole run where it has a `stop`, else up to the
/// last arrival of a packet: the minute of TIME-WAIT at the end says nothing about a link.
Duration measured_span(const world::World& world);
/// Of flow `flow` (programs follow the flows); `ordinal` picks one connection, -1 takes all.
FlowFigures flow_figures(const world::World& world, std::uint32_t flow, std::int32_t ordinal);
DirectionFigures direction_figures(const world::World& world, std::uint32_t direction);
RunFigures collect(const world::World& world);

/// The connections (dense ids) of a flow or program, by ordinal; of a program also those that it
/// accepted, with which end is its own.
struct OwnEnd {
    std::uint32_t connection = 0;
    bool client = true;
};
std::vector<OwnEnd> connections_of(const world::World& world, std::uint32_t flow);

}  // namespace seedwire::observe
