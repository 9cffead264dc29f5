// Whole packets as bytes and back: IPv4 with TCP, UDP or ICMP inside. RFC 791 §3.1, RFC 768, RFC
// 792.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "models/wire/packet_pool.h"

namespace seedwire::wire {

/// Where the payload of packets comes from; see payload.h for what it usually is.
class PayloadSource {
public:
    virtual ~PayloadSource() = default;
    /// Writes packet.payload_length bytes.
    virtual void fill(const Packet& packet, std::span<std::uint8_t> out) const = 0;
};

enum class Contents : std::uint8_t { Whole, HeadersOnly };

/// Appends the packet to `out`; returns the number of bytes appended. All checksums are right,
/// those over a payload that is left out too; a corrupted packet has a wrong transport checksum.
/// Without a source the payload is zeros. DF is always set.
std::size_t serialise(const Packet& packet, const Extension* extension, const PayloadSource* source,
                      Contents contents, std::vector<std::uint8_t>& out);

/// A packet that was read, or why it could not be. Bytes from anywhere are safe to read.
struct ParsedPacket {
    std::string_view problem;  ///< empty: the rest is meaningful
    Packet packet;             ///< `extension` is not set
    bool has_extension = false;
    Extension extension;                    ///< meaningful with has_extension
    std::span<const std::uint8_t> payload;  ///< behind all headers, within the bytes given
    bool has_right_checksums = false;       ///< IP and transport
};
ParsedPacket parse_packet(std::span<const std::uint8_t> bytes);

}  // namespace seedwire::wire
