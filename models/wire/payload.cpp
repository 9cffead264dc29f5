// Generates the bytes of application streams.
#include "models/wire/payload.h"

namespace seedwire::wire {

void fill_payload(std::uint64_t key, std::uint64_t offset, std::span<std::uint8_t> out) {
    std::size_t at = 0;
    while (at < out.size()) {
        std::uint64_t word = stream_word(key, offset / 8) >> (8 * (offset % 8));
        const std::uint64_t available = 8 - offset % 8;
        for (std::uint64_t i = 0; i < available && at < out.size(); ++i, ++at, ++offset) {
            out[at] = static_cast<std::uint8_t>(word);
            word >>= 8;
        }
    }
}

}  // namespace seedwire::wire
