// A simulator inside a C++ program: an entity of our own, executed by the kernel of seedwire.
#include <cstdio>
#include <string>

#include "sim/base/quantity.h"
#include "sim/base/random.h"
#include "sim/kernel/simulation.h"

namespace {

/// Arrivals at a bus stop: the time between two of them is exponentially distributed.
class BusStop final : public seedwire::Entity {
public:
    BusStop(std::uint64_t seed, seedwire::Time until)
        : waits_{seed, "bus stop/arrivals"}, until_{until} {}

    seedwire::Time on_due(seedwire::Time now) override {
        std::printf("%s: passenger %d\n", to_string(now.since_start()).c_str(), ++passengers_);
        const seedwire::Time next = now + waits_.exponential(seedwire::Duration::s(60));
        return next <= until_ ? next : seedwire::Time::never();
    }
    int passengers() const { return passengers_; }

private:
    seedwire::RandomStream waits_;
    seedwire::Time until_;
    int passengers_ = 0;
};

}  // namespace

int main() {
    using seedwire::Duration, seedwire::Time;
    const Time closing = Time::zero() + Duration::s(600);
    seedwire::Simulation simulation{1};
    BusStop stop{simulation.seed(), closing};
    const seedwire::EntityId id = simulation.add(stop, "bus stop", seedwire::Phase::Timer);
    simulation.start();
    simulation.wake(id, Time::zero());
    simulation.run_until(closing);
    return stop.passengers() > 0 ? 0 : 1;
}
