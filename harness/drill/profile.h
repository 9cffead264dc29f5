// Settings of the host under test: the profile, and the commands in scripts that change it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/drill/script.h"
#include "models/tcp/config.h"

namespace seedwire::drill {

enum class ProfileName : std::uint8_t { Packetdrill, Linux, Rfc };

/// Packetdrill: what the collections' `defaults.sh` sets. Linux: a kernel as it comes. Rfc: the
/// letter of the RFCs where Linux departs from it.
tcp::Sysctls sysctls_of(ProfileName profile);
std::string_view to_string(ProfileName profile);  ///< as `--profile` takes it

std::optional<tcp::CongestionName> congestion_named(std::string_view name);

/// The host's settings as a script's commands leave them.
struct HostSettings {
    tcp::Sysctls sysctls;
    std::uint32_t mtu = 1500;  ///< of the interface
    /// By how much the header of IPv6 is longer than that of IPv4, or 0: all that TCP sees of it.
    std::uint32_t longer_header = 0;
    std::uint32_t ipv4_mtu() const { return mtu - longer_header; }
    Duration sleep;              ///< asked for by the last command
    bool forgets_paths = false;  ///< likewise

    /// Runs the lines of a command in back quotes. Throws Stop for what it does not know.
    void run_command(std::string_view text, Position at);
    /// `net.ipv4.tcp_ecn`, `1`. Throws Stop.
    void set_sysctl(std::string_view name, std::string_view value, Position at);
};

}  // namespace seedwire::drill
