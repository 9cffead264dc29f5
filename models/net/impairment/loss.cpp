// Random loss: independent for each packet, or in bursts.
#include "models/net/impairment/impairment.h"

namespace seedwire::net {
namespace {

class Bernoulli final : public AdjustableLoss {
public:
    Bernoulli(const BernoulliLoss& config, RandomStream stream)
        : probability_{config.probability}, stream_{stream} {}
    void apply(Fate& fate) override { fate.lost |= stream_.chance(probability_); }
    void set(Probability probability) override { probability_ = probability; }

private:
    Probability probability_;
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

std::unique_ptr<Impairment> make_bernoulli(const BernoulliLoss& config, RandomStream stream) {
    return std::make_unique<Bernoulli>(config, stream);
}

std::unique_ptr<Impairment> make_gilbert_elliott(const GilbertElliottLoss& config,
                                                 RandomStream stream) {
    return std::make_unique<GilbertElliott>(config, stream);
}

}  // namespace seedwire::net
