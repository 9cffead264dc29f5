#include "models/tcp/congestion/registry.h"

#include <array>

namespace seedwire::tcp {

#define CONGESTION_CONTROL(name) extern const CongestionPlugin name##_plugin;
#include "models/tcp/congestion/algorithms.def"
#undef CONGESTION_CONTROL

namespace {

constexpr std::array kPlugins = {
#define CONGESTION_CONTROL(name) &name##_plugin,
#include "models/tcp/congestion/algorithms.def"
#undef CONGESTION_CONTROL
};

}  // namespace

std::span<const CongestionPlugin* const> congestion_controls() { return kPlugins; }

const CongestionPlugin& plugin_of(CongestionName name) {
    const auto index = static_cast<std::size_t>(name);
    SEEDWIRE_ASSERT(index < kPlugins.size());
    return *kPlugins[index];
}

std::string_view to_string(CongestionName name) { return plugin_of(name).name; }

void make_congestion_control(CongestionName name, CongestionSlot& slot) {
    const CongestionPlugin& plugin = plugin_of(name);
    plugin.make(Parameters{plugin.declared()}, slot);
}

}  // namespace seedwire::tcp
