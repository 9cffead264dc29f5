// Packetisation layer path MTU discovery on a connection. RFC 4821; Linux, `tcp_mtu_probe`.
#pragma once

#include <cstdint>

#include "models/tcp/parts.h"

namespace seedwire::tcp {

/// At the handshake, if the host's `tcp_mtu_probing` is not 0.
void start_mtu_probing(Connection& c, Time now);
/// The MSS as far as the search has come; `mss` is what path and peer take.
std::uint32_t bound_by_search(Connection& c, std::uint32_t mss);

enum class MtuProbe : std::uint8_t {
    Skip,  ///< send as always
    Wait,  ///< soon there will be enough window for a probe: send nothing now
    Sent   ///< a larger segment left
};
/// Before new data are sent.
MtuProbe probe_mtu(Connection& c, Time now, std::uint32_t mss, Output& out);
/// An ACK came while a probe was outstanding.
void judge_probe(Connection& c, Time now, bool lost, Output& out);
/// Timeouts in a row. RFC 4821 §7.7.
void search_smaller_mtu(Connection& c, Time now);

}  // namespace seedwire::tcp
