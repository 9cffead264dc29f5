// Packets that come twice, and packets that come damaged.
#include "models/net/impairment/impairment.h"

namespace seedwire::net {
namespace {

class DuplicateImpairment final : public Impairment {
public:
    DuplicateImpairment(const Duplicate& config, RandomStream stream)
        : config_{config}, stream_{stream} {}
    void apply(Fate& fate) override {
        const bool twice = stream_.chance(config_.probability);
        if (!twice || fate.lost) return;
        fate.wants_copy = true;
        fate.copy_after = config_.after;
    }

private:
    Duplicate config_;
    RandomStream stream_;
};

class CorruptImpairment final : public Impairment {
public:
    CorruptImpairment(const Corrupt& config, RandomStream stream)
        : config_{config}, stream_{stream} {}
    void apply(Fate& fate) override { fate.corrupted |= stream_.chance(config_.probability); }

private:
    Corrupt config_;
    RandomStream stream_;
};

}  // namespace

std::unique_ptr<Impairment> make_duplicate(const Duplicate& config, RandomStream stream) {
    return std::make_unique<DuplicateImpairment>(config, stream);
}

std::unique_ptr<Impairment> make_corrupt(const Corrupt& config, RandomStream stream) {
    return std::make_unique<CorruptImpairment>(config, stream);
}

}  // namespace seedwire::net
