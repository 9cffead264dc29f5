// Workers, their queue and the accounts of both.
#include "models/host/cpu.h"

#include "tests/support/catch.h"

namespace seedwire::host {

namespace {

using namespace literals;

Time at(Duration since_start) { return Time::zero() + since_start; }

}  // namespace

TEST_CASE("Work begins at once while a worker is free", "[cpu]") {
    Cpu cpu{2};
    CHECK(cpu.submit(at(10_us), 5_us) == at(15_us));
    CHECK(cpu.submit(at(10_us), 7_us) == at(17_us));
    CHECK(cpu.backlog(at(10_us)) == 5_us);
    CHECK(cpu.submit(at(10_us), 1_us) == at(16_us));
    CHECK(cpu.waited() == 5_us);
    CHECK(cpu.longest_wait() == 5_us);
    CHECK(cpu.busy() == 13_us);
    CHECK(cpu.pieces() == 3);
}

TEST_CASE("Arrivals above the capacity wait longer and longer", "[cpu]") {
    Cpu cpu;
    Time done;
    for (int i = 0; i < 1000; ++i) done = cpu.submit(at(100_us * i), 410_us);
    CHECK(done == at(410_us * 1000));
    CHECK(cpu.backlog(at(100_us * 999)) == 410_us * 1000 - 100_us * 999);
}

TEST_CASE("A slower host takes longer, exactly", "[cpu]") {
    const Cpu cpu{1, Ratio{3, 2}};
    CHECK(cpu.scaled(410_us) == 615_us);
    const Cpu third{1, Ratio{1, 3}};
    CHECK(third.scaled(100_ns) == 33_ns);
}

}  // namespace seedwire::host
