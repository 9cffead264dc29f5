// The table of congestion controls: one line each in algorithms.def.
#pragma once

#include <span>
#include <string_view>

#include "models/tcp/config.h"
#include "models/tcp/congestion/congestion_control.h"
#include "sim/base/plugin.h"

namespace seedwire::tcp {

/// Makes the algorithm in the slot of a connection.
using CongestionPlugin = Plugin<void(const Parameters&, CongestionSlot&)>;

/// In the order of CongestionName.
std::span<const CongestionPlugin* const> congestion_controls();
const CongestionPlugin& plugin_of(CongestionName name);
std::string_view to_string(CongestionName name);
/// With the parameters that the host's settings have for it.
void make_congestion_control(CongestionName name, const Sysctls& sysctls, CongestionSlot& slot);

}  // namespace seedwire::tcp
