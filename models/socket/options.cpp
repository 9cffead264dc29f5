// Socket options and their limits. Linux, `sk_setsockopt`, `do_tcp_setsockopt`; socket(7), tcp(7).
#include "models/socket/options.h"

#include <algorithm>

#include "models/tcp/fast_open/client.h"

namespace seedwire::socket {
namespace {

using tcp::Error;

// Linux: SOCK_MIN_RCVBUF and SOCK_MIN_SNDBUF on x86-64, bytes.
constexpr std::int64_t kMinimumReceiveBuffer = 2304, kMinimumSendBuffer = 4608;
constexpr std::int64_t kMaximumKeepaliveSeconds = 32767;  // MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL
constexpr std::int64_t kMaximumProbes = 127;              // MAX_TCP_KEEPCNT, MAX_TCP_SYNCNT
constexpr std::int64_t kMinimumMaxSegment = 88;           // TCP_MIN_MSS
constexpr std::int64_t kMaximumMaxSegment = 32767;        // MAX_TCP_WINDOW
constexpr std::int64_t kTimestampingMask = 0x7FFFF;       // SOF_TIMESTAMPING_MASK
constexpr std::int64_t kMaximumLinger2Seconds = 120;      // TCP_FIN_TIMEOUT_MAX

bool is_within(std::int64_t value, std::int64_t low, std::int64_t high) {
    return value >= low && value <= high;
}

/// SO_RCVBUF, SO_SNDBUF: twice what was asked for, within limits. [SOCK-5]
std::int32_t doubled(std::int64_t value, std::int32_t maximum, std::int64_t minimum) {
    const std::int64_t bounded = std::clamp<std::int64_t>(value, 0, maximum);
    return static_cast<std::int32_t>(std::max(2 * bounded, minimum));
}

Error store(std::int32_t& place, std::int64_t value, std::int64_t low, std::int64_t high) {
    if (!is_within(value, low, high)) return Error::InvalidArgument;
    place = static_cast<std::int32_t>(value);
    return Error::None;
}

Error store_switch(bool& place, std::int64_t value) {
    if (!is_within(value, 0, 1)) return Error::InvalidArgument;
    place = value != 0;
    return Error::None;
}

Error store_seconds(Duration& place, std::int64_t value) {
    if (!is_within(value, 1, kMaximumKeepaliveSeconds)) return Error::InvalidArgument;
    place = Duration::s(value);
    return Error::None;
}

Error set_fast_open_connect(tcp::SocketOptions& options, const tcp::Sysctls& sysctls,
                            std::int64_t value) {
    if (!is_within(value, 0, 1)) return Error::InvalidArgument;
    if ((sysctls.tcp_fastopen & tcp::fast_open::kClient) == 0) return Error::NotSupported;
    options.fast_open_connect = value != 0;
    return Error::None;
}

/// Linux keeps the number of SYN-ACKs, and answers with the seconds that they take.
std::int64_t deferred_seconds(std::int64_t asked) {
    constexpr std::int64_t kLongest = 120;
    std::int64_t timeout = 1, period = 0;
    while (period < asked) {
        period += timeout;
        timeout = std::min(2 * timeout, kLongest);
    }
    return period;
}

Error set_linger(tcp::SocketOptions& options, std::int64_t seconds) {
    options.linger_set = seconds >= 0;
    options.linger = Duration::s(std::max<std::int64_t>(seconds, 0));
    return Error::None;
}

/// Those that few programs know.
Error apply_seldom_option(tcp::SocketOptions& options, Option option, std::int64_t value) {
    switch (option) {
        case Option::InlineUrgent:
            options.inline_urgent = value != 0;
            return Error::None;
        case Option::ReceiveErrors:
            options.receive_errors = value != 0;
            return Error::None;
        case Option::ZeroCopy:
            return store_switch(options.zero_copy, value);
        case Option::Timestamping:
            if (!is_within(value, 0, kTimestampingMask)) return Error::InvalidArgument;
            options.timestamping = static_cast<std::uint32_t>(value);
            return Error::None;
        case Option::ThinLinearTimeouts:
            return store_switch(options.thin_linear_timeouts, value);
        case Option::MaxPacingRate:
            // The largest value, in whichever width, says that there is no limit.
            options.max_pacing_rate =
                value == -1 || value == UINT32_MAX ? 0 : static_cast<std::uint64_t>(value);
            return Error::None;
        default:
            return Error::NoProtocolOption;
    }
}

}  // namespace

// [SOCK-6]
Error apply_option(tcp::SocketOptions& options, const tcp::Sysctls& sysctls, Option option,
                   std::int64_t value) {
    switch (option) {
        case Option::Congestion:
            options.congestion = static_cast<tcp::CongestionName>(value);
            return Error::None;
        case Option::NoDelay:
            options.nodelay = value != 0;
            return Error::None;
        case Option::Cork:
            options.cork = value != 0;
            return Error::None;
        case Option::KeepAlive:
            options.keepalive = value != 0;
            return Error::None;
        case Option::KeepIdle:
            return store_seconds(options.keepalive_idle, value);
        case Option::KeepInterval:
            return store_seconds(options.keepalive_interval, value);
        case Option::KeepCount:
            return store(options.keepalive_probes, value, 1, kMaximumProbes);
        case Option::FastOpen:
            return store(options.fast_open_queue, value, 0, INT32_MAX);
        case Option::FastOpenConnect:
            return set_fast_open_connect(options, sysctls, value);
        case Option::FastOpenNoCookie:
            return store_switch(options.fast_open_no_cookie, value);
        case Option::MaxSegment:
            if (value != 0 && !is_within(value, kMinimumMaxSegment, kMaximumMaxSegment)) {
                return Error::InvalidArgument;
            }
            options.maxseg = static_cast<std::uint16_t>(value);
            return Error::None;
        case Option::ReceiveBuffer:
            options.receive_buffer = doubled(value, sysctls.rmem_max, kMinimumReceiveBuffer);
            options.receive_buffer_locked = true;
            return Error::None;
        case Option::SendBuffer:
            options.send_buffer = doubled(value, sysctls.wmem_max, kMinimumSendBuffer);
            options.send_buffer_locked = true;
            return Error::None;
        case Option::UserTimeout:
            if (!is_within(value, 0, INT32_MAX)) return Error::InvalidArgument;
            options.user_timeout = Duration::ms(value);
            return Error::None;
        case Option::WindowClamp:
            // Linux: not below half of the smallest receive buffer.
            if (!is_within(value, 0, INT32_MAX)) return Error::InvalidArgument;
            options.window_clamp = static_cast<std::int32_t>(
                value == 0 ? 0 : std::max(value, kMinimumReceiveBuffer / 2));
            return Error::None;
        case Option::Linger:
            return set_linger(options, value);
        case Option::Linger2:
            options.linger2 = Duration::s(std::min(value, kMaximumLinger2Seconds));
            return Error::None;
        case Option::SynCount:
            return store(options.syn_count, value, 1, kMaximumProbes);
        case Option::DeferAccept:
            return store(options.defer_accept, value, 0, INT32_MAX);
        case Option::ReceiveLowWater:
            return store(options.receive_low_water, std::max<std::int64_t>(value, 1), 1, INT32_MAX);
        case Option::NotSentLowWater:
            return store(options.notsent_low_water, value, 0, INT32_MAX);
        default:
            return apply_seldom_option(options, option, value);
    }
}

Result option_value(const tcp::SocketOptions& options, const tcp::Sysctls& sysctls, Option option) {
    const auto or_default = [](std::int64_t value, std::int64_t other) {
        return success(value != 0 ? value : other);
    };
    const auto seconds = [&](Duration value, Duration other) {
        return or_default(value.ms() / 1000, other.ms() / 1000);
    };
    switch (option) {
        case Option::Congestion:
            return success(static_cast<std::int64_t>(options.congestion));
        case Option::NoDelay:
            return success(options.nodelay);
        case Option::Cork:
            return success(options.cork);
        case Option::KeepAlive:
            return success(options.keepalive);
        case Option::KeepIdle:
            return seconds(options.keepalive_idle, sysctls.tcp_keepalive_time);
        case Option::KeepInterval:
            return seconds(options.keepalive_interval, sysctls.tcp_keepalive_intvl);
        case Option::KeepCount:
            return or_default(options.keepalive_probes, sysctls.tcp_keepalive_probes);
        case Option::FastOpen:
            return success(options.fast_open_queue);
        case Option::FastOpenConnect:
            return success(options.fast_open_connect);
        case Option::FastOpenNoCookie:
            return success(options.fast_open_no_cookie);
        case Option::MaxSegment:
            return success(options.maxseg);
        case Option::ReceiveBuffer:
            return or_default(options.receive_buffer, sysctls.tcp_rmem[1]);
        case Option::SendBuffer:
            return or_default(options.send_buffer, sysctls.tcp_wmem[1]);
        case Option::UserTimeout:
            return success(options.user_timeout.ms());
        case Option::WindowClamp:
            return success(options.window_clamp);
        case Option::Linger:
            return success(options.linger_set ? options.linger.ms() / 1000 : -1);
        case Option::Linger2:
            return seconds(options.linger2, sysctls.tcp_fin_timeout);
        case Option::SynCount:
            return or_default(options.syn_count, sysctls.tcp_syn_retries);
        case Option::DeferAccept:
            return success(deferred_seconds(options.defer_accept));
        case Option::ReceiveLowWater:
            return success(options.receive_low_water);
        case Option::NotSentLowWater:
            return success(options.notsent_low_water);
        case Option::InlineUrgent:
            return success(options.inline_urgent);
        case Option::ReceiveErrors:
            return success(options.receive_errors);
        case Option::ZeroCopy:
            return success(options.zero_copy);
        case Option::Timestamping:
            return success(options.timestamping);
        case Option::ThinLinearTimeouts:
            return success(options.thin_linear_timeouts);
        case Option::MaxPacingRate:
            return or_default(static_cast<std::int64_t>(options.max_pacing_rate), UINT32_MAX);
        case Option::QuickAck:
        case Option::SocketError:
            break;
    }
    return failure(Error::NoProtocolOption);
}

}  // namespace seedwire::socket
