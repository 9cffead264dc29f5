// `seedwire run`: executes scenarios, shows what happened, judges what was expected.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <filesystem>
#include <map>

#include "harness/cli/command.h"
#include "harness/cli/loading.h"
#include "harness/cli/progress.h"
#include "harness/cli/version.h"
#include "harness/observe/capture.h"
#include "harness/run/output_directory.h"
#include "harness/run/report_json.h"
#include "harness/run/report_text.h"
#include "harness/run/run.h"

namespace seedwire::cli {

namespace {

struct Options {
    std::vector<std::string> files, sets;
    std::optional<std::uint64_t> seed;
    std::string output, flow, from, to, color = "auto";
    bool until_decided = false;
    bool force = false, json = false, quiet = false, no_ladder = false, ascii = false;
    std::optional<std::size_t> ladder;  ///< --ladder[=N]
    std::size_t width = 0;
    std::uint64_t max_events = 0;
    std::string max_memory, max_time;
};

constexpr std::size_t kLadderPackets = 60;
constexpr std::uint32_t kLaddersUnasked = 3;

/// Which connections to draw; nothing: none.
std::optional<observe::LadderChoice> ladder_choice(const Options& options,
                                                   const scenario::Scenario& scenario,
                                                   bool& usable) {
    usable = true;
    if (options.json || options.quiet || options.no_ladder) return std::nullopt;
    observe::LadderChoice choice;
    std::uint32_t connections = static_cast<std::uint32_t>(scenario.programs.size());
    for (const auto& flow : scenario.flows) connections += flow.count;
    const bool asked =
        options.ladder || !options.flow.empty() || !options.from.empty() || !options.to.empty();
    if (!asked && connections > kLaddersUnasked) return std::nullopt;
    if (options.ladder) choice.first = std::max(choice.first, *options.ladder);
    if (options.flow.empty()) return choice;
    std::string name = options.flow;
    if (const std::size_t bracket = name.find('['); bracket != std::string::npos) {
        choice.ordinal =
            static_cast<std::uint32_t>(std::strtoul(name.c_str() + bracket + 1, nullptr, 10));
        name.resize(bracket);
    }
    for (std::uint32_t i = 0; i < scenario.flows.size(); ++i)
        if (scenario.flows[i].name == name) choice.flow = i;
    for (std::uint32_t i = 0; i < scenario.programs.size(); ++i)
        if (scenario.programs[i].name == name)
            choice.flow = static_cast<std::uint32_t>(scenario.flows.size()) + i;
    if (choice.flow != trace::kNone) return choice;
    std::string known;
    for (const auto& flow : scenario.flows) known += (known.empty() ? "" : ", ") + flow.name;
    for (const auto& program : scenario.programs)
        known += (known.empty() ? "" : ", ") + program.name;
    complain(fmt::format("seedwire: {} has no flow or program '{}'; it has: {}\n", scenario.file,
                         name, known));
    usable = false;
    return std::nullopt;
}

bool parse_moment(const std::string& text, const char* option, Time& moment) {
    if (text.empty()) return true;
    const auto parsed = parse_duration(text);
    if (!parsed) {
        complain(fmt::format("seedwire: {}: {}{}{}\n", option, parsed.error.message,
                             parsed.error.hint.empty() ? "" : "; ", parsed.error.hint));
        return false;
    }
    moment = Time::zero() + *parsed;
    return true;
}

std::string meta_json(const run::Run& run) {
    const scenario::Scenario& scenario = run.world->scenario();
    observe::JsonWriter json{true};
    json.begin_object().field("program", "seedwire").field("version", kVersion);
    json.field("build", build_type()).field("compiler", compiler());
    json.field("scenario", scenario.name).field("file", scenario.file);
    json.field("scenario_digest", fmt::format("{:016x}", scenario.digest));
    json.field("seed", scenario.seed).field("complete", run.complete());
    json.field("ended", run::to_string(run.ending));
    json.field("digest", observe::to_string(run.digest.total));
    json.field("capture_headers_only", run.capture_headers_only);
    return json.end_object().take();
}

class RunCommand {
public:
    explicit RunCommand(const Options& options)
        : options_{options}, terminal_{look_at_terminal(options.color)} {
        style_.color = terminal_.color;
        style_.quiet = options.quiet;
        style_.ladder.color = terminal_.color;
        style_.ladder.unicode = terminal_.unicode && !options.ascii;
        style_.ladder.width = options.width > 0 ? options.width : terminal_.width;
        style_.ladder.most_packets = options.ladder.value_or(kLadderPackets);
    }

