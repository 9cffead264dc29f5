// What setsockopt() and getsockopt() accept, and how the kernel keeps it. Linux, `sk_setsockopt`,
// `do_tcp_setsockopt`.
#pragma once

#include "models/socket/types.h"
#include "models/tcp/config.h"

namespace seedwire::socket {

/// Changes one option, or says why not (EINVAL, ENOPROTOOPT). Buffers are doubled, since half of
/// them is overhead, and bounded by the sysctls. QuickAck and SocketError are no options of this
/// kind: ENOPROTOOPT.
tcp::Error apply_option(tcp::SocketOptions& options, const tcp::Sysctls& sysctls, Option option,
                        std::int64_t value);

/// The value of an option as getsockopt() shows it, defaults of the host filled in.
Result option_value(const tcp::SocketOptions& options, const tcp::Sysctls& sysctls, Option option);

}  // namespace seedwire::socket
