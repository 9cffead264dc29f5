#include "sim/base/flat_map.h"

#include <map>

#include "sim/base/random.h"
#include "tests/support/catch.h"

using namespace seedwire;

namespace {

/// Everybody lives in one of three places: the worst neighbourhood.
struct CrowdedHash {
    std::uint64_t operator()(std::uint64_t key) const { return (key % 3) * 13; }
};

template <class Map>
void compare_with_std_map(std::uint64_t keys, int operations) {
    Map map;
    std::map<std::uint64_t, std::uint32_t> expected;
    RandomStream random{1, "flat_map"};
    for (int i = 0; i < operations; ++i) {
        const std::uint64_t key = random.below(keys);
        const auto value = static_cast<std::uint32_t>(random.below(1000));
        switch (random.below(5)) {
            case 0:
            case 1:
                REQUIRE(map.insert(key, value) == expected.emplace(key, value).second);
                break;
            case 2:
                map.set(key, value), expected[key] = value;
                break;
            default:
                REQUIRE(map.erase(key) == (expected.erase(key) == 1));
        }
        REQUIRE(map.size() == expected.size());
        const std::uint64_t asked = random.below(keys);
        const auto found = expected.find(asked);
        REQUIRE(map.find(asked) == (found == expected.end() ? Map::kNone : found->second));
    }
    for (std::uint64_t key = 0; key < keys; ++key) {
        REQUIRE(map.contains(key) == expected.contains(key));
    }
    map.clear();
    CHECK(map.empty());
    CHECK_FALSE(map.contains(1));
}

}  // namespace

TEST_CASE("A flat map does what an ordered map does", "[flat_map]") {
    compare_with_std_map<FlatMap<std::uint64_t>>(50, 20'000);
    compare_with_std_map<FlatMap<std::uint64_t>>(5000, 50'000);
    compare_with_std_map<FlatMap<std::uint64_t, CrowdedHash>>(40, 20'000);
}

TEST_CASE("A flat map takes enumerations as keys and keeps what reserve() moves", "[flat_map]") {
    enum class Port : std::uint16_t {};
    FlatMap<Port> map;
    CHECK_FALSE(map.erase(Port{1}));
    map.set(Port{80}, 1);
    map.reserve(1000);
    CHECK(map.find(Port{80}) == 1);
    CHECK(map.find(Port{81}) == FlatMap<Port>::kNone);
}
