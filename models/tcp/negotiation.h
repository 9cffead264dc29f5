// What the SYNs of a connection say and agree on: options, segment sizes, first windows.
// RFC 9293 §3.7.1, RFC 7323 §2 and §3, RFC 2018 §2, RFC 3168 §6.1.1.
#pragma once

#include <cstdint>

#include "models/tcp/config.h"
#include "models/tcp/timestamp_clock.h"
#include "models/wire/segment.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

constexpr std::uint32_t kIpAndTcpHeaderBytes = 40;   ///< IPv4 and TCP without options
constexpr std::uint32_t kTimestampOptionBytes = 12;  ///< as laid out: two no-operations and ten
constexpr std::uint16_t kDefaultPeerMss = 536;       ///< RFC 9293 §3.7.1: no option was sent
constexpr std::uint32_t kMinimumSendMss = 48;        ///< Linux, `tcp_min_snd_mss`

/// The window with which a connection opens, and the limits that follow it. Bytes.
struct InitialWindow {
    std::uint32_t window = 0;
    std::uint32_t clamp = 0;  ///< never advertise more, whatever the buffer
    std::int8_t scale = -1;   ///< shift count to offer; -1 = scaling not offered
    /// Unscaled in a SYN. RFC 7323 §2.2.
    std::uint16_t field() const {
        return static_cast<std::uint16_t>(window < 0xffff ? window : 0xffff);
    }
};

/// What both SYNs together settled.
struct Agreement {
    bool timestamps = false;
    bool sack = false;
    bool scaling = false;
    std::uint8_t send_scale = 0;               ///< applies to windows that arrive
    std::uint8_t receive_scale = 0;            ///< applies to windows that leave
    std::uint16_t peer_mss = kDefaultPeerMss;  ///< its MSS option, bounded by TCP_MAXSEG
};

/// MSS for our SYN: what fits into the first link, lowered by TCP_MAXSEG; options are not deducted.
/// RFC 9293 §3.7.1, RFC 6691.
std::uint16_t advertised_mss(const Environment& environment, const SocketOptions& options);

/// SO_RCVBUF as the kernel keeps it, or the default. Bytes.
std::uint32_t receive_buffer_bytes(const Sysctls& sysctls, const SocketOptions& options);

/// The first receive window: half the buffer (the other half pays for overhead), rounded down to
/// whole segments of `segment_bytes`; and the smallest scale that can express the largest window
/// this socket may ever offer. Linux, `tcp_select_initial_window`.
InitialWindow initial_receive_window(const Sysctls& sysctls, const SocketOptions& options,
                                     std::uint32_t segment_bytes, bool scaling);

/// The SYN of an active open. `initial` becomes the window that goes with it.
wire::Segment make_syn(Time now, const Sysctls& sysctls, const SocketOptions& options,
                       const Environment& environment, InitialWindow& initial);

/// The SYN-ACK that answers `syn`, each option only if the SYN had it. Used for a listener's
/// request and for simultaneous open alike. RFC 7323 §2.5, RFC 2018 §2.
wire::Segment make_syn_ack(Time now, const Sysctls& sysctls, const SocketOptions& options,
                           const Environment& environment, const wire::Segment& syn,
                           InitialWindow& initial);

/// What our SYN (or SYN-ACK) and the peer's settle between them.
Agreement agree(const wire::Segment& ours, const wire::Segment& theirs,
                const SocketOptions& options);

/// A segment never exceeds half of the largest window the peer has ever offered, so that two fit: a
/// sender with a tiny window would otherwise stall. Linux, `tcp_bound_to_half_wnd`.
std::uint32_t bound_to_half_window(std::uint32_t size, std::uint32_t max_window,
                                   std::uint32_t option_bytes);

/// Payload bytes of a full segment without SACK blocks. RFC 9293 §3.7.1, RFC 6691 §2.
std::uint32_t effective_mss(std::uint32_t path_mtu, std::uint16_t peer_mss, bool timestamps,
                            std::uint32_t max_window);

/// The timestamp clock: milliseconds plus the connection's offset. RFC 7323 §5.4.
constexpr std::uint32_t timestamp_value(Time now, std::uint32_t offset) {
    return static_cast<std::uint32_t>(timestamp_clock_ms(now)) + offset;
}

}  // namespace seedwire::tcp
