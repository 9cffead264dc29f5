// Everything one connection consists of, side by side. Parts do not know each other; the files that
// take a Connection (arrival, user_calls, timeouts, transmit) are the only ones that see several.
#pragma once

#include <algorithm>
#include <memory>

#include "models/tcp/challenge_ack.h"
#include "models/tcp/config.h"
#include "models/tcp/ecn/ecn.h"
#include "models/tcp/endpoint.h"
#include "models/tcp/receive/receiver.h"
#include "models/tcp/recovery/sender.h"
#include "models/tcp/send/limits.h"
#include "models/tcp/send/mtu_prober.h"
#include "models/tcp/send/pacer.h"
#include "models/tcp/send/persist.h"
#include "models/tcp/send/send_buffer.h"
#include "models/tcp/state.h"
#include "models/tcp/tcb.h"
#include "models/tcp/timer_table.h"

namespace seedwire::tcp {

/// Fast Open as a connection that has used it remembers. RFC 7413.
struct FastOpenTraits {
    bool experimental = false;  ///< our SYN's option had its experimental form
    bool watched = false;       ///< success ends longer pauses
    bool child = false;         ///< opened by a SYN with a good cookie
    bool adopted = false;       ///< and given to a program by accept()
    FastOpenFailure failure = FastOpenFailure::None;
};

/// Urgent data of both directions. RFC 9293 §3.8.5.
struct UrgentData {
    enum class Received : std::uint8_t {
        None,
        Announced,  ///< the pointer has come, the octet has not
        Valid,      ///< the octet waits for recv(MSG_OOB)
        Taken       ///< and was fetched; in the stream it is still skipped
    };
    StreamOffset send_end;    ///< behind the last octet written with MSG_OOB
    StreamOffset receive_at;  ///< of the peer's urgent octet
    Received received = Received::None;
    std::uint32_t left_out = 0;  ///< octets that reads have skipped
    bool sending = false;        ///< send_end is not acknowledged
};

/// What few connections ever need: keepalive, pacing, closed windows, segments to be challenged.
struct Seldom {
    TimerTable timers;
    Persist persist;
    Pacer pacer;
    ChallengeAckLimit challenge;
    SendLimits limits;  ///< from the first time that something limited the sender
    AccurateEcn accurate_ecn;
    FastOpenTraits fast_open;
    UrgentData urgent;
    std::uint32_t delivered_ce = 0;         ///< segments told to have met congestion
    std::unique_ptr<MtuProber> mtu_prober;  ///< only with `tcp_mtu_probing`
};

struct Connection {
    Connection(const Sysctls& host, const SocketOptions& socket, const Environment& place)
        : options{&socket},
          link_mtu{static_cast<std::uint16_t>(std::min<std::uint32_t>(place.mtu, UINT16_MAX))},
          timestamp_offset{place.timestamp_offset},
          sender{host, socket.congestion} {
        tcb.iss = wire::SeqNum{place.initial_sequence};
        tcb.path_mtu = link_mtu;
        if (socket.max_pacing_rate != 0) seldom.make().pacer.activate();
        send_buffer.set_limit(static_cast<std::uint32_t>(
            socket.send_buffer != 0 ? socket.send_buffer : host.tcp_wmem[1]));
    }

    const SocketOptions* options;
    [[no_unique_address]] Tcb tcb;
    std::uint16_t link_mtu;  ///< Environment::mtu
    [[no_unique_address]] Ecn ecn;
    [[no_unique_address]] SendBuffer send_buffer;
    std::uint32_t timestamp_offset;  ///< Environment::timestamp_offset
    Sender sender;
    Receiver receiver;
    Lazy<Seldom> seldom;

