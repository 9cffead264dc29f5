// The states of a connection, which changes between them are legal, and what each permits.
// RFC 9293 §3.3.2.
#pragma once

#include "models/tcp/info.h"

namespace seedwire::tcp {

/// May a connection go from `from` to `to` in one step? RFC 9293 §3.3.2, figure 5, with the changes
/// that its text adds: resets, ABORT and timeouts lead to CLOSED from anywhere.
bool is_legal_transition(State from, State to);

/// Both sequence numbers are known and agreed. RFC 9293 §3.5.2.
constexpr bool is_synchronized(State state) { return state >= State::Established; }

/// States in which our FIN is not queued yet, so that data may be written.
constexpr bool may_queue_data(State state) {
    return state == State::SynSent || state == State::SynReceived || state == State::Established ||
           state == State::CloseWait;
}

/// States in which written data may be transmitted (or retransmitted).
constexpr bool may_transmit_data(State state) {
    return state == State::Established || state == State::CloseWait || state == State::FinWait1 ||
           state == State::Closing || state == State::LastAck;
}

/// States in which the peer may still send data that nobody has refused.
constexpr bool may_receive_data(State state) {
    return state == State::Established || state == State::FinWait1 || state == State::FinWait2;
}

/// The peer's FIN has been processed.
constexpr bool peer_has_closed(State state) {
    return state == State::CloseWait || state == State::Closing || state == State::LastAck ||
           state == State::TimeWait;
}

}  // namespace seedwire::tcp
