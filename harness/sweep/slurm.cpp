#include "harness/sweep/slurm.h"

#include <fmt/format.h>

namespace seedwire::sweep {

namespace {

std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return out + "'";
}

/// What a job may be called: a newline would end the comment that names it.
std::string one_line(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < ' ') c = ' ';
    return text;
}

}  // namespace

std::string slurm_script(const SlurmJob& job) {
    // Task by task, and again after a requeue: --resume goes on with what a shard has. The first
    // task asks for the merge, once, whatever is requeued: only one mkdir succeeds.
    return fmt::format(
        R"(#!/bin/bash
# {title}
# Submit with: sbatch THIS_FILE
#SBATCH --job-name=seedwire
#SBATCH --array=1-{shards}
#SBATCH --cpus-per-task={jobs}
#SBATCH --time={minutes}
#SBATCH --requeue
#SBATCH --open-mode=append
set -u
seedwire={program}
study={study}
results={directory}
shards={shards}

mkdir -p "$results"
if mkdir "$results/merge-is-submitted-$SLURM_ARRAY_JOB_ID" 2>/dev/null; then
    sbatch --job-name=seedwire-merge --dependency=afterany:"$SLURM_ARRAY_JOB_ID" \
        --output="$results/merge.log" --wrap="'$seedwire' merge --resume -o '$results' \
        '$results'/shard-*-of-$shards && rmdir '$results'/merge-is-submitted-*"
fi
exec "$seedwire" sweep "$study" --shard "$SLURM_ARRAY_TASK_ID/$shards" -j {jobs} --resume{options} \
    -o "$results/shard-$SLURM_ARRAY_TASK_ID-of-$shards"
)",
        fmt::arg("title", one_line(job.name)), fmt::arg("shards", job.shards),
        fmt::arg("jobs", job.jobs), fmt::arg("minutes", job.minutes),
        fmt::arg("program", quoted(job.program)), fmt::arg("study", quoted(job.study_file)),
        fmt::arg("directory", quoted(job.directory)), fmt::arg("options", job.options));
}

}  // namespace seedwire::sweep
