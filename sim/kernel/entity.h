// What has a next moment, and the order in which such moments are executed.
#pragma once

#include <cstdint>

#include "sim/base/time.h"

namespace seedwire {

/// What happens first among events of one instant: a change of the network beats a segment, a
/// segment beats the timer it would stop, and whoever only looks comes last.
enum class Phase : std::uint8_t { Change, Arrival, Timer, Sample };

/// Names an entity within one Simulation. Dense; valid after Simulation::start().
struct EntityId {
    std::uint32_t value = UINT32_MAX;
    constexpr bool operator==(const EntityId&) const = default;
};

/// The total order of events: 16 bytes, compared as one 128-bit integer. No field depends on the
/// global order of insertion, so the sequential kernel, the parallel kernel and a re-run all
/// execute the same sequence.
struct EventKey {
    Time at;                  ///< when it happens
    std::uint64_t order = 0;  ///< phase (top 2 bits), then the entity's rank by name
    constexpr auto operator<=>(const EventKey&) const = default;
};

/// Whatever has its own next moment: a link's transmitter, a link's receiving end, a host's timers,
/// the timeline, a sampler. An entity has at most one entry in the event queue, its earliest;
/// what is due then only the entity knows (a receiving end: the head of its in-flight FIFO).
class Entity {
public:
    virtual ~Entity() = default;
    /// Does what is due at `now` and returns the next moment (> now), Time::never() when idle.
    /// May wake other entities (at >= now), not itself: the return value does that.
    virtual Time on_due(Time now) = 0;
    /// Asks for the memory that on_due() will read. Called when it is probably the next to be
    /// executed; does nothing that could be observed.
    virtual void prefetch() const {}
    /// True while all that this entity waits for does not keep a run alive (keepalive timers,
    /// samplers). Read after every on_due() and wake(), so it is a flag and no question.
    bool is_background() const { return background_; }

protected:
    void set_background(bool background) { background_ = background; }

private:
    friend class Simulation;
    std::uint32_t rank_ = UINT32_MAX;  // among all entities, from Simulation::start() on
    bool background_ = false;
};

}  // namespace seedwire
