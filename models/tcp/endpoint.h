// One end of one TCP connection, without I/O: RFC 9293 as Linux runs it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/tcp/challenge_ack.h"
#include "models/tcp/config.h"
#include "models/tcp/fast_open/client.h"
#include "models/tcp/info.h"
#include "models/tcp/path_memory.h"
#include "models/wire/segment.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// News for whoever owns the socket; a set of bits.
namespace event {
constexpr std::uint16_t kEstablished = 1,  ///< the handshake is complete
    kReadable = 2,                         ///< new data in order, or end of file
    kWritable = 4,                         ///< a blocked writer may go on
    kPeerClosed = 8,                       ///< the peer's FIN was reached
    kError = 16,                           ///< error() is set: reset, refused, timed out
    kAllAcknowledged = 32,                 ///< nothing sent is unacknowledged any more
    kTimeWait = 64,                        ///< keep a TimeWaitStub instead of this endpoint
    kFinWait2Orphan = 128,                 ///< likewise: closed by its program, waiting for a FIN
    kGone = 256,                           ///< CLOSED: forget it
    kFastOpenNews = 1024;                  ///< Output::fast_open; or the connection is not early
                                           ///< any more
}

/// What an input makes an endpoint say. Reused by the owner from call to call, so that nothing is
/// allocated in steady state.
struct Output {
    std::vector<wire::Segment> segments;  ///< to transmit now, in this order
    std::uint16_t events = 0;             ///< tcp::event
    Duration expired_rto;  ///< the RTO that has run out, if its timer fired; zero: it did not
    HostChallengeLimit* challenges = nullptr;  ///< of the owner; null: no limit
    FastOpenNews fast_open;  ///< with kFastOpenNews: what to remember; the owner clears it
    void clear() {
        segments.clear();
        events = 0;
        expired_rto = Duration::zero();
    }
};

/// What a completed (or Fast Open) passive handshake hands to the new endpoint: both SYNs' facts,
/// as the request sock kept them.
struct PassiveOpen {
    wire::Segment syn;      ///< the peer's SYN, options included
    wire::Segment syn_ack;  ///< the last SYN-ACK sent
    wire::SeqNum initial_sequence, peer_initial_sequence;
    Time syn_ack_sent;                   ///< of the first SYN-ACK
    std::uint32_t retransmissions = 0;   ///< of the SYN-ACK, by timer
    std::uint32_t answered_repeats = 0;  ///< SYN-ACKs sent because the SYN came again
    std::uint32_t receive_window = 0;    ///< offered in the SYN-ACK, bytes
    std::int8_t window_scale = -1;       ///< offered in the SYN-ACK; -1 = scaling not agreed
    bool ecn = false;
    /// Fast Open: the SYN alone opens the connection, its data are taken, and the SYN-ACK's timer
    /// is the endpoint's.
    bool early = false;
};

/// Facts that a TIME-WAIT or FIN-WAIT-2 stub needs. RFC 9293 §3.10.7, RFC 6191.
struct Remains {
    wire::SeqNum snd_nxt, rcv_nxt;
    std::uint32_t rcv_wnd = 0;
    std::uint8_t rcv_wscale = 0;
    bool has_timestamps = false;
    std::uint32_t ts_recent = 0, ts_offset = 0;
    Time ts_recent_stamp;
    Duration fin_wait2_timeout;
};

/// Flags of write().
enum class WriteMode : std::uint8_t {
    Plain,
    More,         ///< MSG_MORE
    EndOfRecord,  ///< MSG_EOR
    Urgent        ///< MSG_OOB: the last byte is
};

/// How far the written bytes have come: positions in the stream.
struct StreamProgress {
    std::uint64_t written = 0, sent = 0, acknowledged = 0;
};

/// What recv() with MSG_OOB finds.
struct UrgentRead {
    std::uint32_t taken = 0;
    Error error = Error::None;
};

///     user call ──┐                  ┌── Output::segments   to transmit
///     on_segment ─┼──► tcp::Endpoint ┼── Output::events     news for the application
///     on_timeout ─┘                  └── next_timeout()     when to call back
///
/// It owns no clock, socket, timer or logger and never calls back: every input names the time and
/// the Output to which it appends. Payload is a range of the stream; bytes are never stored.
class Endpoint {
public:
    /// `sysctls` outlives the endpoint and may change under it (`sysctl -w`). So do `options`, here
    /// and in set_options(), which never change: sockets with equal options share one copy.
    Endpoint(const Sysctls& sysctls, const SocketOptions& options, const Environment& environment);
    Endpoint() noexcept;  ///< none at all: may only be assigned to
    ~Endpoint();
    explicit operator bool() const { return parts_ != nullptr; }
    Endpoint(Endpoint&&) noexcept;
    Endpoint& operator=(Endpoint&&) noexcept;

