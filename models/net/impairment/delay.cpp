// Random delay: jitter around the link's own, and packets held back so that others overtake them.
#include <algorithm>

#include "models/net/impairment/impairment.h"
#include "sim/base/assert.h"

namespace seedwire::net {
namespace {

Duration draw(RandomStream& stream, const RandomDelay& delay) {
    switch (delay.distribution) {
        case Distribution::Constant:
            return delay.mean;
        case Distribution::Uniform:
            return stream.uniform(delay.mean - delay.deviation, delay.mean + delay.deviation);
        case Distribution::Exponential:
            return stream.exponential(delay.mean);
        case Distribution::Normal:
            return stream.normal(delay.mean, delay.deviation);
        case Distribution::Pareto:
            return stream.pareto(delay.mean, delay.shape);
        case Distribution::ParetoNormal:
            return stream.pareto_normal(delay.mean, delay.deviation);
    }
    SEEDWIRE_ASSERT(false);
    return {};
}

/// A packet cannot arrive before its bits have crossed the link, so what is drawn below zero is
/// zero.
class JitterImpairment final : public Impairment {
public:
    JitterImpairment(const Jitter& config, RandomStream stream)
        : config_{config}, stream_{stream} {}
    void apply(Fate& fate) override {
        fate.extra += std::max(draw(stream_, config_.delay), Duration::zero());
        if (config_.reorder) return;
        if (fate.arrival() < fate.ordered_until) fate.extra = fate.ordered_until - fate.undisturbed;
        fate.ordered = true;
    }

private:
    Jitter config_;
    RandomStream stream_;
};

class ReorderImpairment final : public Impairment {
public:
    ReorderImpairment(const Reorder& config, RandomStream stream)
        : config_{config}, stream_{stream} {}
    void apply(Fate& fate) override {
        if (!stream_.chance(config_.probability)) return;
        fate.extra += config_.by;
        fate.ordered = false;  // whoever follows need not wait for it
    }

private:
    Reorder config_;
    RandomStream stream_;
};

}  // namespace

std::unique_ptr<Impairment> make_jitter(const Jitter& config, RandomStream stream) {
    return std::make_unique<JitterImpairment>(config, stream);
}

std::unique_ptr<Impairment> make_reorder(const Reorder& config, RandomStream stream) {
    return std::make_unique<ReorderImpairment>(config, stream);
}

}  // namespace seedwire::net
