// Fast Open as a client: what was learnt about each server, what a new SYN carries, and when it is
// better not to try. RFC 7413 §4.1.3, §4.2.1; Linux, `tcp_fastopen_cookie_check`,
// `tcp_fastopen_active_disable`.
#pragma once

#include <cstdint>
#include <vector>

#include "models/tcp/config.h"
#include "models/wire/address.h"
#include "models/wire/segment.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// Bits of the sysctl `tcp_fastopen`.
namespace fast_open {
constexpr std::int32_t kClient = 0x1, kServer = 0x2,
                       kDataWithoutCookie = 0x4,  ///< client: send data whatever the cookie
    kCookieNotRequired = 0x200,                   ///< server: take data whatever the cookie
    kWithoutSocketOption = 0x400;                 ///< server: every listener takes part
}

/// Why a Fast Open attempt did not work: `tcpi_fastopen_client_fail`, in its numbering.
enum class FastOpenFailure : std::uint8_t {
    None,
    CookieUnavailable,
    DataNotAcknowledged,  ///< the SYN-ACK acknowledged the SYN alone
    SynRetransmitted      ///< data went after the handshake, since the SYN was sent again
};

/// What the SYN of one attempt carries.
struct FastOpenRequest {
    wire::FastOpenOption option;  ///< kAbsent: no option
    std::uint32_t bytes = 0;      ///< payload, as much as fits
    std::uint16_t mss = 0;        ///< of the peer, from an earlier connection; 0: not known
    bool watched = false;         ///< first attempts after a pause: success ends the longer pauses
    FastOpenFailure failure = FastOpenFailure::None;
};

/// What a connection learnt about Fast Open, for the memory that its host keeps.
struct FastOpenNews {
    bool answered = false;  ///< a SYN-ACK came: the following three say what it meant
    std::uint16_t mss = 0;  ///< of the peer, as its SYN-ACK said
    wire::FastOpenOption cookie;
    std::uint8_t other_format = 0;  ///< no cookie came: 1 try the experimental option, 2 return
    bool blackhole = false;         ///< this path seems to swallow Fast Open
    bool works = false;             ///< data arrived on a watched connection
};

/// All that a host remembers as a client. Paths are known by the server's address, as the host has
/// only one of its own.
class FastOpenClient {
public:
    /// `bytes` are there to be sent.
    FastOpenRequest prepare(Time now, const Sysctls& sysctls, bool no_cookie, wire::Address server,
                            std::uint32_t bytes) const;
    void learn(Time now, const Sysctls& sysctls, wire::Address server, const FastOpenNews& news);
    void forget_paths() { paths_.clear(); }  ///< `ip tcp_metrics flush`
    bool is_paused(Time now, const Sysctls& sysctls) const;

private:
    struct Path {
        wire::Address server;
        std::uint16_t mss = 0;
        std::uint8_t other_format = 0;
        wire::FastOpenOption cookie;
    };
    const Path* find(wire::Address server) const;
    Path& find_or_add(wire::Address server);

    std::vector<Path> paths_;  // by address
    Time paused_since_;
    std::uint32_t pauses_ = 0;  ///< since it last worked: each is longer than the one before
};

}  // namespace seedwire::tcp
