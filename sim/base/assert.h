// The always-on assertion: our own bugs stop the run and say where it was.
#pragma once

#include <cstdint>
#include <string>

namespace seedwire {

/// What a failed assertion reports besides its condition. The kernel supplies the numbers,
/// the harness sets the text; one per thread.
struct AssertContext {
    std::string scenario;  ///< file name, or empty
    std::uint64_t seed = 0;
    std::int64_t time_ns = -1;  ///< simulated time of the event being executed, -1 outside a run
    std::uint64_t event_order = 0;
    const char* entity = nullptr;  ///< name of the entity being executed, if any
    /// Brings the numbers above up to date. Called at a failure only, so that a running kernel need
    /// not write them for every event; set by the kernel.
    using Refresh = void (*)(AssertContext& context, const void* kernel);
    Refresh refresh = nullptr;
    const void* kernel = nullptr;
};
AssertContext& assert_context();

/// Prints the condition with its place and the context to stderr and ends the process: exit
/// code 70.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace seedwire

/// On in every build. One condition each: SEEDWIRE_ASSERT(a); SEEDWIRE_ASSERT(b);
#define SEEDWIRE_ASSERT(condition)                                        \
    do {                                                                  \
        if (!(condition)) [[unlikely]]                                    \
            ::seedwire::assertion_failed(#condition, __FILE__, __LINE__); \
    } while (false)
