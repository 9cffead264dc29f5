// Random loss: independent for each packet, or in bursts.
#include "models/net/impairment/impairment.h"

namespace seedwire::net {
namespace {

class Bernoulli final : public AdjustableLoss {
public:
    Bernoulli(const BernoulliLoss& config, RandomStream stream)
        : probability_{config.probability}, segments_{config.segments}, stream_{stream} {}
    void apply(Fate& fate) override {
        const bool drawn = stream_.chance(probability_);
        if (segments_ == 1 || fate.position % segments_ == 0) is_lost_ = drawn;
        fate.lost |= is_lost_;
    }
    void set(Probability probability) override { probability_ = probability; }

private:
    Probability probability_;
    std::uint8_t segments_;
    bool is_lost_ = false;  ///< the segment that the next ones may share their fate with
    RandomStream stream_;
};

/// Starts in the good state. Each packet first moves the chain, then meets the loss of the state it
/// finds: with p and r alone, bad runs last 1/r packets on average and lose them all.
class GilbertElliott final : public Impairment {
public:
    GilbertElliott(const GilbertElliottLoss& config, RandomStream stream)
        : config_{config}, stream_{stream} {}
    void apply(Fate& fate) override {
        const bool moves = stream_.chance(bad_ ? config_.r : config_.p);
        bad_ = bad_ != moves;
        fate.lost |= stream_.chance(bad_ ? config_.loss_bad : config_.loss_good);
    }

private:
    GilbertElliottLoss config_;
    RandomStream stream_;
    bool bad_ = false;
};

}  // namespace

std::uint32_t TransmissionTracker::position_of(Time now, const wire::Packet& packet) {
    const bool forward = packet.has(wire::packet_bit::kForward);
    const bool follows = packet.protocol == wire::Protocol::Tcp && packet.flow != wire::kNoFlow &&
                         now == at_ && packet.flow == flow_ && forward == forward_ &&
                         packet.payload_length > 0 && packet.payload_offset == next_ &&
                         last_ == first_ && packet.payload_length <= first_;
    position_ = follows ? position_ + 1 : 0;
    if (!follows) first_ = packet.payload_length;
    at_ = now;
    flow_ = packet.flow;
    forward_ = forward;
    last_ = packet.payload_length;
    next_ = packet.payload_offset + packet.payload_length;
    return position_;
}

std::unique_ptr<Impairment> make_bernoulli(const BernoulliLoss& config, RandomStream stream) {
    return std::make_unique<Bernoulli>(config, stream);
}

std::unique_ptr<Impairment> make_gilbert_elliott(const GilbertElliottLoss& config,
                                                 RandomStream stream) {
    return std::make_unique<GilbertElliott>(config, stream);
}

}  // namespace seedwire::net
