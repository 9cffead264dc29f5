#include "harness/run/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "harness/judge/metrics.h"
#include "harness/judge/tcp_info.h"
#include "harness/observe/packet_words.h"
#include "harness/run/recording.h"
#include "harness/scenario/measurements.h"
#include "sim/base/assert.h"

namespace seedwire::run {

namespace {

// Small enough for Ctrl-C to be heard within a tenth of a second, even in a debug build.
constexpr std::uint64_t kSlice = 1U << 14;

/// Flows (and programs behind them) whose congestion window is asked for.
std::vector<std::uint32_t> flows_with_windows(const scenario::Scenario& scenario) {
    std::set<std::uint32_t> flows;
    for (const scenario::Metric* m : scenario::measured_metrics(scenario)) {
        if (m->key.find("cwnd") == std::string::npos &&
            m->key.find("ssthresh") == std::string::npos)
            continue;
        const bool program = m->subject == scenario::Metric::Subject::Program;
        flows.insert(m->index + (program ? static_cast<std::uint32_t>(scenario.flows.size()) : 0));
    }
    return {flows.begin(), flows.end()};
}

/// Everything that watches one run.
struct Watchers {
    Watchers(world::World& world, const Request& request)
        : digest{world.network(), world.connections()},
          windows{world.connections(), flows_with_windows(world.scenario())},
          witness{world.scenario(), world.connections()},
          series{world.scenario(), world.network(), world.connections()},
          nodes{world.network()},
          moments{world.scenario()},
          incidents{world.scenario(), world.network(), world.connections()} {
        trace::Recorder& recorder = world.recorder();
        recorder.add(digest);
        if (windows.is_needed()) recorder.add(windows, trace::Recorder::kWindows);
        if (witness.is_needed()) recorder.add(witness);
        if (incidents.is_needed()) recorder.add(incidents, trace::Recorder::kPackets);
        if (series.interests() != 0) recorder.add(series, series.interests());
        const auto metrics = scenario::measured_metrics(world.scenario());
        const auto is_of_node = [](const scenario::Metric* metric) {
            return metric->subject == scenario::Metric::Subject::Node;
        };
        const auto is_info = [](const scenario::Metric* metric) {
            return judge::asks_for_info(*metric);
        };
        if (std::any_of(metrics.begin(), metrics.end(), is_of_node))
            recorder.add(nodes, trace::Recorder::kPackets);
        if (std::any_of(metrics.begin(), metrics.end(), is_info)) world.figures().keep_infos();
        latency.emplace(world);
        if (request.latency && latency->is_needed())
            recorder.add(*latency, trace::Recorder::kPackets | trace::Recorder::kTls);
        else
            latency.reset();
        if (request.ladder) {
            ladder.emplace(world.network(), world.connections(), *request.ladder);
            recorder.add(*ladder,
                         trace::Recorder::kPackets | trace::Recorder::kTcp | trace::Recorder::kTls);
        }
        if (!request.record_directory.empty())
            recording = std::make_unique<Recording>(world, request.record_directory);
    }

    judge::Evidence evidence(const world::World& world) const {
        return {world, windows, witness, series, nodes, moments, incidents};
    }

