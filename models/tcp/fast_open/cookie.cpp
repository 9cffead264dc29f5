// SipHash-2-4 over the addresses. RFC 7413 §4.1.2; Linux, `__tcp_fastopen_cookie_gen_cipher`.
#include "models/tcp/fast_open/cookie.h"

#include <algorithm>
#include <bit>
#include <charconv>

namespace seedwire::tcp {
namespace {

constexpr std::size_t kKeyBytes = 16;
constexpr std::int8_t kCookieBytes = 8;

std::uint64_t little_endian(std::span<const std::uint8_t> bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
    return value;
}

/// The four words of SipHash's state; the constants spell "somepseudorandomlygeneratedbytes".
class SipState {
public:
    explicit SipState(const FastOpenKey& key)
        : v0_{key.low ^ 0x736f6d6570736575U},
          v1_{key.high ^ 0x646f72616e646f6dU},
          v2_{key.low ^ 0x6c7967656e657261U},
          v3_{key.high ^ 0x7465646279746573U} {}

    void absorb(std::uint64_t word) {
        v3_ ^= word;
        rounds(2);
        v0_ ^= word;
    }
    std::uint64_t finish() {
        v2_ ^= 0xff;
        rounds(4);
        return v0_ ^ v1_ ^ v2_ ^ v3_;
    }

private:
    void rounds(int count) {
        for (; count > 0; --count) {
            mix(v0_, v1_, 13);
            v0_ = std::rotl(v0_, 32);
            mix(v2_, v3_, 16);
            mix(v0_, v3_, 21);
            mix(v2_, v1_, 17);
            v2_ = std::rotl(v2_, 32);
        }
    }
    static void mix(std::uint64_t& sum, std::uint64_t& other, int shift) {
        sum += other;
        other = std::rotl(other, shift) ^ sum;
    }

    std::uint64_t v0_, v1_, v2_, v3_;
};

/// Four words of eight hexadecimal digits, the first one lowest.
std::optional<FastOpenKey> parse_key(std::string_view text) {
    std::array<std::uint32_t, 4> words{};
    const char* at = text.data();
    const char* const end = at + text.size();
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0 && (at == end || *at++ != '-')) return std::nullopt;
        const auto [next, error] = std::from_chars(at, end, words[i], 16);
        if (error != std::errc{}) return std::nullopt;
        at = next;
    }
    if (at != end) return std::nullopt;
    return FastOpenKey{words[0] | std::uint64_t{words[1]} << 32,
                       words[2] | std::uint64_t{words[3]} << 32};
}

void put_big_endian(std::span<std::uint8_t> out, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) out[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

}  // namespace

std::optional<FastOpenKeys> parse_fast_open_keys(std::string_view text) {
    FastOpenKeys keys;
    const std::size_t comma = text.find(',');
    const auto primary = parse_key(text.substr(0, comma));
    if (!primary) return std::nullopt;
    keys.key[keys.count++] = *primary;
    if (comma == std::string_view::npos) return keys;
    const auto backup = parse_key(text.substr(comma + 1));
    if (!backup) return std::nullopt;
    keys.key[keys.count++] = *backup;
    return keys;
}

std::optional<FastOpenKeys> fast_open_keys(std::span<const std::uint8_t> bytes) {
    if (bytes.size() != kKeyBytes && bytes.size() != 2 * kKeyBytes) return std::nullopt;
    FastOpenKeys keys;
    for (std::size_t at = 0; at < bytes.size(); at += kKeyBytes) {
        keys.key[keys.count++] = {little_endian(bytes.subspan(at, 8)),
                                  little_endian(bytes.subspan(at + 8, 8))};
    }
    return keys;
}

wire::FastOpenOption fast_open_option(const wire::Segment& segment) {
    constexpr int kShortest = 4, kLongest = 16;
    const wire::FastOpenOption& option = segment.syn.fast_open;
    const int length = option.length;
    const bool is_cookie = length >= kShortest && length <= kLongest && length % 2 == 0;
    return is_cookie || length == 0 ? option : wire::FastOpenOption{};
}

std::uint64_t siphash24(const FastOpenKey& key, std::span<const std::uint8_t> message) {
    SipState state{key};
    std::size_t at = 0;
    for (; at + 8 <= message.size(); at += 8) state.absorb(little_endian(message.subspan(at, 8)));
    // The last word: what is left, and the length in its highest octet.
    state.absorb(little_endian(message.subspan(at)) | std::uint64_t{message.size()} << 56);
    return state.finish();
}

// [TFO-1]
wire::FastOpenOption make_cookie(const FastOpenKey& key, wire::Address client,
                                 wire::Address server) {
    std::array<std::uint8_t, 8> message{};
    put_big_endian(std::span{message}.first(4), client.value);
    put_big_endian(std::span{message}.last(4), server.value);
    const std::uint64_t hash = siphash24(key, message);
    wire::FastOpenOption option;
    option.length = kCookieBytes;
    for (std::size_t i = 0; i < 8; ++i) {
        option.cookie[i] = static_cast<std::uint8_t>(hash >> (8 * i));
    }
    return option;
}

int find_key(const FastOpenKeys& keys, const wire::FastOpenOption& cookie, wire::Address client,
             wire::Address server) {
    if (cookie.length != kCookieBytes) return -1;
    for (int i = 0; i < keys.count; ++i) {
        const auto& right = make_cookie(keys.key[static_cast<std::size_t>(i)], client, server);
        if (std::equal(cookie.cookie.begin(), cookie.cookie.begin() + kCookieBytes,
                       right.cookie.begin())) {
            return i;
        }
    }
    return -1;
}

}  // namespace seedwire::tcp
