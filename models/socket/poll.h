// When poll() reports what. POSIX.1-2017 poll(); Linux, `tcp_poll`.
#pragma once

#include <cstdint>

#include "models/tcp/info.h"

namespace seedwire::socket {

/// What readiness follows from.
struct PollFacts {
    tcp::State state = tcp::State::Closed;
    bool never_connected = false;  ///< fresh from socket(), or bound
    bool acceptable = false;       ///< a listener with a connection in its queue
    bool readable = false;         ///< as many bytes as SO_RCVLOWAT asks for
    bool urgent = false;           ///< an urgent octet waits
    bool read_shut = false;        ///< end of file was reached, or shutdown(SHUT_RD)
    bool write_shut = false;       ///< shutdown(SHUT_WR), or the connection is over
    bool has_room = false;         ///< a third of the send buffer is free
    bool error = false;            ///< SO_ERROR is set
    bool early = false;            ///< passive Fast Open, in use although not yet established
    bool deferred = false;         ///< connect() waits for the first write
};

std::uint16_t poll_mask(const PollFacts& facts);

}  // namespace seedwire::socket