    ExitCode operator()();

private:
    ExitCode run_one(LoadedFile& file, const std::string& directory);
    ExitCode save(run::Run& run, run::OutputDirectory& output);
    bool parse_memory();

    const Options& options_;
    run::RunLimits limits_;
    Terminal terminal_;
    run::ReportStyle style_;
    observe::JsonWriter json_{true};
};

/// Several files go to folders by their names, so two of one name would overwrite each other.
bool have_different_stems(const std::vector<std::string>& files) {
    std::map<std::string, std::string> seen;
    for (const std::string& file : files) {
        const std::string stem = std::filesystem::path(file).stem().string();
        const auto [at, is_new] = seen.emplace(stem, file);
        if (is_new) continue;
        complain(fmt::format("seedwire: the results of {} and {} would both go to the folder {}\n",
                             at->second, file, stem));
        return false;
    }
    return true;
}

/// CLI11 lets strtoull turn -1 and what is too large into 2^64 - 1.
CLI::Validator is_count() {
    return CLI::Validator{[](std::string& text) -> std::string {
                              std::uint64_t value = 0;
                              const char* end = text.data() + text.size();
                              const auto [at, error] = std::from_chars(text.data(), end, value);
                              if (error == std::errc{} && at == end) return {};
                              return fmt::format("'{}' is no whole number from 0 to 2^64 - 1",
                                                 text);
                          },
                          ""};
}

ExitCode RunCommand::operator()() {
    scenario::LoadOptions load;
    load.seed = options_.seed;
    for (const std::string& set : options_.sets) {
        auto override = parse_override(set);
        if (!override) return ExitCode::BadInput;
        load.overrides.push_back(std::move(*override));
    }
    Time unused;
    if (!parse_moment(options_.from, "--from", unused) ||
        !parse_moment(options_.to, "--to", unused) ||
        !parse_moment(options_.max_time, "--max-time", limits_.simulated_time) || !parse_memory())
        return ExitCode::BadInput;
    limits_.events = options_.max_events;
    std::vector<LoadedFile> files = load_files(options_.files, load, terminal_.color);
    for (const LoadedFile& file : files)
        if (!file.scenario) return ExitCode::BadInput;
    const bool many = files.size() > 1;
    if (many && !options_.output.empty() && !have_different_stems(options_.files))
        return ExitCode::BadInput;
    if (many && options_.json) json_.begin_object().key("runs").begin_array();
    ExitCode code = ExitCode::Holds;
    for (LoadedFile& file : files) {
        std::string directory = options_.output;
        if (!directory.empty() && many)
            directory += "/" + std::filesystem::path(file.path).stem().string();
        code = run::worse(code, run_one(file, directory));
        if (interrupted()) break;
    }
    if (many && options_.json) json_.end_array().field("exit", static_cast<int>(code)).end_object();
    if (options_.json && code != ExitCode::BadInput) print(json_.take());
    return code;
}

bool RunCommand::parse_memory() {
    if (options_.max_memory.empty()) return true;
    const auto parsed = parse_bytes(options_.max_memory);
    if (parsed)
        limits_.memory_bytes = static_cast<std::uint64_t>(parsed->count);
    else
        complain(fmt::format("seedwire: --max-memory: {}\n", parsed.error.message));
    return parsed.value.has_value();
}

ExitCode RunCommand::save(run::Run& run, run::OutputDirectory& output) {
    observe::JsonWriter summary{true};
    run::write_json(summary, run);
    output.write("summary.json", summary.take());
    output.write("flows.csv", run::flows_csv(run));
    output.write("meta.json", meta_json(run));
    if (!run.record_error.empty() || !output.commit()) {
        complain(fmt::format("seedwire: {}\n",
                             run.record_error.empty() ? output.error() : run.record_error));
        return ExitCode::Partial;
    }
    return ExitCode::Holds;
}

ExitCode RunCommand::run_one(LoadedFile& file, const std::string& directory) {
    bool usable = true;
    run::Request request;
    request.limits = limits_;
    request.latency = true;
    request.until_decided = options_.until_decided;
    if (options_.seed) request.options += fmt::format(" --seed {}", *options_.seed);
    for (const std::string& set : options_.sets)
        request.options += " --set " + run::shell_word(set);
    request.ladder = ladder_choice(options_, *file.scenario, usable);
    if (!usable) return ExitCode::BadInput;
    if (request.ladder) {
        parse_moment(options_.from, "--from", request.ladder->from);
        parse_moment(options_.to, "--to", request.ladder->to);
    }
    std::optional<run::OutputDirectory> output;
    if (!directory.empty()) {
        output.emplace(directory, options_.force);
        if (!output->error().empty()) {
            complain(fmt::format("seedwire: {}\n", output->error()));
            return ExitCode::BadInput;
        }
        request.record_directory = output->working_path();
    }
    ProgressLine progress{terminal_.stderr_is_tty && !options_.quiet};
    request.on_progress = [&](const run::Progress& p) { progress.show(p); };
    request.interrupted = &interrupted();
    run::Run run = run::execute(*file.scenario, request);
    progress.clear();
    ExitCode code = run.exit_code();
    if (output) code = run::worse(code, save(run, *output));
    if (options_.json) {
        run::write_json(json_, run);
    } else {
        print(run::report(run, file.text, style_));
        if (run.capture_headers_only && !options_.quiet)
            print(fmt::format("capture.pcapng holds headers only from packet {} on\n",
                              observe::CaptureLimits{}.whole_packets));
        if (options_.files.size() > 1 && !options_.quiet) print("\n");
    }
    if (!run.is_judged() && run.ending != run::Ending::Interrupted)
        complain(fmt::format("seedwire: {}: {} reached; the results are incomplete\n", file.path,
                             run::to_string(run.ending)));
    return code;
}

}  // namespace

void add_run_command(CLI::App& program, ExitCode& code) {
    CLI::App* command = program.add_subcommand("run", "Execute scenarios and show what happened");
    auto options = std::make_shared<Options>();
    command->add_option("FILE", options->files, "Scenario files; - is standard input")->required();
    command->add_option("--seed", options->seed, "Seed of all randomness; wins over the scenario's")
        ->check(is_count());
    add_set_option(*command, options->sets);
    command->add_option("-o,--output", options->output, "Write results into this new folder");
    command->add_flag("--force", options->force, "Replace an existing results folder");
    command->add_flag("--json", options->json, "Print the results as JSON");
    command->add_flag("-q,--quiet", options->quiet, "Print only what failed");
    command->add_option("--ladder", options->ladder, "Draw ladders, of at most N packets each (60)")
        ->expected(0, 1)
        ->default_str("60")
        ->check(is_count());
    command->add_flag("--no-ladder", options->no_ladder, "Draw none");
    command->add_option("--flow", options->flow, "Draw this flow or program only: NAME or NAME[k]");
    command->add_option("--from", options->from,
                        "Draw packets sent from this moment on, e.g. 1.5s");
    command->add_option("--to", options->to, "Draw packets sent up to this moment");
    command
        ->add_option("--width", options->width, "Columns of the drawing (default: the terminal's)")
        ->check(CLI::Range(60, 400));
    command->add_flag("--ascii", options->ascii, "Draw with plain ASCII characters");
    command->add_flag("--until-decided", options->until_decided,
                      "Stop when nothing can change a verdict any more");
    command->add_option("--max-events", options->max_events, "Stop after that many events")
        ->check(is_count());
    command->add_option("--max-time", options->max_time, "Stop at that simulated time, as a limit");
    command->add_option("--max-memory", options->max_memory,
                        "Stop when the process is that large, e.g. 4GB");
    add_color_option(*command, options->color);
    command->footer(
        "Examples:\n"
        "  seedwire run scenarios/tour/handshake.yaml\n"
        "  seedwire run lossy.yaml --seed 7 --set line.delay=50ms -o results\n"
        "  seedwire run lossy.yaml --flow download --from 1s --to 1.5s --ladder 200\n"
        "\n"
        "Exit codes: 0 everything expected holds, 1 an expectation failed, 2 bad usage or "
        "scenario,\n"
        "5 results could not be written, 70 internal error, 75 a limit was reached, 130 "
        "interrupted.");
    command->callback([options, &code] { code = RunCommand{*options}(); });
}

}  // namespace seedwire::cli
