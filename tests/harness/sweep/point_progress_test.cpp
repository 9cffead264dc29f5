#include "harness/sweep/point_progress.h"

#include <algorithm>

#include "sim/base/random.h"
#include "tests/support/catch.h"

using namespace seedwire;
using namespace seedwire::sweep;

namespace {

Record record_with(double value) {
    Record record;
    record.figures = {value};
    return record;
}

study::Repeat until(double width, std::uint32_t minimum, std::uint32_t maximum) {
    study::Repeat repeat;
    repeat.minimum = minimum, repeat.maximum = maximum;
    study::Repeat::Until rule;
    rule.width = width;
    repeat.until.push_back(rule);
    return repeat;
}

/// The number of runs it takes, when they come in this order.
std::uint32_t decide(const study::Repeat& repeat, const std::vector<std::uint32_t>& order,
                     const std::vector<double>& values) {
    const std::vector<std::size_t> rules{0};
    PointProgress point{repeat, rules};
    for (const std::uint32_t r : order) point.add(r, record_with(values[r]));
    REQUIRE(point.is_decided());
    return point.target();
}

}  // namespace

TEST_CASE("a fixed number of runs is decided when all are there", "[sweep][repeat]") {
    study::Repeat repeat;
    repeat.minimum = repeat.maximum = 3;
    const std::vector<std::size_t> none;
    PointProgress point{repeat, none};
    point.add(2, {});
    point.add(0, {});
    CHECK_FALSE(point.is_decided());
    CHECK(point.take_next() == 1U);
    point.add(1, {});
    CHECK(point.is_decided());
}

TEST_CASE("equal values need no more than the minimum, wild ones the maximum", "[sweep][repeat]") {
    std::vector<std::uint32_t> order;
    std::vector<double> equal, wild;
    for (std::uint32_t i = 0; i < 50; ++i) {
        order.push_back(i);
        equal.push_back(7);
        wild.push_back(i % 2 == 0 ? 0 : 1000);
    }
    CHECK(decide(until(0.01, 10, 50), order, equal) == 10);
    CHECK(decide(until(0.01, 10, 50), order, wild) == 50);
}

TEST_CASE("when to stop does not depend on the order in which runs end", "[sweep][repeat]") {
    RandomStream random{3, "test/order"};
    std::vector<double> values;
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < 200; ++i) {
        values.push_back(static_cast<double>(random.exponential(Duration::ms(100)).ns()));
        order.push_back(i);
    }
    const study::Repeat repeat = until(0.2, 10, 200);
    const std::uint32_t first = decide(repeat, order, values);
    CHECK(first > 10);
    CHECK(first < 200);
    for (int round = 0; round < 20; ++round) {
        for (std::size_t i = order.size(); i > 1; --i)
            std::swap(order[i - 1], order[random.below(i)]);
        CHECK(decide(repeat, order, values) == first);
    }
}
