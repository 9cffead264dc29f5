#include "harness/judge/judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/explain.h"
#include "harness/judge/metrics.h"
#include "harness/judge/patterns.h"
#include "harness/observe/segment_text.h"
#include "sim/base/quantity.h"

namespace seedwire::judge {

using scenario::Relation;
using scenario::Unit;
using scenario::Value;

namespace {

bool holds(int order, Relation relation) {
    switch (relation) {
        case Relation::Less:
            return order < 0;
        case Relation::AtMost:
            return order <= 0;
        case Relation::Equal:
            return order == 0;
        case Relation::NotEqual:
            return order != 0;
        case Relation::AtLeast:
            return order >= 0;
        case Relation::Greater:
            return order > 0;
    }
    return false;
}

/// The bound of a comparison moves outwards by the tolerance.
bool holds_within(const Value& left, const Value& right, Relation relation,
                  const Value& tolerance) {
    const Value low = shifted(right, tolerance, false), high = shifted(right, tolerance, true);
    const bool inside = compare(left, low) >= 0 && compare(left, high) <= 0;
    switch (relation) {
        case Relation::Equal:
            return inside;
        case Relation::NotEqual:
            return !inside;
        case Relation::Less:
        case Relation::AtMost:
            return holds(compare(left, high), relation);
        case Relation::AtLeast:
        case Relation::Greater:
            return holds(compare(left, low), relation);
    }
    return false;
}

/// "p99(line.up.queue.sojourn)"
std::string text_of(const scenario::Metric& metric) {
    if (metric.function.empty() || metric.function == "at") return metric.text;
    return fmt::format("{}({})", metric.function, metric.text);
}

std::string text_of(const scenario::Window& window) {
    if (window.is_whole()) return {};
    if (window.until == Duration::max()) return " after " + to_string(window.from);
    return fmt::format(" within {}..{}", to_string(window.from), to_string(window.until));
}

std::string milliseconds(Time at) { return observe::milliseconds_text(at) + " ms"; }

class Judge {
public:
    explicit Judge(const Evidence& evidence) : evidence_{evidence} {}

    Verdict operator()(const scenario::Comparison& e) const;
    Verdict operator()(const scenario::Reaches& e) const;
    Verdict operator()(const scenario::Passes& e) const;
    Verdict operator()(const scenario::Segments& e) const;
    Verdict operator()(const scenario::Fails& e) const;
    Verdict operator()(const scenario::Completes& e) const;

    bool is_decided(const scenario::Comparison& e) const;
    bool is_decided(const scenario::Reaches& e) const;
    bool is_decided(const scenario::Passes& e) const;
    bool is_decided(const scenario::Fails& e) const;
    bool is_decided(const scenario::Segments&) const { return false; }
    bool is_decided(const scenario::Completes&) const { return false; }

private:
    /// The states (and error) of the end that an expectation means.
    struct EndTestimony {
        const std::vector<PassedState>* states = nullptr;
        int error = 0;
        Time error_at;
        Time opened;
    };
    EndTestimony testimony(const scenario::End& end) const;
    std::optional<Value> operand(const scenario::Operand& operand) const;
    /// A duration in round trips of the metric's flow, rounded to the nearest whole number.
    std::optional<Value> in_round_trips(const scenario::Operand& operand, const Value& value) const;
    Time completion_of(std::uint32_t flow) const;
    Time end_of_program(std::uint32_t program) const;

