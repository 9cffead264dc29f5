// Why a packet was sent: never on the wire, but it travels with the packet for whoever watches.
#pragma once

#include <cstdint>
#include <string_view>

namespace seedwire::wire {

/// One rule of the sender that made it send. The text of each is in describe().
enum class Cause : std::uint8_t {
    None,
    // opening and closing
    Open,              ///< SYN of an active open
    SynTimeout,        ///< SYN again: nobody answered
    PassiveOpen,       ///< SYN-ACK answering a SYN
    SynAckTimeout,     ///< SYN-ACK again: its timer expired
    SynRepeated,       ///< SYN-ACK again: the SYN came again
    SimultaneousOpen,  ///< SYN-ACK because both sides sent SYNs
    HandshakeAck,      ///< the ACK that completes the three-way handshake
    Close,             ///< FIN: the application closed
    // sending
    NewData,
    LimitedTransmit,  ///< new data released by a duplicate ACK or SACK (RFC 3042)
    ZeroWindowProbe,
    CorkTimeout,  ///< a partial segment pushed out by the probe timer
    Keepalive,
    TailLossProbe,       ///< RFC 8985 §7
    FastRetransmit,      ///< lost by count or by RACK
    RackTimeout,         ///< lost when the reordering timer expired
    LostRetransmission,  ///< a retransmission was itself found lost
    RetransmissionTimeout,
    RecoveryRetransmit,  ///< a further hole filled in the same recovery or after a timeout
    PathMtuReduced,
    FastOpen,
    // acknowledging
    QuickAck,
    DelayedAckTimeout,
    SecondSegmentAck,  ///< more than one full segment unacknowledged
    OutOfOrderAck,     ///< duplicate ACK, with SACK where agreed
    CompressedSack,    ///< several of those merged by the SACK compression timer
    HoleFilledAck,
    DuplicateDataAck,  ///< old data came again; DSACK where agreed
    FinAck,
    WindowUpdate,
    ReadAck,  ///< sent because the application has read
    EcnAck,   ///< a CE or CWR mark asked for it
    ProbeAnswer,
    // refusing
    ChallengeAck,    ///< RFC 5961
    OutOfWindowAck,  ///< RFC 9293 §3.10.7.4, first check
    TimeWaitAck,
    ResetClosedPort,
    ResetAbort,
    ResetRefused,  ///< handshake refused or broken
    ResetTimeout,  ///< keepalive gave up
    // other protocols
    Datagram,
    EchoRequest,
    EchoReply,
    IcmpError,
    Script,  ///< injected by a test script
};

/// Has the timer that waits for acknowledgements expired?
constexpr bool is_retransmission_timeout(Cause cause) {
    return cause == Cause::RetransmissionTimeout || cause == Cause::SynTimeout ||
           cause == Cause::SynAckTimeout;
}

/// "retransmission timeout", "tail loss probe", ...: stable, short, lower case.
std::string_view describe(Cause cause);
constexpr std::uint8_t kCauseCount = static_cast<std::uint8_t>(Cause::Script) + 1;

}  // namespace seedwire::wire
