#include "harness/observe/wide_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdint>
#include <vector>

#include "sim/base/random.h"
#include "tests/support/catch.h"

namespace seedwire::observe {

TEST_CASE("Wide vectors hash to the same value, however the bytes are cut", "[observe][digest]") {
    const HashUpdate wide = wide_hash_update();
    if (wide == nullptr) {
        WARN("skipped: no AVX2 here, or not compiled for it");
        return;
    }
    RandomStream random{1, "wide_hash"};
    for (int round = 0; round < 200; ++round) {
        std::vector<std::uint8_t> bytes(random.below(20'000));
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.next());
        XXH3_state_t* state = XXH3_createState();
        XXH3_128bits_reset(state);
        for (std::size_t at = 0; at < bytes.size();) {
            const std::size_t count =
                std::min<std::size_t>(bytes.size() - at, 1 + random.below(5000));
            wide(state, bytes.data() + at, count);
            at += count;
        }
        const XXH128_hash_t cut = XXH3_128bits_digest(state);
        XXH3_freeState(state);
        const XXH128_hash_t whole = XXH3_128bits(bytes.data(), bytes.size());
        REQUIRE(cut.low64 == whole.low64);
        REQUIRE(cut.high64 == whole.high64);
    }
}

}  // namespace seedwire::observe
