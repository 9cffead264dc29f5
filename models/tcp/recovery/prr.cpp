#include "models/tcp/recovery/prr.h"

#include <algorithm>

namespace seedwire::tcp {

std::uint32_t Prr::on_ack(std::uint32_t cwnd, std::uint32_t ssthresh, std::uint32_t in_flight,
                          std::uint32_t delivered, bool progress) {
    // [PRR-3]
    if (delivered == 0 || prior_cwnd_ == 0) return cwnd;
    delivered_ += delivered;
    const std::int64_t room = std::int64_t{ssthresh} - in_flight;
    std::int64_t may_send = 0;
    if (room < 0) {
        // Proportional: what was sent keeps to ssthresh/prior_cwnd of what was delivered. [PRR-1]
        const std::uint64_t share = std::uint64_t{ssthresh} * delivered_ + prior_cwnd_ - 1;
        may_send = static_cast<std::int64_t>(share / prior_cwnd_) - sent_;
    } else {
        // Too much was lost: catch up by slow start, faster only while retransmissions arrive.
        // [PRR-2]
        may_send = std::max(std::int64_t{delivered_} - sent_, std::int64_t{delivered});
        if (progress) ++may_send;
        may_send = std::min(may_send, room);
    }
    // The first retransmission is not to wait.
    may_send = std::max(may_send, std::int64_t{sent_ != 0 ? 0 : 1});
    return in_flight + static_cast<std::uint32_t>(may_send);
}

}  // namespace seedwire::tcp
