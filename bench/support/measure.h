// Runs a scenario as `seedwire run` does, figures and digest on, and prints what it cost.
#pragma once

#include "harness/scenario/scenario.h"

namespace seedwire::bench {

struct Options {
    bool observers = true;  ///< digest and link figures, as in every run of the program
    /// Simulated time that is run before the measurement begins (start-up, growing buffers).
    Time warm_up;
};

/// One line: delivered segments/s, link transmissions/s, events/s, heap per connection (with its
/// share of hosts, links and packets), user CPU time.
void measure(const char* title, const scenario::Scenario& scenario, const Options& options);

/// Bytes of heap in use now, as the allocator counts them.
std::uint64_t heap_bytes();

}  // namespace seedwire::bench

/// What lies between its entry and exit is what instructions are counted in:
///     valgrind --tool=callgrind --toggle-collect=seedwire_measured bench_dumbbell 10
extern "C" void seedwire_measured(void (*work)(void*), void* context);
