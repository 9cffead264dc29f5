// Which socket a segment belongs to, and which local ports are taken. RFC 9293 §3.10.7, §3.4.
#pragma once

#include <cstdint>
#include <optional>

#include "models/socket/types.h"
#include "sim/base/flat_map.h"

namespace seedwire::socket {

/// What stands behind a pair of socket addresses.
enum class TargetKind : std::uint8_t { Connection, Request, Stub, None };
struct Target {
    TargetKind kind = TargetKind::None;
    std::uint32_t index = 0;  ///< descriptor, request or stub
};

/// All of one host, which has one address: pairs are keyed by (remote address, remote port, local
/// port). Every look-up takes constant time.
class Demux {
public:
    Target find(wire::SocketAddress remote, std::uint16_t local_port) const {
        const std::uint32_t value = pairs_.find(key(remote, local_port));
        if (value == decltype(pairs_)::kNone) return {};
        return {static_cast<TargetKind>(value & 3), value >> 2};
    }
    bool contains(wire::SocketAddress remote, std::uint16_t local_port) const {
        return pairs_.contains(key(remote, local_port));
    }
    /// Adds the pair, or lets something else stand behind it.
    void set(wire::SocketAddress remote, std::uint16_t local_port, Target target);
    void erase(wire::SocketAddress remote, std::uint16_t local_port);

    SocketId listener(std::uint16_t port) const {
        const std::uint32_t value = listeners_.find(port);
        return value == decltype(listeners_)::kNone ? kNoSocket : value;
    }
    /// False: somebody listens there.
    bool add_listener(std::uint16_t port, SocketId socket);
    void remove_listener(std::uint16_t port) {
        listeners_.erase(port);
        exhausted_.reset();
    }

    /// bind(): false if the port is bound or listened on. Port 0 is never bound.
    bool bind(std::uint16_t port);
    void unbind(std::uint16_t port) {
        bound_.erase(port);
        exhausted_.reset();
    }
    bool is_bound(std::uint16_t port) const { return bound_.contains(port); }
    /// A port for an active open to `remote`, 0 if none is free. They are handed out in turn from
    /// Linux's default range, so that they depend on this host alone; RFC 6056 §3.3 would have them
    /// hard to guess, which is of no use here.
    std::uint16_t ephemeral_port(wire::SocketAddress remote);
    /// The same for bind() to port 0: a port that nobody has bound.
    std::uint16_t ephemeral_port();

private:
    /// In words of four bytes, so that an entry has twelve and not sixteen.
    struct Pair {
        std::uint32_t address = 0, ports = 0;
        bool operator==(const Pair&) const = default;
    };
    struct PairHash {
        std::uint64_t operator()(const Pair& pair) const {
            // Once per packet: the upper half of one product is spread well enough for a table.
            constexpr std::uint64_t kGoldenRatio = 0x9E3779B97F4A7C15;
            return ((std::uint64_t{pair.address} << 32 | pair.ports) * kGoldenRatio) >> 32;
        }
    };
    static Pair key(wire::SocketAddress remote, std::uint16_t local_port) {
        return {remote.address.value, std::uint32_t{remote.port} << 16 | local_port};
    }
    std::uint16_t take_next();

    FlatMap<Pair, PairHash> pairs_;
    FlatMap<std::uint16_t> listeners_, bound_;
    std::uint16_t next_ephemeral_ = 0;
    /// No port is free towards this one until some pair or port is given back: ten thousands of
    /// attempts in vain need not each look at the whole range.
    std::optional<wire::SocketAddress> exhausted_;
};

}  // namespace seedwire::socket
