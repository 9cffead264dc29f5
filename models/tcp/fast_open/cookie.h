// The cookie of TCP Fast Open: proof that a client has been reachable at its address before.
// RFC 7413 §4.1.2; computed as Linux does, with SipHash-2-4 (Aumasson and Bernstein, 2012).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "models/wire/address.h"
#include "models/wire/segment.h"

namespace seedwire::tcp {

/// A server's secret, 128 bits.
struct FastOpenKey {
    std::uint64_t low = 0, high = 0;
    bool operator==(const FastOpenKey&) const = default;
};

/// The key in use, and the one before it: its cookies are still good for a while. RFC 7413 §4.1.2.
struct FastOpenKeys {
    std::array<FastOpenKey, 2> key;
    std::uint8_t count = 0;  ///< 0: the host draws one
    bool operator==(const FastOpenKeys&) const = default;
};

/// "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4", or two of them behind a comma: the sysctl
/// `tcp_fastopen_key`. Nothing: not of this form.
std::optional<FastOpenKeys> parse_fast_open_keys(std::string_view text);
/// The 16 or 32 octets of the socket option TCP_FASTOPEN_KEY. Nothing: another number.
std::optional<FastOpenKeys> fast_open_keys(std::span<const std::uint8_t> bytes);

/// The option of a SYN or SYN-ACK, if it has a form that RFC 7413 §4.1.1 allows; else kAbsent.
wire::FastOpenOption fast_open_option(const wire::Segment& segment);

/// SipHash-2-4 of a message.
std::uint64_t siphash24(const FastOpenKey& key, std::span<const std::uint8_t> message);

/// The eight octets for a SYN from `client` to `server`.
wire::FastOpenOption make_cookie(const FastOpenKey& key, wire::Address client,
                                 wire::Address server);

/// Number of the key that made the cookie: 0 or 1; -1: none of them did.
int find_key(const FastOpenKeys& keys, const wire::FastOpenOption& cookie, wire::Address client,
             wire::Address server);

}  // namespace seedwire::tcp
