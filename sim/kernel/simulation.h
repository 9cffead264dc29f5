// The sequential kernel: executes the events of all entities in EventKey order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "sim/base/time.h"
#include "sim/kernel/entity.h"

namespace seedwire {

struct AssertContext;

/// How far a run may go before it is stopped. Zero means no limit.
struct Limits {
    std::uint64_t events = 0;
    std::uint64_t memory_bytes = 0;  ///< resident size of the process, looked at now and then
};

class Simulation {
public:
    /// Why run_until() came back.
    enum class End {
        Quiescent,   ///< nothing but background entities wait for anything
        Deadline,    ///< everything at <= deadline was executed
        Stopped,     ///< stop() was called
        SliceDone,   ///< the number of events asked for was executed
        EventLimit,  ///< Limits::events reached
        MemoryLimit  ///< Limits::memory_bytes reached
    };

    explicit Simulation(std::uint64_t seed);
    ~Simulation();
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    /// Registers an entity before start(). Names are unique within a phase; the rank of an entity
    /// among events of one instant follows (phase, name), never the order of the calls. The id is
    /// the position of this call and is what wake() takes; it means nothing for the order.
    EntityId add(Entity& entity, std::string_view unique_name, Phase phase);
    /// Assigns the ranks. No add() afterwards; no wake() before.
    void start();

    /// `entity` now has something due at `at`, earlier than it said before (a later or equal moment
    /// is ignored: timers are lazy). Moves its one entry. Requires: at >= now(). Its
    /// is_background() is read even if nothing moves. If it is being executed just now, the earlier
    /// of this and what on_due() returns counts.
    void wake(EntityId entity, Time at);
    /// The same for whoever has the entity at hand, which saves looking it up.
    void wake(const Entity& entity, Time at) { wake_rank(entity.rank_, at); }

    /// Executes events with at <= deadline in EventKey order, `slice` of them at most. On Deadline
    /// now() == deadline afterwards, so that statistics over time have a defined denominator; on
    /// Quiescent now() is the time of the last event.
    End run_until(Time deadline, std::uint64_t slice = UINT64_MAX);
    /// Ends run_until() after the present event; outside of it, the next one before its first.
    void stop() { stopped_ = true; }

    void set_limits(Limits limits) { limits_ = limits; }
    /// Where the resident size in bytes comes from, asked every 65,536 events and once a slice;
    /// given from above, since the kernel reads no files. Without it there is no memory limit.
    void set_memory_probe(std::size_t (*probe)()) { memory_probe_ = probe; }
    Time now() const { return now_; }
    std::uint64_t seed() const { return seed_; }
    std::uint64_t executed_events() const { return executed_; }
    std::size_t pending() const;   ///< entries in the queue, background ones included
    std::size_t entities() const;  ///< registered entities; pending() never exceeds it

private:
    struct Registry;  // entities, names, ranks and the event queue

    void wake_rank(std::uint32_t rank, Time at);
    End execute(Time deadline, std::uint64_t count);
    static void describe(AssertContext& context, const void* kernel);

    std::unique_ptr<Registry> registry_;
    Time now_;
    std::uint64_t seed_;
    std::uint64_t executed_ = 0;
    Limits limits_;
    std::size_t (*memory_probe_)() = nullptr;
    bool stopped_ = false;
};

}  // namespace seedwire
