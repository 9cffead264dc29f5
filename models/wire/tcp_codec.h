// TCP headers as bytes. RFC 9293 §3.1, RFC 9768 §3.1 for the ninth flag.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "models/wire/segment.h"

namespace seedwire::wire {

constexpr std::size_t kTcpHeader = 20;
constexpr std::size_t kTcpChecksumAt = 16;  ///< offset of the checksum in the header

/// Writes header and options with a zero checksum; returns their length. Requires: `out` holds 60
/// bytes.
std::size_t write_tcp_header(const Segment& segment, std::uint16_t source_port,
                             std::uint16_t destination_port, std::span<std::uint8_t> out);

/// A header that was read, or why it could not be.
struct TcpHeader {
    std::string_view problem;  ///< empty: the rest is meaningful
    std::uint16_t source_port = 0, destination_port = 0;
    std::size_t header_bytes = 0;
    Segment segment;  ///< payload.length is what follows the header; its offset is unknown here
};
/// Reads a whole TCP segment, header and payload. The checksum is the IP codec's business.
TcpHeader parse_tcp(std::span<const std::uint8_t> bytes);

}  // namespace seedwire::wire
