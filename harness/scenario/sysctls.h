// The TCP settings of a host by the names people know: one row a sysctl.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "models/tcp/config.h"

namespace seedwire::scenario {

/// One setting. Three-part ones (tcp_rmem) are in the schema by hand.
struct SysctlRow {
    std::string_view name;
    std::variant<bool tcp::Sysctls::*, std::int32_t tcp::Sysctls::*, Duration tcp::Sysctls::*>
        field;
    std::string_view range;  ///< as in the schema
    std::string_view help;
};
std::span<const SysctlRow> sysctl_rows();
/// `value` in base units, as the schema reads it: 1, nanoseconds.
void set_sysctl(const SysctlRow& row, tcp::Sysctls& sysctls, std::int64_t value);
/// The value as the schema writes it: "1", "60 s".
std::string print_sysctl(const SysctlRow& row, const tcp::Sysctls& sysctls);

}  // namespace seedwire::scenario
