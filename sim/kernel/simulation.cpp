// The sequential kernel: executes the events of all entities in EventKey order.
#include "sim/kernel/simulation.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/assert.h"
#include "sim/kernel/event_queue.h"

namespace seedwire {
namespace {

constexpr std::uint32_t kNobody = UINT32_MAX;
constexpr int kPhaseShift = 62;
// With fewer entities all that events touch fits into the caches next to the core, and looking
// ahead costs more than it brings.
constexpr std::size_t kLookAheadFrom = 256;
// Of an entity, asked for when it comes next. Cache lines of 64 bytes.
constexpr std::size_t kPrefetchedLines = 7, kLine = 64;

// Reading the resident size costs microseconds; a run cannot grow much in so many events.
constexpr std::uint64_t kEventsPerMemoryProbe = 1U << 16;

}  // namespace

struct Simulation::Registry {
    /// What the kernel touches for each event: half a cache line, by rank.
    struct Scheduled {
        Entity* entity = nullptr;
        Time at = Time::never();     // of its entry in the queue
        std::uint64_t order = 0;     // EventKey::order
        bool keeps_running = false;  // it has an entry, and that one keeps the run alive
    };
    struct Registration {
        Entity* entity;
        std::string name;
        Phase phase;
    };

    std::vector<Registration> registrations;  // by EntityId
    std::vector<std::uint32_t> rank_of;       // by EntityId
    std::vector<std::uint32_t> id_of;         // by rank
    std::vector<Scheduled> scheduled;         // by rank
    TournamentQueue queue;
    bool looks_ahead = false;
    const Entity* expected_next = nullptr;  // by look_ahead()
    std::size_t foreground = 0;             // entries that keep the run alive
    std::uint32_t current = kNobody;        // rank of the entity being executed
    Time woken_itself = Time::never();
    bool started = false;

