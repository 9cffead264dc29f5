// One flow over a fast line with random loss: the cost of a segment must not grow with the window.
#include "bench/support/dumbbell.h"
#include "bench/support/measure.h"

using namespace seedwire;

namespace {

void run(const char* title, std::int64_t gigabits, Probability loss, std::int64_t milliseconds) {
    bench::Dumbbell d;
    d.pairs = 1;
    d.bottleneck = Rate::bits_per_second(gigabits * 1'000'000'000);
    d.access = Rate::bits_per_second(10 * gigabits * 1'000'000'000);
    d.loss = loss;
    d.congestion = tcp::CongestionName::Cubic;
    d.stop = Time::zero() + Duration::ms(milliseconds);
    scenario::Scenario s = bench::make(d);
    for (auto& node : s.nodes) {
        node.sysctls.tcp_rmem[2] = 256 << 20;
        node.sysctls.tcp_wmem[2] = 256 << 20;
    }
    bench::measure(title, s, {true, Time::zero() + Duration::ms(milliseconds / 10)});
}

}  // namespace

int main() {
    run("1 Gbit/s, no loss", 1, Probability::never(), 20'000);
    run("1 Gbit/s, loss 1/20,000", 1, Probability{Ratio::of(1, 20'000)}, 20'000);
    run("10 Gbit/s, no loss", 10, Probability::never(), 2'000);
    run("10 Gbit/s, loss 1/200,000", 10, Probability{Ratio::of(1, 200'000)}, 4'000);
}
