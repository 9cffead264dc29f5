// Pairs of socket addresses, listeners and ports. RFC 9293 §3.10.7; RFC 6056 §3.2.
#include "models/socket/demux.h"

namespace seedwire::socket {
namespace {

// Linux, `ip_local_port_range`.
constexpr std::uint16_t kFirstEphemeral = 32768, kLastEphemeral = 60999;
constexpr int kEphemeralCount = kLastEphemeral - kFirstEphemeral + 1;

}  // namespace

void Demux::set(wire::SocketAddress remote, std::uint16_t local_port, Target target) {
    pairs_.set(key(remote, local_port),
               target.index << 2 | static_cast<std::uint32_t>(target.kind));
}

void Demux::erase(wire::SocketAddress remote, std::uint16_t local_port) {
    pairs_.erase(key(remote, local_port));
    exhausted_.reset();
}

bool Demux::add_listener(std::uint16_t port, SocketId socket) {
    return listeners_.insert(port, socket);
}

bool Demux::bind(std::uint16_t port) {
    if (listeners_.contains(port)) return false;
    return bound_.insert(port, 0);
}

std::uint16_t Demux::take_next() {
    if (next_ephemeral_ < kFirstEphemeral || next_ephemeral_ > kLastEphemeral) {
        next_ephemeral_ = kFirstEphemeral;
    }
    return next_ephemeral_++;
}

// [OPEN-16]
std::uint16_t Demux::ephemeral_port(wire::SocketAddress remote) {
    if (exhausted_ == remote) return 0;
    for (int i = 0; i < kEphemeralCount; ++i) {
        const std::uint16_t port = take_next();
        if (listeners_.contains(port) || bound_.contains(port)) continue;
        if (!contains(remote, port)) return port;
    }
    exhausted_ = remote;
    return 0;
}

std::uint16_t Demux::ephemeral_port() {
    for (int i = 0; i < kEphemeralCount; ++i) {
        const std::uint16_t port = take_next();
        if (!listeners_.contains(port) && !bound_.contains(port)) return port;
    }
    return 0;
}

}  // namespace seedwire::socket
