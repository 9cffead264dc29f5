// Runs one packetdrill script in virtual time against the endpoint that hosts use.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "harness/drill/profile.h"
#include "harness/drill/script.h"

namespace seedwire::drill {

struct RunOptions {
    ProfileName profile = ProfileName::Packetdrill;
    std::optional<tcp::CongestionName> congestion;  ///< instead of the profile's
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
};

Outcome run_script(std::string_view text, const RunOptions& options);

}  // namespace seedwire::drill
