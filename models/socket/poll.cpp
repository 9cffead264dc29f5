// poll(). POSIX.1-2017; Linux, `tcp_poll`.
#include "models/socket/poll.h"

#include "models/socket/types.h"

namespace seedwire::socket {

// [SOCK-4]
std::uint16_t poll_mask(const PollFacts& facts) {
    if (facts.state == tcp::State::Listen) {
        return facts.acceptable ? readiness::kIn : std::uint16_t{0};
    }
    std::uint16_t mask = 0;
    if (facts.state == tcp::State::Closed || (facts.read_shut && facts.write_shut)) {
        mask |= readiness::kHangUp;
    }
    if (facts.never_connected) return mask | readiness::kOut;
    if (facts.read_shut) mask |= readiness::kIn | readiness::kReadHangUp;
    const bool opening = facts.state == tcp::State::SynSent ||
                         (facts.state == tcp::State::SynReceived && !facts.early);
    if (!opening) {
        if (facts.readable) mask |= readiness::kIn;
        if (facts.urgent) mask |= readiness::kUrgent;
        // Who may not write any more learns it by writing: that does not block.
        if (facts.write_shut || facts.has_room) mask |= readiness::kOut;
    }
    if (facts.deferred) mask |= readiness::kOut;
    if (facts.error) mask |= readiness::kError;
    return mask;
}

}  // namespace seedwire::socket
