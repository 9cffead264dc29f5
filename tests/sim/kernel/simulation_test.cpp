#include "sim/kernel/simulation.h"

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "sim/base/random.h"
#include "tests/support/catch.h"
#include "tests/support/count_allocations.h"

using namespace seedwire;
using namespace seedwire::literals;

namespace {

Time at_ns(std::int64_t n) { return Time::from_ns(n); }

struct Executed {
    std::int64_t at_ns;
    std::string name;
    bool operator==(const Executed&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Executed& e) {
    return out << e.name << "@" << e.at_ns;
}

/// Is due at the times of a list; writes a log of names.
class Scripted : public Entity {
public:
    Scripted(std::string name, std::vector<std::int64_t> times, std::vector<Executed>& log)
        : name_{std::move(name)}, times_{times.begin(), times.end()}, log_{log} {}
    Time first() const { return times_.empty() ? Time::never() : at_ns(times_.front()); }
    Time on_due(Time now) override {
        log_.push_back({now.ns(), name_});
        while (!times_.empty() && at_ns(times_.front()) <= now) times_.pop_front();
        return first();
    }
    const std::string& name() const { return name_; }

private:
    std::string name_;
    std::deque<std::int64_t> times_;
    std::vector<Executed>& log_;
};

/// Does what a test gives it.
template <class Action>
class Acting : public Entity {
public:
    explicit Acting(Action action) : action_{action} {}
    Time on_due(Time now) override { return action_(now); }
    using Entity::set_background;

private:
    Action action_;
};

std::vector<Executed> run(const std::vector<std::string>& order_of_adding,
                          const std::vector<std::string>& active) {
    std::vector<Executed> log;
    std::deque<Scripted> entities;
    Simulation simulation{1};
    std::vector<EntityId> ids;
    for (const std::string& name : order_of_adding) {
        std::vector<std::int64_t> times{10, 20, 20 + static_cast<int>(name.size()), 40};
        if (std::find(active.begin(), active.end(), name) == active.end()) times.clear();
        entities.emplace_back(name, times, log);
        const Phase phase = name.starts_with("t") ? Phase::Timer : Phase::Arrival;
        ids.push_back(simulation.add(entities.back(), name, phase));
    }
    simulation.start();
    for (std::size_t i = 0; i < ids.size(); ++i) simulation.wake(ids[i], entities[i].first());
    CHECK(simulation.run_until(Time::never()) == Simulation::End::Quiescent);
    return log;
}

}  // namespace

TEST_CASE("Events of one instant run by phase, then by name", "[kernel]") {
    std::vector<Executed> log;
    Scripted timer{"a", {5}, log};
    Scripted arrival{"z", {5}, log};
    Scripted arrival2{"y", {5}, log};
    Scripted sample{"A", {5}, log};
    Scripted change{"zz", {5}, log};
    Simulation simulation{1};
    const EntityId ids[] = {
        simulation.add(sample, "A", Phase::Sample), simulation.add(timer, "a", Phase::Timer),
        simulation.add(arrival, "z", Phase::Arrival), simulation.add(arrival2, "y", Phase::Arrival),
        simulation.add(change, "zz", Phase::Change)};
    simulation.start();
    for (EntityId id : ids) simulation.wake(id, at_ns(5));
    simulation.run_until(Time::never());
    CHECK(log == std::vector<Executed>{{5, "zz"}, {5, "y"}, {5, "z"}, {5, "a"}, {5, "A"}});
}

TEST_CASE("The order of adding entities does not change the order of events", "[kernel]") {
    std::vector<std::string> names{"aa", "bbb", "c", "t1", "t22", "zzzz"};
    const std::vector<Executed> expected = run(names, names);
    const std::vector<std::string> active = names;
    do {
        REQUIRE(run(names, active) == expected);
    } while (std::next_permutation(names.begin(), names.end()));
}

TEST_CASE("An idle entity in the middle of the alphabet changes nothing", "[kernel]") {
    const std::vector<std::string> active{"aa", "bbb", "c", "t1", "t22", "zzzz"};
    CHECK(run({"aa", "bbb", "bbbb", "c", "t1", "t2", "t22", "zzzz"}, active) ==
          run(active, active));
}

TEST_CASE("Waking moves the one entry: earlier counts, later is ignored", "[kernel]") {
    std::vector<Executed> log;
    Scripted entity{"a", {30}, log};
    Simulation simulation{1};
    const EntityId id = simulation.add(entity, "a", Phase::Timer);
    simulation.start();
    simulation.wake(id, at_ns(30));
    simulation.wake(id, at_ns(50));
    CHECK(simulation.pending() == 1);
    simulation.wake(id, at_ns(20));
    CHECK(simulation.pending() == 1);
    simulation.wake(id, Time::never());
    CHECK(simulation.run_until(at_ns(100)) == Simulation::End::Quiescent);
    // Due at 20 as woken, and at 30 as it says itself.
    CHECK(log == std::vector<Executed>{{20, "a"}, {30, "a"}});
    CHECK(simulation.now() == at_ns(30));
    CHECK(simulation.executed_events() == 2);
}

TEST_CASE("An entity that wakes itself while executed gets the earlier moment", "[kernel]") {
    Simulation simulation{1};
    EntityId id;
    std::vector<std::int64_t> times;
    Acting entity{[&](Time now) {
        times.push_back(now.ns());
        if (times.size() == 1) {
            simulation.wake(id, at_ns(15));
            return at_ns(20);
        }
        if (times.size() == 2) {
            simulation.wake(id, at_ns(40));
            return at_ns(25);
        }
        return Time::never();
    }};
    id = simulation.add(entity, "a", Phase::Timer);
    simulation.start();
    simulation.wake(id, at_ns(10));
    simulation.run_until(Time::never());
    CHECK(times == std::vector<std::int64_t>{10, 15, 25});
}

TEST_CASE("An entity may wake another one in the same instant, of any phase", "[kernel]") {
    Simulation simulation{1};
    std::vector<Executed> log;
    Scripted arrival{"arrival", {10}, log};
    Scripted sample{"sample", {10}, log};
    EntityId arrival_id;
    Acting timer{[&](Time now) {
        log.push_back({now.ns(), "timer"});
        simulation.wake(arrival_id, now);
        return Time::never();
    }};
    arrival_id = simulation.add(arrival, "arrival", Phase::Arrival);
    const EntityId sample_id = simulation.add(sample, "sample", Phase::Sample);
    const EntityId timer_id = simulation.add(timer, "timer", Phase::Timer);
    simulation.start();
    simulation.wake(sample_id, at_ns(10));
    simulation.wake(timer_id, at_ns(10));
    simulation.run_until(Time::never());
    CHECK(log == std::vector<Executed>{{10, "timer"}, {10, "arrival"}, {10, "sample"}});
}

TEST_CASE("Background entities run, but do not keep a run alive", "[kernel]") {
    Simulation simulation{1};
    std::vector<Executed> log;
    Scripted work{"work", {25}, log};
    int samples = 0;
    Acting sampler{[&](Time now) {
        ++samples;
        return now + 10_ns;
    }};
    sampler.set_background(true);
    const EntityId work_id = simulation.add(work, "work", Phase::Arrival);
    const EntityId sampler_id = simulation.add(sampler, "sampler", Phase::Sample);
    simulation.start();
    simulation.wake(sampler_id, at_ns(0));
    SECTION("alone it runs nothing") {
        CHECK(simulation.run_until(at_ns(100)) == Simulation::End::Quiescent);
        CHECK(samples == 0);
        CHECK(simulation.pending() == 1);
    }
    SECTION("beside work it runs until the last of it") {
        simulation.wake(work_id, at_ns(25));
        CHECK(simulation.run_until(at_ns(100)) == Simulation::End::Quiescent);
        CHECK(samples == 3);
        CHECK(simulation.now() == at_ns(25));
    }
    SECTION("an entity that becomes foreground says so by waking, even without moving") {
        sampler.set_background(false);
        simulation.wake(sampler_id, at_ns(50));
        CHECK(simulation.run_until(at_ns(100)) == Simulation::End::Deadline);
        CHECK(samples == 11);
    }
}

TEST_CASE("A deadline is inclusive and becomes the present", "[kernel]") {
    std::vector<Executed> log;
    Scripted entity{"a", {10, 20, 30}, log};
    Simulation simulation{1};
    const EntityId id = simulation.add(entity, "a", Phase::Timer);
    simulation.start();
    simulation.wake(id, at_ns(10));
    CHECK(simulation.run_until(at_ns(20)) == Simulation::End::Deadline);
    CHECK(log.size() == 2);
    CHECK(simulation.now() == at_ns(20));
    CHECK(simulation.run_until(at_ns(25)) == Simulation::End::Deadline);
    CHECK(simulation.now() == at_ns(25));
    CHECK(simulation.run_until(at_ns(100)) == Simulation::End::Quiescent);
    CHECK(simulation.now() == at_ns(30));
}

TEST_CASE("Slices, limits and stop() end a run where they say", "[kernel]") {
    Simulation simulation{1};
    bool stop = false;
    Acting entity{[&](Time now) {
        if (stop) simulation.stop();
        return now + 1_ns;
    }};
    const EntityId id = simulation.add(entity, "a", Phase::Timer);
    simulation.start();
    simulation.wake(id, at_ns(1));
    CHECK(simulation.run_until(Time::never(), 10) == Simulation::End::SliceDone);
    CHECK(simulation.executed_events() == 10);
    CHECK(simulation.now() == at_ns(10));
    SECTION("events") {
        simulation.set_limits({.events = 25});
        CHECK(simulation.run_until(Time::never(), 10) == Simulation::End::SliceDone);
        CHECK(simulation.run_until(Time::never(), 10) == Simulation::End::EventLimit);
        CHECK(simulation.executed_events() == 25);
        CHECK(simulation.run_until(Time::never()) == Simulation::End::EventLimit);
        CHECK(simulation.executed_events() == 25);
    }
    SECTION("memory") {
        static std::size_t resident = 0;
        static int asked = 0;
        resident = 1000, asked = 0;
        simulation.set_memory_probe([] {
            if (++asked == 3) resident = 5000;
            return resident;
        });
        simulation.set_limits({.memory_bytes = 2000});
        CHECK(simulation.run_until(Time::never()) == Simulation::End::MemoryLimit);
        CHECK(simulation.executed_events() == 2 * 65'536);
    }
    SECTION("stop") {
        stop = true;
        CHECK(simulation.run_until(Time::never()) == Simulation::End::Stopped);
        CHECK(simulation.executed_events() == 11);
        stop = false;
        CHECK(simulation.run_until(Time::never(), 5) == Simulation::End::SliceDone);
    }
    SECTION("a run that reaches quiescence with its last event is quiescent") {
        CHECK(simulation.run_until(Time::never(), 0) == Simulation::End::SliceDone);
    }
}

namespace {

/// Many entities that reschedule themselves and wake each other at random.
class Crowd {
public:
    explicit Crowd(std::size_t count) {
        members_.reserve(count);
        for (std::size_t i = 0; i < count; ++i) members_.push_back(Member{*this, i});
        for (std::size_t i = 0; i < count; ++i) {
            ids_.push_back(
                simulation.add(members_[i], "m" + std::to_string(i), static_cast<Phase>(i % 4)));
        }
        simulation.start();
        for (std::size_t i = 0; i < count; ++i) simulation.wake(ids_[i], at_ns(1));
    }
    Simulation simulation{7};
    std::uint64_t order_hash = 0;
    bool at_most_one_each = true;

private:
    struct Member final : Entity {
        Member(Crowd& c, std::size_t i) : crowd{&c}, index{i} {}
        Time on_due(Time now) override { return crowd->on_due(index, now); }
        Crowd* crowd;
        std::size_t index;
    };
    Time on_due(std::size_t index, Time now) {
        order_hash = (order_hash ^ index ^ static_cast<std::uint64_t>(now.ns())) * 0x100000001B3;
        const std::uint64_t r = random_.next();
        const EntityId other = ids_[r % ids_.size()];
        simulation.wake(other, now + Duration::ns(static_cast<std::int64_t>(r >> 20 & 1023)));
        if (r % 1021 == 0)  // counting takes a look at every entity
            at_most_one_each = at_most_one_each && simulation.pending() <= simulation.entities();
        if ((r >> 40 & 7) == 0) return Time::never();
        return now + Duration::ns(1 + static_cast<std::int64_t>(r >> 44 & 4095));
    }
    std::vector<Member> members_;
    std::vector<EntityId> ids_;
    RandomStream random_{7, "crowd"};
};

}  // namespace

TEST_CASE("Pending entries never exceed entities, and nothing is allocated for events",
          "[kernel]") {
    const std::size_t count = GENERATE(std::size_t{10}, std::size_t{1000}, std::size_t{20'000});
    Crowd crowd{count};
    crowd.simulation.run_until(Time::never(), 10 * count);
    const std::uint64_t before = support::allocations();
    const auto end = crowd.simulation.run_until(Time::never(), 100'000);
    CHECK(support::allocations() == before);
    CHECK(crowd.at_most_one_each);
    CHECK((end == Simulation::End::SliceDone || end == Simulation::End::Quiescent));
}

TEST_CASE("Two runs, whole or in slices, execute the same events", "[kernel]") {
    Crowd whole{500};
    Crowd sliced{500};
    whole.simulation.run_until(Time::never(), 60'000);
    for (int i = 0; i < 6000; ++i) sliced.simulation.run_until(Time::never(), 10);
    CHECK(whole.order_hash == sliced.order_hash);
    CHECK(whole.simulation.now() == sliced.simulation.now());
}