    observe::DigestObserver digest;
    observe::WindowObserver windows;
    judge::Witness witness;
    judge::SeriesObserver series;
    observe::NodeObserver nodes;
    judge::Moments moments;
    judge::IncidentObserver incidents;
    std::optional<observe::LatencyObserver> latency;
    std::optional<observe::LadderObserver> ladder;
    std::unique_ptr<Recording> recording;
};

Ending run_to_end(world::World& world, const Request& request, Watchers& watchers) {
    Simulation& simulation = world.simulation();
    const judge::Evidence evidence = watchers.evidence(world);
    const Time asked = world.scenario().stop, limit = request.limits.simulated_time;
    const Time stop = std::min(asked, limit);
    while (true) {
        // Pausing at a moment changes nothing: whatever is due then has been done, nothing later
        // has.
        const Time pause = watchers.moments.next();
        switch (simulation.run_until(std::min(stop, pause), kSlice)) {
            case Simulation::End::Quiescent:
                return Ending::Quiescent;
            case Simulation::End::Deadline:
                if (pause <= stop) {
                    world.look();
                    watchers.moments.take(evidence);
                    break;
                }
                return limit < asked ? Ending::TimeLimit : Ending::Stop;
            case Simulation::End::EventLimit:
                return Ending::EventLimit;
            case Simulation::End::MemoryLimit:
                return Ending::MemoryLimit;
            case Simulation::End::Stopped:
                return Ending::Interrupted;
            case Simulation::End::SliceDone:
                break;
        }
        if (request.interrupted != nullptr && *request.interrupted) return Ending::Interrupted;
        if (request.until_decided && judge::are_all_decided(evidence)) return Ending::Decided;
        if (request.on_progress)
            request.on_progress({simulation.now(), stop, simulation.executed_events()});
    }
}

/// Resident bytes of this process, from the kernel's books; 0 where there are none.
std::size_t resident_bytes() {
    std::ifstream file{"/proc/self/statm"};
    std::size_t total = 0, resident = 0;
    file >> total >> resident;
    return file ? resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) : 0;
}

/// The smaller of two limits, where zero is none.
std::uint64_t tighter(std::uint64_t a, std::uint64_t b) {
    if (a == 0 || b == 0) return a + b;
    return std::min(a, b);
}

void set_limits(world::World& world, const RunLimits& limits) {
    const scenario::Scenario& s = world.scenario();
    world.simulation().set_memory_probe(resident_bytes);
    world.simulation().set_limits(
        {tighter(s.maximum_events, limits.events),
         tighter(static_cast<std::uint64_t>(s.maximum_memory.count), limits.memory_bytes)});
}

/// Sent + copies = received + dropped by named reason + in flight, over links and nodes of every
/// run.
void check_conservation(const Run& run) {
    const bool every_packet_has_one_end = run.figures.packets.holds;
    SEEDWIRE_ASSERT(every_packet_has_one_end);
}

/// Nothing is left to happen, and yet a program waits.
void warn_of_blocked(const world::World& world, std::vector<std::string>& warnings) {
    const auto& programs = world.scenario().programs;
    for (std::uint32_t i = 0; i < programs.size(); ++i) {
        if (world.applications().program_finished(i)) continue;
        const auto& results = world.applications().results(i);
        if (results.empty() || !results.back().end.is_never()) continue;
        const scenario::ProgramSpec::Line& line = programs[i].lines[results.back().operation];
        warnings.push_back(
            fmt::format("{}:{}:{}: warning: {} is blocked for ever in `{}`, since {} ms",
                        line.where.file, line.where.line, line.where.column, programs[i].name,
                        line.text, observe::milliseconds_text(results.back().start)));
    }
}

std::vector<std::string> warnings_of(const world::World& world, Ending ending) {
    std::vector<std::string> warnings;
    const auto& faults = world.scenario().faults;
    for (std::uint32_t i = 0; i < faults.size(); ++i)
        if (ending != Ending::Decided && faults[i].exact && world.network().fault_hits(i) == 0)
            warnings.push_back(fmt::format("{}:{}:{}: warning: faults[{}] never fired",
                                           faults[i].where.file, faults[i].where.line,
                                           faults[i].where.column, i));
    if (ending == Ending::Quiescent) warn_of_blocked(world, warnings);
    return warnings;
}

/// What the scenario collects. A series ends with the run.
void collect(const scenario::Scenario& scenario, const judge::Evidence& evidence, Run& run) {
    for (const scenario::Metric& metric : scenario.collected)
        run.collected.push_back(judge::value_of(metric, evidence));
    const Time end = evidence.world.simulation().now();
    for (const scenario::SampledSeries& series : scenario.series) {
        auto& values = run.series.emplace_back();
        for (const scenario::Metric& sample : series.samples)
            if (Time::zero() + sample.moment <= end)
                values.push_back(judge::value_of(sample, evidence));
    }
}

}  // namespace

std::string_view to_string(Ending ending) {
    switch (ending) {
        case Ending::Quiescent:
            return "quiescent";
        case Ending::Stop:
            return "stop";
        case Ending::EventLimit:
            return "event limit";
        case Ending::MemoryLimit:
            return "memory limit";
        case Ending::TimeLimit:
            return "time limit";
        case Ending::Interrupted:
            return "interrupted";
        case Ending::Decided:
            return "decided";
    }
    return "";
}

bool Run::holds() const {
    return std::all_of(verdicts.begin(), verdicts.end(),
                       [](const judge::Verdict& v) { return v.holds; });
}

ExitCode Run::exit_code() const {
    ExitCode code = ExitCode::Holds;
    if (ending == Ending::Interrupted) return ExitCode::Interrupted;
    if (!is_judged()) code = worse(code, ExitCode::LimitReached);
    // What a stopped run did not reach yet is no failure of its scenario.
    if (is_judged() && !holds()) code = worse(code, ExitCode::ExpectationFailed);
    if (!record_error.empty()) code = worse(code, ExitCode::Partial);
    return code;
}

Run execute(const scenario::Scenario& scenario, const Request& request) {
    Run run;
    run.options = request.options;
    run.world = std::make_unique<world::World>(scenario);
    world::World& world = *run.world;
    set_limits(world, request.limits);
    Watchers watchers{world, request};
    world.start();
    run.ending = run_to_end(world, request, watchers);
    world.finish();
    run.events = world.simulation().executed_events();
    run.digest = watchers.digest.result();
    run.figures = observe::collect(world);
    check_conservation(run);
    for (std::uint32_t i = 0; watchers.latency && i < scenario.flows.size(); ++i)
        run.latency.push_back(watchers.latency->of_flow(i));
    if (watchers.ladder) run.ladders = watchers.ladder->result();
    if (run.is_judged()) run.verdicts = judge::judge(watchers.evidence(world));
    if (run.complete()) collect(scenario, watchers.evidence(world), run);
    if (watchers.recording) {
        run.record_error = watchers.recording->finish();
        run.capture_headers_only = watchers.recording->capture_headers_only();
    }
    run.warnings = warnings_of(world, run.ending);
    // The watchers end here; nobody may call them through the recorder any more.
    world.recorder().clear();
    return run;
}

}  // namespace seedwire::run
