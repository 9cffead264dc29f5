// IPv4 addresses and transport endpoints. RFC 791 §3.2.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace seedwire::wire {

/// An IPv4 address in host byte order: 10.0.0.1 is 0x0a000001.
struct Address {
    std::uint32_t value = 0;
    constexpr auto operator<=>(const Address&) const = default;
};
std::optional<Address> parse_address(std::string_view text);
std::string to_string(Address address);

/// An address and a port.
struct SocketAddress {
    Address address;
    std::uint16_t port = 0;
    constexpr auto operator<=>(const SocketAddress&) const = default;
};

}  // namespace seedwire::wire
