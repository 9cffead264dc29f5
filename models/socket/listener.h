// The passive side of opening: request socks until the handshake is complete, then the accept
// queue. RFC 9293 §3.10.7.2 and §3.10.7.4 for SYN-RECEIVED; Linux, `tcp_check_req`,
// `reqsk_timer_handler`.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/socket/deadlines.h"
#include "models/socket/types.h"
#include "models/tcp/challenge_ack.h"
#include "models/tcp/config.h"
#include "models/tcp/fast_open/server.h"
#include "models/tcp/negotiation.h"
#include "sim/base/ring.h"

namespace seedwire::socket {

/// A listening socket: its limits and who waits to be accepted.
struct Listener {
    std::int32_t backlog = 0;     ///< of listen(), bounded by net.core.somaxconn
    std::uint32_t requests = 0;   ///< length of its SYN queue
    Ring<SocketId> accept_queue;  ///< established (or opened early), not yet accepted
    tcp::FastOpenQueue fast_open;

    /// One more than `backlog` fits. Linux, `sk_acceptq_is_full`. [LISTEN-11]
    bool is_full() const { return static_cast<std::int64_t>(accept_queue.size()) > backlog; }
};

/// A connection in SYN-RECEIVED before it is worth a socket: both SYNs and a timer.
struct Request {
    wire::Segment syn, syn_ack;
    wire::SocketAddress remote;
    std::uint16_t local_port = 0;
    SocketId listener = kNoSocket;
    Label label = kNoLabel;
    tcp::Environment environment;
    tcp::InitialWindow window;
    std::uint32_t ts_recent = 0;
    std::uint32_t first_ts_value = 0;  ///< of the first SYN-ACK
    Time first_sent;
    tcp::ChallengeAckLimit answers;     ///< to segments out of window
    std::uint8_t expiries = 0;          ///< of its timer
    std::uint8_t retransmissions = 0;   ///< SYN-ACKs sent by the timer
    std::uint8_t answered_repeats = 0;  ///< SYN-ACKs sent because the SYN came again
    std::int32_t deferral = 0;          ///< TCP_DEFER_ACCEPT in expiries; 0 = off
    std::int32_t retries = 5;           ///< then it is given up
    bool acknowledged = false;          ///< the last ACK came, but could not be used
    bool in_use = false;
};

/// The SYN queues of all listeners of a host.
class RequestTable {
public:
    enum class Verdict : std::uint8_t {
        Ignore,
        Repeat,       ///< the SYN came again: send the SYN-ACK again
        Acknowledge,  ///< out of window: send acknowledgement()
        Reset,        ///< answer with a reset, keep the request
        Refuse,       ///< answer with a reset and forget the request
        Forget,       ///< the peer reset it
        Complete      ///< the handshake is done: make a socket, unless the accept queue is full
    };
    enum class Expiry : std::uint8_t { Wait, Resend, GiveUp };

    explicit RequestTable(const tcp::Sysctls& sysctls) : sysctls_{&sysctls} {}

    /// A SYN starts a handshake: decides the SYN-ACK and sets its timer.
    std::uint32_t add(Time now, const Request& facts, const tcp::SocketOptions& options);
    void remove(std::uint32_t index);
    Request& operator[](std::uint32_t index) { return requests_[index]; }
    const Request& operator[](std::uint32_t index) const { return requests_[index]; }
    std::uint32_t capacity() const { return static_cast<std::uint32_t>(requests_.size()); }
    std::size_t size() const { return requests_.size() - free_.size(); }

    Verdict on_segment(Time now, std::uint32_t index, const wire::Segment& segment);
    /// The SYN-ACK once more, with a fresh timestamp. `cause`: SynRepeated also restarts the timer
    /// with its present interval.
    const wire::Segment& resend(Time now, std::uint32_t index, wire::Cause cause);
    wire::Segment acknowledgement(Time now, std::uint32_t index, wire::Cause cause) const;
    tcp::PassiveOpen handshake(std::uint32_t index) const;

    /// The interval of its timer now, before the next expiry doubles it. RFC 6298 §5 (5.5).
    Duration timeout(std::uint32_t index) const;
    Time next_expiry() const { return timers_.earliest(); }
    /// The next request whose timer has expired; nothing if there is none.
    std::optional<std::uint32_t> pop_expired(Time now);
    /// What an expired timer means. Resend and Wait set it again.
    Expiry on_timeout(Time now, std::uint32_t index);

private:
    void arm(Time now, std::uint32_t index);
    bool is_acceptable(const Request& request, const wire::Segment& segment) const;
    Verdict on_reset(Time now, Request& request, const wire::Segment& segment) const;

    const tcp::Sysctls* sysctls_;
    std::vector<Request> requests_;
    std::vector<std::uint32_t> free_;
    Deadlines timers_;
};

/// TCP_DEFER_ACCEPT: how many SYN-ACK timeouts fit into that many seconds. Linux,
/// `secs_to_retrans`.
std::int32_t seconds_to_expiries(std::int32_t seconds, const tcp::Sysctls& sysctls);

}  // namespace seedwire::socket
