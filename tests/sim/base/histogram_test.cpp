#include "sim/base/histogram.h"

#include <algorithm>
#include <vector>

#include "tests/support/catch.h"

using seedwire::Histogram;

TEST_CASE("An empty histogram answers zero to everything", "[observe][histogram]") {
    const Histogram h;
    CHECK(h.count() == 0);
    CHECK(h.minimum() == 0);
    CHECK(h.maximum() == 0);
    CHECK(h.mean() == 0);
    CHECK(h.percentile(99, 100) == 0);
}

TEST_CASE("Small values are exact", "[observe][histogram]") {
    Histogram h;
    for (std::uint64_t v = 1; v <= 100; ++v) h.add(v);
    CHECK(h.percentile(50, 100) == 50);
    CHECK(h.percentile(99, 100) == 99);
    CHECK(h.percentile(100, 100) == 100);
    CHECK(h.percentile(1, 1000) == 1);
    CHECK(h.mean() == 51);  // 50.5, rounded
    CHECK(h.minimum() == 1);
    CHECK(h.sum() == 5050);
}

TEST_CASE("A percentile is never below the true value and less than 1 % above it",
          "[observe][histogram]") {
    Histogram h;
    std::vector<std::uint64_t> values;
    std::uint64_t v = 3;
    for (int i = 0; i < 5000; ++i) {
        v = (v * 6364136223846793005U + 1442695040888963407U);
        const std::uint64_t value = v >> (v % 50);
        values.push_back(value);
        h.add(value);
    }
    std::sort(values.begin(), values.end());
    for (const std::uint64_t permille : {1U, 10U, 250U, 500U, 900U, 950U, 990U, 999U, 1000U}) {
        const std::size_t rank = (values.size() * permille + 999) / 1000;
        const std::uint64_t exact = values[rank - 1];
        const std::uint64_t found = h.percentile(permille, 1000);
        CAPTURE(permille, exact, found);
        CHECK(found >= exact);
        CHECK(found - exact <= exact / 100);
    }
    CHECK(h.maximum() == values.back());
    CHECK(h.percentile(1000, 1000) == values.back());
}

TEST_CASE("The largest number of all has a bucket", "[observe][histogram]") {
    Histogram h;
    h.add(UINT64_MAX);
    CHECK(h.percentile(50, 100) == UINT64_MAX);
}

TEST_CASE("Zeros count like every other value", "[observe][histogram]") {
    Histogram h;
    for (int i = 0; i < 90; ++i) h.add(0);
    for (int i = 0; i < 10; ++i) h.add(5000);
    CHECK(h.count() == 100);
    CHECK(h.minimum() == 0);
    CHECK(h.mean() == 500);
    CHECK(h.percentile(90, 100) == 0);
    CHECK(h.percentile(91, 100) == 5000);
}
