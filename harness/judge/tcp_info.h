// The fields of tcp_info as metrics, by their names.
#pragma once

#include <optional>
#include <string_view>

#include "harness/scenario/expectation.h"
#include "models/tcp/info.h"

namespace seedwire::judge {

/// Nothing if no field has that name, or the field has no value yet.
std::optional<scenario::Value> info_value(const tcp::Info& info, std::string_view key);
/// Is it a field that only tcp_info knows?
bool asks_for_info(const scenario::Metric& metric);

}  // namespace seedwire::judge
