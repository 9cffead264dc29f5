// What a failed assertion prints. The only place of sim/ and models/ that prints or ends the
// process.
#include "sim/base/assert.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace seedwire {
namespace {

constexpr int kInternalErrorExitCode = 70;  // EX_SOFTWARE of sysexits.h

std::atomic_flag somebody_failed = ATOMIC_FLAG_INIT;

void write_error(const char* text, int length, std::size_t capacity) {
    if (length <= 0) return;
    std::fwrite(text, 1, std::min(static_cast<std::size_t>(length), capacity - 1), stderr);
}

}  // namespace

AssertContext& assert_context() {
    thread_local AssertContext context;
    return context;
}

void assertion_failed(const char* condition, const char* file, int line) {
    // The first failure is the report. A second one, in another thread or while this one is being
    // written, must neither interleave with it nor end the process before it is out.
    AssertContext& context = assert_context();
    thread_local bool failing = false;
    if (failing) std::_Exit(kInternalErrorExitCode);
    failing = true;
    while (somebody_failed.test_and_set()) {
    }
    if (context.refresh != nullptr) context.refresh(context, context.kernel);
    // One buffer on the stack: memory may be exhausted or corrupt.
    char text[2048];
    int length = std::snprintf(text, sizeof text,
                               "seedwire: internal error: %s does not hold\n"
                               "  at %s:%d\n"
                               "  scenario %s, seed %llu\n",
                               condition, file, line,
                               context.scenario.empty() ? "(none)" : context.scenario.c_str(),
                               static_cast<unsigned long long>(context.seed));
    write_error(text, length, sizeof text);
    if (context.time_ns >= 0) {
        length = std::snprintf(text, sizeof text, "  time %lld ns, event order %#llx, entity %s\n",
                               static_cast<long long>(context.time_ns),
                               static_cast<unsigned long long>(context.event_order),
                               context.entity == nullptr ? "(none)" : context.entity);
        write_error(text, length, sizeof text);
    }
    std::fflush(stderr);
    std::_Exit(kInternalErrorExitCode);
}

}  // namespace seedwire
