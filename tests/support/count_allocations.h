// Counts calls of operator new in a test program, to prove that a hot path makes none. The
// replacement operators are defined in one source file of each program that wants them.
#pragma once

#include <cstdint>

namespace seedwire::support {

/// Calls of operator new since the program started.
std::uint64_t allocations();

/// Bytes that operator new has given out and nobody has given back, with what the allocator adds.
std::int64_t live_bytes();

}  // namespace seedwire::support
