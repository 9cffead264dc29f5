// The connections (and datagram flows) of a run by dense id: what a packet's `flow` stands for.
#pragma once

#include <cstdint>

#include "models/wire/address.h"
#include "models/wire/seq_num.h"
#include "sim/base/chunked_vector.h"

namespace seedwire::trace {

/// One connection or datagram flow. Ids are handed out in the order of creation within a run; what
/// must not depend on that order (digests, hashes) uses `key`.
struct Connection {
    std::uint32_t flow = UINT32_MAX;  ///< index into the scenario's flows, then programs
    std::uint32_t ordinal = 0;        ///< k-th connection of that flow, from 0
    std::uint64_t key = 0;            ///< stable hash of the flow's name and the ordinal
    std::uint32_t client_node = UINT32_MAX, server_node = UINT32_MAX;
    wire::SocketAddress client, server;
    wire::SeqNum client_initial, server_initial;  ///< ISNs, for relative numbers
    bool server_initial_known = false;
    bool udp = false;
};

class Connections {
public:
    std::uint32_t add(const Connection& connection) {
        table_.push_back(connection);
        return static_cast<std::uint32_t>(table_.size() - 1);
    }
    Connection& operator[](std::uint32_t id) { return table_[id]; }
    const Connection& operator[](std::uint32_t id) const { return table_[id]; }
    std::uint32_t size() const { return static_cast<std::uint32_t>(table_.size()); }

private:
    ChunkedVector<Connection> table_;
};

}  // namespace seedwire::trace
