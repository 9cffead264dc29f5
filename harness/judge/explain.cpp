#include "harness/judge/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "harness/judge/metrics.h"
#include "sim/base/overloaded.h"

namespace seedwire::judge {
namespace {

using scenario::Metric;
using scenario::Unit;

/// What a failed expectation is about.
struct Subject {
    std::optional<std::uint32_t> flow;  ///< programs behind the flows
    std::int32_t ordinal = -1;
    std::optional<std::uint32_t> direction;
    Time from, until = Time::never();  ///< when it was looked at
};

class Explanation {
public:
    Explanation(const Evidence& evidence, Verdict& verdict)
        : evidence_{evidence},
          scenario_{evidence.world.scenario()},
          flows_{static_cast<std::uint32_t>(scenario_.flows.size())},
          verdict_{verdict} {}

    void about(const Subject& subject) {
        if (subject.flow) {
            explain_ends(*subject.flow, subject.ordinal);
            explain_incidents(subject);
        }
        if (subject.direction) explain_direction(*subject.direction);
    }

    Subject subject_of(const Metric& metric) const {
        Subject subject;
        subject.from = Time::zero() + metric.window.from;
        if (metric.window.until < Duration::max())
            subject.until = Time::zero() + metric.window.until;
        if (metric.function == "at") subject.until = Time::zero() + metric.moment;
        subject.ordinal = metric.ordinal;
        if (metric.subject == Metric::Subject::Flow) subject.flow = metric.index;
        if (metric.subject == Metric::Subject::Program) subject.flow = flows_ + metric.index;
        if (metric.subject == Metric::Subject::Link)
            subject.direction = metric.index * 2 + (metric.key.starts_with("up.") ? 0 : 1);
        return subject;
    }

private:
    static constexpr std::size_t kMost = 6;

    void say(std::string text) { verdict_.why.push_back(std::move(text)); }
    std::string name(std::uint32_t flow) const {
        return flow < flows_ ? scenario_.flows[flow].name : scenario_.programs[flow - flows_].name;
    }

    /// What became of connections that did not come to their end.
    void explain_ends(std::uint32_t flow, std::int32_t ordinal) {
        const observe::FlowFigures f = observe::flow_figures(evidence_.world, flow, ordinal);
        if (f.connections == 0) return say(fmt::format("{} opened no connection", name(flow)));
        const bool tcp = !f.udp && !f.ping;
        if (tcp && f.completed < f.connections) {
            const auto bytes = [](std::uint64_t n) {
                return to_string({static_cast<std::int64_t>(n), 1, Unit::Bytes});
            };
            std::string text = f.written == 0 ? "nothing was written"
                                              : fmt::format("{} of {} written were delivered",
                                                            bytes(f.delivered), bytes(f.written));
            if (f.connections == 1)
                text += fmt::format("; at the end client {}, server {}",
                                    tcp::to_string(f.client_state), tcp::to_string(f.server_state));
            else
                text += fmt::format("; {} of {} connections were complete at the end", f.completed,
                                    f.connections);
            say(std::move(text));
        }
        if (f.error != tcp::Error::None)
            say(fmt::format("{} {} with {}", f.failed, f.failed == 1 ? "end failed" : "ends failed",
                            tcp::to_string(f.error)));
    }

    void explain_incidents(const Subject& subject) {
        const FlowIncidents* all = evidence_.incidents.of(*subject.flow);
        std::vector<const Incident*> chosen;
        if (all != nullptr)
            for (const Incident& incident : all->first)
                if (is_meant(incident, subject) && chosen.size() < kMost)
                    chosen.push_back(&incident);
        if (all != nullptr && all->cut > 0) explain_cuts(subject);
        for (const Incident* incident : chosen) say(evidence_.incidents.text(*incident));
        if (all != nullptr && all->lost + all->again > chosen.size())
            say(fmt::format("in all of {}: {} lost, {} sent again, {} timeouts",
                            name(*subject.flow), all->lost, all->again, all->timeouts));
        look_at(subject, chosen.empty() ? nullptr : chosen.front());
    }