    const Sysctls& sysctls() const { return sender.sysctls(); }
    /// One beyond the last byte written (and the FIN, once queued).
    StreamOffset write_end() const { return tcb.write_end.near(sender.snd_una()); }
    /// Right edge of the peer's window. RFC 9293 §3.3.1.
    StreamOffset window_end() const { return sender.snd_una() + tcb.snd_wnd; }
    bool is_synchronized() const { return tcp::is_synchronized(tcb.state); }
    /// A FIN or data wait to be sent.
    bool has_unsent() const { return send_buffer.has_unsent(); }
    PathTiming path_timing() const { return {sender.rtt().srtt_us(), sender.rto()}; }
    ReceiverContext receiver_context() const {
        return {sysctls(), path_timing(), options->receive_low_water, tcb.read_shut};
    }
    Environment environment() const { return {link_mtu, tcb.iss.raw(), timestamp_offset}; }
    /// TCP_NOTSENT_LOWAT, else `tcp_notsent_lowat`; 0: no limit. [BUF-6]
    std::uint32_t notsent_low_water() const {
        if (options->notsent_low_water != 0)
            return static_cast<std::uint32_t>(options->notsent_low_water);
        const std::int32_t host = sysctls().tcp_notsent_lowat;
        return host == INT32_MAX ? 0 : static_cast<std::uint32_t>(host);
    }
    /// What the congestion control paces at, within SO_MAX_PACING_RATE. Bytes/s. [SEND-15]
    std::uint64_t pacing_rate() const {
        const std::uint64_t rate = sender.pacing_rate();
        return options->max_pacing_rate == 0 ? rate : std::min(rate, options->max_pacing_rate);
    }
    /// MSS for our SYN.
    std::uint16_t advertised_mss() const { return tcp::advertised_mss(environment(), *options); }
    /// Bytes of ours that the peer has acknowledged; a FIN counts as one.
    std::uint64_t bytes_acked() const {
        const std::uint64_t una = sender.snd_una().value;
        return una > 0 ? una - 1 : 0;
    }
    MtuProber* mtu_prober() {
        Seldom* some = seldom.made();
        return some != nullptr ? some->mtu_prober.get() : nullptr;
    }
    /// ECN of a segment about to leave, no SYN and no RST. With accurate ECN all are ECN-capable.
    void mark_ecn(wire::Segment& segment, bool new_data) {
        if (ecn.is_accurate()) [[unlikely]] {
            mark_accurately(segment);
        } else {
            ecn.mark(segment, new_data);
        }
    }
    void mark_accurately(wire::Segment& segment);  ///< with the option, where it fits
    /// Bytes that the option of accurate ECN will take of the next segment, beside `others`.
    std::uint32_t accurate_option_bytes(std::uint32_t others) const;
    void enable_accurate_ecn(std::uint32_t echo, bool client) {
        ecn.enable_accurate();
        seldom.make().accurate_ecn.enable(echo, client);
    }
    // --- what limits the sender, for tcp_info ---
    void note_busy(Time now) {
        if (Seldom* some = seldom.made()) some->limits.begin(now, SendLimit::Busy);
    }
    void note_answered(Time now) {
        if (Seldom* some = seldom.made()) some->limits.end(now, SendLimit::Busy, !has_unsent());
    }
    // --- timers; stopping what was never started costs nothing ---
    void arm(TimerSlot slot, Time at) { seldom.make().timers.arm(slot, at); }
    void cancel(TimerSlot slot) {
        if (Seldom* some = seldom.made()) some->timers.cancel(slot);
    }
    void arm_handshake(Time at) { tcb.handshake.make().expiry = at; }
    void reset_persist() {
        if (Seldom* some = seldom.made()) some->persist.reset();
    }
    /// ChallengeAckLimit::allow().
    bool may_challenge(Time now, bool carries_data) {
        return carries_data || seldom.make().challenge.allow(now, sysctls(), false);
    }
    /// What a retransmission has to respect now.
    PeerWindow peer_window() const;
    /// When a timer of this connection set at `now` fires.
    Time expiry(Time now, Duration delay) const {
        return timer_expiry(now, round_up_to_tick(delay, sysctls().timer_tick),
                            sysctls().timer_tick);
    }
};

// Two of them and their share of figures, tables and blocks made on demand: 2,000 bytes.
static_assert(sizeof(Connection) <= 568);

/// The only way to change the state: checks the table of RFC 9293 §3.3.2.
void set_state(Connection& c, State next);

/// The connection is over: CLOSED, nothing waits any more. `error` None for a peaceful end.
void finish(Connection& c, Error error, Output& out);

struct Endpoint::Parts : Connection {
    using Connection::Connection;
};

}  // namespace seedwire::tcp
