// The transmission control block: what a connection must remember that belongs to no single part.
// RFC 9293 §3.3.1.
#pragma once

#include <cstdint>

#include "models/tcp/fast_open/client.h"
#include "models/tcp/info.h"
#include "models/tcp/negotiation.h"
#include "models/tcp/path_memory.h"
#include "models/tcp/stream_offset.h"
#include "models/wire/segment.h"
#include "sim/base/lazy.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// The opening of a connection, while it lasts: what goes again when nobody answers.
struct Handshake {
    InitialWindow window;           ///< offered in our SYN
    Time first_sent;                ///< SYN or SYN-ACK
    Time expiry = Time::never();    ///< when it goes again
    Duration rto = Duration::s(1);  ///< of SYN or SYN-ACK; RFC 6298 §2 (2.1)
    std::uint8_t repeats = 0;       ///< SYN-ACKs sent because the SYN came again
    bool offered_timestamps = false, offered_sack = false, offered_scaling = false;
    bool offered_ecn = false;           ///< ECE and CWR
    bool offered_accurate_ecn = false;  ///< and AE
    KnownPath known;                    ///< from earlier connections
};

/// Counters that only observers read.
struct Counters {
    std::uint64_t bytes_sent = 0;
    std::uint32_t segments_in = 0, segments_out = 0;
    std::uint32_t data_segments_in = 0, data_segments_out = 0;
};

/// Sequence variables live with the parts that move them: SND.UNA and SND.NXT in the scoreboard,
/// RCV.NXT and RCV.WND in the receiver.
struct Tcb {
    wire::SeqNum iss, irs;
    NearOffset snd_wl1;  ///< in the peer's stream: SEG.SEQ of the last window update
    NearOffset write_end = StreamOffset{1};  ///< see Connection::write_end()
    NearOffset pushed = StreamOffset{1};     ///< everything before it will carry PSH somewhere
    StreamOffset last_small;  ///< end of the last segment that was sent shorter than the MSS
    Time last_transmission;   ///< of any segment
    Time last_data_sent, last_data_received, last_ack_received;
    Lazy<Handshake> handshake;  ///< until it is complete
    Counters counters;
    std::uint32_t snd_wnd = 0;     ///< offered by the peer, bytes
    std::uint32_t max_window = 0;  ///< largest ever offered
    std::uint16_t path_mtu = 1500;
    std::uint16_t peer_mss = kDefaultPeerMss;
    std::uint8_t snd_wscale = 0, rcv_wscale = 0;
    std::uint8_t syn_timeouts = 0;  ///< retransmissions of SYN or SYN-ACK by timer
    State state = State::Closed;
    Error error = Error::None, soft_error = Error::None;
    bool timestamps : 1 = false;
    bool sack : 1 = false;
    bool scaling : 1 = false;
    bool passive : 1 = false;       ///< opened by the peer
    bool simultaneous : 1 = false;  ///< both sides sent SYNs
    bool orphan : 1 = false;        ///< its program has closed it
    bool write_shut : 1 = false;    ///< FIN queued or sent
    bool read_shut : 1 = false;
    bool write_blocked : 1 = false;  ///< a write was not taken whole: kWritable is owed
    bool writer_waits : 1 = false;   ///< a write came before the handshake was complete
    bool retired : 1 = false;        ///< a stub has taken over: only facts remain here
    bool push_once : 1 = false;      ///< the next send ignores Nagle and cork
    bool early : 1 = false;          ///< Fast Open: in use before the handshake was complete
    // Fast Open as an end of it remembers; RFC 7413.
    bool fast_open_asked : 1 = false;  ///< our SYN carried the option
    bool syn_data : 1 = false;         ///< our SYN carried data
    bool urgent : 1 = false;           ///< there is something in Seldom::urgent
    bool syn_data_acked : 1 = false;   ///< data of a SYN was taken, the peer's or ours
};

}  // namespace seedwire::tcp
