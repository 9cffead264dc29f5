#include "bench/support/measure.h"

#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "harness/observe/digest.h"
#include "harness/observe/figures.h"
#include "harness/world/world.h"

// The function must stay a function: callgrind counts between its entry and its exit.
#ifdef __clang__
#define SEEDWIRE_OPAQUE __attribute__((noinline, optnone))
#else
#define SEEDWIRE_OPAQUE __attribute__((noipa))
#endif

extern "C" SEEDWIRE_OPAQUE void seedwire_measured(void (*work)(void*), void* context) {
    work(context);
}

namespace seedwire::bench {

namespace {

/// User CPU time of this process: what other processes do to the clock on the wall does not count.
double user_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec) +
           1e-6 * static_cast<double>(usage.ru_utime.tv_usec);
}

struct Counts {
    std::uint64_t segments = 0, transmissions = 0, events = 0;
};

Counts count(const world::World& world) {
    Counts c;
    for (std::uint32_t i = 0; i < world.figures().size(); ++i)
        c.segments += world.figures()[i].server.received + world.figures()[i].client.received;
    for (std::uint32_t d = 0; d < world.network().link_count() * 2; ++d)
        c.transmissions += world.network().counters(d).delivered;
    c.events = world.simulation().executed_events();
    return c;
}

}  // namespace

std::uint64_t heap_bytes() { return mallinfo2().uordblks + mallinfo2().hblkhd; }

void measure(const char* title, const scenario::Scenario& scenario, const Options& options) {
    const std::uint64_t heap_before = heap_bytes();
    world::World world{scenario};
    observe::DigestObserver digest{world.network(), world.connections()};
    if (options.observers) {
        world.recorder().add(digest);
    }
    world.start();
    world.simulation().run_until(options.warm_up);
    const Counts before = count(world);
    const double begin = user_seconds();
    seedwire_measured(
        [](void* w) {
            static_cast<world::World*>(w)->simulation().run_until(
                static_cast<world::World*>(w)->scenario().stop);
        },
        &world);
    const double seconds = user_seconds() - begin;
    const Counts after = count(world);
    const auto segments = static_cast<double>(after.segments - before.segments);
    const double bytes = static_cast<double>(heap_bytes() - heap_before) /
                         std::max<std::uint32_t>(1, world.figures().size());
    std::printf(
        "%-28s %10.0f segments  %9.0f segments/s  %10.0f transmissions/s  %10.0f events/s  "
        "%8.0f bytes/connection  %6.2f s\n",
        title, segments, segments / seconds,
        static_cast<double>(after.transmissions - before.transmissions) / seconds,
        static_cast<double>(after.events - before.events) / seconds, bytes, seconds);
    std::fflush(stdout);
    world.finish();
    world.recorder().clear();
}

}  // namespace seedwire::bench
