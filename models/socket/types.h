// The words that sockets, hosts and scripts share: handles, results, readiness, outputs.
// POSIX.1-2017 poll(); RFC 9293 §3.9.1.
#pragma once

#include <cstdint>

#include "models/tcp/endpoint.h"
#include "models/wire/address.h"

namespace seedwire::socket {

/// A descriptor of one host: dense, reused after the connection is gone.
using SocketId = std::uint32_t;
constexpr SocketId kNoSocket = UINT32_MAX;

/// Which end of which connection a socket is, for whoever watches: 2 * dense connection id, plus 1
/// for the end that opened it. Opaque to this folder; it travels from a segment to what answers it.
using Label = std::uint32_t;
constexpr Label kNoLabel = UINT32_MAX;

/// What a call returns: a value (bytes, a descriptor, an option's value) or an errno.
struct Result {
    std::int64_t value = 0;
    tcp::Error error = tcp::Error::None;
    bool ok() const { return error == tcp::Error::None; }
    bool would_block() const { return error == tcp::Error::Again; }
    bool operator==(const Result&) const = default;
};
constexpr Result success(std::int64_t value = 0) { return {value, tcp::Error::None}; }
constexpr Result failure(tcp::Error error) { return {-1, error}; }

/// Why a blocked program may run again: the bits of tcp::event, and one more.
namespace event {
using namespace tcp::event;
constexpr std::uint16_t kAcceptable = 512;  ///< a connection waits in the accept queue
constexpr std::uint16_t kAnyInput = kReadable | kPeerClosed | kError | kAcceptable;
}  // namespace event

/// Bits of poll()'s revents.
namespace readiness {
constexpr std::uint16_t kIn = 0x001, kUrgent = 0x002, kOut = 0x004, kError = 0x008, kHangUp = 0x010,
                        kReadHangUp = 0x2000;
}

enum class Shutdown : std::uint8_t { Read, Write, Both };

/// Options of setsockopt() and getsockopt(), at whatever level the kernel keeps them.
enum class Option : std::uint8_t {
    Congestion,  ///< TCP_CONGESTION: a tcp::CongestionName
    NoDelay,
    Cork,
    QuickAck,
    KeepAlive,
    KeepIdle,
    KeepInterval,  ///< seconds
    KeepCount,
    FastOpen,          ///< queue length of a listener
    FastOpenConnect,   ///< TCP_FASTOPEN_CONNECT: connect() waits for data if there is a cookie
    FastOpenNoCookie,  ///< TCP_FASTOPEN_NO_COOKIE
    MaxSegment,
    ReceiveBuffer,
    SendBuffer,   ///< bytes, as given; the kernel doubles the buffers
    UserTimeout,  ///< milliseconds
    WindowClamp,
    Linger,   ///< seconds; negative switches lingering off
    Linger2,  ///< TCP_LINGER2, seconds
    SynCount,
    DeferAccept,  ///< seconds
    ReceiveLowWater,
    NotSentLowWater,
    InlineUrgent,        ///< SO_OOBINLINE
    ReceiveErrors,       ///< IP_RECVERR
    ZeroCopy,            ///< SO_ZEROCOPY
    Timestamping,        ///< SO_TIMESTAMPING: SOF_TIMESTAMPING_*
    ThinLinearTimeouts,  ///< TCP_THIN_LINEAR_TIMEOUTS
    MaxPacingRate,       ///< SO_MAX_PACING_RATE, bytes/s
    SocketError          ///< SO_ERROR: get only, reads and clears
};

/// Segments to transmit, all of one socket, in order: [begin, end) of Stack::segments().
struct Batch {
    wire::SocketAddress from, to;
    SocketId socket = kNoSocket;  ///< kNoSocket: a request, a stub or a reset
    Label label = kNoLabel;
    std::uint32_t begin = 0, end = 0;
    Duration expired_rto;  ///< whose timer made it send, else zero
};

/// A connection whose window has changed.
struct Touched {
    SocketId socket = kNoSocket;
    Label label = kNoLabel;
};

/// A socket whose program may want to run.
struct Wake {
    SocketId socket = kNoSocket;
    std::uint16_t events = 0;  ///< socket::event
};

/// One end of a connection changed its RFC 9293 state, requests and stubs included.
struct StateChange {
    Label label = kNoLabel;
    tcp::State from = tcp::State::Closed, to = tcp::State::Closed;
};

/// An endpoint was given up (a stub may go on in its place): its last account.
struct Retired {
    Label label = kNoLabel;
    tcp::Info info;
    tcp::Error error = tcp::Error::None;
};

}  // namespace seedwire::socket