    void explain_cuts(const Subject& subject) {
        for (const scenario::TimelineEntry& entry : scenario_.timeline) {
            using Cut = scenario::TimelineEntry::Cut;
            if (!std::holds_alternative<Cut>(entry.change) || entry.at < subject.from ||
                entry.at > subject.until)
                continue;
            const bool whole = entry.target.up && entry.target.down;
            say(fmt::format("{}{} was cut at {} ms", scenario_.links[entry.target.link].name,
                            whole             ? ""
                            : entry.target.up ? ".up"
                                              : ".down",
                            observe::milliseconds_text(entry.at)));
        }
    }

    bool is_meant(const Incident& incident, const Subject& subject) const {
        if (incident.at < subject.from || incident.at > subject.until) return false;
        if (subject.ordinal < 0) return true;
        return evidence_.world.connections()[incident.connection].ordinal ==
               static_cast<std::uint32_t>(subject.ordinal);
    }

    /// Options of `seedwire run` that draw the connection in question, from shortly before.
    void look_at(const Subject& subject, const Incident* incident) {
        const trace::Connections& table = evidence_.world.connections();
        const bool many = *subject.flow < flows_ && scenario_.flows[*subject.flow].count > 1;
        const std::uint32_t ordinal = incident != nullptr ? table[incident->connection].ordinal
                                      : subject.ordinal > 0
                                          ? static_cast<std::uint32_t>(subject.ordinal)
                                          : 0;
        verdict_.look = fmt::format("--flow {}", name(*subject.flow));
        if (many) verdict_.look += fmt::format("[{}]", ordinal);
        constexpr Duration kBefore = Duration::ms(100), kEarly = Duration::s(1);
        Time from = subject.from;
        if (incident != nullptr && incident->at > Time::zero() + kEarly)
            from = Time::zero() + Duration::ms((incident->at - kBefore).since_start().ms());
        if (from > Time::zero())
            verdict_.look += fmt::format(" --from {}ms", from.since_start().ms());
    }

    void explain_direction(std::uint32_t direction) {
        const auto d = observe::direction_figures(evidence_.world, direction);
        std::string drops;
        for (std::uint8_t r = 1; r < trace::kDropReasonCount; ++r)
            if (d.dropped[r] > 0)
                drops +=
                    fmt::format("{}{} by {}", drops.empty() ? "; dropped: " : ", ", d.dropped[r],
                                trace::to_string(static_cast<trace::DropReason>(r)));
        std::string text = fmt::format("over the run {} carried {} packets", d.name, d.packets);
        if (d.finite_rate)
            text += fmt::format(", busy {:.1f} % of the time, at most {} in the queue",
                                100.0 * static_cast<double>(d.busy.ns()) /
                                    static_cast<double>(std::max<std::int64_t>(1, d.span.ns())),
                                d.longest_queue);
        say(text + drops);
    }

    const Evidence& evidence_;
    const scenario::Scenario& scenario_;
    std::uint32_t flows_;
    Verdict& verdict_;
};

}  // namespace

void explain(const scenario::Expectation& expectation, const Evidence& evidence, Verdict& verdict) {
    Explanation explanation{evidence, verdict};
    std::vector<Subject> subjects;
    const auto of_end = [&](const scenario::End& end) {
        subjects.push_back({end.flow, end.ordinal, {}, {}, Time::never()});
    };
    std::visit(Overloaded{[&](const scenario::Comparison& e) {
                              for (const scenario::Operand* operand : {&e.left, &e.right})
                                  if (const auto* metric = std::get_if<Metric>(operand))
                                      subjects.push_back(explanation.subject_of(*metric));
                          },
                          [&](const scenario::Reaches& e) { of_end(e.end); },
                          [&](const scenario::Passes& e) { of_end(e.end); },
                          [&](const scenario::Fails& e) { of_end(e.end); },
                          [&](const scenario::Segments& e) {
                              subjects.push_back({e.flow, e.ordinal, {}, {}, Time::never()});
                          },
                          [&](const scenario::Completes&) {
                              for (const std::uint32_t flow : verdict.about)
                                  subjects.push_back({flow, -1, {}, {}, Time::never()});
                          }},
               expectation.what);
    constexpr std::size_t kMostSubjects = 3;
    for (std::size_t i = 0; i < std::min(subjects.size(), kMostSubjects); ++i)
        explanation.about(subjects[i]);
}

}  // namespace seedwire::judge
