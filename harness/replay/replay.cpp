#include "harness/replay/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <thread>

#include "harness/replay/case_scenario.h"
#include "harness/replay/text_file.h"
#include "harness/scenario/scenario.h"
#include "harness/world/world.h"
#include "models/tcp/congestion/registry.h"

namespace seedwire::replay {

namespace {

namespace fs = std::filesystem;

/// The tick of the recorded machines: HZ=250.
constexpr Duration kTick = Duration::ms(4);
/// More than any case of a few minutes needs; ends what would never end.
constexpr std::uint64_t kMostEvents = 50'000'000;

struct Simulated {
    SeenPackets packets;
    std::vector<SeenWindow> windows;
};

std::optional<Simulated> simulate(const RecordedCase& recorded, const Circumstances& circumstances,
                                  scenario::Diagnostics& problems) {
    const std::string name = recorded.id + " (as a scenario)";
    const std::string text = scenario_text(recorded, circumstances, problems);
    problems.remember_source(name, text);
    const auto scenario = scenario::load(name, text, {}, problems);
    if (!scenario || problems.has_errors()) return std::nullopt;
    world::World world{*scenario};
    world.simulation().set_limits({kMostEvents, 0});
    PacketObserver observer{world.connections(), FlowNumbers::ClientPorts};
    world.recorder().add(observer, trace::Recorder::kPackets | trace::Recorder::kWindows);
    world.start();
    world.simulation().run_until(scenario->stop);
    world.finish();
    world.recorder().clear();
    Simulated result{observer.packets(), observer.windows()};
    for (SeenPacket& packet : result.packets) {
        packet.at = packet.at - circumstances.phase;
        if (!packet.is_lost()) packet.arrival = packet.arrival - circumstances.phase;
    }
    for (SeenWindow& window : result.windows) window.at = window.at - circumstances.phase;
    return result;
}

/// Only what the recording can tell of. Its end is a moment of the recorded machines; ours may be a
/// little before it or behind it, which is no difference.
SeenPackets within_recording(const RecordedCase& recorded, const SeenPackets& packets) {
    if (!recorded.is_truncated()) return packets;
    SeenPackets kept;
    std::size_t left[2] = {0, 0};
    for (const SeenPacket& packet : recorded.packets) ++left[packet.direction];
    for (const SeenPacket& packet : packets)
        if (packet.direction < 2 && left[packet.direction] > 0) {
            --left[packet.direction];
            kept.push_back(packet);
        }
    return kept;
}

Attempt attempt(const RecordedCase& recorded, const SeenPackets& packets) {
    Attempt result;
    result.packets = within_recording(recorded, packets);
    result.agreement = compare(recorded.packets, result.packets);
    result.data = compare(recorded.packets, result.packets, Compared::Data);
    result.times = time_errors(recorded.packets, result.packets, result.agreement);
    return result;
}

bool is_there(std::string_view congestion) {
    const auto all = tcp::congestion_controls();
    return std::any_of(all.begin(), all.end(),
                       [&](const auto* plugin) { return plugin->name == congestion; });
}

/// The name of a congestion control that is not there; empty if everything is.
std::string missing_control(const RecordedCase& recorded) {
    std::string missing;
    const scenario::Node* apps = recorded.description.find("apps");
    if (apps == nullptr) return missing;
    for (const scenario::Node& app : apps->items) {
        const scenario::Node* options = app.is_map() ? app.find("socket_options") : nullptr;
        if (options == nullptr) continue;
        for (const scenario::Node& option : options->items)
            if (option.text.starts_with("cc ") && !is_there(option.text.substr(3)))
                missing = option.text.substr(3);
    }
    return missing;
}

void judge_figures(CaseResult& result) {
    for (const FigureRow& row : result.figures)
        if (row.within && !*row.within)
            result.misses.push_back(fmt::format("{} is {:.6g}, measured {:.6g} to {:.6g}", row.name,
                                                row.simulated, row.measured.minimum,
                                                row.measured.maximum));
}

void judge_sequence(const Agreement& agreement, std::string_view what, CaseResult& result) {
    if (agreement.identical()) return;
    std::string counts;
    for (std::size_t i = 0; i < agreement.directions.size(); ++i)
        counts += fmt::format("{}{} of {}", i == 0 ? "" : " and ", agreement.directions[i].equal,
                              agreement.directions[i].left);
    result.misses.push_back(fmt::format("{} differ: {} are equal", what, counts));
}

/// The bars of the classes.
void judge(CaseResult& result) {
    const Attempt& exact = result.exact;
    switch (result.noise) {
        case Noise::Stable: {
            judge_sequence(exact.agreement, "packets", result);
            if (exact.agreement.equal_windows * 5 < exact.agreement.compared * 4)
                result.misses.push_back(fmt::format("only {} of {} windows are equal",
                                                    exact.agreement.equal_windows,
                                                    exact.agreement.compared));
            if (exact.times.outside > 0)
                result.misses.push_back(fmt::format(
                    "{} packets are sent too early or too late, by up to {:.3f} ms",
                    exact.times.outside, static_cast<double>(exact.times.beyond.ns()) / 1e6));
            break;
        }
        case Noise::TimerPhase:
            judge_sequence(exact.agreement, "packets", result);
            break;
        case Noise::AckPatternVaries:
            judge_sequence(exact.data, "data packets", result);
            judge_figures(result);
            break;
        case Noise::PacketPathVaries:
            judge_figures(result);
            break;
    }
    result.outcome = result.misses.empty() ? Outcome::Meets : Outcome::Differs;
}

std::string rendered(const std::string& folder, const scenario::Diagnostics& problems) {
    const std::optional<std::string> text = read_text(folder + "/case.yaml");
    return scenario::render(problems, text.value_or(""), false);
}

/// Moments within a tick of the timestamp clock at which everything may begin; the first is that of
/// every scenario.
constexpr std::array kPhasesUs = {0, 500, 250, 750, 125, 375, 625, 875};

bool replay_once(const RecordedCase& recorded, Circumstances circumstances,
                 scenario::Diagnostics& problems, CaseResult& result) {
    const auto exact = simulate(recorded, circumstances, problems);
    circumstances.timer_tick = kTick;
    const auto ticking =
        exact ? simulate(recorded, circumstances, problems) : std::optional<Simulated>{};
    if (!exact || !ticking) return false;
    result.phase = circumstances.phase;
    result.processing = circumstances.processing;
    result.exact = attempt(recorded, exact->packets);
    result.ticking = attempt(recorded, ticking->packets);
    result.figures = compare_figures(recorded, exact->packets, exact->windows);
    judge(result);
    return true;
}

/// How long recorded hosts took to answer, as the handshake tells: half of what its round trip is
/// longer than ours. Zero where it does not tell.
Duration measured_processing(const CaseResult& result) {
    constexpr Duration kMost = Duration::us(250);
    const auto& pairs = result.exact.agreement.pairs;
    if (pairs.size() < 3) return Duration::zero();
    const SeenPacket& real = result.measured[pairs[2].first];
    const SeenPacket& ours = result.exact.packets[pairs[2].second];
    const Duration half = Duration::ns((real.at - ours.at).ns() / 2);
    return half > Duration::zero() && half <= kMost ? half : Duration::zero();
}

/// Two things of recorded machines are chance: the phase of their clocks, and how long they take to
/// answer. A case that does not reach its bar with those of every scenario may with others.
void replay_best(const RecordedCase& recorded, scenario::Diagnostics& problems,
                 CaseResult& result) {
    const CaseResult blank = result;
    if (!replay_once(recorded, {}, problems, result)) return;
    const Duration processing = measured_processing(result);
    for (const Duration taken : {Duration::zero(), processing})
        for (const int phase : kPhasesUs) {
            if (result.outcome == Outcome::Meets) return;
            CaseResult tried = blank;
            const Circumstances others{Duration::zero(), Duration::us(phase), taken};
            if (!replay_once(recorded, others, problems, tried)) return;
            if (tried.outcome == Outcome::Meets) result = std::move(tried);
        }
}

}  // namespace

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
        case Outcome::Meets:
            return "meets";
        case Outcome::Differs:
            return "differs";
        case Outcome::Needs:
            return "needs";
        case Outcome::Broken:
            return "broken";
    }
    return "";
}

