#include "harness/sweep/warm_up.h"

#include <cmath>
#include <vector>

#include "sim/base/random.h"
#include "tests/support/catch.h"

using namespace seedwire;

TEST_CASE("MSER-5 leaves out what is unlike the rest, and nothing else", "[sweep][warmup]") {
    RandomStream random{1, "warm-up"};
    const auto noise = [&] { return static_cast<double>(random.next() % 1000) / 1000.0; };
    std::vector<double> settled, grows, never;
    for (int i = 0; i < 1000; ++i) {
        settled.push_back(100 + noise());
        grows.push_back(i < 200 ? i / 2.0 : 100 + noise());
        never.push_back(i + noise());
    }
    // Of noise the rule leaves out little, by luck; of a beginning of 200 values nearly all of it
    // and hardly more.
    REQUIRE(sweep::mser5(settled));
    CHECK(*sweep::mser5(settled) < 300);
    REQUIRE(sweep::mser5(grows));
    CHECK(*sweep::mser5(grows) >= 195);
    CHECK(*sweep::mser5(grows) < 400);
    CHECK(*sweep::mser5(grows) % 5 == 0);
    CHECK_FALSE(sweep::mser5(never));
    CHECK(sweep::mser5(std::vector<double>(50, 7.0)) == 0);
    CHECK(sweep::mser5(std::vector<double>(50, 0.0)) == 0);
    CHECK_FALSE(sweep::mser5(std::vector<double>(49, 7.0)));
    // As large as what is compared can get.
    std::vector<double> long_one(500'000, 1e300);
    long_one[0] = 0;
    CHECK(sweep::mser5(long_one) == 5);
}
