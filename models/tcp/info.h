// What may be observed of a TCP endpoint from outside: the fields of Linux's tcp_info, and state.
#pragma once

#include <cstdint>
#include <string_view>

#include "models/wire/seq_num.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// The states of RFC 9293 §3.3.2.
enum class State : std::uint8_t {
    Closed,
    Listen,
    SynSent,
    SynReceived,
    Established,
    FinWait1,
    FinWait2,
    CloseWait,
    Closing,
    LastAck,
    TimeWait
};
std::string_view to_string(State state);  ///< as the RFC prints them: "SYN-SENT"
constexpr int kStateCount = 11;

/// The congestion state machine of Linux (`tcpi_ca_state`).
enum class RecoveryState : std::uint8_t { Open, Disorder, Cwr, Recovery, Loss };
std::string_view to_string(RecoveryState state);

/// What programs see as errno.
enum class Error : std::uint8_t {
    None,
    Again,
    InProgress,
    Already,
    IsConnected,
    NotConnected,
    ConnectionRefused,
    ConnectionReset,
    BrokenPipe,
    TimedOut,
    HostUnreachable,
    NetworkUnreachable,
    AddressInUse,
    AddressNotAvailable,
    InvalidArgument,
    NotSupported,
    BadDescriptor,
    NoProtocolOption,
    MessageSize,
    ProtocolError,
    Aborted,
    BadAddress,
    NoEntry,
    Exists,
    NoBuffers,
    NotSocket,
    HostDown,
    NoNetwork,
    NoMessage
};
constexpr Error kLastError = Error::NoMessage;
std::string_view to_string(Error error);  ///< "ECONNRESET"
int number(Error error);                  ///< Linux's errno value, x86-64

constexpr std::uint32_t kInfiniteSsthresh = 0x7fffffff;

/// What changes with nearly every segment, cheap to take.
struct Glance {
    State state = State::Closed;
    RecoveryState recovery = RecoveryState::Open;
    std::uint32_t cwnd = 0;       ///< segments
    std::uint32_t ssthresh = 0;   ///< segments; kInfiniteSsthresh before the first loss
    std::uint32_t in_flight = 0;  ///< segments, as Linux counts them
    bool operator==(const Glance&) const = default;
};

/// A snapshot under tcp_info's names (without the prefix `tcpi_`). Times in microseconds unless
/// they are Duration.
struct Info {
    State state = State::Closed;
    RecoveryState ca_state = RecoveryState::Open;
    std::uint8_t retransmits = 0, probes = 0, backoff = 0, options = 0;
    std::uint8_t snd_wscale = 0, rcv_wscale = 0;
    std::uint8_t fastopen_client_fail = 0;  ///< FastOpenFailure
    std::int64_t rto = 0, ato = 0, rtt = 0, rttvar = 0, min_rtt = 0, rcv_rtt = 0;
    std::uint32_t snd_mss = 0, rcv_mss = 0, advmss = 0, pmtu = 0;
    std::uint32_t unacked = 0, sacked = 0, lost = 0, retrans = 0;  ///< segments
    std::uint32_t snd_ssthresh = kInfiniteSsthresh, snd_cwnd = 0, reordering = 0, reord_seen = 0;
    std::uint32_t rcv_ssthresh = 0, rcv_space = 0, snd_wnd = 0, rcv_wnd = 0;
    std::uint32_t total_retrans = 0, total_rto = 0, dsack_dups = 0, delivered = 0, delivered_ce = 0;
    std::uint64_t bytes_acked = 0, bytes_received = 0, bytes_sent = 0, bytes_retrans = 0;
    std::uint32_t segs_in = 0, segs_out = 0, data_segs_in = 0, data_segs_out = 0, rcv_ooopack = 0;
    std::uint64_t pacing_rate = 0, delivery_rate = 0;  ///< bytes/s
    std::uint32_t notsent_bytes = 0;
    Duration last_data_sent, last_data_recv, last_ack_recv;
    std::int64_t busy_time = 0, rwnd_limited = 0, sndbuf_limited = 0;
};

}  // namespace seedwire::tcp
