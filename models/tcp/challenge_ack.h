// How often a connection may answer what does not belong to it. RFC 5961 §7 and §10.
#pragma once

#include <cstdint>

#include "models/tcp/config.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// One answer per `tcp_invalid_ratelimit` and socket for segments that carry no data (SYNs, bare
/// ACKs, probes); segments with data are always answered.
class ChallengeAckLimit {
public:
    /// May an answer go now? If so, it is counted. [SEQ-3]
    bool allow(Time now, const Sysctls& sysctls, bool carries_data) {
        if (carries_data) return true;
        if (!last_.is_never() && now - last_ < sysctls.tcp_invalid_ratelimit) return false;
        last_ = now;
        return true;
    }

private:
    Time last_ = Time::never();
};

}  // namespace seedwire::tcp
