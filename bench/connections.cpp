// Connections as such: 20,000 short ones from SYN to TIME-WAIT, and what 100,000 idle ones weigh.
#include <sys/resource.h>

#include <cstdio>

#include "bench/support/dumbbell.h"
#include "bench/support/measure.h"
#include "harness/world/world.h"

using namespace seedwire;

namespace {

/// Responses of 20 kB on `count` connections, `pairs` clients and servers.
scenario::Scenario connections(std::uint32_t pairs, std::uint32_t count, Duration gap, Time stop) {
    bench::Dumbbell d;
    d.pairs = pairs;
    d.bottleneck = Rate::bits_per_second(10'000'000'000);
    d.access = Rate::bits_per_second(10'000'000'000);
    d.congestion = tcp::CongestionName::Cubic;
    d.stop = stop;
    scenario::Scenario s = bench::make(d);
    for (std::uint32_t i = 0; i < pairs; ++i) {
        scenario::FlowSpec& flow = s.flows[i];
        flow.count = count / pairs;
        flow.starts.clear();
        for (std::uint32_t k = 0; k < flow.count; ++k)
            flow.starts.push_back(Time::zero() + gap * (std::int64_t{k} * pairs + i));
        flow.config.kind = app::Kind::RequestResponse;
        flow.config.start = flow.starts.front();
        flow.config.stop = Time::never();
        flow.config.request = Bytes{100};
        flow.config.response = Bytes{20'000};
        flow.config.backlog = 4096;
    }
    return s;
}

double seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec) +
           1e-6 * static_cast<double>(usage.ru_utime.tv_usec);
}

void short_ones() {
    constexpr std::uint32_t kCount = 20'000;
    const scenario::Scenario s = connections(10, kCount, Duration::us(50), Time::never());
    const double begin = seconds();
    world::World world{s};
    world.start();
    world.simulation().run_until(Time::never());
    world.finish();
    std::printf("%u short connections          %9.0f connections/s, SYN to the end of TIME-WAIT\n",
                kCount, kCount / (seconds() - begin));
}

void idle_ones() {
    constexpr std::uint32_t kCount = 100'000;
    // Established after two round trips at most; the response is a long time coming.
    scenario::Scenario s =
        connections(100, kCount, Duration::us(10), Time::zero() + Duration::s(3));
    for (scenario::FlowSpec& flow : s.flows) flow.config.think = Duration::s(1000);
    const std::uint64_t before = bench::heap_bytes();
    world::World world{s};
    const std::uint64_t empty = bench::heap_bytes();
    world.start();
    world.simulation().run_until(s.stop);
    const std::uint64_t full = bench::heap_bytes();
    std::uint32_t open = 0;
    for (std::uint32_t i = 0; i < world.figures().size(); ++i)
        open += world.figures()[i].client.established.is_never() ? 0 : 1;
    std::printf(
        "%u idle connections          %9.0f bytes each, both ends (%.1f MB for the world itself)\n",
        open, static_cast<double>(full - empty) / open, static_cast<double>(empty - before) / 1e6);
    world.finish();
}

}  // namespace

int main() {
    short_ones();
    idle_ones();
}
