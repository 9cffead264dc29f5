// The table of differences between the profiles, for whoever shows it.
#pragma once

#include <span>
#include <string_view>

#include "models/tcp/config.h"

namespace seedwire::tcp {

struct DifferenceRow {
    Difference id;
    std::string_view name, what, linux_rule, rfc_rule, citation;
};

std::span<const DifferenceRow> differences();

/// Gives `sysctls` the profile, and the profile's defaults to those sysctls that express a
/// difference.
void apply_profile(Profile profile, Sysctls& sysctls);

}  // namespace seedwire::tcp
