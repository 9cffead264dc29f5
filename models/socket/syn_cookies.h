// SYN cookies: a listener under attack keeps nothing of a SYN; what it must remember comes back in
// the acknowledgement of its SYN-ACK. RFC 4987 §3.6; Linux, `cookie_v4_init_sequence`,
// `cookie_v4_check`.
#pragma once

#include <cstdint>
#include <optional>

#include "models/socket/types.h"
#include "models/tcp/config.h"
#include "models/tcp/fast_open/cookie.h"
#include "sim/base/time.h"

namespace seedwire::socket {

/// A SYN as the acknowledgement of its cookie tells it: MSS from a short list, options only where
/// timestamps could carry them.
struct RecoveredSyn {
    wire::Segment syn;
    tcp::Environment environment;
};

class SynCookies {
public:
    explicit SynCookies(const tcp::FastOpenKey& secret) : secret_{secret} {}

    /// Numbers for a SYN-ACK that nobody will remember.
    tcp::Environment numbers(Time now, wire::SocketAddress client, wire::SocketAddress server,
                             const wire::Segment& syn, std::uint32_t mtu) const;
    /// What of the SYN such a SYN-ACK can agree to: without timestamps no option but the MSS.
    static wire::Segment reduced(const wire::Segment& syn);
    /// Puts what was agreed into the low bits of the SYN-ACK's TSval.
    static void encode_options(wire::Segment& syn_ack, const wire::Segment& syn,
                               std::uint32_t timestamp_offset);
    /// Whether this segment acknowledges one of our cookies of the last two minutes.
    std::optional<RecoveredSyn> recover(Time now, wire::SocketAddress client,
                                        wire::SocketAddress server, const wire::Segment& segment,
                                        const tcp::Sysctls& sysctls, std::uint32_t mtu) const;

    /// Cookies are believed only for two minutes after one was sent.
    void note_overflow(Time now) { last_overflow_ = now; }
    bool had_recent_overflow(Time now) const {
        return !last_overflow_.is_never() && now - last_overflow_ <= kValidity;
    }

private:
    static constexpr Duration kPeriod = Duration::s(60);
    static constexpr int kMaximumAge = 2;  ///< periods
    static constexpr Duration kValidity = kPeriod * std::int64_t{kMaximumAge};

    std::uint32_t hash(wire::SocketAddress client, wire::SocketAddress server, std::uint32_t count,
                       std::uint32_t which) const;
    std::uint32_t timestamp_offset(wire::SocketAddress client, wire::SocketAddress server) const {
        return hash(client, server, 0, 2);
    }

    tcp::FastOpenKey secret_;
    Time last_overflow_ = Time::never();
};

}  // namespace seedwire::socket
