// Lines such as --tolerance_usecs=10000.
#include "harness/drill/script_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace seedwire::drill {
namespace {

std::int64_t number(const ScriptOption& option) {
    std::int64_t value = 0;
    const char* end = option.value.data() + option.value.size();
    const auto result = std::from_chars(option.value.data(), end, value);
    if (result.ec != std::errc{} || result.ptr != end || value < 0)
        fail(option.at, fmt::format("--{} needs a number", option.name));
    return value;
}

/// Which address it is does not matter there.
bool is_ipv6(const ScriptOption& option) { return option.value.find(':') != std::string::npos; }

wire::Address address(const ScriptOption& option) {
    const auto parsed = wire::parse_address(option.value);
    if (!parsed) fail(option.at, fmt::format("--{} needs an IPv4 address", option.name));
    return *parsed;
}

/// Options that mean nothing without a network below the stack. `mss` is the size in which a
/// network card would cut what a script injects.
constexpr std::array<std::string_view, 12> kIgnored = {
    "gateway_ip",     "netmask_ip", "gateway",      "netmask", "mss",       "define",
    "send_omit_free", "non_fatal",  "init_scripts", "verbose", "bind_port", "connect_port"};

void apply(const ScriptOption& option, ScriptSettings& settings) {
    const std::string_view name = option.name;
    if (name == "tolerance_usecs") {
        settings.tolerance = Duration::us(number(option));
    } else if (name == "tcp_ts_tick_usecs") {
        settings.timestamp_tick = Duration::us(number(option));
    } else if (name == "tcp_ts_ecr_scaled") {
        settings.scaled_echo = true;
    } else if (name == "strict_segments") {
        settings.strict = true;
    } else if (name == "mtu") {
        settings.host.mtu = static_cast<std::uint32_t>(number(option));
    } else if (name == "local_ip") {
        if (!is_ipv6(option)) settings.local = address(option);
    } else if (name == "remote_ip") {
        if (!is_ipv6(option)) settings.remote = address(option);
    } else if (name == "ip_version") {
        // TCP is the same over both, but for the room that the longer header takes.
        constexpr std::uint32_t kLongerHeader = 20;
        if (option.value != "ipv4" && option.value != "ipv6" && option.value != "ipv4_mapped_ipv6")
            fail(option.at, "--ip_version is ipv4, ipv6 or ipv4_mapped_ipv6");
        settings.host.longer_header = option.value == "ipv6" ? kLongerHeader : 0;
    } else if (std::find(kIgnored.begin(), kIgnored.end(), name) == kIgnored.end()) {
        unsupported(option.at, fmt::format("the option --{} is not known here", name));
    }
}

}  // namespace

ScriptSettings read_settings(const Script& script, const RunOptions& options) {
    ScriptSettings settings;
    settings.host.sysctls = sysctls_of(options.profile);
    if (options.congestion) settings.host.sysctls.tcp_congestion_control = *options.congestion;
    for (const ScriptOption& option : script.options) apply(option, settings);
    return settings;
}

}  // namespace seedwire::drill
