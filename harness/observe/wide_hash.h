// XXH3 with the wide vector instructions of the machine. The same value, in half the instructions.
#pragma once

#include <cstddef>

namespace seedwire::observe {

/// XXH3_128bits_update() on an XXH3_state_t.
using HashUpdate = void (*)(void* state, const void* bytes, std::size_t count);

/// One compiled for AVX2; null where it was not compiled, or the machine lacks them.
HashUpdate wide_hash_update();

}  // namespace seedwire::observe
