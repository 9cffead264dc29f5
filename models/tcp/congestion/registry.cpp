#include "models/tcp/congestion/registry.h"

#include <array>
#include <string>

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

void make_congestion_control(CongestionName name, const Sysctls& sysctls, CongestionSlot& slot) {
    const CongestionPlugin& plugin = plugin_of(name);
    // Nothing declared means all defaults: no list is built for each connection.
    Parameters parameters;
    if (name == CongestionName::Cubic && sysctls.cubic_hystart_detect != 3) {
        parameters = Parameters{plugin.declared()};
        parameters.set("hystart_detect", std::to_string(sysctls.cubic_hystart_detect));
    }
    plugin.make(parameters, slot);
}

}  // namespace seedwire::tcp