    const Evidence& evidence_;
};

std::optional<Value> Judge::operand(const scenario::Operand& operand) const {
    if (const auto* value = std::get_if<Value>(&operand)) return *value;
    return value_of(std::get<scenario::Metric>(operand), evidence_);
}

std::optional<Value> Judge::in_round_trips(const scenario::Operand& operand,
                                           const Value& value) const {
    const auto* metric = std::get_if<scenario::Metric>(&operand);
    if (metric == nullptr || value.unit != Unit::Nanoseconds) return value;
    const auto ends = observe::connections_of(
        evidence_.world,
        metric->subject == scenario::Metric::Subject::Program
            ? metric->index + static_cast<std::uint32_t>(evidence_.world.scenario().flows.size())
            : metric->index);
    if (ends.empty()) return std::nullopt;
    const trace::Connection& c = evidence_.world.connections()[ends.front().connection];
    constexpr std::int64_t kSmallPacket =
        60;  // a SYN with its options: what a round trip means here
    const Duration rtt = evidence_.world.network().no_load_round_trip(c.client_node, c.server_node,
                                                                      kSmallPacket, kSmallPacket);
    if (rtt <= Duration::zero()) return std::nullopt;
    const std::int64_t ns = value.numerator / value.denominator;
    return Value{(ns + rtt.ns() / 2) / rtt.ns(), 1, Unit::RoundTrips};
}

Verdict Judge::operator()(const scenario::Comparison& e) const {
    Verdict verdict;
    std::optional<Value> left = operand(e.left), right = operand(e.right);
    if (left && right && left->unit == Unit::RoundTrips) right = in_round_trips(e.right, *right);
    if (left && right && right->unit == Unit::RoundTrips) left = in_round_trips(e.left, *left);
    if (left && right)
        verdict.holds = e.tolerance ? holds_within(*left, *right, e.relation, *e.tolerance)
                                    : holds(compare(*left, *right), e.relation);
    std::optional<Value> time;  // what stands behind a number of round trips
    if (left && left->unit == Unit::RoundTrips && e.right.index() == 0) time = operand(e.right);
    if (right && right->unit == Unit::RoundTrips && e.left.index() == 0) time = operand(e.left);
    const bool alike = !verdict.holds && left && right && to_string(*left) == to_string(*right);
    const auto text = [alike](const scenario::Operand& o, const std::optional<Value>& value) {
        const auto* metric = std::get_if<scenario::Metric>(&o);
        if (metric == nullptr) return std::string{};
        return fmt::format("{} is {}{}", text_of(*metric),
                           value ? (alike ? exact_text(*value) : to_string(*value))
                                 : "not known: it did not happen",
                           text_of(metric->window));
    };
    verdict.actual = text(e.left, left);
    const std::string other = text(e.right, right);
    if (!other.empty()) verdict.actual += (verdict.actual.empty() ? "" : ", ") + other;
    if (time) verdict.actual += fmt::format(" ({})", to_string(*time));
    return verdict;
}

Judge::EndTestimony Judge::testimony(const scenario::End& end) const {
    EndTestimony found;
    const auto ends = observe::connections_of(evidence_.world, end.flow);
    const std::size_t k = end.ordinal < 0 ? 0 : static_cast<std::size_t>(end.ordinal);
    if (k >= ends.size()) return found;
    const trace::Connection& c = evidence_.world.connections()[ends[k].connection];
    // `<program>.connection` is the program's own end, whichever that is.
    const bool is_program = end.flow >= evidence_.world.scenario().flows.size();
    const bool named = end.text.find(".client") != std::string::npos ||
                       end.text.find(".server") != std::string::npos;
    const bool client = is_program && !named ? ends[k].client : end.client;
    const Testimony* t = evidence_.witness.about(c.flow, static_cast<std::int32_t>(c.ordinal));
    if (t == nullptr) return found;
    found.states = client ? &t->client_states : &t->server_states;
    found.error = client ? t->client_error : t->server_error;
    found.error_at = client ? t->client_error_at : t->server_error_at;
    const Time opened = evidence_.world.figures()[ends[k].connection].client.opened;
    found.opened = opened.is_never() ? Time::zero() : opened;
    return found;
}

Verdict Judge::operator()(const scenario::Reaches& e) const {
    Verdict verdict;
    const EndTestimony t = testimony(e.end);
    if (t.states == nullptr) {
        verdict.actual = fmt::format("{} never existed", e.end.text);
        return verdict;
    }
    const auto it = std::find_if(t.states->begin(), t.states->end(),
                                 [&](const PassedState& s) { return s.to == e.state; });
    if (it == t.states->end()) {
        verdict.actual = fmt::format("{} never reached {}", e.end.text, tcp::to_string(e.state));
    } else {
        const Duration took = it->at - t.opened;
        verdict.holds = took >= e.after && took <= e.within;
        verdict.actual =
            fmt::format("{} reached {} after {} ms", e.end.text, tcp::to_string(e.state),
                        observe::milliseconds_text(Time::zero() + (it->at - t.opened)));
    }
    return verdict;
}

Verdict Judge::operator()(const scenario::Passes& e) const {
    Verdict verdict;
    const EndTestimony t = testimony(e.end);
    if (t.states == nullptr) {
        verdict.actual = fmt::format("{} never existed", e.end.text);
        return verdict;
    }
    const std::vector<tcp::State> passed = states_of(*t.states);
    verdict.holds = passes(passed, e.states);
    for (const tcp::State state : passed)
        verdict.actual += (verdict.actual.empty() ? "" : ", ") + std::string{tcp::to_string(state)};
    verdict.actual = fmt::format("{} passed [{}]", e.end.text, verdict.actual);
    if (verdict.holds) return verdict;
    // Behind a CLOSED that may be left out at the beginning.
    const bool skip = !passed.empty() && passed.front() == tcp::State::Closed &&
                      e.states.front() != tcp::State::Closed;
    const std::size_t begin = skip ? 1 : 0;
    for (std::size_t i = 0; i < e.states.size(); ++i) {
        const bool ended = begin + i >= passed.size();
        if (!ended && passed[begin + i] == e.states[i]) continue;
        verdict.why.push_back(
            ended ? fmt::format("expected {}, but nothing more came", tcp::to_string(e.states[i]))
                  : fmt::format("expected {} where {} came", tcp::to_string(e.states[i]),
                                tcp::to_string(passed[begin + i])));
        break;
    }
    return verdict;
}

Verdict Judge::operator()(const scenario::Segments& e) const {
    Verdict verdict;
    const auto ends = observe::connections_of(evidence_.world, e.flow);
    const std::size_t k = e.ordinal < 0 ? 0 : static_cast<std::size_t>(e.ordinal);
    const Testimony* t = nullptr;
    if (k < ends.size()) {
        const trace::Connection& c = evidence_.world.connections()[ends[k].connection];
        t = evidence_.witness.about(c.flow, static_cast<std::int32_t>(c.ordinal));
    }
    if (t == nullptr) {
        verdict.actual = "nothing was sent";
        return verdict;
    }
    const auto mismatch = match(e.items, t->segments);
    verdict.holds = !mismatch;
    constexpr std::size_t kShown = 12;
    const std::size_t begin =
        mismatch && mismatch->segment > kShown / 2 ? mismatch->segment - kShown / 2 : 0;
    std::string list = begin > 0 ? "..." : "";
    for (std::size_t i = begin; i < t->segments.size() && i < begin + kShown; ++i)
        list += (list.empty() ? "" : ", ") + describe(t->segments[i]);
    if (begin + kShown < t->segments.size()) list += ", ...";
    verdict.actual = fmt::format("sent were [{}]", list);
    if (!mismatch) return verdict;
    const std::string wanted =
        mismatch->item < e.items.size() ? e.items[mismatch->item].text : "nothing more";
    if (mismatch->segment < t->segments.size())
        verdict.why.push_back(fmt::format("expected {} where {} was sent at {}", wanted,
                                          describe(t->segments[mismatch->segment]),
                                          milliseconds(t->segments[mismatch->segment].at)));
    else
        verdict.why.push_back(fmt::format("expected {}, but nothing more was sent", wanted));
    return verdict;
}

Verdict Judge::operator()(const scenario::Fails& e) const {
    Verdict verdict;
    const EndTestimony t = testimony(e.end);
    int error = t.error;
    Time at = t.error_at;
    const std::size_t flows = evidence_.world.scenario().flows.size();
    if (e.end.flow >= flows) {
        // A program fails when one of its operations does, with or without a connection.
        const auto& results =
            evidence_.world.applications().results(static_cast<std::uint32_t>(e.end.flow - flows));
        const auto failed =
            std::find_if(results.begin(), results.end(), [](const app::OperationResult& r) {
                return r.error != tcp::Error::None && r.error != tcp::Error::Again;
            });
        error = failed == results.end() ? 0 : tcp::number(failed->error);
        at = failed == results.end() ? Time::zero() : failed->end;
    }
    verdict.holds = e.never ? error == 0 : error == tcp::number(e.error);
    if (error == 0) {
        verdict.actual = fmt::format("{} did not fail", e.end.text);
        return verdict;
    }
    std::string name = fmt::format("errno {}", error);
    for (int i = 0; i <= static_cast<int>(tcp::kLastError); ++i)
        if (tcp::number(static_cast<tcp::Error>(i)) == error)
            name = tcp::to_string(static_cast<tcp::Error>(i));
    verdict.actual = fmt::format("{} failed with {} at {}", e.end.text, name, milliseconds(at));
    return verdict;
}

Verdict Judge::operator()(const scenario::Completes& e) const {
    Verdict verdict;
    const world::World& world = evidence_.world;
    const scenario::Scenario& scenario = world.scenario();
    const auto flows = static_cast<std::uint32_t>(scenario.flows.size());
    const auto programs = static_cast<std::uint32_t>(scenario.programs.size());
    const bool bounded = e.within < Duration::max() - e.after;
    const Time deadline = bounded ? Time::zero() + e.after + e.within : Time::never();
    Time last = Time::zero();
    std::string last_name, open;
    const auto note = [&](std::uint32_t flow, const std::string& name, Time at) {
        if (at > deadline || at.is_never()) verdict.about.push_back(flow);
        if (at.is_never()) {
            open += (open.empty() ? "" : ", ") + name;
        } else if (at >= last) {
            last = at;
            last_name = name;
        }
    };
    for (std::uint32_t i = 0; i < flows + programs; ++i) {
        if (e.flow && *e.flow != i) continue;
        if (i < flows)
            note(i, scenario.flows[i].name, completion_of(i));
        else
            note(i, scenario.programs[i - flows].name, end_of_program(i - flows));
    }
    verdict.holds = open.empty() && last <= deadline;
    verdict.actual = open.empty()
                         ? fmt::format("{} was complete at {}", last_name, milliseconds(last))
                         : fmt::format("not complete at the end: {}", open);
    return verdict;
}

/// When the last of a flow's connections was complete; never if one was not.
Time Judge::completion_of(std::uint32_t flow) const {
    const world::World& world = evidence_.world;
    const observe::FlowFigures figures = observe::flow_figures(world, flow, -1);
    if (!figures.completion || figures.connections < world.scenario().flows[flow].count)
        return Time::never();
    Time opened = Time::never();
    for (const observe::OwnEnd& end : observe::connections_of(world, flow))
        if (end.connection < world.figures().size())
            opened = std::min(opened, world.figures()[end.connection].client.opened);
    return opened.is_never() ? opened : opened + *figures.completion;
}

Time Judge::end_of_program(std::uint32_t program) const {
    const app::Applications& applications = evidence_.world.applications();
    if (!applications.program_finished(program)) return Time::never();
    const auto& results = applications.results(program);
    return results.empty() ? Time::zero() : results.back().end;
}

// --- what is decided while the run goes on ------------------------------------------------------

/// What was measured up to a moment that has passed.
bool Judge::is_decided(const scenario::Comparison& e) const {
    const Duration now = evidence_.world.simulation().now().since_start();
    const auto is_past = [now](const scenario::Operand& operand) {
        const auto* metric = std::get_if<scenario::Metric>(&operand);
        if (metric == nullptr) return true;
        return (metric->function == "at" ? metric->moment : metric->window.until) <= now;
    };
    return is_past(e.left) && is_past(e.right);
}

/// A state is reached for the first time only once; and time does not come back.
bool Judge::is_decided(const scenario::Reaches& e) const {
    const EndTestimony t = testimony(e.end);
    if (t.states == nullptr) return false;
    const Time now = evidence_.world.simulation().now();
    return (e.within < Duration::max() - t.opened.since_start() && now > t.opened + e.within) ||
           std::any_of(t.states->begin(), t.states->end(),
                       [&](const PassedState& s) { return s.to == e.state; });
}

/// States are only added: a beginning that fits goes on fitting, one that does not never will.
bool Judge::is_decided(const scenario::Passes& e) const {
    const EndTestimony t = testimony(e.end);
    if (t.states == nullptr) return false;
    const std::vector<tcp::State> passed = states_of(*t.states);
    return passed.size() > e.states.size() || passes(passed, e.states);
}

/// The first error stays the first.
bool Judge::is_decided(const scenario::Fails& e) const {
    return e.end.flow < evidence_.world.scenario().flows.size() && testimony(e.end).error != 0;
}

}  // namespace

bool are_all_decided(const Evidence& evidence) {
    const auto& expectations = evidence.world.scenario().expectations;
    const Judge judge{evidence};
    return !expectations.empty() &&
           std::all_of(expectations.begin(), expectations.end(), [&](const auto& expectation) {
               return std::visit([&](const auto& e) { return judge.is_decided(e); },
                                 expectation.what);
           });
}

std::vector<Verdict> judge(const Evidence& evidence) {
    std::vector<Verdict> verdicts;
    const Judge judge{evidence};
    for (const scenario::Expectation& expectation : evidence.world.scenario().expectations) {
        Verdict verdict = std::visit(judge, expectation.what);
        verdict.expectation = &expectation;
        if (!verdict.holds) explain(expectation, evidence, verdict);
        verdicts.push_back(std::move(verdict));
    }
    return verdicts;
}

}  // namespace seedwire::judge
