// The figures of TLS that people read: how handshakes went, and where their time went.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/world/world.h"

namespace seedwire::observe {

/// Of a flow over TLS, or of one connection of it. Times are means over the connections that got
/// so far; absent: none did.
struct TlsSummary {
    std::string name;
    std::uint32_t connections = 0;  ///< that began a handshake
    std::uint32_t completed = 0, resumed = 0, retried = 0, failed = 0;
    std::uint32_t early_accepted = 0, early_refused = 0;
    std::optional<Duration> tcp;         ///< connect() to the first hello
    std::optional<Duration> handshake;   ///< from there to keys for data at the client
    std::optional<Duration> connected;   ///< connect() to keys for data at the client
    std::optional<Duration> first_byte;  ///< connect() to the first application byte that arrived
    Duration client_cpu, server_cpu;     ///< on processors, by handshake messages; mean
    Duration client_wait, server_wait;   ///< in their queues; mean
    std::uint64_t delivered = 0;         ///< bytes of application data, both directions
    std::uint64_t handshake_bytes = 0;   ///< on TCP's streams: everything but application data
    std::uint64_t early_bytes = 0;       ///< of 0-RTT that servers took
    // Of the last connection.
    std::uint16_t version = 0;
    tls::Suite suite = tls::Suite::None;
    tls::Group group = tls::Group::None;
    std::optional<tls::Alert> alert;                     ///< the first fatal one of all connections
    bool alert_of_client = false;                        ///< who sent it
    std::optional<Duration> alert_sent, alert_received;  ///< connect() to fatal alerts
};

/// Nothing if the flow does without TLS, or has not come so far.
std::optional<TlsSummary> tls_summary(const world::World& world, std::uint32_t flow,
                                      std::int32_t ordinal);

}  // namespace seedwire::observe
