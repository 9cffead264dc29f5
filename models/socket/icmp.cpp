// ICMP types and codes as errno. RFC 792, RFC 1122 §3.2.2.1; Linux, `icmp_err_convert`.
#include "models/socket/icmp.h"

#include <array>

namespace seedwire::socket {
namespace {

using tcp::Error;

// By code of "destination unreachable".
constexpr std::array<IcmpMeaning, 16> kUnreachable = {{
    {Error::NetworkUnreachable, false},  // net
    {Error::HostUnreachable, false},     // host
    {Error::NoProtocolOption, true},     // protocol
    {Error::ConnectionRefused, true},    // port
    {Error::MessageSize, false},         // fragmentation needed
    {Error::NotSupported, false},        // source route failed
    {Error::NetworkUnreachable, true},   // net unknown
    {Error::HostDown, true},             // host unknown
    {Error::NoNetwork, true},            // source host isolated
    {Error::NetworkUnreachable, true},   // net prohibited
    {Error::HostUnreachable, true},      // host prohibited
    {Error::NetworkUnreachable, false},  // net unreachable for this service
    {Error::HostUnreachable, false},     // host unreachable for this service
    {Error::HostUnreachable, true},      // filtered
    {Error::HostUnreachable, true},      // precedence violation
    {Error::HostUnreachable, true},      // precedence cut off
}};

}  // namespace

// [ICMP-5]
IcmpMeaning meaning_of_icmp(std::uint8_t type, std::uint8_t code) {
    switch (type) {
        case kIcmpUnreachable:
            return code < kUnreachable.size() ? kUnreachable[code] : IcmpMeaning{};
        case kIcmpTimeExceeded:
            return {Error::HostUnreachable, false};
        case kIcmpParameterProblem:
            return {Error::ProtocolError, true};
        default:
            return {};
    }
}

}  // namespace seedwire::socket
