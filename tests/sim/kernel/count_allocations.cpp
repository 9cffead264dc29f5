// operator new that counts; the rest of the test program uses it without knowing.
#include "tests/support/count_allocations.h"

#include <cstdlib>
#include <new>

namespace {
std::uint64_t count = 0;
}

namespace seedwire::support {
std::uint64_t allocations() { return count; }
}  // namespace seedwire::support

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++count;
    return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size) {
    if (void* memory = operator new(size, std::nothrow)) return memory;
    throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