CaseResult replay_case(const std::string& folder) {
    CaseResult result;
    result.folder = folder;
    result.id = fs::path{folder}.lexically_normal().filename().string();
    scenario::Diagnostics problems;
    std::optional<RecordedCase> recorded = load_case(folder, problems);
    if (!recorded) {
        result.problem = rendered(folder, problems);
        return result;
    }
    result.id = recorded->id;
    result.topic = recorded->topic;
    result.title = recorded->title;
    result.noise = recorded->noise;
    result.needs = missing_control(*recorded);
    result.measured = recorded->packets;
    if (!result.needs.empty()) {
        result.outcome = Outcome::Needs;
        return result;
    }
    replay_best(*recorded, problems, result);
    if (problems.has_errors()) result.problem = rendered(folder, problems);
    return result;
}

std::vector<CaseResult> replay_cases(const std::vector<std::string>& folders, std::size_t jobs) {
    std::vector<CaseResult> results(folders.size());
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t i = next++; i < folders.size(); i = next++)
            results[i] = replay_case(folders[i]);
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < std::min(jobs, folders.size()); ++i) threads.emplace_back(work);
    work();
    for (std::thread& thread : threads) thread.join();
    return results;
}

FoundCases find_cases(const std::vector<std::string>& paths) {
    FoundCases found;
    std::error_code error;
    for (const std::string& path : paths) {
        if (fs::is_regular_file(fs::path{path} / "case.yaml", error)) {
            found.folders.push_back(path);
            continue;
        }
        std::vector<std::string> below;
        fs::recursive_directory_iterator it{path, error};
        if (error) {
            found.problems.push_back(fmt::format("{}: {}", path, error.message()));
            continue;
        }
        for (const fs::directory_entry& entry : it)
            if (entry.path().filename() == "case.yaml")
                below.push_back(entry.path().parent_path().string());
        if (below.empty()) found.problems.push_back(path + ": there is no case.yaml below it");
        std::sort(below.begin(), below.end());
        found.folders.insert(found.folders.end(), below.begin(), below.end());
    }
    return found;
}

}  // namespace seedwire::replay
