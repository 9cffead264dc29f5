// What one event costs: the hold model (take the earliest entry, put it back later) for both queues
// and for the whole kernel, at several numbers of pending entries.
//
//     bench_event_queue                          all of them, ns per event
//     bench_event_queue tree|heap|kernel PENDING EVENTS
//
// Under callgrind the difference of two runs with different EVENTS gives the instructions per
// event.
#include "sim/kernel/event_queue.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "sim/base/random.h"
#include "sim/kernel/simulation.h"

using namespace seedwire;

namespace {

/// Delays as in a network: exponential with a mean of 20 ms. Drawn beforehand, a power of two.
std::vector<Duration> delays() {
    RandomStream random{1, "bench/event_queue"};
    std::vector<Duration> result;
    for (int i = 0; i < 1 << 14; ++i) {
        result.push_back(random.exponential(Duration::ms(20)) + Duration::ns(1));
    }
    return result;
}

template <class Queue>
void hold(Queue& queue, const std::vector<Duration>& delay, std::uint64_t events) {
    for (std::uint64_t i = 0; i < events; ++i) {
        const EventKey top = queue.top();
        queue.set({top.at + delay[i & (delay.size() - 1)], top.order});
    }
}

template <class Queue>
std::int64_t hold_model(std::size_t pending, std::uint64_t events) {
    const std::vector<Duration> delay = delays();
    Queue queue;
    queue.reset(pending);
    for (std::uint32_t rank = 0; rank < pending; ++rank) {
        queue.set({Time::zero() + delay[rank & (delay.size() - 1)], rank});
    }
    hold(queue, delay, 2 * pending);
    const auto begin = std::chrono::steady_clock::now();
    hold(queue, delay, events);
    return (std::chrono::steady_clock::now() - begin).count();
}

class Periodic final : public Entity {
public:
    Periodic(const std::vector<Duration>& delay, std::size_t start)
        : delay_{&delay}, next_{start} {}
    Time on_due(Time now) override {
        next_ = (next_ + 1) & (delay_->size() - 1);
        return now + (*delay_)[next_];
    }

private:
    const std::vector<Duration>* delay_;
    std::size_t next_;
};

std::int64_t kernel(std::size_t pending, std::uint64_t events) {
    const std::vector<Duration> delay = delays();
    std::vector<Periodic> entities;
    entities.reserve(pending);
    Simulation simulation{1};
    std::vector<EntityId> ids;
    for (std::size_t i = 0; i < pending; ++i) {
        entities.emplace_back(delay, i * 7);
        ids.push_back(simulation.add(entities[i], "e" + std::to_string(i), Phase::Timer));
    }
    simulation.start();
    for (std::size_t i = 0; i < pending; ++i) {
        simulation.wake(ids[i], Time::zero() + delay[i & (delay.size() - 1)]);
    }
    simulation.run_until(Time::never(), 2 * pending);
    const auto begin = std::chrono::steady_clock::now();
    simulation.run_until(Time::never(), events);
    return (std::chrono::steady_clock::now() - begin).count();
}

std::int64_t measure(const std::string& what, std::size_t pending, std::uint64_t events) {
    if (what == "tree") return hold_model<TournamentQueue>(pending, events);
    if (what == "heap") return hold_model<HeapQueue>(pending, events);
    return kernel(pending, events);
}

void print(const std::string& what, std::size_t pending, std::uint64_t events) {
    const auto ns = static_cast<double>(measure(what, pending, events));
    std::printf("%-7s %8zu pending  %7.1f ns per event\n", what.c_str(), pending,
                ns / static_cast<double>(events));
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 4) {
        print(argv[1], std::strtoull(argv[2], nullptr, 10), std::strtoull(argv[3], nullptr, 10));
        return 0;
    }
    for (const char* what : {"tree", "heap", "kernel"}) {
        for (std::size_t pending = 10; pending <= 1'000'000; pending *= 10) {
            print(what, pending, 4'000'000);
        }
    }
}