    void assign_ranks();
    /// Asks for the memory of the entities that come after this one (unless it wakes others): by
    /// then it is at hand. Returns the next one if it is still to be asked what else it reads.
    const Entity* look_ahead(std::uint32_t rank) {
        const TournamentQueue::RunnersUp coming = queue.runners_up(rank);
        const Entity* next = entity_of(coming.next);
        const Entity* later = entity_of(coming.later);
        const bool expected = next == expected_next;
        expected_next = later;
        if (later != nullptr) ask_for(later);
        if (next == nullptr) return nullptr;
        if (!expected) {
            ask_for(next);
            return next;
        }
        // Its own memory has come meanwhile, and tells what more will be read.
        next->prefetch();
        return nullptr;
    }
    const Entity* entity_of(std::uint64_t order) const {
        return order == UINT64_MAX ? nullptr : scheduled[static_cast<std::uint32_t>(order)].entity;
    }
    static void ask_for(const Entity* entity) {
        const char* memory = reinterpret_cast<const char*>(entity);
        for (std::size_t i = 0; i < kPrefetchedLines; ++i) __builtin_prefetch(memory + i * kLine);
    }
    /// Counts the entity among those that keep the run alive, or no longer.
    void update_liveness(Scheduled& entry) {
        const bool keeps_running = !entry.at.is_never() && !entry.entity->is_background();
        foreground += std::size_t{keeps_running};
        foreground -= std::size_t{entry.keeps_running};
        entry.keeps_running = keeps_running;
    }
};

void Simulation::Registry::assign_ranks() {
    const std::size_t count = registrations.size();
    id_of.resize(count);
    for (std::uint32_t id = 0; id < count; ++id) id_of[id] = id;
    const auto key = [this](std::uint32_t id) {
        return std::pair<Phase, std::string_view>{registrations[id].phase, registrations[id].name};
    };
    std::sort(id_of.begin(), id_of.end(),
              [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
    rank_of.resize(count);
    scheduled.resize(count);
    for (std::uint32_t rank = 0; rank < count; ++rank) {
        const std::uint32_t id = id_of[rank];
        const bool unique = rank == 0 || key(id_of[rank - 1]) != key(id);
        SEEDWIRE_ASSERT(unique);
        rank_of[id] = rank;
        registrations[id].entity->rank_ = rank;
        scheduled[rank].entity = registrations[id].entity;
        scheduled[rank].order =
            std::uint64_t{static_cast<std::uint8_t>(registrations[id].phase)} << kPhaseShift | rank;
    }
    queue.reset(count);
    looks_ahead = count >= kLookAheadFrom;
}

Simulation::Simulation(std::uint64_t seed) : registry_{std::make_unique<Registry>()}, seed_{seed} {}

Simulation::~Simulation() = default;

EntityId Simulation::add(Entity& entity, std::string_view unique_name, Phase phase) {
    SEEDWIRE_ASSERT(!registry_->started);
    SEEDWIRE_ASSERT(registry_->registrations.size() < kNobody);
    registry_->registrations.push_back({&entity, std::string{unique_name}, phase});
    return {static_cast<std::uint32_t>(registry_->registrations.size() - 1)};
}

void Simulation::start() {
    SEEDWIRE_ASSERT(!registry_->started);
    registry_->started = true;
    registry_->assign_ranks();
}

void Simulation::wake(EntityId entity, Time at) {
    Registry& r = *registry_;
    SEEDWIRE_ASSERT(entity.value < r.rank_of.size());
    wake_rank(r.rank_of[entity.value], at);
}

void Simulation::wake_rank(std::uint32_t rank, Time at) {
    Registry& r = *registry_;
    SEEDWIRE_ASSERT(rank < r.scheduled.size());
    SEEDWIRE_ASSERT(at >= now_);
    if (rank == r.current) {
        r.woken_itself = std::min(r.woken_itself, at);
        return;
    }
    Registry::Scheduled& entry = r.scheduled[rank];
    if (at < entry.at) {
        entry.at = at;
        r.queue.advance({at, entry.order});
    }
    // Even if the entry stays: a host whose keepalive timer was pending may now wait for more.
    r.update_liveness(entry);
}

/// Executes `count` events at most. Returns why it came back; SliceDone when `count` are done.
Simulation::End Simulation::execute(Time deadline, std::uint64_t count) {
    Registry& r = *registry_;
    TournamentQueue& queue = r.queue;
    for (;;) {
        if (stopped_) return End::Stopped;
        if (r.foreground == 0) return End::Quiescent;
        const EventKey key = queue.top();
        if (key.at > deadline) return End::Deadline;
        if (count == 0) return End::SliceDone;
        --count;
        SEEDWIRE_ASSERT(key.at >= now_);
        now_ = key.at;
        ++executed_;
        const std::uint32_t rank = IndexedHeap::index_of(key);
        Registry::Scheduled& entry = r.scheduled[rank];
        r.current = rank;
        r.woken_itself = Time::never();
        const Entity* coming = r.looks_ahead ? r.look_ahead(rank) : nullptr;
        Time next = entry.entity->on_due(key.at);
        r.current = kNobody;
        if (coming != nullptr) coming->prefetch();
        SEEDWIRE_ASSERT(next > key.at);
        next = std::min(next, r.woken_itself);
        entry.at = next;
        // The entry stayed in the queue meanwhile: one move instead of a removal and an insertion.
        queue.set({next, key.order});
        r.update_liveness(entry);
    }
}

Simulation::End Simulation::run_until(Time deadline, std::uint64_t slice) {
    SEEDWIRE_ASSERT(registry_->started);
    SEEDWIRE_ASSERT(registry_->current == kNobody);
    SEEDWIRE_ASSERT(deadline >= now_);
    AssertContext& context = assert_context();
    const AssertContext::Refresh outer_refresh = std::exchange(context.refresh, &describe);
    const void* outer_kernel = std::exchange(context.kernel, this);

    const std::uint64_t slice_end = slice > UINT64_MAX - executed_ ? UINT64_MAX : executed_ + slice;
    const std::uint64_t last = limits_.events == 0 ? UINT64_MAX : limits_.events;
    End end = End::SliceDone;
    for (;;) {
        std::uint64_t until = std::min(slice_end, std::max(last, executed_));
        if (limits_.memory_bytes > 0 && memory_probe_ != nullptr) {
            if (memory_probe_() > limits_.memory_bytes) {
                end = End::MemoryLimit;
                break;
            }
            until =
                std::min(until, (executed_ / kEventsPerMemoryProbe + 1) * kEventsPerMemoryProbe);
        }
        end = execute(deadline, until - executed_);
        if (end != End::SliceDone) break;
        if (executed_ >= last) {
            end = End::EventLimit;
            break;
        }
        if (executed_ >= slice_end) break;
    }
    if (end == End::Deadline && !deadline.is_never()) now_ = deadline;
    stopped_ = false;
    context.refresh = outer_refresh;
    context.kernel = outer_kernel;
    return end;
}

void Simulation::describe(AssertContext& context, const void* kernel) {
    const Simulation& simulation = *static_cast<const Simulation*>(kernel);
    const Registry& r = *simulation.registry_;
    context.seed = simulation.seed_;
    context.time_ns = simulation.now_.ns();
    if (r.current == kNobody) return;
    context.event_order = r.scheduled[r.current].order;
    context.entity = r.registrations[r.id_of[r.current]].name.c_str();
}

std::size_t Simulation::pending() const { return registry_->queue.size(); }
std::size_t Simulation::entities() const { return registry_->registrations.size(); }

}  // namespace seedwire
