// Ranges and first values: socket(7), ip(7), tcp(7); Linux, `sk_setsockopt`, `do_ip_setsockopt`.
#include "harness/drill/kept_options.h"

#include <algorithm>
#include <array>

namespace seedwire::drill {
namespace {

using K = KeptOption;

constexpr std::int64_t kDefaultTtl = 64;
constexpr std::array kRows = {
    K{"SO_REUSEADDR"},
    K{"SO_REUSEPORT"},
    K{"SO_BROADCAST"},
    K{"SO_DONTROUTE"},
    K{"SO_PRIORITY", 0, 0, 6},
    K{"SO_MARK"},
    K{"SO_BUSY_POLL", 0, 0},
    K{"SO_INCOMING_CPU"},
    K{"SO_TIMESTAMP"},
    K{"SO_TIMESTAMPNS"},
    K{"SO_NO_CHECK"},
    K{"SO_TXREHASH", 1, -1, 1},
    K{"IP_TOS", 0},
    K{"IP_TTL", kDefaultTtl, -1, 255},
    K{"IP_RECVTOS"},
    K{"IP_RECVTTL"},
    K{"IP_PKTINFO"},
    K{"IP_FREEBIND"},
    K{"IP_TRANSPARENT"},
    K{"IP_BIND_ADDRESS_NO_PORT"},
    K{"IPV6_TCLASS", 0, -1, 255},
    K{"IPV6_UNICAST_HOPS", kDefaultTtl, -1, 255},
    K{"IPV6_V6ONLY"},
    K{"TCP_THIN_DUPACK", 0, 0, 1},
    K{"TCP_SAVE_SYN", 0, 0, 2},
};

}  // namespace

const KeptOption* find_kept_option(std::string_view name) {
    const auto* row =
        std::find_if(kRows.begin(), kRows.end(), [&](const K& r) { return r.name == name; });
    return row == kRows.end() ? nullptr : row;
}

tcp::Error KeptValues::set(const KeptOption& option, std::int64_t value) {
    if (value < option.least || value > option.most) return tcp::Error::InvalidArgument;
    const bool hops = option.name == "IP_TTL" || option.name == "IPV6_UNICAST_HOPS";
    if (hops && value == 0) return tcp::Error::InvalidArgument;
    constexpr std::int64_t kEcnField = 3;
    if (option.name == "IP_TOS") {
        // The ECN field is TCP's own.
        value = value & 0xff & ~kEcnField;
    } else if (option.name.starts_with("SO_REUSE")) {
        value = value != 0 ? 1 : 0;
    } else if (value == -1 && option.least == -1) {
        value = option.initial;
    }
    values_[std::string{option.name}] = value;
    return tcp::Error::None;
}

std::int64_t KeptValues::get(const KeptOption& option) const {
    const auto found = values_.find(option.name);
    return found == values_.end() ? option.initial : found->second;
}

IpMarks KeptValues::marks() const {
    IpMarks marks;
    const auto read = [this](std::string_view name, std::string_view other) {
        const std::int64_t value = get(*find_kept_option(name));
        const std::int64_t initial = find_kept_option(name)->initial;
        return static_cast<std::uint32_t>(value != initial ? value : get(*find_kept_option(other)));
    };
    marks.tos = read("IP_TOS", "IPV6_TCLASS") & ~3U;
    marks.ttl = read("IP_TTL", "IPV6_UNICAST_HOPS");
    return marks;
}

}  // namespace seedwire::drill
