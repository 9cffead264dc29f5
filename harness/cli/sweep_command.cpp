// `seedwire sweep` and `seedwire merge`: a study from its file to its results folder.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/study_files.h"
#include "harness/cli/sweep_progress.h"
#include "harness/run/model_version.h"
#include "harness/sweep/keys.h"
#include "harness/sweep/materialise.h"
#include "harness/sweep/merge.h"
#include "harness/sweep/reference_tables.h"
#include "harness/sweep/slurm.h"
#include "harness/sweep/summary.h"
#include "harness/sweep/warm_up.h"

namespace seedwire::cli {

namespace {

struct Options {
    std::string study, output, shard, color = "auto";
    std::vector<std::string> shards;  ///< of merge
    std::size_t jobs = 0, slurm_shards = 0;
    bool dry_run = false, resume = false, retry = false, slurm = false, quiet = false;
};

std::size_t jobs_of(const Options& options) {
    if (options.jobs > 0) return options.jobs;
    const long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? static_cast<std::size_t>(count) : 1;
}

/// "3/8": the third of eight, counted from 1.
bool parse_shard(const std::string& text, sweep::Shard& shard) {
    if (text.empty()) return true;
    const std::size_t slash = text.find('/');
    const auto index = parse_integer(text.substr(0, slash));
    const auto count =
        slash == std::string::npos ? Parsed<std::int64_t>{} : parse_integer(text.substr(slash + 1));
    if (!index || !count || *count < 1 || *count > 1'000'000 || *index < 1 || *index > *count) {
        complain(fmt::format("seedwire: --shard takes i/n with 1 <= i <= n, not '{}'\n", text));
        return false;
    }
    shard.index = static_cast<std::uint32_t>(*index - 1);
    shard.count = static_cast<std::uint32_t>(*count);
    return true;
}

/// Seconds that a run takes, from a few of them; nothing if the first takes too long.
std::optional<double> seconds_of_a_run(const study::Plan& plan) {
    constexpr std::int64_t kLongest = 5'000'000'000, kEnough = 500'000'000;  // ns
    sweep::Runner runner{plan};
    sweep::WorkerPool::Settings settings;
    settings.clock = steady_ns;
    settings.work = [&](const sweep::Task& task) { return encode(runner.run(task)); };
    sweep::WorkerPool pool{settings};
    const std::int64_t start = steady_ns();
    std::size_t done = 0;
    std::uint32_t asked = 0;
    const auto points = static_cast<std::uint64_t>(plan.size());
    // Points all over the plan: ends of ranges differ.
    while (steady_ns() - start < kEnough && asked < 200) {
        const auto point =
            static_cast<std::uint32_t>(points > 1 ? asked * 61 % 100 * (points - 1) / 99 : 0);
        pool.give({{point, asked}});
        ++asked;
        while (pool.outstanding() > 0) {
            done += pool.wait(50).size();
            if (steady_ns() - start > kLongest || interrupted()) {
                if (done == 0) return std::nullopt;
                return static_cast<double>(steady_ns() - start) / 1e9 / static_cast<double>(done);
            }
        }
    }
    return static_cast<double>(steady_ns() - start) / 1e9 / static_cast<double>(done);
}

std::string runs_text(const study::Plan& plan) {
    const study::Repeat& repeat = plan.study().repeat;
    const std::size_t points = plan.size();
    const std::string of = fmt::format("{} point{}", points, points == 1 ? "" : "s");
    if (repeat.until.empty())
        return fmt::format("{} x {} run{} = {} runs", of, repeat.minimum,
                           repeat.minimum == 1 ? "" : "s", plan.least_runs());
    return fmt::format("{} x {} to {} runs = {} to {} runs", of, repeat.minimum, repeat.maximum,
                       plan.least_runs(), plan.most_runs());
}

void describe(const study::Plan& plan, const sweep::Keys& keys) {
    const study::Study& study = plan.study();
    print(fmt::format("{}: {}\n", study.name, runs_text(plan)));
    for (const study::Axis& axis : study.axes)
        for (std::size_t p = 0; p < axis.parameters.size(); ++p) {
            std::string values;
            for (std::size_t i = 0; i < axis.levels.size(); ++i) {
                constexpr std::size_t kShown = 6;
                if (i == kShown - 1 && axis.levels.size() > kShown) {
                    values += ", ...";
                    i = axis.levels.size() - 1;
                }
                values += (i == 0 ? "" : ", ") + axis.levels[i].cells[p].text;
            }
            print(fmt::format("  {}: {} values: {}\n", study.parameters[axis.parameters[p]].name,
                              axis.levels.size(), values));
        }
    for (const study::Repeat::Until& until : study.repeat.until)
        print(fmt::format("  until half the {:.0f} % interval of {} is at most {}\n",
                          until.confidence * 100, until.metric,
                          until.relative ? fmt::format("{:g} % of the mean", until.width * 100)
                                         : fmt::format("{:g}", until.width)));
    if (study.settles)
        print(fmt::format("  leaves out the first {}, behind which {} has settled\n",
                          to_string(study.warm_up), study.settles->what.node->text));
    std::string metrics;
    for (const auto& figure : keys.measured.front().figures)
        metrics += fmt::format("{}{}", metrics.empty() ? "" : ", ", figure.name);
    for (const auto& series : keys.measured.front().series)
        metrics += fmt::format("{}{} over time", metrics.empty() ? "" : ", ", series.name);
    print(fmt::format("  collects {}\n", metrics));
}

class SweepCommand {
public:
    explicit SweepCommand(const Options& options)
        : options_{options}, terminal_{look_at_terminal(options.color)}, jobs_{jobs_of(options)} {}

