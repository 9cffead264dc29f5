// Sizes and places in IPv4, UDP and ICMP headers, and the checksum they share. For the codecs
// alone.
#pragma once

#include <cstdint>
#include <span>

#include "models/wire/packet.h"

namespace seedwire::wire {

constexpr std::size_t kIpHeader = 20, kUdpHeader = 8, kIcmpHeader = 8;
constexpr std::size_t kUdpChecksumAt = 6, kIcmpChecksumAt = 2;
constexpr std::uint16_t kDontFragment = 0x4000, kMoreFragments = 0x2000, kFragmentOffset = 0x1FFF;

/// Over header and payload, and the pseudo header where the protocol has one. Zero means that a
/// packet with its checksum in place is right.
std::uint16_t transport_checksum(Address source, Address destination, Protocol protocol,
                                 std::span<const std::uint8_t> header,
                                 std::span<const std::uint8_t> payload);

}  // namespace seedwire::wire
