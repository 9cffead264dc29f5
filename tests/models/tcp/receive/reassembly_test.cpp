// Islands behind the first hole, models/tcp/receive/reassembly.
#include "models/tcp/receive/reassembly.h"

#include <set>

#include "sim/base/random.h"
#include "tests/support/catch.h"

namespace {

using namespace seedwire;
using namespace seedwire::tcp;

constexpr std::uint32_t kCost = 2304;

StreamRange range(std::uint64_t left, std::uint64_t right) {
    return {StreamOffset{left}, StreamOffset{right}};
}

std::vector<StreamRange> ranges(const Reassembly& islands) {
    std::vector<StreamRange> out;
    for (std::size_t i = 0; i < islands.size(); ++i) out.push_back(islands[i].range);
    return out;
}

}  // namespace

TEST_CASE("Segments that touch join one island, others start a new one", "[tcp][receive][SEQ-7]") {
    Reassembly islands;
    CHECK(islands.insert(range(200, 300), kCost).kept);
    CHECK(islands.insert(range(300, 400), kCost).kept);
    CHECK(islands.insert(range(600, 700), kCost).kept);
    CHECK(islands.insert(range(100, 150), kCost).kept);
    CHECK(ranges(islands) ==
          std::vector<StreamRange>{range(100, 150), range(200, 400), range(600, 700)});
    CHECK(islands.insert(range(400, 600), kCost).kept);
    CHECK(ranges(islands) == std::vector<StreamRange>{range(100, 150), range(200, 700)});
    CHECK(islands.packets() == 5);
    CHECK(islands.memory() == 5 * kCost);
    CHECK(islands.highest_end() == StreamOffset{700});
    CHECK(islands.is_consistent());
}

TEST_CASE("What was there already is named: RFC 2883 wants to report it",
          "[tcp][receive][rfc2883]") {
    Reassembly islands;
    islands.insert(range(200, 300), kCost);
    islands.insert(range(400, 500), kCost);
    SECTION("all of it: the segment is not kept") {
        const Reassembly::Insertion again = islands.insert(range(220, 280), kCost);
        CHECK_FALSE(again.kept);
        CHECK(again.duplicate == range(220, 280));
        CHECK(islands.memory() == 2 * kCost);
    }
    SECTION("the head") {
        CHECK(islands.insert(range(250, 350), kCost).duplicate == range(250, 300));
    }
    SECTION("the tail") {
        CHECK(islands.insert(range(350, 450), kCost).duplicate == range(400, 450));
    }
    SECTION("two pieces apart from each other: the first") {
        CHECK(islands.insert(range(250, 450), kCost).duplicate == range(250, 300));
        CHECK(ranges(islands) == std::vector<StreamRange>{range(200, 500)});
    }
    SECTION("a whole island, whose memory is freed") {
        CHECK(islands.insert(range(150, 350), kCost).duplicate == range(200, 300));
        CHECK(islands.memory() == 2 * kCost);
        CHECK(islands.packets() == 2);
    }
    CHECK(islands.is_consistent());
}

TEST_CASE("A growing prefix takes islands from the front", "[tcp][receive]") {
    Reassembly islands;
    islands.insert(range(200, 300), kCost);
    islands.insert(range(400, 500), kCost);
    CHECK_FALSE(islands.take_reached(StreamOffset{199}).has_value());
    const std::optional<Island> first = islands.take_reached(StreamOffset{200});
    REQUIRE(first.has_value());
    CHECK(first->range == range(200, 300));
    CHECK(first->packets == 1);
    CHECK_FALSE(islands.take_reached(StreamOffset{300}).has_value());
    CHECK(islands.drop_last().range == range(400, 500));
    CHECK(islands.empty());
    CHECK(islands.memory() == 0);
}

TEST_CASE("Reassembly agrees with a set of octets for any order of arrival",
          "[tcp][receive][SEQ-7]") {
    RandomStream random{7, "reassembly"};
    for (int run = 0; run < 200; ++run) {
        Reassembly islands;
        std::set<std::uint64_t> octets;
        std::uint64_t prefix = 0;
        for (int i = 0; i < 60; ++i) {
            const std::uint64_t left = prefix + 1 + random.below(100);
            const std::uint64_t right = left + 1 + random.below(20);
            islands.insert(range(left, right), 1);
            for (std::uint64_t o = left; o < right; ++o) octets.insert(o);
            if (random.below(4) == 0) {
                prefix += random.below(15);
                while (const auto taken = islands.take_reached(StreamOffset{prefix})) {
                    if (taken->range.right.value > prefix) prefix = taken->range.right.value;
                }
                octets.erase(octets.begin(), octets.lower_bound(prefix));
            }
            REQUIRE(islands.is_consistent());
            std::uint64_t held = 0;
            for (std::size_t k = 0; k < islands.size(); ++k) {
                held += islands[k].range.length();
                REQUIRE(octets.count(islands[k].range.left.value) == 1);
                REQUIRE(octets.count(islands[k].range.right.value - 1) == 1);
            }
            REQUIRE(held == octets.size());
        }
    }
}
