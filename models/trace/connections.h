// The connections (and datagram flows) of a run by dense id: what a packet's `flow` stands for.
#pragma once

#include <cstdint>
#include <vector>

#include "models/wire/address.h"
#include "models/wire/seq_num.h"
#include "sim/base/chunked_vector.h"

namespace seedwire::trace {

/// One connection or datagram flow. Ids are handed out in the order of creation within a run; what
/// must not depend on that order (digests, hashes) uses Connections::key().
struct Connection {
    std::uint32_t flow = UINT32_MAX;  ///< index into the scenario's flows, then programs
    std::uint32_t ordinal = 0;        ///< k-th connection of that flow, from 0
    std::uint32_t client_node = UINT32_MAX, server_node = UINT32_MAX;
    wire::SocketAddress client, server;
    wire::SeqNum client_initial, server_initial;  ///< ISNs, for relative numbers
    bool server_initial_known = false;
    bool udp = false;
};

class Connections {
public:
    /// `key`: a stable hash of the flow's name and the ordinal.
    std::uint32_t add(const Connection& connection, std::uint64_t key) {
        table_.push_back(connection);
        keys_.push_back(key);
        return static_cast<std::uint32_t>(table_.size() - 1);
    }
    Connection& operator[](std::uint32_t id) { return table_[id]; }
    const Connection& operator[](std::uint32_t id) const { return table_[id]; }
    /// As given to add(); 0 for wire::kNoFlow.
    std::uint64_t key(std::uint32_t id) const { return id < keys_.size() ? keys_[id] : 0; }
    std::uint32_t size() const { return static_cast<std::uint32_t>(table_.size()); }

private:
    ChunkedVector<Connection> table_;
    std::vector<std::uint64_t> keys_;  // apart, close together: asked for with every packet
};

}  // namespace seedwire::trace
