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
/// Can one host have it? Not 0.0.0.0/8, 127.0.0.0/8, and all from 224.0.0.0 on. RFC 1122 §3.2.1.3,
/// RFC 5735 §3, RFC 1112 §4.
constexpr bool is_host_address(Address address) {
    const std::uint32_t network = address.value >> 24;
    return network != 0 && network != 127 && network < 224;
}
std::optional<Address> parse_address(std::string_view text);
std::string to_string(Address address);

/// An address and a port.
struct SocketAddress {
    Address address;
    std::uint16_t port = 0;
    constexpr auto operator<=>(const SocketAddress&) const = default;
};

}  // namespace seedwire::wire