    // --- user calls, RFC 9293 §3.9.1; one that the state does not allow changes nothing ---
    /// Active OPEN: sends a SYN.
    void connect(Time now, Output& out);
    /// The same with Fast Open; returns how many bytes the SYN carries: they are written.
    std::uint32_t connect(Time now, const FastOpenRequest& request, Output& out);
    /// The endpoint of a passive OPEN, born in SYN-RECEIVED when the handshake's last segment (or a
    /// Fast Open SYN) has come; feed that segment to on_segment() next.
    void accept(Time now, const PassiveOpen& handshake);
    /// What earlier connections have learnt; after connect() or accept().
    void recall_path(const KnownPath& known);
    /// Queues up to `length` bytes as far as the send buffer has room; returns how many. 0: would
    /// block (kWritable follows) or may not write (see error(), may_write()).
    std::uint32_t write(Time now, std::uint32_t length, WriteMode mode, Output& out);
    /// Takes up to `at_most` bytes in order; may send a window update or an ACK.
    std::uint32_t read(Time now, std::uint32_t at_most, Output& out);
    UrgentRead read_urgent(bool peek);           ///< MSG_OOB; EAGAIN: announced, but not there yet
    void shutdown_write(Time now, Output& out);  ///< half close: FIN behind what is queued
    void shutdown_read(Time now, Output& out);
    void close(Time now, Output& out);  ///< the program is gone: orphan, or reset if data is unread
    void abort(Time now, Output& out);  ///< RST, RFC 9293 §3.10.5
    void set_options(Time now, const SocketOptions& options, Output& out);  ///< setsockopt
    void set_quickack(Time now, bool on, Output& out);                      ///< TCP_QUICKACK
    /// A write waits for the end of the handshake: its data will carry the last ACK.
    void expect_write();
    void adopt();  ///< accept() has returned it: errors do not end it quietly any more

    // --- the network and the clock ---
    void on_segment(Time now, const wire::Segment& segment, Output& out);  ///< RFC 9293 §3.10.7
    void on_timeout(Time now, Output& out);                                ///< RFC 9293 §3.10.8
    /// An ICMP error that quotes a segment of this connection. RFC 5461, RFC 6069, RFC 1191.
    void on_icmp_error(Time now, Error error, bool hard, wire::SeqNum quoted, Output& out);
    void on_packet_too_big(Time now, std::uint32_t mtu, wire::SeqNum quoted, Output& out);
    Time next_timeout() const;   ///< Time::never() when idle
    bool is_background() const;  ///< only keepalive waits: does not by itself keep a run alive
    /// A keepalive probe has been answered: the next one will tell a waiting program nothing new.
    bool keepalive_was_answered() const;

    // --- what may be known ---
    State state() const;
    bool is_early() const;                   ///< passive Fast Open: the handshake is not complete
    Error error() const;                     ///< pending error, which the next call returns
    Error take_error();                      ///< reads and clears it
    Error take_any_error();                  ///< SO_ERROR: else what ICMP has said
    std::uint32_t readable() const;          ///< bytes in order and unread (SIOCINQ)
    std::uint32_t readable_to_mark() const;  ///< the same up to an urgent octet (SIOCINQ)
    bool is_at_mark() const;                 ///< an urgent octet would be read next (SIOCATMARK)
    std::uint32_t octets_left_out() const;   ///< urgent ones that read() has skipped so far
    bool has_urgent_octet() const;           ///< POLLPRI
    bool peer_has_finished() const;          ///< the peer's FIN was reached, read or not
    bool at_end_of_file() const;             ///< the peer's FIN reached and everything read
    bool may_write() const;  ///< established or half closed by the peer, not shut down
    std::uint32_t unacknowledged() const;  ///< written bytes not acknowledged (SIOCOUTQ)
    std::uint32_t writable() const;        ///< bytes that write() would take now (POLLOUT's view)
    std::uint64_t bytes_read() const;      ///< taken by read() so far: the next stream offset
    StreamProgress progress() const;
    Glance glance() const;
    Info info(Time now) const;
    Remains remains() const;
    PathExperience experience() const;  ///< what this connection has learnt about its path

private:
    struct Parts;  // TCB and collaborators
    std::unique_ptr<Parts> parts_;
};

}  // namespace seedwire::tcp
