// Cookies of TCP Fast Open. RFC 7413 §4.1.2.
#include "models/tcp/fast_open/cookie.h"

#include <array>
#include <numeric>
#include <string>

#include "tests/support/catch.h"

namespace seedwire::tcp {
namespace {

constexpr wire::Address kClient{0xc0000201}, kServer{0xc0a80001};  // 192.0.2.1, 192.168.0.1

std::string hex(const wire::FastOpenOption& option) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (std::int8_t i = 0; i < option.length; ++i) {
        const std::uint8_t octet = option.cookie[static_cast<std::size_t>(i)];
        text += {kDigits[octet >> 4], kDigits[octet & 15]};
    }
    return text;
}

TEST_CASE("SipHash-2-4 gives the value of its authors' example", "[fast_open][TFO-1]") {
    // Aumasson and Bernstein, appendix A: key 00 .. 0f, message 00 .. 0e.
    std::array<std::uint8_t, 15> message{};
    std::iota(message.begin(), message.end(), std::uint8_t{0});
    const FastOpenKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
    CHECK(siphash24(key, message) == 0xa129ca6149be45e5);
}

TEST_CASE("A cookie is the one that a Linux server gives", "[fast_open][linux][TFO-1]") {
    const auto keys = parse_fast_open_keys("a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4");
    REQUIRE(keys);
    CHECK(hex(make_cookie(keys->key[0], kClient, kServer)) == "3021b9d889017eeb");
    CHECK(hex(make_cookie({}, kClient, kServer)) == "b7c12350a90dc8f5");
}

TEST_CASE("Keys come as text or as octets", "[fast_open]") {
    const auto two = parse_fast_open_keys("1-2-3-4,5-6-7-8");
    REQUIRE(two);
    CHECK(two->count == 2);
    CHECK(two->key[1] == FastOpenKey{0x0000000600000005, 0x0000000800000007});
    for (const char* wrong : {"", "1-2-3", "1-2-3-4-5", "1-2-3-g", "1-2-3-4,", "1-2-3-123456789"}) {
        INFO(wrong);
        CHECK_FALSE(parse_fast_open_keys(wrong));
    }
    std::array<std::uint8_t, 32> octets{};
    octets[0] = 1;
    octets[16] = 2;
    CHECK(fast_open_keys(std::span{octets}.first(16))->count == 1);
    CHECK(fast_open_keys(octets)->key[1].low == 2);
    CHECK_FALSE(fast_open_keys(std::span{octets}.first(15)));
}

TEST_CASE("The key that made a cookie is found", "[fast_open]") {
    const auto keys = parse_fast_open_keys("1-1-1-1,2-2-2-2");
    const wire::FastOpenOption current = make_cookie(keys->key[0], kClient, kServer);
    const wire::FastOpenOption former = make_cookie(keys->key[1], kClient, kServer);
    CHECK(find_key(*keys, current, kClient, kServer) == 0);
    CHECK(find_key(*keys, former, kClient, kServer) == 1);
    CHECK(find_key(*keys, current, kServer, kServer) == -1);
    wire::FastOpenOption shorter = current;
    shorter.length = 6;
    CHECK(find_key(*keys, shorter, kClient, kServer) == -1);
}

TEST_CASE("Only options of a length that RFC 7413 allows count", "[fast_open]") {
    wire::Segment syn;
    const auto length = [&](int bytes) {
        syn.syn.fast_open.length = static_cast<std::int8_t>(bytes);
        return fast_open_option(syn).length;
    };
    CHECK(length(0) == 0);
    CHECK(length(4) == 4);
    CHECK(length(16) == 16);
    for (const int wrong : {1, 2, 3, 5, 15, 17, 18}) {
        INFO(wrong);
        CHECK(length(wrong) == wire::FastOpenOption::kAbsent);
    }
}

}  // namespace
}  // namespace seedwire::tcp
