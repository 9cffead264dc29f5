// Faults that never act, ends that never come, queues and timers that cannot work.
#include "harness/scenario/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <queue>
#include <string_view>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/match_bounds.h"
#include "models/tcp/recovery/rtt_estimator.h"
#include "sim/base/int128.h"

namespace seedwire::scenario {
namespace {

/// Best paths over the links; hosts do not forward.
class PathFinder {
public:
    explicit PathFinder(const Scenario& scenario)
        : scenario_{scenario}, links_of_(scenario.nodes.size()) {
        for (std::size_t i = 0; i < scenario.links.size(); ++i) {
            links_of_[scenario.links[i].from].push_back(i);
            links_of_[scenario.links[i].to].push_back(i);
        }
    }

    /// The least sum of propagation delays.
    Duration least_delay(std::uint32_t from, std::uint32_t to) const {
        return Duration::ns(search(from, to, 0, [](std::int64_t so_far, const auto& direction) {
            return so_far + direction.delay.ns();
        }));
    }
    /// Seconds a bit takes at the slowest link of the fastest path, as a rate; unlimited if it is.
    Rate widest(std::uint32_t from, std::uint32_t to) const {
        const std::int64_t negated =
            search(from, to, INT64_MIN, [](std::int64_t so_far, const auto& direction) {
                const std::int64_t rate =
                    direction.rate.is_unlimited() ? INT64_MAX : direction.rate.bits_per_second();
                return std::max(so_far, -rate);
            });
        return negated <= -INT64_MAX ? Rate::unlimited() : Rate::bits_per_second(-negated);
    }

private:
    /// Dijkstra: the least cost, which `extend` never lets fall.
    template <class Extend>
    std::int64_t search(std::uint32_t from, std::uint32_t to, std::int64_t start,
                        Extend extend) const {
        using Open = std::pair<std::int64_t, std::uint32_t>;
        std::priority_queue<Open, std::vector<Open>, std::greater<>> open;
        std::vector<bool> done(scenario_.nodes.size());
        open.emplace(start, from);
        while (!open.empty()) {
            const auto [cost, node] = open.top();
            open.pop();
            if (done[node]) continue;
            done[node] = true;
            if (node == to) return cost;
            if (node != from && !scenario_.nodes[node].router) continue;
            for (const std::size_t index : links_of_[node]) {
                const LinkSpec& link = scenario_.links[index];
                const bool up = link.from == node;
                const std::uint32_t next = up ? link.to : link.from;
                if (!done[next]) open.emplace(extend(cost, up ? link.up : link.down), next);
            }
        }
        return start;
    }

    const Scenario& scenario_;
    std::vector<std::vector<std::size_t>> links_of_;
};

class Linter {
public:
    Linter(const Scenario& scenario, Reporter& reporter)
        : scenario_{scenario}, reporter_{reporter} {}

    void run() {
        for (const LinkSpec& link : scenario_.links) lint_link(link);
        lint_timeline();
        for (const FlowSpec& flow : scenario_.flows) lint_start(flow);
        lint_round_trips();
        for (const Expectation& expectation : scenario_.expectations)
            if (const auto* comparison = std::get_if<Comparison>(&expectation.what))
                lint_comparison(*comparison, expectation);
    }

private:
    void lint_link(const LinkSpec& link) {
        for (const bool up : {true, false}) {
            const net::LinkDirectionConfig& direction = up ? link.up : link.down;
            const std::int64_t limit = direction.queue.limit_bytes;
            if (limit > 0 && limit < direction.mtu.count)
                reporter_.warning_at(
                    error_id::kTinyQueue, link.where,
                    fmt::format("the queue of {}.{} holds {}, less than one packet of {}",
                                link.name, up ? "up" : "down", to_string(Bytes{limit}),
                                to_string(direction.mtu)),
                    "", "the packet being sent counts, so every full packet is dropped");
            for (const net::FaultRule& rule : direction.faults) lint_fault(rule);
        }
    }

