// What stands at the end of links.
#pragma once

#include <cstdint>

#include "models/wire/packet_pool.h"
#include "sim/base/time.h"

namespace seedwire::net {

/// A host or a router, as links see it.
class Node {
public:
    virtual ~Node() = default;
    /// A packet has arrived through the node's interface of that number. The node owns it now.
    virtual void on_packet(Time now, std::uint32_t interface, wire::PacketRef packet) = 0;
};

}  // namespace seedwire::net
