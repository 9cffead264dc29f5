// How much may leave in CWR and Recovery: proportional rate reduction. RFC 9937 §6, Linux's order
// and rounding.
#pragma once

#include <cstdint>

namespace seedwire::tcp {

/// Segments throughout.
class Prr {
public:
    /// A reduction begins with `cwnd` as it was.
    void begin(std::uint32_t cwnd) {
        prior_cwnd_ = cwnd;
        delivered_ = sent_ = 0;
    }
    /// The new cwnd after an ACK that delivered `delivered` segments, `in_flight` after loss
    /// marking. `progress`: snd_una advanced and nothing was newly lost. Unchanged `cwnd` when
    /// nothing was delivered.
    std::uint32_t on_ack(std::uint32_t cwnd, std::uint32_t ssthresh, std::uint32_t in_flight,
                         std::uint32_t delivered, bool progress);
    /// Any segment, new or again.
    void on_sent(std::uint32_t segments) { sent_ += segments; }

    std::uint32_t prior_cwnd() const { return prior_cwnd_; }
    void set_prior_cwnd(std::uint32_t cwnd) { prior_cwnd_ = cwnd; }
    std::uint32_t sent() const { return sent_; }

private:
    std::uint32_t prior_cwnd_ = 0, delivered_ = 0, sent_ = 0;
};

}  // namespace seedwire::tcp
