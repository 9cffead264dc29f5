// The vocabulary of what can be observed in a run: one plain struct per kind of record.
#pragma once

#include <cstdint>
#include <string_view>

#include "models/wire/packet_pool.h"
#include "sim/base/time.h"

namespace seedwire::trace {

/// Why a packet ended before its destination's transport saw it.
enum class DropReason : std::uint8_t {
    None,
    Queue,      ///< the queue was full
    Loss,       ///< lost by a random impairment
    Fault,      ///< dropped by an exact fault
    Cut,        ///< the link was cut
    Corrupted,  ///< failed its checksum at the receiver
    TimeToLive,
    NoRoute,
    TooBig,      ///< longer than the MTU, DF set
    Unreachable  ///< reached a host that has no use for it
};
constexpr std::uint8_t kDropReasonCount = 10;
std::string_view to_string(DropReason reason);  ///< "queue", "loss", ... as in `drops.<reason>`

constexpr std::uint32_t kNoFault = UINT32_MAX;
constexpr std::uint32_t kNone = UINT32_MAX;

/// A packet entered a link direction. Recorded as soon as its departure is known (with drop-tail
/// queues: on entry). Its fate on this link is complete, unless a TransmissionAmended follows.
struct Transmission {
    static constexpr std::string_view kName = "packet";
    Time at;                                     ///< entered the direction (before any queueing)
    std::uint32_t direction = 0;                 ///< dense id of the link direction
    const wire::Packet* packet = nullptr;        ///< as it will arrive: after a CE mark
    const wire::Extension* extension = nullptr;  ///< SYN options, SACK blocks; null if none
    Time departure = Time::never();  ///< end of serialisation; never if dropped before it
    Time arrival = Time::never();    ///< delivered to the next node; never if lost
    Duration serialisation;  ///< of this packet alone, rounded down; meaningful with a departure
    DropReason drop = DropReason::None;
    std::uint32_t queue_packets = 0;  ///< earlier packets not yet serialised, at entry
    std::uint32_t fault = kNoFault;   ///< the exact fault that acted on it (last one), if any
    bool marked_ce = false, delayed = false, reordered = false;
    bool copied = false;  ///< a copy made on this direction; its original is recorded after it
};

/// A change of the link moved the departure of a packet that had not started, or lost it.
struct TransmissionAmended {
    static constexpr std::string_view kName = "packet.amended";
    Time at;
    std::uint32_t direction = 0;
    const wire::Packet* packet = nullptr;
    Time departure = Time::never(), arrival = Time::never();
    DropReason drop = DropReason::None;
};

/// A packet ended inside a node.
struct NodeDrop {
    static constexpr std::string_view kName = "packet.dropped";
    Time at;
    std::uint32_t node = 0;
    const wire::Packet* packet = nullptr;
    DropReason drop = DropReason::None;
};

/// One end of a connection changed its RFC 9293 state. `from` and `to` are tcp::State values.
struct StateChange {
    static constexpr std::string_view kName = "tcp.state";
    Time at;
    std::uint32_t connection = 0;  ///< dense id, see Connections
    bool client = false;           ///< whose state: the opener's or the other end's
    std::uint8_t from = 0, to = 0;
};

/// Congestion state of a sender, whenever cwnd, ssthresh or the recovery state changed.
struct WindowChange {
    static constexpr std::string_view kName = "tcp.cwnd";
    Time at;
    std::uint32_t connection = 0;
    bool client = false;
    std::uint8_t recovery = 0;                            ///< tcp::RecoveryState
    std::uint32_t cwnd = 0, ssthresh = 0, in_flight = 0;  ///< segments
};

/// A retransmission timeout, by kind of timer.
struct TimeoutFired {
    static constexpr std::string_view kName = "tcp.timeout";
    Time at;
    std::uint32_t connection = 0;
    bool client = false;
    wire::Cause timer = wire::Cause::None;
    Duration rto;  ///< that was armed, of a timer that waits for acknowledgements; else zero
};

/// Something an application did or saw.
struct AppEvent {
    static constexpr std::string_view kName = "app";
    enum class Kind : std::uint8_t {
        Opened,  ///< connect() or the first send
        Accepted,
        Connected,  ///< handshake complete as the program sees it
        Wrote,      ///< amount = bytes accepted by the socket
        Read,       ///< amount = bytes taken in order
        Shutdown,   ///< half closed
        Closed,
        PeerClosed,        ///< end of file read
        Failed,            ///< amount = errno value
        Requested,         ///< a request was written whole; amount = its number from 0
        Responded,         ///< a response was read whole; amount = its number from 0
        DatagramSent,      ///< amount = its number from 0
        DatagramReceived,  ///< likewise
        EchoReceived,      ///< ping: amount = round trip in ns
        Finished           ///< this side has done all it was asked to do
    };
    Time at;
    std::uint32_t connection = 0;
    bool client = false;
    Kind kind = Kind::Opened;
    std::uint64_t amount = 0;
};
std::string_view to_string(AppEvent::Kind kind);

/// A record of TLS entered the stream of one end: what a ladder and a capture need to say what lies
/// in which segment. Sent once, however often TCP sends its bytes.
struct TlsRecord {
    static constexpr std::string_view kName = "tls.record";
    struct Message {
        std::uint8_t type = 0;     ///< tls::HandshakeType
        bool continues = false;    ///< it began in an earlier record
        std::uint32_t length = 0;  ///< bytes of it in this record
    };
    static constexpr std::uint8_t kMostMessages = 8;
    Time at;
    std::uint32_t connection = 0;
    bool client = false;               ///< whose stream
    std::uint64_t begin = 0, end = 0;  ///< range of the stream, header and tag included
    std::uint8_t type = 0;             ///< tls::ContentType of what is inside
    std::uint8_t epoch = 0;            ///< tls::Epoch: which keys protect it
    std::uint8_t alert = 0;            ///< of an alert: tls::Alert
    std::uint8_t messages = 0;         ///< handshake messages in it, as far as there is room
    std::uint32_t content = 0;         ///< bytes inside
    Message message[kMostMessages] = {};
};

/// Something happened at one end of TLS. Numbers are those of models/tls.
struct TlsEvent {
    static constexpr std::string_view kName = "tls";
    Time at;
    std::uint32_t connection = 0;
    bool client = false;
    std::uint8_t kind = 0;  ///< tls::Event::Kind
    std::uint8_t message = 0, alert = 0, epoch = 0, from = 0, to = 0;
    bool is_peer = false;
    std::uint32_t amount = 0;
    // What is agreed on so far; 0: nothing.
    std::uint16_t version = 0, suite = 0, group = 0;
    bool is_resumed = false;
};

/// An end waits for its processor.
struct TlsWork {
    static constexpr std::string_view kName = "tls.work";
    Time at, begin, end;  ///< asked for, taken up, done
    std::uint32_t connection = 0;
    bool client = false;
};

}  // namespace seedwire::trace
