// What applications are asked to do, as plain values: flows, and programs call by call.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/tcp/config.h"
#include "sim/base/quantity.h"
#include "sim/base/time.h"

namespace seedwire::app {

struct TlsConfig;

enum class Transport : std::uint8_t { Tcp, Udp };

/// The applications of `flows:`. The client end always opens.
enum class Kind : std::uint8_t {
    Bulk,             ///< one direction, `bytes` or until `stop`, then close
    RequestResponse,  ///< `rounds` times: request up, response down; then the client closes
    ConstantBitrate,  ///< UDP datagrams at a constant rate
    Ping              ///< ICMP echo every `interval`, `rounds` times
};

struct FlowConfig {
    Kind kind = Kind::Bulk;
    Transport transport = Transport::Tcp;
    bool download = false;   ///< Bulk, ConstantBitrate: the server sends
    std::uint16_t port = 0;  ///< of the server; 0 = assigned: 5001 + index of the flow
    Bytes bytes{0};          ///< Bulk: 0 = until `stop`
    Bytes request{100}, response{1000};
    std::uint32_t rounds = 1;
    Duration think;                        ///< server's time from the request to its response
    Duration interval;                     ///< pause between rounds; Ping: 1 s unless given
    Rate rate = Rate::bits_per_second(0);  ///< ConstantBitrate
    Bytes packet{0};                       ///< ConstantBitrate: UDP payload; Ping: echo payload
    Time start;
    Time stop = Time::never();
    std::int32_t backlog = 128;
    tcp::SocketOptions client_options, server_options;
    std::shared_ptr<const TlsConfig> tls;  ///< null: the flow does without
};

/// One line of a program. Names and meanings are those of the scenario reference, `programs`.
struct Operation {
    enum class Kind : std::uint8_t {
        Listen,  ///< number = port, count = backlog
        Accept,
        Connect,       ///< peer node + number = port, count = local port (0 = any)
        FastOpenSend,  ///< like Connect, with port in `second`; number = bytes
        Send,          ///< number = bytes
        SendUrgent,    ///< number = bytes, the last of them urgent
        SendFor,       ///< duration
        Writes,        ///< count calls of number bytes, one every duration
        Receive,       ///< number = bytes
        ReceiveEof,
        ReceiveChunks,  ///< count times number bytes, then wait until duration after the last turn
        RequestResponse,  ///< rr: count times write number, read second
        ServeRequestResponse,
        ShutdownWrite,
        Close,
        Abort,
        Sleep,  ///< duration
        At,     ///< duration since time 0
        WaitAcked,
        WaitError,  ///< at most duration
        TryRead,
        ReceiveUrgent,
        SetOption  ///< option + number
    };
    enum class Option : std::uint8_t {
        None,
        Congestion,
        NoDelay,
        Cork,
        QuickAck,
        KeepAlive,
        KeepIdle,
        KeepInterval,
        KeepCount,
        FastOpen,
        MaxSegment,
        ReceiveBuffer,
        SendBuffer,
        UserTimeout,
        WindowClamp,
        Linger,
        Linger2,
        SynCount,
        DeferAccept,
        ReceiveLowWater,
        NotSentLowWater,
        InlineUrgent,
        ThinLinearTimeouts,
        MaxPacingRate
    };
    Kind kind = Kind::Accept;
    Option option = Option::None;
    std::uint32_t peer = UINT32_MAX;  ///< node index
    std::int64_t number = 0, second = 0, count = 0;
    Duration duration;
};

/// Does the operation make the program the client of a connection?
constexpr bool opens_connection(Operation::Kind kind) {
    return kind == Operation::Kind::Connect || kind == Operation::Kind::FastOpenSend;
}

struct ProgramConfig {
    std::uint32_t node = 0;
    Time start;
    bool starts_before_all = true;  ///< no `start` given: ready before the first packet
    tcp::SocketOptions options;
    std::vector<Operation> script;
};

}  // namespace seedwire::app
