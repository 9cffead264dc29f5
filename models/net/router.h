// A router as links see it: forwarding, TTL, answers to ping. RFC 1812 §5.3.1, RFC 792.
#pragma once

#include <cstdint>

#include "models/net/node.h"

namespace seedwire::net {

class Network;

/// The ICMP messages that are generated here. RFC 792.
namespace icmp {
constexpr std::uint8_t kEchoReply = 0, kUnreachable = 3, kEchoRequest = 8, kTimeExceeded = 11;
constexpr std::uint8_t kNetUnreachable = 0, kProtocolUnreachable = 2, kPortUnreachable = 3,
                       kFragmentationNeeded = 4;  ///< codes of kUnreachable

/// Where Packet keeps type and code.
constexpr std::uint16_t pack(std::uint8_t type, std::uint8_t code) {
    return static_cast<std::uint16_t>(type << 8 | code);
}
constexpr std::uint8_t type_of(const wire::Packet& packet) {
    return static_cast<std::uint8_t>(packet.source_port >> 8);
}
constexpr std::uint8_t code_of(const wire::Packet& packet) {
    return static_cast<std::uint8_t>(packet.source_port & 0xFF);
}
/// Turns an echo request into its answer, addressed to where it came from. RFC 792; hosts and
/// routers alike answer so. The packet keeps its flow.
void make_echo_reply(wire::Packet& packet);
}  // namespace icmp

class Router final : public Node {
public:
    Router(Network& network, std::uint32_t node) : network_{network}, node_{node} {}
    void on_packet(Time now, std::uint32_t interface, wire::PacketRef packet) override;

private:
    void receive(Time now, wire::PacketRef packet);
    void expire(Time now, wire::PacketRef packet);

    Network& network_;
    std::uint32_t node_;
};

}  // namespace seedwire::net
