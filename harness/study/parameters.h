// The short names of what varies.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "harness/study/study.h"

namespace seedwire::study {

/// By name, or by the whole path.
std::optional<std::size_t> find_parameter(const std::vector<Parameter>& parameters,
                                          std::string_view name_or_path);

/// Gives each parameter without a name the shortest end of its path that no other one has:
/// `hosts.*.tcp.congestion` is `congestion`.
void name_parameters(std::vector<Parameter>& parameters);

}  // namespace seedwire::study
