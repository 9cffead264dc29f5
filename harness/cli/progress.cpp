#include "harness/cli/progress.h"

#include <fmt/format.h>

#include "harness/cli/command.h"

namespace seedwire::cli {

namespace {

constexpr std::chrono::milliseconds kQuietStart{500}, kInterval{200};

}  // namespace

ProgressLine::ProgressLine(bool enabled) : enabled_{enabled}, start_{Clock::now()}, last_{start_} {}

void ProgressLine::show(const run::Progress& p) {
    if (!enabled_) return;
    const Clock::time_point now = Clock::now();
    if (now - start_ < kQuietStart || now - last_ < kInterval) return;
    last_ = now;
    shown_ = true;
    const double elapsed = std::chrono::duration<double>(now - start_).count();
    const double simulated = static_cast<double>(p.now.ns()) / 1e9;
    std::string line = fmt::format("\r\x1b[K{:.3f} s simulated, {:.2f} M events/s", simulated,
                                   static_cast<double>(p.events) / elapsed / 1e6);
    if (!p.stop.is_never() && p.now.ns() > 0) {
        const double share = static_cast<double>(p.now.ns()) / static_cast<double>(p.stop.ns());
        line +=
            fmt::format(", {:.0f} %, about {:.0f} s to go", share * 100, elapsed / share - elapsed);
    }
    complain(line);
}

void ProgressLine::clear() {
    if (shown_) complain("\r\x1b[K");
    shown_ = false;
}

}  // namespace seedwire::cli
