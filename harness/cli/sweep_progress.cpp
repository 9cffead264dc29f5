#include "harness/cli/sweep_progress.h"

#include <fmt/format.h>

#include <chrono>

#include "harness/cli/command.h"

namespace seedwire::cli {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kQuietStart = kSecond / 2, kPlainInterval = 10 * kSecond;

}  // namespace

std::int64_t steady_ns() {
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds{1};
}

std::string time_text(double seconds) {
    if (seconds < 10) return fmt::format("{:.1f} s", seconds);
    if (seconds < 120) return fmt::format("{:.0f} s", seconds);
    const auto minutes = static_cast<std::int64_t>(seconds / 60 + 0.5);
    if (minutes < 60) return fmt::format("{} min", minutes);
    return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

SweepProgressLine::SweepProgressLine(bool is_terminal, bool quiet)
    : is_terminal_{is_terminal}, quiet_{quiet}, start_{steady_ns()}, last_{start_} {}

void SweepProgressLine::show(const sweep::SweepProgress& p) {
    const std::int64_t now = steady_ns();
    if (quiet_ || now - start_ < kQuietStart) return;
    if (!is_terminal_ && now - last_ < kPlainInterval) return;
    last_ = now;
    const double elapsed = static_cast<double>(now - start_) / static_cast<double>(kSecond);
    const double rate = static_cast<double>(p.computed) / elapsed;
    std::string line = fmt::format("{}/{} runs, {:.0f}/s", p.done, p.expected, rate);
    if (rate > 0)
        line +=
            fmt::format(", {} to go", time_text(static_cast<double>(p.expected - p.done) / rate));
    if (!p.width.empty())
        line += fmt::format(", {}/{} points known, {}", p.decided, p.points, p.width);
    if (p.failures > 0) line += fmt::format(", {} FAILED", p.failures);
    complain(is_terminal_ ? "\r\x1b[K" + line : line + "\n");
    shown_ = is_terminal_;
}

void SweepProgressLine::clear() {
    if (shown_) complain("\r\x1b[K");
    shown_ = false;
}

}  // namespace seedwire::cli
