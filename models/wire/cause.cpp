// The words for why a packet was sent.
#include "models/wire/cause.h"

#include <array>

namespace seedwire::wire {
namespace {

constexpr std::array<std::string_view, kCauseCount> kTexts = {
    "none",
    "open",
    "SYN timeout",
    "passive open",
    "SYN-ACK timeout",
    "SYN repeated",
    "simultaneous open",
    "handshake ACK",
    "close",
    "new data",
    "limited transmit",
    "zero-window probe",
    "cork timeout",
    "keepalive",
    "tail loss probe",
    "fast retransmit",
    "RACK timeout",
    "lost retransmission",
    "retransmission timeout",
    "recovery retransmission",
    "path MTU reduced",
    "fast open",
    "quick ACK",
    "delayed ACK timeout",
    "second segment",
    "out of order",
    "compressed SACK",
    "hole filled",
    "duplicate data",
    "FIN acknowledged",
    "window update",
    "read by the application",
    "ECN feedback",
    "probe answered",
    "challenge ACK",
    "out of window",
    "TIME-WAIT",
    "closed port",
    "abort",
    "refused",
    "keepalive gave up",
    "datagram",
    "echo request",
    "echo reply",
    "ICMP error",
    "script",
};
static_assert(!kTexts.back().empty());

}  // namespace

std::string_view describe(Cause cause) { return kTexts[static_cast<std::size_t>(cause)]; }

}  // namespace seedwire::wire
