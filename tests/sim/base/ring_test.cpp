#include "sim/base/ring.h"

#include <deque>
#include <memory>
#include <string>

#include "sim/base/random.h"
#include "tests/support/catch.h"

using namespace seedwire;

TEST_CASE("A ring does what a deque does", "[ring]") {
    Ring<std::string> ring;
    std::deque<std::string> deque;
    RandomStream random{1, "ring"};
    for (int i = 0; i < 20'000; ++i) {
        const std::string value(random.below(40), 'x');
        switch (random.below(8)) {
            case 0:
            case 1:
            case 2:
                ring.push_back(value), deque.push_back(value);
                break;
            case 3:
                ring.push_front(value), deque.push_front(value);
                break;
            case 4:
            case 5:
                if (deque.empty()) break;
                REQUIRE(ring.take_front() == deque.front());
                deque.pop_front();
                break;
            case 6:
                if (deque.empty()) break;
                REQUIRE(ring.back() == deque.back());
                ring.pop_back(), deque.pop_back();
                break;
            default:
                if (random.below(200) == 0) ring.clear(), deque.clear();
                if (random.below(200) == 0) ring.release(), deque.clear();
        }
        REQUIRE(ring.size() == deque.size());
        if (!deque.empty()) {
            const std::size_t position = random.below(deque.size());
            REQUIRE(ring[position] == deque[position]);
            REQUIRE(ring.front() == deque.front());
        }
    }
}

TEST_CASE("A ring keeps its capacity until release()", "[ring]") {
    Ring<int> ring;
    CHECK(ring.capacity() == 0);
    for (int i = 0; i < 100; ++i) ring.push_back(i);
    CHECK(ring.capacity() == 128);
    ring.clear();
    CHECK(ring.capacity() == 128);
    ring.release();
    CHECK(ring.capacity() == 0);
    ring.push_back(7);
    CHECK(ring.front() == 7);
    ring.reserve(1000);
    CHECK(ring.capacity() == 1024);
    CHECK(ring.front() == 7);
}

TEST_CASE("A ring takes an element of its own when it grows, and moves what cannot be copied",
          "[ring]") {
    Ring<std::string> ring;
    ring.push_back(std::string(100, 'a'));
    while (ring.size() < ring.capacity()) ring.push_back("b");
    ring.push_back(ring.front());
    CHECK(ring.back() == std::string(100, 'a'));

    Ring<std::unique_ptr<int>> owners;
    for (int i = 0; i < 20; ++i) owners.push_back(std::make_unique<int>(i));
    Ring<std::unique_ptr<int>> moved = std::move(owners);
    CHECK(*moved[19] == 19);
    owners = std::move(moved);
    CHECK(*owners.take_front() == 0);
    CHECK(owners.size() == 19);
}
