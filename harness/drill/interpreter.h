// Runs one packetdrill script in virtual time against the endpoint that hosts use.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "harness/drill/profile.h"
#include "harness/drill/recording.h"
#include "harness/drill/script.h"

namespace seedwire::drill {

struct RunOptions {
    ProfileName profile = ProfileName::Packetdrill;
    /// A script that does not call defaults.sh does not say in which surroundings it was written:
    /// where it fails under `profile` it may pass under ProfileName::Linux. For run_files().
    bool or_linux = false;
    std::optional<tcp::CongestionName> congestion;  ///< instead of the profile's
    bool record = false;                            ///< Outcome::recording is wanted
    std::map<std::string, std::string> defines;
};

enum class Status : std::uint8_t { Passed, Failed, Unsupported };
std::string_view to_string(Status status);

struct Outcome {
    Status status = Status::Passed;
    Position at;          ///< of what failed
    std::string message;  ///< one line
    std::string details;  ///< packets side by side, the last few packets; lines end in newlines
    Duration simulated;
    ProfileName profile = ProfileName::Packetdrill;  ///< the one it ran with
    std::shared_ptr<Recording> recording;            ///< null: not asked for, or nothing ran
};

Outcome run_script(std::string_view text, const RunOptions& options);

}  // namespace seedwire::drill
