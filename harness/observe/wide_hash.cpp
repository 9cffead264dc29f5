// Compiled with -mavx2 on x86-64 (CMakeLists.txt). Nothing that other files may share is included
// here, lest the linker take a copy that needs AVX2.
#include "harness/observe/wide_hash.h"

#ifdef __AVX2__
#define XXH_INLINE_ALL
#include <xxhash.h>
#endif

namespace seedwire::observe {

#ifdef __AVX2__
namespace {

void update(void* state, const void* bytes, std::size_t count) {
    XXH3_128bits_update(static_cast<XXH3_state_t*>(state), bytes, count);
}

}  // namespace

HashUpdate wide_hash_update() { return __builtin_cpu_supports("avx2") ? &update : nullptr; }
#else
HashUpdate wide_hash_update() { return nullptr; }
#endif

}  // namespace seedwire::observe
