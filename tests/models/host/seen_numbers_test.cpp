#include "models/host/seen_numbers.h"

#include "tests/support/catch.h"

namespace seedwire::host {
namespace {

TEST_CASE("A number is new once, in whatever order numbers come", "[host]") {
    SeenNumbers seen;
    for (const auto number : std::initializer_list<std::uint64_t>{0, 1, 63, 64, 5, 1000}) {
        CHECK(seen.take(number));
        CHECK_FALSE(seen.take(number));
    }
    CHECK(seen.take(999));
    CHECK(seen.take(65));
}

TEST_CASE("Numbers far behind are forgotten, and no longer new", "[host]") {
    SeenNumbers seen;
    constexpr std::uint64_t kFar = 2 * SeenNumbers::kRemembered + 200;
    CHECK(seen.take(7));
    CHECK(seen.take(kFar));
    CHECK_FALSE(seen.take(8));
    CHECK(seen.take(kFar - SeenNumbers::kRemembered + 64));
    CHECK_FALSE(seen.take(kFar));
    CHECK(seen.take(kFar + 1));
}

}  // namespace
}  // namespace seedwire::host
