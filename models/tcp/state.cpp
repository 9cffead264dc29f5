// The table of legal transitions. RFC 9293 §3.3.2.
#include "models/tcp/state.h"

#include <array>
#include <cstdint>

#include "sim/base/assert.h"

namespace seedwire::tcp {
namespace {

constexpr std::uint16_t bit(State state) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(state));
}

// Row: from; bits: to. Every row has CLOSED (reset, ABORT, timeout, or the last step of closing).
constexpr std::array<std::uint16_t, kStateCount> kSuccessors = {
    /* CLOSED       */ static_cast<std::uint16_t>(bit(State::Listen) | bit(State::SynSent) |
                                                  bit(State::SynReceived)),
    /* LISTEN       */
    static_cast<std::uint16_t>(bit(State::Closed) | bit(State::SynSent) | bit(State::SynReceived)),
    /* SYN-SENT     */
    static_cast<std::uint16_t>(bit(State::Closed) | bit(State::SynReceived) |
                               bit(State::Established)),
    /* SYN-RECEIVED */
    static_cast<std::uint16_t>(bit(State::Closed) | bit(State::Listen) | bit(State::Established) |
                               bit(State::FinWait1) | bit(State::CloseWait)),
    /* ESTABLISHED  */
    static_cast<std::uint16_t>(bit(State::Closed) | bit(State::FinWait1) | bit(State::CloseWait)),
    /* FIN-WAIT-1   */
    static_cast<std::uint16_t>(bit(State::Closed) | bit(State::FinWait2) | bit(State::Closing) |
                               bit(State::TimeWait)),
    /* FIN-WAIT-2   */ static_cast<std::uint16_t>(bit(State::Closed) | bit(State::TimeWait)),
    /* CLOSE-WAIT   */ static_cast<std::uint16_t>(bit(State::Closed) | bit(State::LastAck)),
    /* CLOSING      */ static_cast<std::uint16_t>(bit(State::Closed) | bit(State::TimeWait)),
    /* LAST-ACK     */ bit(State::Closed),
    /* TIME-WAIT    */ static_cast<std::uint16_t>(bit(State::Closed) | bit(State::SynReceived)),
};

constexpr std::array<std::string_view, kStateCount> kNames = {
    "CLOSED",     "LISTEN",     "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
    "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",  "LAST-ACK",     "TIME-WAIT"};

}  // namespace

bool is_legal_transition(State from, State to) {
    const auto row = static_cast<std::size_t>(from);
    SEEDWIRE_ASSERT(row < kSuccessors.size());
    return (kSuccessors[row] & bit(to)) != 0;
}

std::string_view to_string(State state) {
    const auto row = static_cast<std::size_t>(state);
    SEEDWIRE_ASSERT(row < kNames.size());
    return kNames[row];
}

}  // namespace seedwire::tcp