    void lint_fault(const net::FaultRule& rule) {
        const SourceSpan& where = scenario_.faults[rule.index].where;
        const auto never = [&](std::string why) {
            reporter_.warning_at(error_id::kNeverMatches, where,
                                 fmt::format("faults[{}] can never act: {}", rule.index, why));
        };
        if (rule.from >= scenario_.stop) return never("it begins at or after the end of the run");
        const bool counted =
            std::any_of(rule.nth.begin(), rule.nth.end(), [&](const net::FaultRule::Range& range) {
                return range.first <= rule.last && range.last >= rule.first;
            });
        if (!rule.nth.empty() && !counted) return never("nth lies outside first .. last");
        if (rule.every > 0 && rule.last - rule.first < rule.every) {
            std::uint64_t k = rule.first;
            while (k <= rule.last && k - rule.first < rule.every &&
                   (k + rule.every - rule.offset % rule.every) % rule.every != 0)
                ++k;
            if (k > rule.last) return never("no number between first and last fits every");
        }
        Traffic traffic;
        traffic.tcp = !scenario_.programs.empty();
        for (const FlowSpec& flow : scenario_.flows) {
            const bool ping = flow.config.kind == app::Kind::Ping;
            traffic.icmp = traffic.icmp || ping;
            traffic.tcp = traffic.tcp || (!ping && flow.config.transport == app::Transport::Tcp);
            traffic.udp = traffic.udp || (!ping && flow.config.transport == app::Transport::Udp);
        }
        if (!can_match(rule.match, traffic)) never("no packet of this scenario fits its match");
    }

    void lint_timeline() {
        for (const TimelineEntry& entry : scenario_.timeline)
            if (entry.at >= scenario_.stop)
                reporter_.warning_at(error_id::kTooLate, entry.where,
                                     fmt::format("this change at {} comes after the end at {}",
                                                 to_string(entry.at.since_start()),
                                                 to_string(scenario_.stop.since_start())));
    }

    void lint_start(const FlowSpec& flow) {
        const bool too_late = std::any_of(flow.starts.begin(), flow.starts.end(),
                                          [&](Time start) { return start >= scenario_.stop; });
        if (too_late)
            reporter_.warning_at(error_id::kTooLate, flow.where,
                                 fmt::format("flow '{}' starts after the end at {}", flow.name,
                                             to_string(scenario_.stop.since_start())));
    }

    const PathFinder& paths() {
        if (!paths_) paths_.emplace(scenario_);
        return *paths_;
    }

    /// A round trip as long as the first retransmission timeout: RFC 6298 §2 (2.1).
    void lint_round_trips() {
        constexpr Duration kFirst = tcp::RttEstimator::kInitialRto;
        Duration all = Duration::zero();
        for (const LinkSpec& link : scenario_.links) {
            if (link.up.delay >= kFirst || link.down.delay >= kFirst) all = kFirst;
            if (all < kFirst) all = all + link.up.delay + link.down.delay;
        }
        if (all < kFirst) return;  // no path can be longer than all links together
        for (const FlowSpec& flow : scenario_.flows) {
            if (flow.config.transport != app::Transport::Tcp || flow.config.kind == app::Kind::Ping)
                continue;
            const Duration there = paths().least_delay(flow.from, flow.to);
            const Duration trip = there + paths().least_delay(flow.to, flow.from);
            if (trip >= kFirst)
                reporter_.warning_at(
                    error_id::kSpuriousTimeout, flow.where,
                    fmt::format("a round trip of flow '{}' takes {} at least: its SYN is sent "
                                "again before it can be answered",
                                flow.name, to_string(trip)),
                    "", "the first retransmission timeout is 1 s");
        }
    }

    void lint_comparison(const Comparison& comparison, const Expectation& expectation) {
        for (const Operand* operand : {&comparison.left, &comparison.right}) {
            const auto* metric = std::get_if<Metric>(operand);
            if (metric == nullptr || metric->subject != Metric::Subject::Flow) continue;
            if (metric->key == "completion" || metric->key == "completed")
                lint_completion(scenario_.flows[metric->index], expectation);
        }
    }

    void lint_completion(const FlowSpec& flow, const Expectation& expectation) {
        const std::int64_t bytes = flow.config.bytes.count;
        if (scenario_.stop.is_never() || flow.config.kind != app::Kind::Bulk || bytes == 0) return;
        const bool down = flow.config.download;
        const Rate rate = paths().widest(down ? flow.to : flow.from, down ? flow.from : flow.to);
        if (rate.is_unlimited() || flow.starts.empty()) return;
        const Int128 ns = Int128{bytes} * 8'000'000'000 / rate.bits_per_second();
        const Time start = *std::min_element(flow.starts.begin(), flow.starts.end());
        if (start >= scenario_.stop || ns <= Int128{(scenario_.stop - start).ns()}) return;
        reporter_.warning_at(
            error_id::kCannotFinish, expectation.where,
            fmt::format("flow '{}' cannot finish before the end at {}", flow.name,
                        to_string(scenario_.stop.since_start())),
            "", fmt::format("{} at {} take longer", to_string(flow.config.bytes), to_string(rate)));
    }

    const Scenario& scenario_;
    Reporter& reporter_;
    std::optional<PathFinder> paths_;
};

}  // namespace

void lint(const Scenario& scenario, Reporter& reporter) { Linter{scenario, reporter}.run(); }

}  // namespace seedwire::scenario
