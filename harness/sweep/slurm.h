// A study as an array job of Slurm, with a job that joins its shards.
#pragma once

#include <cstdint>
#include <string>

namespace seedwire::sweep {

struct SlurmJob {
    std::string program;  ///< as it is called on the nodes
    std::string study_file, directory, name;
    std::uint32_t shards = 1;
    std::size_t jobs = 1;       ///< processes a shard
    std::int64_t minutes = 60;  ///< time limit of a shard
    std::string options;        ///< further ones of `seedwire sweep`
};

/// The text of a script for sbatch.
std::string slurm_script(const SlurmJob& job);

}  // namespace seedwire::sweep
