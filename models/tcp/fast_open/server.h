// Fast Open as a server: which SYNs may open a connection at once, and how many at a time.
// RFC 7413 §4.2.2, §5.1; Linux, `tcp_try_fastopen`, `tcp_fastopen_queue_check`.
#pragma once

#include <cstdint>

#include "models/tcp/config.h"
#include "models/wire/address.h"
#include "models/wire/segment.h"
#include "sim/base/ring.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// The connections of one listener that were opened early and whose handshake is not complete.
class FastOpenQueue {
public:
    void set_limit(std::int32_t limit) { limit_ = limit; }  ///< 0: no Fast Open here
    std::int32_t pending() const { return pending_; }

    /// May one more be opened? A place that a reset has left blocked may have come free.
    bool has_room(Time now);
    void open() { ++pending_; }
    /// The handshake was completed, or the connection ended before.
    void close() { --pending_; }
    /// The peer reset it after it had been accepted: its place stays taken for a minute, so that
    /// who sends SYNs from forged addresses runs into the limit. RFC 7413 §5.1.
    void block(Time now);

private:
    std::int32_t limit_ = 0, pending_ = 0;
    Ring<Time> blocked_until_;
};

struct FastOpenVerdict {
    bool open = false;            ///< the connection begins now; the SYN's data are taken
    wire::FastOpenOption answer;  ///< for the SYN-ACK; kAbsent: no option
};

/// What a SYN to this listener means. `no_cookie`: TCP_FASTOPEN_NO_COOKIE is set.
FastOpenVerdict judge_syn(Time now, const Sysctls& sysctls, bool no_cookie,
                          const FastOpenKeys& keys, FastOpenQueue& queue, const wire::Segment& syn,
                          wire::Address client, wire::Address server);

}  // namespace seedwire::tcp
