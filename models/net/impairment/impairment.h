// What becomes of a packet on the wire after it has been serialised.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "models/net/config.h"
#include "models/wire/packet.h"
#include "sim/base/random.h"

namespace seedwire::net {

/// The lot of one packet, or of one copy of it, as the chain goes on.
struct Fate {
    Time undisturbed;    ///< departure + delay
    Time ordered_until;  ///< nothing that keeps its order may arrive before
    Duration extra;      ///< arrival beyond `undisturbed`
    bool lost = false, corrupted = false;
    bool ordered = false;  ///< stays behind its predecessors
    bool copy = false;
    bool wants_copy = false;     ///< set by a duplication, taken by the chain
    Duration copy_after;         ///< meaningful with wants_copy
    std::uint32_t position = 0;  ///< in what its host handed over at once, see TransmissionTracker
    Time arrival() const { return undisturbed + extra; }
};

/// One cause of trouble. It draws the same number of times for every packet, whatever happened to
/// the packet before, so that its knobs and its neighbours do not shift its stream.
class Impairment {
public:
    virtual ~Impairment() = default;
    virtual void apply(Fate& fate) = 0;
};

/// "loss", "gilbert_elliott", "jitter", "reorder", "duplicate", "corrupt".
std::string_view kind_of(const ImpairmentConfig& config);
/// `stream` names the one random stream of this impairment.
std::unique_ptr<Impairment> make_impairment(const ImpairmentConfig& config, std::uint64_t seed,
                                            std::string_view stream);

std::unique_ptr<Impairment> make_bernoulli(const BernoulliLoss& config, RandomStream stream);
std::unique_ptr<Impairment> make_gilbert_elliott(const GilbertElliottLoss& config,
                                                 RandomStream stream);
std::unique_ptr<Impairment> make_jitter(const Jitter& config, RandomStream stream);
std::unique_ptr<Impairment> make_reorder(const Reorder& config, RandomStream stream);
std::unique_ptr<Impairment> make_duplicate(const Duplicate& config, RandomStream stream);
std::unique_ptr<Impairment> make_corrupt(const Corrupt& config, RandomStream stream);

/// Finds the segments that a host with segmentation offload would hand over as one: of one
/// connection, at one moment, in sequence, all but the last as large as the first.
class TransmissionTracker {
public:
    /// The packet's position in such a run, 0 for the first. For every packet, in order.
    std::uint32_t position_of(Time now, const wire::Packet& packet);

private:
    Time at_ = Time::never();
    std::uint32_t flow_ = wire::kNoFlow, position_ = 0;
    std::uint16_t first_ = 0, last_ = 0;
    std::uint64_t next_ = 0;
    bool forward_ = false;
};

/// The impairments of one direction, applied in the order listed.
class ImpairmentChain {
public:
    /// `direction` is "link/<name>/up" or "link/<name>/down"; the streams are called
    /// "<direction>/<position>/<kind>".
    ImpairmentChain(const std::vector<ImpairmentConfig>& configs, std::uint64_t seed,
                    std::string_view direction);
    bool empty() const { return chain_.empty(); }
    /// What becomes of the packet: its own fate first, then those of copies made on the way, each
    /// of which went through the rest of the chain by itself. Valid until the next call.
    const std::vector<Fate>& apply(const Fate& start);
    /// What Fate::position is for this packet; 0 where nothing asks for it.
    std::uint32_t position_of(Time now, const wire::Packet& packet) {
        return tracker_ ? tracker_->position_of(now, packet) : 0;
    }
    /// Changes the first Bernoulli loss, or adds one at the end; its stream goes on where it is.
    void set_loss(Probability probability, std::vector<ImpairmentConfig>& configs,
                  std::uint64_t seed, std::string_view direction);

private:
    void apply_from(std::size_t position, std::size_t fate);

    std::vector<std::unique_ptr<Impairment>> chain_;
    std::vector<Fate> fates_;
    std::unique_ptr<TransmissionTracker> tracker_;  ///< null: none of them asks
};

/// A Bernoulli loss whose probability can change while the run goes on.
class AdjustableLoss : public Impairment {
public:
    virtual void set(Probability probability) = 0;
};

}  // namespace seedwire::net
