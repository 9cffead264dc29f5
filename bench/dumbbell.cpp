// Bulk transfers through a dumbbell: what a delivered segment costs, from 1 to 10,000 flows.
//
//     bench_dumbbell              N = 1, 10, 100, 1000, 10,000
//     bench_dumbbell N [SECONDS]  one of them
#include "bench/support/dumbbell.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/support/measure.h"

using namespace seedwire;

namespace {

void run(std::uint32_t pairs, std::int64_t milliseconds) {
    bench::Dumbbell d;
    d.pairs = pairs;
    d.bottleneck = Rate::bits_per_second(10'000'000LL * pairs);
    d.access = Rate::bits_per_second(100'000'000);
    d.stop = Time::zero() + Duration::ms(2000 + milliseconds);
    const std::string title = "dumbbell N = " + std::to_string(pairs);
    bench::measure(title.c_str(), bench::make(d), {true, Time::zero() + Duration::ms(2000)});
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1) {
        const auto seconds = argc > 2 ? std::strtod(argv[2], nullptr) : 10.0;
        run(static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10)),
            static_cast<std::int64_t>(seconds * 1000));
        return 0;
    }
    // About a million segments each.
    run(1, 400'000);
    run(10, 100'000);
    run(100, 12'000);
    run(1000, 1'500);
    run(10'000, 300);
}
