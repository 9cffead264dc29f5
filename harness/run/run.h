// One run of one scenario, from start to verdict.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/judge/judge.h"
#include "harness/observe/digest.h"
#include "harness/observe/figures.h"
#include "harness/observe/ladder.h"
#include "harness/observe/latency.h"
#include "harness/run/exit_code.h"
#include "harness/scenario/scenario.h"
#include "harness/world/world.h"

namespace seedwire::run {

/// How far a run is, for whoever shows it.
struct Progress {
    Time now, stop;  ///< stop: Time::never() if the end is not known
    std::uint64_t events = 0;
};

/// How far a run may go at most, over what the scenario says. Zero: no limit of this kind.
struct RunLimits {
    std::uint64_t events = 0;
    std::uint64_t memory_bytes = 0;  ///< of the whole process
    Time simulated_time = Time::never();
};

struct Request {
    RunLimits limits;
    std::optional<observe::LadderChoice> ladder;  ///< keep what a ladder needs
    /// Writes events.jsonl and capture.pcapng into this existing folder while the run goes on.
    std::string record_directory;
    /// Called about every 2^14 events.
    std::function<void(const Progress&)> on_progress;
    bool latency = false;  ///< find out where the time of connections over TLS went
    /// Stop as soon as nothing that may still happen can change a verdict.
    bool until_decided = false;
    /// What the scenario was changed with (`--seed 7`), for the command that looks further.
    std::string options;
    const std::atomic<bool>* interrupted = nullptr;  ///< set from outside: stop soon
};

/// How a run ended.
enum class Ending {
    Quiescent,  ///< nothing was left to happen
    Stop,       ///< the scenario's `stop`
    EventLimit,
    MemoryLimit,
    TimeLimit,
    Interrupted,
    Decided  ///< Request::until_decided
};
std::string_view to_string(Ending ending);

/// A finished run. The world is kept, since figures, ladders and reports look names up in it.
struct Run {
    std::unique_ptr<world::World> world;
    Ending ending = Ending::Quiescent;
    std::uint64_t events = 0;
    observe::RunDigest digest;
    observe::RunFigures figures;
    /// By flow; empty unless asked for.
    std::vector<std::optional<observe::WireLatency>> latency;
    std::vector<observe::Ladder> ladders;
    std::vector<judge::Verdict> verdicts;
    /// Of Scenario::collected and Scenario::series, in their order; nothing where a thing did not
    /// happen, and nothing at all after a run that is not complete.
    std::vector<std::optional<scenario::Value>> collected;
    std::vector<std::vector<std::optional<scenario::Value>>> series;
    std::vector<std::string> warnings;
    std::string options;       ///< of the request
    std::string record_error;  ///< a file that could not be written; else empty
    bool capture_headers_only = false;

    bool complete() const { return ending == Ending::Quiescent || ending == Ending::Stop; }
    /// Verdicts stand, though figures and digest may be those of a part.
    bool is_judged() const { return complete() || ending == Ending::Decided; }
    bool holds() const;
    ExitCode exit_code() const;
};

/// The scenario outlives the result.
Run execute(const scenario::Scenario& scenario, const Request& request);

}  // namespace seedwire::run
