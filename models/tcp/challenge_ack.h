// How often a connection may answer what does not belong to it. RFC 5961 §7 and §10.
#pragma once

#include <cstdint>

#include "models/tcp/config.h"
#include "sim/base/random.h"
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

/// The budget that all sockets of a host share, `tcp_challenge_ack_limit` a second. It is drawn
/// anew each second, so that nobody learns from it what happens on other connections. RFC 5961 §7;
/// Linux, `tcp_send_challenge_ack`. [RST-6]
class HostChallengeLimit {
public:
    explicit HostChallengeLimit(RandomStream stream) : stream_{stream} {}

    bool allow(Time now, std::int32_t limit) {
        if (limit == INT32_MAX) return true;
        const std::int64_t second = (now - Time::zero()).ms() / 1000;
        if (second != second_) {
            second_ = second;
            left_ = (std::int64_t{limit} + 1) / 2 +
                    static_cast<std::int64_t>(stream_.below(static_cast<std::uint64_t>(limit)));
        }
        if (left_ <= 0) return false;
        --left_;
        return true;
    }

private:
    RandomStream stream_;
    std::int64_t second_ = -1, left_ = 0;
};

}  // namespace seedwire::tcp
