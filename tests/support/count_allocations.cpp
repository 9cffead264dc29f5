// operator new that counts calls and bytes; the rest of the test program uses it without knowing.
#include "tests/support/count_allocations.h"

#include <malloc.h>

#include <cstdlib>
#include <new>

namespace {

std::uint64_t count = 0;
std::int64_t live = 0;

// What glibc keeps beside every block.
constexpr std::int64_t kHeader = 8;

std::int64_t size_of(void* memory) {
    return static_cast<std::int64_t>(malloc_usable_size(memory)) + kHeader;
}

void give_back(void* memory) {
    if (memory == nullptr) return;
    live -= size_of(memory);
    std::free(memory);
}

}  // namespace

namespace seedwire::support {
std::uint64_t allocations() { return count; }
std::int64_t live_bytes() { return live; }
}  // namespace seedwire::support

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++count;
    void* memory = std::malloc(size == 0 ? 1 : size);
    if (memory != nullptr) live += size_of(memory);
    return memory;
}
void* operator new(std::size_t size) {
    if (void* memory = operator new(size, std::nothrow)) return memory;
    throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
