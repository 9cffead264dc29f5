// The content of application streams: a function of the stream's key and the offset, so that bytes
// exist only where somebody writes or checks them.
#pragma once

#include <cstdint>
#include <span>

#include "sim/base/stable_hash.h"

namespace seedwire::wire {

/// The stream that one end of a connection sends, from Connection::key; likewise the contents of a
/// datagram flow, whose datagrams start at multiples of 65536.
constexpr std::uint64_t stream_key(std::uint64_t connection_key, bool from_client) {
    return combine_hash(connection_key, from_client ? 1 : 2);
}

/// Eight bytes of a stream, those at 8 * index and up, least significant first. Definition:
/// combine_hash(key, index). Streams of different keys share nothing; no stream repeats itself.
constexpr std::uint64_t stream_word(std::uint64_t key, std::uint64_t index) {
    return combine_hash(key, index);
}
constexpr std::uint8_t stream_byte(std::uint64_t key, std::uint64_t offset) {
    return static_cast<std::uint8_t>(stream_word(key, offset / 8) >> (8 * (offset % 8)));
}
/// Writes the bytes of the stream from `offset` on.
void fill_payload(std::uint64_t key, std::uint64_t offset, std::span<std::uint8_t> out);

/// A hash of the stream's first `length` bytes in constant time: what a checker must hold after
/// taking exactly these bytes, once each and in order.
constexpr std::uint64_t stream_prefix_hash(std::uint64_t key, std::uint64_t length) {
    return combine_hash(key ^ 0x5EED3123'57EA3A5Bu, length);
}

/// Checks one stream from end to end at a cost that does not depend on the number of bytes. Each
/// range taken moves the hash from that of the prefix before it to that of the prefix behind it, so
/// a gap, a repetition, a swap or a range of another stream leaves it wrong for good.
class StreamCheck {
public:
    explicit StreamCheck(std::uint64_t key) : key_{key}, hash_{stream_prefix_hash(key, 0)} {}
    /// Takes the bytes [offset, offset + length) of the stream called `key`.
    void take(std::uint64_t key, std::uint64_t offset, std::uint64_t length) {
        // In order, the difference below is zero; once it is not, it spreads into all that follows.
        const std::uint64_t difference = hash_ ^ stream_prefix_hash(key, offset);
        hash_ = stream_prefix_hash(key, offset + length) ^ combine_hash(difference, difference) ^
                combine_hash(0, 0);
        length_ += length;
    }
    std::uint64_t length() const { return length_; }
    std::uint64_t hash() const { return hash_; }
    /// True if what was taken is the stream's first length() bytes, once and in order.
    bool is_intact() const { return hash_ == stream_prefix_hash(key_, length_); }

private:
    std::uint64_t key_;
    std::uint64_t hash_;
    std::uint64_t length_ = 0;
};

}  // namespace seedwire::wire
