// The independent account of what has arrived.
#include "models/host/stream_arrivals.h"

#include <algorithm>
#include <vector>

#include "tests/support/catch.h"

namespace seedwire::host {
namespace {

constexpr std::uint64_t kKey = 42;

TEST_CASE("In-order ranges extend the prefix", "[host][stream]") {
    StreamArrivals arrivals;
    CHECK(arrivals.take(kKey, 0, 100).advanced == 100);
    CHECK(arrivals.take(kKey, 100, 50).advanced == 50);
    CHECK(arrivals.take(kKey, 20, 50).anything_new == false);
    CHECK(arrivals.take(kKey, 140, 20).advanced == 10);
    CHECK(arrivals.prefix() == 160);
}

TEST_CASE("A filled gap brings what waited behind it", "[host][stream]") {
    StreamArrivals arrivals;
    CHECK(arrivals.take(kKey, 200, 100).anything_new);
    CHECK(arrivals.take(kKey, 400, 100).anything_new);
    CHECK(arrivals.take(kKey, 250, 50).anything_new == false);
    CHECK(arrivals.take(kKey, 300, 100).anything_new);
    CHECK(arrivals.islands() == 1);
    CHECK(arrivals.prefix() == 0);
    CHECK(arrivals.take(kKey, 0, 250).advanced == 500);
    CHECK(arrivals.islands() == 0);
}

TEST_CASE("Any order of pieces gives the same account as a bitmap", "[host][stream]") {
    std::uint64_t state = 7;
    const auto draw = [&](std::uint64_t bound) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        return (state >> 33) % bound;
    };
    for (int round = 0; round < 50; ++round) {
        StreamArrivals arrivals;
        std::vector<bool> bitmap(1000, false);
        while (arrivals.prefix() < bitmap.size()) {
            const std::uint64_t offset = draw(bitmap.size());
            const auto length = static_cast<std::uint32_t>(
                1 + draw(std::min<std::uint64_t>(80, bitmap.size() - offset)));
            bool anything_new = false;
            for (std::uint64_t i = offset; i < offset + length && i < bitmap.size(); ++i) {
                anything_new = anything_new || !bitmap[i];
                bitmap[i] = true;
            }
            const std::uint64_t before = arrivals.prefix();
            const auto taken = arrivals.take(kKey, offset, length);
            REQUIRE(taken.anything_new == anything_new);
            std::uint64_t prefix = 0;
            while (prefix < bitmap.size() && bitmap[prefix]) ++prefix;
            REQUIRE(arrivals.prefix() == prefix);
            REQUIRE(taken.advanced == prefix - before);
        }
        REQUIRE(arrivals.is_intact(kKey));
        REQUIRE_FALSE(arrivals.is_intact(kKey + 1));
    }
}

TEST_CASE("Bytes of another stream leave a mark for good", "[host][stream]") {
    StreamArrivals arrivals;
    arrivals.take(kKey, 0, 100);
    arrivals.take(kKey + 1, 100, 100);
    arrivals.take(kKey, 200, 100);
    CHECK(arrivals.prefix() == 300);
    CHECK_FALSE(arrivals.is_intact(kKey));
}

}  // namespace
}  // namespace seedwire::host
