// What an ICMP error means to a TCP connection. RFC 1122 §4.2.3.9, RFC 5461; Linux,
// `icmp_err_convert`.
#pragma once

#include <cstdint>

#include "models/tcp/info.h"

namespace seedwire::socket {

constexpr std::uint8_t kIcmpUnreachable = 3, kIcmpTimeExceeded = 11, kIcmpParameterProblem = 12;
constexpr std::uint8_t kIcmpFragmentationNeeded = 4;  ///< code of "unreachable"

struct IcmpMeaning {
    tcp::Error error = tcp::Error::None;  ///< None: it says nothing about a connection
    bool hard = false;                    ///< it will not get better by itself
};
IcmpMeaning meaning_of_icmp(std::uint8_t type, std::uint8_t code);

}  // namespace seedwire::socket
