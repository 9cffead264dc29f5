// TCP options as bytes. RFC 9293 §3.2, RFC 7323 §2 and §3, RFC 2018 §2 and §3, RFC 7413 §4.1.1.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "models/wire/segment.h"

namespace seedwire::wire {

constexpr std::size_t kMaximumOptionBytes = 40;

/// Writes the segment's options, option_bytes(segment) of them, in the order and with the padding
/// of Linux (`tcp_options_write`). Requires: they fit into `out` and into kMaximumOptionBytes.
std::size_t write_options(const Segment& segment, std::span<std::uint8_t> out);

/// Reads options into the segment. Unknown kinds, and known ones of another length than theirs, are
/// skipped (RFC 9293 §3.1, MUST-6). Returns why the list is broken, or nothing.
std::string_view parse_options(std::span<const std::uint8_t> bytes, Segment& segment);

/// The name of an option kind; empty if it is unknown here.
std::string_view option_name(std::uint8_t kind);

}  // namespace seedwire::wire