    ExitCode operator()();

private:
    ExitCode dry_run();
    ExitCode slurm();
    ExitCode execute();
    bool find_keys(sweep::Store* store);
    std::string directory() const {
        return options_.output.empty() ? default_results_directory(options_.study)
                                       : options_.output;
    }

    const Options& options_;
    Terminal terminal_;
    std::size_t jobs_;
    sweep::Shard shard_;
    std::unique_ptr<sweep::OpenedStudy> opened_;
    sweep::Keys keys_;
};

ExitCode SweepCommand::operator()() {
    if (!parse_shard(options_.shard, shard_)) return ExitCode::BadInput;
    opened_ = load_study_file(options_.study, terminal_.color);
    if (!opened_) return ExitCode::BadInput;
    if (options_.slurm) return slurm();
    if (options_.dry_run) return dry_run();
    return execute();
}

/// Builds every point, or takes over from the store what was found out before.
bool SweepCommand::find_keys(sweep::Store* store) {
    if (const std::string why = sweep::find_warm_up(*opened_); !why.empty()) {
        complain(fmt::format("seedwire: {}\n", why));
        return false;
    }
    const std::uint64_t inputs = sweep::inputs_digest(opened_->study, run::model_version());
    if (store != nullptr)
        if (auto kept = store->keys(inputs); kept && kept->points.size() == opened_->plan->size()) {
            keys_ = std::move(*kept);
            return true;
        }
    scenario::Diagnostics problems;
    auto made = sweep::compute_keys(*opened_->plan, run::model_version(), jobs_, problems);
    if (!made) {
        complain(
            scenario::render(problems, opened_->study.sources.front().second, terminal_.color));
        return false;
    }
    keys_ = std::move(*made);
    if (store == nullptr) return true;
    store->save_sources(opened_->study, run::model_version());
    store->save_keys(inputs, keys_);
    return true;
}

ExitCode SweepCommand::dry_run() {
    if (!find_keys(nullptr)) return ExitCode::BadInput;
    describe(*opened_->plan, keys_);
    const auto seconds = seconds_of_a_run(*opened_->plan);
    if (seconds) {
        const auto all = [&](std::uint64_t runs) {
            return time_text(static_cast<double>(runs) * *seconds / static_cast<double>(jobs_));
        };
        const std::string least = all(opened_->plan->least_runs());
        const std::string most = all(opened_->plan->most_runs());
        print(fmt::format("  a run takes about {:.3g} ms: {} with -j {}\n", *seconds * 1e3,
                          least == most ? least : least + " to " + most, jobs_));
    } else {
        print("  a run takes longer than 5 s\n");
    }
    print("nothing was kept\n");
    return ExitCode::Holds;
}

ExitCode SweepCommand::slurm() {
    if (!find_keys(nullptr)) return ExitCode::BadInput;
    constexpr double kSecondsOfShard = 600;
    const double seconds = seconds_of_a_run(*opened_->plan).value_or(10.0) *
                           static_cast<double>(opened_->plan->most_runs()) /
                           static_cast<double>(jobs_);
    std::size_t shards = options_.slurm_shards;
    if (shards == 0)
        shards = std::clamp<std::size_t>(static_cast<std::size_t>(seconds / kSecondsOfShard) + 1, 1,
                                         std::min<std::size_t>(opened_->plan->size(), 1000));
    sweep::SlurmJob job;
    std::error_code failure;
    const auto absolute = [&](const std::string& path) {
        return std::filesystem::absolute(path, failure).lexically_normal().string();
    };
    const auto self = std::filesystem::read_symlink("/proc/self/exe", failure);
    job.program = failure ? "seedwire" : self.string();
    job.study_file = absolute(options_.study);
    job.directory = absolute(directory());
    job.name = opened_->study.name + ": " + runs_text(*opened_->plan);
    job.shards = static_cast<std::uint32_t>(shards);
    job.jobs = options_.jobs > 0 ? options_.jobs : 1;
    // Three times what is estimated, and no less than ten minutes: nodes differ.
    job.minutes = 10 + static_cast<std::int64_t>(3 * seconds / static_cast<double>(shards) / 60);
    print(sweep::slurm_script(job));
    return ExitCode::Holds;
}

/// Results beside figures from elsewhere, where a study names some.
ExitCode show_references(const sweep::OpenedStudy& opened, sweep::Store& store, bool quiet) {
    ExitCode code = ExitCode::Holds;
    for (const sweep::ReferenceTable& one : sweep::reference_tables(opened, store)) {
        if (!one.problem.empty()) {
            complain(fmt::format("seedwire: nothing to compare: {}\n", one.problem));
            code = run::worse(code, ExitCode::BadInput);
            continue;
        }
        if (one.off > 0) code = run::worse(code, ExitCode::ExpectationFailed);
        if (quiet && one.off == 0) continue;
        if (!quiet) print(sweep::write(one.table, sweep::TableFormat::Text) + "\n");
        for (const std::string& verdict : one.verdicts) print(verdict + "\n");
    }
    return code;
}

/// What remains when all is computed: tables, CSV, summary, and the last words.
ExitCode finish(const sweep::OpenedStudy& opened, const sweep::Keys& keys,
                const sweep::Outcome& outcome, sweep::Store& store, bool quiet) {
    std::string problem = sweep::materialise(*opened.plan, keys, outcome, store);
    if (problem.empty()) problem = sweep::write_summary(opened, store);
    if (!problem.empty()) {
        complain(fmt::format("seedwire: {}\n", problem));
        return ExitCode::Partial;
    }
    ExitCode code = ExitCode::Holds;
    if (outcome.complete()) code = show_references(opened, store, quiet);
    const std::string runs = store.value("runs");
    if (outcome.failures > 0) {
        complain(sweep::failures_text(store));
        code = run::worse(code, ExitCode::Partial);
    }
    if (!quiet)
        print(fmt::format("{} runs of {} points in {}{}\n", runs, opened.plan->size(),
                          store.directory(),
                          outcome.complete() ? "" : "; the study is not complete"));
    return code;
}

ExitCode SweepCommand::execute() {
    sweep::Store store{directory(),
                       options_.resume ? sweep::Store::Mode::Resume : sweep::Store::Mode::Create};
    const auto fail = [&](ExitCode code) {
        complain(fmt::format("seedwire: {}\n", store.error()));
        return code;
    };
    if (!store.good()) return fail(ExitCode::BadInput);
    if (!find_keys(&store)) return ExitCode::BadInput;
    if (!store.good()) return fail(ExitCode::Partial);
    SweepProgressLine line{terminal_.stderr_is_tty, options_.quiet};
    const std::int64_t begin = steady_ns();
    sweep::SweepRequest request;
    request.jobs = jobs_;
    request.shard = shard_;
    request.retry_failed = options_.retry;
    request.clock = steady_ns;
    request.interrupted = &interrupted();
    request.on_progress = [&](const sweep::SweepProgress& p) { line.show(p); };
    const sweep::Outcome outcome = sweep::execute(*opened_->plan, keys_, store, request);
    line.clear();
    if (!store.good()) return fail(ExitCode::Partial);
    if (!outcome.error.empty()) complain(fmt::format("seedwire: {}\n", outcome.error));
    ExitCode code = finish(*opened_, keys_, outcome, store, options_.quiet);
    if (!opened_->study.references.empty() && !options_.quiet)
        print(fmt::format("took {}\n", time_text(static_cast<double>(steady_ns() - begin) / 1e9)));
    if (!outcome.error.empty()) code = run::worse(code, ExitCode::Partial);
    if (outcome.interrupted && !outcome.complete()) {
        complain(
            fmt::format("seedwire: interrupted; go on with: seedwire sweep {} --resume -o {}\n",
                        options_.study, store.directory()));
        code = ExitCode::Interrupted;
    }
    return code;
}

ExitCode merge(const Options& options) {
    sweep::Store into{options.output,
                      options.resume ? sweep::Store::Mode::Resume : sweep::Store::Mode::Create};
    if (!into.good()) {
        complain(fmt::format("seedwire: {}\n", into.error()));
        return ExitCode::BadInput;
    }
    const sweep::Merged merged = sweep::merge(options.shards, into, jobs_of(options));
    if (!merged.problem.empty()) {
        complain(fmt::format("seedwire: {}\n", merged.problem));
        return merged.code;
    }
    const ExitCode code = finish(*merged.study, merged.keys, merged.outcome, into, options.quiet);
    if (merged.outcome.complete()) return code;
    complain("seedwire: runs are missing: are these all shards, and did each end?\n");
    return run::worse(code, ExitCode::Partial);
}

}  // namespace

void add_sweep_command(CLI::App& program, ExitCode& code) {
    CLI::App* command = program.add_subcommand("sweep", "Run a study: many values, many seeds");
    auto options = std::make_shared<Options>();
    command->add_option("STUDY", options->study, "A study file")->required();
    command->add_option("-j,--jobs", options->jobs, "Runs at a time (default: processors)")
        ->check(CLI::Range(1, 1024));
    command->add_option("-o,--output", options->output,
                        "Results folder (default: STUDY's name with .results)");
    command->add_flag("--dry-run", options->dry_run, "Check, count and estimate; keep nothing");
    command->add_flag("--resume", options->resume, "Go on in an existing results folder");
    command->add_flag("--retry-failed", options->retry, "With --resume: run failed runs again");
    command->add_option("--shard", options->shard, "Only the i-th of n parts: i/n");
    command->add_flag("--slurm", options->slurm, "Print an array job for sbatch");
    command->add_option("--shards", options->slurm_shards, "Tasks of that job")
        ->check(CLI::Range(1, 10000));
    command->add_flag("-q,--quiet", options->quiet, "Print only what is wrong");
    add_color_option(*command, options->color);
    command->footer(
        "Examples:\n"
        "  seedwire sweep loss.study.yaml --dry-run\n"
        "  seedwire sweep loss.study.yaml -j 4 -o results\n"
        "  seedwire sweep loss.study.yaml --slurm > job.sbatch && sbatch job.sbatch\n"
        "\n"
        "Exit codes: 0 done, 1 further from a reference than the study allows, 2 bad usage or "
        "study,\n"
        "5 a run failed or results could not be written, 70 internal error, 130 interrupted: what "
        "is\n"
        "done is kept, --resume goes on.");
    command->callback([options, &code] { code = SweepCommand{*options}(); });
}

void add_merge_command(CLI::App& program, ExitCode& code) {
    CLI::App* command = program.add_subcommand("merge", "Join the shards of a study");
    auto options = std::make_shared<Options>();
    command->add_option("DIR", options->shards, "Results folders of shards")->required();
    command->add_option("-o,--output", options->output, "Results folder to make")->required();
    command->add_flag("--resume", options->resume, "Add to an existing results folder");
    command->add_option("-j,--jobs", options->jobs, "Processes (default: processors)")
        ->check(CLI::Range(1, 1024));
    command->add_flag("-q,--quiet", options->quiet, "Print only what is wrong");
    command->footer(
        "Examples:\n"
        "  seedwire merge shard-1 shard-2 shard-3 -o results\n"
        "  seedwire merge results/shard-*-of-8 -o results\n"
        "  seedwire merge more -o results --resume\n"
        "\n"
        "Exit codes: 0 joined and complete, 2 not of one study, 3 two shards have different "
        "results\n"
        "of one run, 5 runs are missing or results could not be written.");
    command->callback([options, &code] { code = merge(*options); });
}

}  // namespace seedwire::cli
