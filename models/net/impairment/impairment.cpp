// The chain of impairments of a link direction, and the making of each.
#include "models/net/impairment/impairment.h"

#include <string>

namespace seedwire::net {
namespace {

std::string stream_name(std::string_view direction, std::size_t position, std::string_view kind) {
    std::string name{direction};
    return name.append("/").append(std::to_string(position)).append("/").append(kind);
}

struct Maker {
    RandomStream stream;
    std::unique_ptr<Impairment> operator()(const BernoulliLoss& c) {
        return make_bernoulli(c, stream);
    }
    std::unique_ptr<Impairment> operator()(const GilbertElliottLoss& c) {
        return make_gilbert_elliott(c, stream);
    }
    std::unique_ptr<Impairment> operator()(const Jitter& c) { return make_jitter(c, stream); }
    std::unique_ptr<Impairment> operator()(const Reorder& c) { return make_reorder(c, stream); }
    std::unique_ptr<Impairment> operator()(const Duplicate& c) { return make_duplicate(c, stream); }
    std::unique_ptr<Impairment> operator()(const Corrupt& c) { return make_corrupt(c, stream); }
};

}  // namespace

std::string_view kind_of(const ImpairmentConfig& config) {
    static constexpr std::string_view kKinds[] = {"loss",    "gilbert_elliott", "jitter",
                                                  "reorder", "duplicate",       "corrupt"};
    static_assert(std::size(kKinds) == std::variant_size_v<ImpairmentConfig>);
    return kKinds[config.index()];
}

std::unique_ptr<Impairment> make_impairment(const ImpairmentConfig& config, std::uint64_t seed,
                                            std::string_view stream) {
    return std::visit(Maker{RandomStream{seed, stream}}, config);
}

ImpairmentChain::ImpairmentChain(const std::vector<ImpairmentConfig>& configs, std::uint64_t seed,
                                 std::string_view direction) {
    for (std::size_t i = 0; i < configs.size(); ++i) {
        chain_.push_back(
            make_impairment(configs[i], seed, stream_name(direction, i, kind_of(configs[i]))));
        const auto* loss = std::get_if<BernoulliLoss>(&configs[i]);
        if (loss != nullptr && loss->segments > 1)
            tracker_ = std::make_unique<TransmissionTracker>();
    }
}

const std::vector<Fate>& ImpairmentChain::apply(const Fate& start) {
    fates_.clear();
    fates_.push_back(start);
    apply_from(0, 0);
    return fates_;
}

void ImpairmentChain::apply_from(std::size_t position, std::size_t fate) {
    for (; position < chain_.size(); ++position) {
        chain_[position]->apply(fates_[fate]);
        if (!fates_[fate].wants_copy) continue;
        fates_[fate].wants_copy = false;
        Fate copy = fates_[fate];
        copy.copy = true;
        copy.extra += copy.copy_after;
        fates_.push_back(copy);
        apply_from(position + 1, fates_.size() - 1);
    }
}

void ImpairmentChain::set_loss(Probability probability, std::vector<ImpairmentConfig>& configs,
                               std::uint64_t seed, std::string_view direction) {
    for (std::size_t i = 0; i < configs.size(); ++i) {
        if (auto* loss = std::get_if<BernoulliLoss>(&configs[i])) {
            loss->probability = probability;
            static_cast<AdjustableLoss&>(*chain_[i]).set(probability);
            return;
        }
    }
    configs.emplace_back(BernoulliLoss{probability});
    const std::size_t position = configs.size() - 1;
    chain_.push_back(make_impairment(configs.back(), seed,
                                     stream_name(direction, position, kind_of(configs.back()))));
}

}  // namespace seedwire::net
