// The knobs of TCP under the names people know: Linux sysctls (per host) and socket options (per
// socket), with the defaults of Linux 6.18.
#pragma once

#include <cstdint>
#include <string>

#include "models/tcp/fast_open/cookie.h"
#include "models/tcp/profile.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// Registered congestion controls (congestion/algorithms.def).
enum class CongestionName : std::uint8_t { Reno, Cubic };

/// One host's settings, shared by all its sockets. Field names are the sysctls' without
/// `net.ipv4.`.
struct Sysctls {
    Profile profile = Profile::Linux;
    CongestionName tcp_congestion_control = CongestionName::Cubic;
    std::int32_t tcp_rmem[3] = {4096, 131072, 33554432};
    std::int32_t tcp_wmem[3] = {4096, 16384, 4194304};
    std::int32_t rmem_max = 4194304;  ///< net.core.rmem_max, bounds SO_RCVBUF
    std::int32_t wmem_max = 4194304;
    bool tcp_sack = true;
    bool tcp_dsack = true;
    bool tcp_timestamps = true;
    bool tcp_window_scaling = true;
    std::int32_t tcp_ecn = 2;
    bool tcp_ecn_fallback = true;
    std::int32_t tcp_ecn_option = 2;  ///< of accurate ECN: 0 none, 1 where needed, 2 on every ACK
    std::int32_t tcp_ecn_option_beacon = 3;  ///< with 1: at least so often per round trip
    std::int32_t cubic_hystart_detect = 3;  ///< parameter of the module tcp_cubic; 1 train, 2 delay
    bool cc_abe = false;  ///< RFC 8511; FreeBSD's net.inet.tcp.cc.abe, Linux has none
    std::int32_t tcp_syn_retries = 6;
    std::int32_t tcp_synack_retries = 5;
    std::int32_t tcp_syn_linear_timeouts = 4;
    std::int32_t tcp_retries1 = 3;
    std::int32_t tcp_retries2 = 15;
    std::int32_t tcp_orphan_retries = 0;
    std::int32_t tcp_fastopen = 1;  ///< bits of namespace fast_open
    FastOpenKeys tcp_fastopen_key;
    Duration tcp_fastopen_blackhole_timeout;  ///< first pause; zero: Fast Open is never paused
    std::int32_t tcp_recovery = 1;
    std::int32_t tcp_early_retrans = 3;
    std::int32_t tcp_frto = 2;
    std::int32_t tcp_reordering = 3;
    std::int32_t tcp_max_reordering = 300;
    bool tcp_slow_start_after_idle = true;
    bool tcp_autocorking = true;
    bool tcp_retrans_collapse = true;
    bool tcp_thin_linear_timeouts = false;
    bool tcp_stdurg = false;
    bool tcp_moderate_rcvbuf = true;
    bool tcp_no_metrics_save = true;  ///< Linux itself has 0; runs that repeat want no memory
    bool tcp_no_ssthresh_metrics_save = true;
    bool tcp_shrink_window = false;
    bool tcp_rfc1337 = false;
    std::int32_t tcp_pingpong_thresh = 1;
    std::int32_t tcp_tso_win_divisor = 3;
    std::int32_t tcp_min_tso_segs = 2;
    std::int32_t tcp_pacing_ss_ratio = 200;
    std::int32_t tcp_pacing_ca_ratio = 120;
    std::int32_t tcp_comp_sack_nr = 44;
    Duration tcp_comp_sack_delay = Duration::ms(1);
    Duration tcp_comp_sack_slack = Duration::us(100);
    Duration tcp_invalid_ratelimit = Duration::ms(500);
    Duration tcp_min_rtt_wlen = Duration::s(300);
    Duration tcp_fin_timeout = Duration::s(60);
    Duration tcp_keepalive_time = Duration::s(7200);
    Duration tcp_keepalive_intvl = Duration::s(75);
    std::int32_t tcp_keepalive_probes = 9;
    Duration tcp_rto_min = Duration::ms(200);
    Duration tcp_rto_max = Duration::s(120);
    std::int32_t tcp_mtu_probing = 0;
    std::int32_t tcp_base_mss = 1024;
    std::int32_t tcp_mtu_probe_floor = 48;
    std::int32_t tcp_probe_threshold = 8;            ///< a search narrower than this is over, bytes
    Duration tcp_probe_interval = Duration::s(600);  ///< then it begins anew
    std::int32_t tcp_notsent_lowat = INT32_MAX;      ///< bytes; the largest value: no limit
    std::int32_t tcp_max_tw_buckets = 262144;
    std::int32_t tcp_limit_output_bytes = 4194304;
    std::int32_t tcp_challenge_ack_limit = INT32_MAX;
    std::int32_t tcp_syncookies = 1;
    std::int32_t tcp_max_syn_backlog = 4096;
    std::int32_t somaxconn = 4096;  ///< net.core.somaxconn
    bool tcp_abort_on_overflow = false;
    std::int32_t initial_cwnd = 10;  ///< route attribute initcwnd
    std::int32_t initial_rwnd = 0;   ///< route attribute initrwnd; 0 = from the buffer
    /// Coarseness of timers: zero is exact; 4 ms is the timer wheel of an HZ=250 kernel.
    Duration timer_tick;

    /// Does the RFC decide here, and not Linux?
    bool follows_rfc(Difference) const { return profile == Profile::Rfc; }

    bool operator==(const Sysctls&) const = default;
};

/// Socket options, inherited by accepted sockets. Zero means "not set" where no default is shown.
struct SocketOptions {
    CongestionName congestion = CongestionName::Cubic;
    bool nodelay = false;
    bool cork = false;
    bool keepalive = false;
    bool receive_buffer_locked = false;  ///< SO_RCVBUF was set
    bool send_buffer_locked = false;
    bool linger_set = false;
    bool fast_open_connect = false;     ///< TCP_FASTOPEN_CONNECT
    bool fast_open_no_cookie = false;   ///< TCP_FASTOPEN_NO_COOKIE
    bool inline_urgent = false;         ///< SO_OOBINLINE
    bool receive_errors = false;        ///< IP_RECVERR
    bool zero_copy = false;             ///< SO_ZEROCOPY
    bool thin_linear_timeouts = false;  ///< TCP_THIN_LINEAR_TIMEOUTS
    std::uint16_t maxseg = 0;
    std::int32_t receive_buffer = 0;  ///< bytes, as the kernel keeps it: twice what was asked for
    std::int32_t send_buffer = 0;
    std::int32_t window_clamp = 0;
    std::int32_t receive_low_water = 1;
    std::int32_t notsent_low_water = 0;
    std::int32_t keepalive_probes = 0;
    std::int32_t syn_count = 0;  ///< TCP_SYNCNT
    std::int32_t defer_accept = 0;
    std::int32_t fast_open_queue = 0;
    std::uint32_t timestamping = 0;     ///< SO_TIMESTAMPING: SOF_TIMESTAMPING_*
    std::uint64_t max_pacing_rate = 0;  ///< SO_MAX_PACING_RATE, bytes/s; 0 = none
    Duration keepalive_idle, keepalive_interval;
    Duration user_timeout;
    Duration linger;   ///< meaningful with linger_set; zero aborts on close
    Duration linger2;  ///< TCP_LINGER2
    bool operator==(const SocketOptions&) const = default;
};

/// What an endpoint is told at birth about its place in the world.
struct Environment {
    std::uint32_t mtu = 1500;  ///< of the path's first link, IP bytes
    std::uint32_t initial_sequence = 0;
    std::uint32_t timestamp_offset = 0;  ///< added to the millisecond clock in TSval
};

}  // namespace seedwire::tcp
