// Results for people.
#include <fmt/format.h>

#include "harness/replay/report.h"
#include "harness/replay/side_by_side.h"

namespace seedwire::replay {

namespace {

double milliseconds(Duration d) { return static_cast<double>(d.ns()) / 1e6; }

std::string sequence_text(const Attempt& attempt) {
    std::string text;
    for (std::size_t i = 0; i < attempt.agreement.directions.size(); ++i) {
        const DirectionAgreement& own = attempt.agreement.directions[i];
        text += fmt::format("{}{} {}/{}", i == 0 ? "" : ", ", i == 0 ? "A>B" : "B>A", own.equal,
                            own.left);
        if (own.right != own.left) text += fmt::format(" (ours {})", own.right);
    }
    return text;
}

std::string percent(std::size_t part, std::size_t whole) {
    if (whole == 0) return "-";
    return fmt::format("{:.0f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string figure_text(const FigureRow& row) {
    return fmt::format("      {:<36} {:>14.6g}  measured {:.6g} ({:.6g} to {:.6g}){}\n", row.name,
                       row.simulated, row.measured.median, row.measured.minimum,
                       row.measured.maximum,
                       !row.within   ? ""
                       : *row.within ? "  holds"
                                     : "  does not hold");
}

std::string attempt_text(std::string_view name, const Attempt& attempt) {
    const Agreement& agreement = attempt.agreement;
    std::string text =
        fmt::format("    {:<16} {}{}; windows {}, PSH {}", name, sequence_text(attempt),
                    agreement.identical() ? " identical" : "",
                    percent(agreement.equal_windows, agreement.compared),
                    percent(agreement.equal_push, agreement.compared));
    text += fmt::format("; time error median {:.3f} ms, {:+.3f} to {:+.3f} ms",
                        milliseconds(attempt.times.median), milliseconds(attempt.times.earliest),
                        milliseconds(attempt.times.latest));
    if (attempt.times.outside > 0)
        text += fmt::format(", {} beyond timer rounding by up to {:.3f} ms", attempt.times.outside,
                            milliseconds(attempt.times.beyond));
    return text + "\n";
}

}  // namespace

std::string case_text(const CaseResult& result, const TextStyle& style) {
    if (result.outcome == Outcome::Broken)
        return fmt::format("broken   {}\n{}", result.id, result.problem);
    std::string text = fmt::format(
        "{:<8} {} ({}): {}\n", to_string(result.outcome), result.id, to_string(result.noise),
        result.outcome == Outcome::Needs ? "needs " + result.needs : result.title);
    if (result.outcome == Outcome::Needs) return text;
    const bool differs = result.outcome == Outcome::Differs;
    if (result.is_fitted())
        text += fmt::format("    clocks {:.3f} ms into their tick, {:.3f} ms to answer\n",
                            milliseconds(result.phase), milliseconds(result.processing));
    if (!differs && !style.verbose) return text;
    text += attempt_text("exact timers", result.exact);
    text += attempt_text("timer_tick: 4 ms", result.ticking);
    for (const std::string& miss : result.misses) text += "    missed: " + miss + "\n";
    if (style.verbose)
        for (const FigureRow& row : result.figures) text += figure_text(row);
    if (style.ladder && differs)
        text += draw_difference(result.measured, result.exact.packets, result.exact.agreement, {},
                                style.width);
    return text;
}

std::array<ClassTotals, kNoiseCount> totals_of(const std::vector<CaseResult>& results) {
    std::array<ClassTotals, kNoiseCount> totals;
    for (const CaseResult& result : results) {
        if (result.outcome == Outcome::Broken) continue;
        ClassTotals& own = totals[static_cast<std::size_t>(result.noise)];
        ++own.cases;
        if (result.outcome == Outcome::Needs) {
            ++own.needs;
            continue;
        }
        if (result.outcome == Outcome::Meets) ++own.meet;
        if (result.outcome == Outcome::Meets && !result.is_fitted()) ++own.meet_unfitted;
        if (result.exact.agreement.identical()) ++own.identical;
        if (result.ticking.agreement.identical()) ++own.identical_ticking;
    }
    return totals;
}

std::string totals_text(const std::vector<CaseResult>& results) {
    std::string text =
        fmt::format("{:<20} {:>6} {:>11} {:>13} {:>10} {:>17} {:>7}\n", "class", "cases",
                    "bar reached", "unfitted", "identical", "with timer_tick", "needs");
    const auto totals = totals_of(results);
    for (int i = 0; i < kNoiseCount; ++i) {
        const ClassTotals& own = totals[static_cast<std::size_t>(i)];
        if (own.cases == 0) continue;
        text += fmt::format("{:<20} {:>6} {:>11} {:>13} {:>10} {:>17} {:>7}\n",
                            to_string(static_cast<Noise>(i)), own.cases, own.meet,
                            own.meet_unfitted, own.identical, own.identical_ticking, own.needs);
    }
    return text;
}

}  // namespace seedwire::replay
