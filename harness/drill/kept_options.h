// Socket options that a kernel keeps and gives back, and that change nothing a script can see here.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "models/tcp/info.h"

namespace seedwire::drill {

/// One such option: its value in a new socket, and the values that setsockopt() takes.
struct KeptOption {
    std::string_view name;
    std::int64_t initial = 0, least = INT32_MIN, most = INT32_MAX;
};

/// Null if there is no such row.
const KeptOption* find_kept_option(std::string_view name);

/// What the header of IPv4 says beside addresses, as options of a socket have it.
struct IpMarks {
    std::uint32_t tos = 0;  ///< without the ECN field
    std::uint32_t ttl = 64;
};

/// The values of one descriptor.
class KeptValues {
public:
    tcp::Error set(const KeptOption& option, std::int64_t value);
    std::int64_t get(const KeptOption& option) const;
    IpMarks marks() const;

private:
    std::map<std::string, std::int64_t, std::less<>> values_;
};

}  // namespace seedwire::drill
