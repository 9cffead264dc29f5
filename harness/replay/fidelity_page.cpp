// The tables of docs/fidelity.md, as Markdown.
#include <fmt/format.h>

#include <map>

#include "harness/replay/report.h"

namespace seedwire::replay {

namespace {

std::string percent(std::size_t part, std::size_t whole) {
    if (whole == 0) return "-";
    return fmt::format("{:.0f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string class_table(const std::vector<CaseResult>& results) {
    std::string text =
        "| class | cases | bar reached | of those that can run | unfitted | "
        "identical "
        "packets | with `timer_tick: 4 ms` |\n|---|---:|---:|---:|---:|---:|---:|\n";
    const auto totals = totals_of(results);
    for (int i = 0; i < kNoiseCount; ++i) {
        const ClassTotals& own = totals[static_cast<std::size_t>(i)];
        if (own.cases == 0) continue;
        text += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} |\n",
                            to_string(static_cast<Noise>(i)), own.cases, own.meet,
                            percent(own.meet, own.cases - own.needs), own.meet_unfitted,
                            own.identical, own.identical_ticking);
    }
    return text;
}

std::string topic_table(const std::vector<CaseResult>& results) {
    struct Topic {
        std::size_t cases = 0, meet = 0, needs = 0, compared = 0, windows = 0, push = 0;
        std::size_t timed = 0, outside = 0;
    };
    std::map<std::string, Topic> topics;
    for (const CaseResult& result : results) {
        Topic& topic = topics[result.topic];
        ++topic.cases;
        if (result.outcome == Outcome::Meets) ++topic.meet;
        if (result.outcome == Outcome::Needs) ++topic.needs;
        topic.compared += result.exact.agreement.compared;
        topic.windows += result.exact.agreement.equal_windows;
        topic.push += result.exact.agreement.equal_push;
        topic.timed += result.exact.times.packets;
        topic.outside += result.exact.times.outside;
    }
    std::string text =
        "| topic | cases | bar reached | needs | packets equal one by one | windows equal | PSH "
        "equal | times within bounds |\n|---|---:|---:|---:|---:|---:|---:|---:|\n";
    for (const auto& [name, topic] : topics)
        text += fmt::format(
            "| {} | {} | {} | {} | {} | {} | {} | {} |\n", name, topic.cases, topic.meet,
            topic.needs, topic.compared, percent(topic.windows, topic.compared),
            percent(topic.push, topic.compared), percent(topic.timed - topic.outside, topic.timed));
    return text;
}

std::string difference_table(const std::vector<CaseResult>& results,
                             const KnownDifferences& known) {
    std::string text = "| case | class | what is missed | why |\n|---|---|---|---|\n";
    for (const CaseResult& result : results) {
        if (result.outcome == Outcome::Meets) continue;
        std::string misses;
        for (const std::string& miss : result.misses) misses += (misses.empty() ? "" : "; ") + miss;
        if (result.outcome == Outcome::Needs) misses = "needs " + result.needs;
        const auto reason = known.find(result.id);
        text += fmt::format("| `{}` | `{}` | {} | {} |\n", result.id, to_string(result.noise),
                            misses, reason == known.end() ? "not known" : reason->second);
    }
    return text;
}

}  // namespace

std::string fidelity_page(const std::vector<CaseResult>& results, const KnownDifferences& known) {
    return "## By class\n\n" + class_table(results) + "\n## By topic\n\n" + topic_table(results) +
           "\n## What differs, and why\n\n" + difference_table(results, known);
}

}  // namespace seedwire::replay
