#include "sim/kernel/event_queue.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "sim/base/random.h"
#include "sim/kernel/timer.h"
#include "tests/support/catch.h"
#include "tests/support/count_allocations.h"

using namespace seedwire;
using namespace seedwire::literals;

namespace {

EventKey key_of(std::int64_t at, std::uint32_t rank) {
    return {Time::from_ns(at), std::uint64_t{rank % 4} << 62 | rank};
}

/// The obvious queue: a sorted map.
class Model {
public:
    void set(EventKey key) {
        remove(IndexedHeap::index_of(key));
        keys_[IndexedHeap::index_of(key)] = key;
        sorted_[{key.at, key.order}] = 0;
    }
    void remove(std::uint32_t rank) {
        const auto found = keys_.find(rank);
        if (found == keys_.end()) return;
        sorted_.erase({found->second.at, found->second.order});
        keys_.erase(found);
    }
    bool empty() const { return sorted_.empty(); }
    std::size_t size() const { return sorted_.size(); }
    EventKey top() const { return {sorted_.begin()->first.first, sorted_.begin()->first.second}; }

private:
    std::map<std::uint32_t, EventKey> keys_;
    std::map<std::pair<Time, std::uint64_t>, int> sorted_;
};

struct Load {
    std::size_t entities;
    unsigned spread_bits;  ///< delays below 2^spread_bits ns, of every magnitude
    bool coarse;           ///< many equal times
};

/// Random operations on a queue and the model; times never lie before the last one popped.
template <class Queue>
void compare_with_model(const Load& load, int operations) {
    Queue queue;
    Model model;
    queue.reset(load.entities);
    RandomStream random{load.entities * 64 + load.spread_bits, "event_queue"};
    std::int64_t now = 0;
    const auto random_time = [&] {
        std::uint64_t delay = random.next() >> (64 - load.spread_bits);
        delay >>= random.below(load.spread_bits);
        if (load.coarse) delay = delay / 1000 * 1000;
        std::int64_t at = 0;
        return __builtin_add_overflow(now, static_cast<std::int64_t>(delay), &at) || at == INT64_MAX
                   ? INT64_MAX - 1
                   : at;
    };
    for (int i = 0; i < operations; ++i) {
        const auto rank = static_cast<std::uint32_t>(random.below(load.entities));
        const std::uint64_t choice = random.below(16);
        if (choice < 6 || model.empty()) {
            const EventKey key = key_of(random_time(), rank);
            queue.set(key), model.set(key);
        } else if (choice == 6) {
            queue.remove(rank), model.remove(rank);
        } else if (choice == 7) {
            REQUIRE(queue.top() == model.top());  // a look does not commit to that time
        } else {
            const EventKey top = model.top();
            REQUIRE(queue.top() == top);
            now = top.at.ns();
            const std::uint32_t due = IndexedHeap::index_of(top);
            if (random.below(4) == 0) {
                queue.remove(due), model.remove(due);
            } else {
                const EventKey next = key_of(random_time(), due);
                queue.set(next), model.set(next);
            }
        }
        REQUIRE(queue.size() == model.size());
        REQUIRE(queue.empty() == model.empty());
    }
    while (!model.empty()) {
        REQUIRE(queue.top() == model.top());
        queue.remove(IndexedHeap::index_of(model.top()));
        model.remove(IndexedHeap::index_of(model.top()));
    }
    CHECK(queue.empty());
}

}  // namespace

TEMPLATE_TEST_CASE("A queue pops what a sorted map pops", "[kernel][event_queue]", TournamentQueue,
                   HeapQueue) {
    const auto load = GENERATE(Load{1, 20, false}, Load{7, 30, true}, Load{100, 10, false},
                               Load{100, 40, false}, Load{3000, 12, false}, Load{3000, 20, true},
                               Load{3000, 34, false}, Load{3000, 62, false}, Load{3000, 63, true});
    compare_with_model<TestType>(load, 40'000);
}

TEMPLATE_TEST_CASE("A queue allocates nothing after reset()", "[kernel][event_queue]",
                   TournamentQueue, HeapQueue) {
    constexpr std::uint32_t count = 3000;
    TestType queue;
    queue.reset(count);
    RandomStream random{1, "allocations"};
    const std::uint64_t before = support::allocations();
    for (std::uint32_t rank = 0; rank < count; ++rank) {
        queue.set(key_of(static_cast<std::int64_t>(random.below(1'000'000)), rank));
    }
    for (int i = 0; i < 50'000; ++i) {
        const EventKey top = queue.top();
        queue.set(
            {top.at + Duration::ns(static_cast<std::int64_t>(random.below(1'000'000))), top.order});
    }
    CHECK(support::allocations() == before);
}

TEST_CASE("A timer heap gives deadlines by time, then by id", "[kernel][timer]") {
    TimerHeap timers;
    timers.set(3, Time::from_ns(10));
    timers.set(1, Time::from_ns(10));
    timers.set(2, Time::from_ns(5));
    timers.set(70'000, Time::from_ns(20));
    CHECK(timers.earliest() == Time::from_ns(5));
    CHECK(timers.at(3) == Time::from_ns(10));
    CHECK(timers.at(4).is_never());
    CHECK(timers.at(100'000'000).is_never());
    CHECK_FALSE(timers.pop_due(Time::from_ns(4)).has_value());
    timers.set(2, Time::from_ns(30));
    CHECK(timers.pop_due(Time::from_ns(10)) == 1U);
    CHECK(timers.pop_due(Time::from_ns(10)) == 3U);
    CHECK_FALSE(timers.pop_due(Time::from_ns(10)).has_value());
    timers.cancel(70'000);
    timers.cancel(99);
    timers.set(2, Time::never());
    CHECK(timers.empty());
    CHECK(timers.earliest().is_never());
    timers.reserve(200'000);
    const std::uint64_t before = support::allocations();
    for (std::uint32_t id = 0; id < 200'000; ++id) timers.set(id, Time::from_ns(id * 7 % 1000));
    CHECK(timers.size() == 200'000);
    CHECK(support::allocations() == before);
}

TEST_CASE("A lazy timer is one word", "[kernel][timer]") {
    LazyTimer timer;
    CHECK_FALSE(timer.is_running());
    CHECK_FALSE(timer.is_due(Time::from_ns(1)));
    timer.restart(Time::from_ns(10));
    timer.restart(Time::from_ns(20));
    CHECK_FALSE(timer.is_due(Time::from_ns(10)));
    CHECK(timer.is_due(timer.deadline()));
    timer.stop();
    CHECK_FALSE(timer.is_due(Time::from_ns(20)));
}
