// Names, ranges and meanings of the TCP sysctls; defaults are those of tcp::Sysctls.
#include "harness/scenario/sysctls.h"

#include <array>

#include "sim/base/quantity.h"

namespace seedwire::scenario {
namespace {

using S = tcp::Sysctls;

constexpr std::array kRows{
    SysctlRow{"tcp_sack", &S::tcp_sack, "", "offer selective acknowledgements"},
    SysctlRow{"tcp_dsack", &S::tcp_dsack, "", "report duplicates by DSACK"},
    SysctlRow{"tcp_timestamps", &S::tcp_timestamps, "", "offer timestamps"},
    SysctlRow{"tcp_window_scaling", &S::tcp_window_scaling, "", "offer window scaling"},
    SysctlRow{"tcp_ecn", &S::tcp_ecn, "0 .. 5",
              "0 never, 1 ask for ECN, 2 agree when asked; the accurate ECN of RFC 9768: 3 ask, 4 "
              "agree and ask for the classic one, 5 agree"},
    SysctlRow{"tcp_ecn_option", &S::tcp_ecn_option, "0 .. 2",
              "option of accurate ECN: 0 never, 1 where needed, 2 on every ACK"},
    SysctlRow{"tcp_ecn_option_beacon", &S::tcp_ecn_option_beacon, "0 .. 63",
              "with 1: so often per round trip at least"},
    SysctlRow{"tcp_ecn_fallback", &S::tcp_ecn_fallback, "", "retry the SYN without ECN"},
    SysctlRow{"cubic_hystart_detect", &S::cubic_hystart_detect, "0 .. 3",
              "how CUBIC leaves slow start, a sum: 1 length of ACK trains, 2 rising delay"},
    SysctlRow{"cc_abe", &S::cc_abe, "", "RFC 8511: a mark reduces the window less than a loss"},
    SysctlRow{"tcp_syn_retries", &S::tcp_syn_retries, "1 .. 127",
              "SYNs sent again before giving up"},
    SysctlRow{"tcp_synack_retries", &S::tcp_synack_retries, "0 .. 255", "likewise SYN+ACKs"},
    SysctlRow{"tcp_syn_linear_timeouts", &S::tcp_syn_linear_timeouts, "0 .. 127",
              "SYN timeouts before the back-off begins"},
    SysctlRow{"tcp_retries1", &S::tcp_retries1, "0 .. 255",
              "timeouts until the network is suspected"},
    SysctlRow{"tcp_retries2", &S::tcp_retries2, "0 .. 255",
              "timeouts until the connection is dead"},
    SysctlRow{"tcp_orphan_retries", &S::tcp_orphan_retries, "0 .. 255",
              "the same after close(); 0 means 8"},
    SysctlRow{"tcp_fastopen", &S::tcp_fastopen, "0 .. 1543",
              "Fast Open, a sum: 1 client, 2 server, 4 data without a cookie, 512 no cookie is "
              "asked for, 1024 on every listener"},
    SysctlRow{"tcp_fastopen_blackhole_timeout_sec", &S::tcp_fastopen_blackhole_timeout,
              "0 s .. 24 h", "first pause of Fast Open after a black hole; 0 s = none"},
    SysctlRow{"tcp_recovery", &S::tcp_recovery, "0 .. 7",
              "a sum: 2 RACK's window does not grow, 4 no count of duplicates ends it"},
    SysctlRow{"tcp_early_retrans", &S::tcp_early_retrans, "0 .. 4", "3 tail loss probes on, 0 off"},
    SysctlRow{"tcp_frto", &S::tcp_frto, "0 .. 2", "detect spurious timeouts"},
    SysctlRow{"tcp_reordering", &S::tcp_reordering, "1 .. 300",
              "first guess of reordering, segments"},
    SysctlRow{"tcp_max_reordering", &S::tcp_max_reordering, "1 .. 1000", "the most it grows to"},
    SysctlRow{"tcp_slow_start_after_idle", &S::tcp_slow_start_after_idle, "",
              "shrink the window after an idle time"},
    SysctlRow{"tcp_retrans_collapse", &S::tcp_retrans_collapse, "",
              "merge small segments that go again"},
    SysctlRow{"tcp_thin_linear_timeouts", &S::tcp_thin_linear_timeouts, "",
              "no back-off of timeouts while few segments are in flight"},
    SysctlRow{"tcp_stdurg", &S::tcp_stdurg, "",
              "take the urgent pointer for the octet itself, not for the one behind it"},
    SysctlRow{"tcp_notsent_lowat", &S::tcp_notsent_lowat, "0 .. 2147483647",
              "unsent bytes below which a socket is writable; the largest value: any"},
    SysctlRow{"tcp_max_tw_buckets", &S::tcp_max_tw_buckets, "0 .. 2147483647",
              "connections in TIME-WAIT; more are closed at once"},
    SysctlRow{"tcp_autocorking", &S::tcp_autocorking, "", "gather small writes"},
    SysctlRow{"tcp_moderate_rcvbuf", &S::tcp_moderate_rcvbuf, "", "grow the receive buffer"},
    SysctlRow{"tcp_no_metrics_save", &S::tcp_no_metrics_save, "",
              "remember nothing of old connections; Linux itself remembers"},
    SysctlRow{"tcp_no_ssthresh_metrics_save", &S::tcp_no_ssthresh_metrics_save, "",
              "of what is remembered leave out thresholds"},
    SysctlRow{"tcp_shrink_window", &S::tcp_shrink_window, "", "allow the window to shrink"},
    SysctlRow{"tcp_rfc1337", &S::tcp_rfc1337, "", "ignore resets in TIME-WAIT"},
    SysctlRow{"tcp_pingpong_thresh", &S::tcp_pingpong_thresh, "1 .. 255",
              "turns until a connection counts as interactive"},
    SysctlRow{"tcp_tso_win_divisor", &S::tcp_tso_win_divisor, "0 .. 65535",
              "share of the window one burst may take"},
    SysctlRow{"tcp_min_tso_segs", &S::tcp_min_tso_segs, "1 .. 65535", "smallest burst, segments"},
    SysctlRow{"tcp_pacing_ss_ratio", &S::tcp_pacing_ss_ratio, "0 .. 1000",
              "pacing in slow start, percent"},
    SysctlRow{"tcp_pacing_ca_ratio", &S::tcp_pacing_ca_ratio, "0 .. 1000",
              "pacing afterwards, percent"},
    SysctlRow{"tcp_comp_sack_nr", &S::tcp_comp_sack_nr, "0 .. 255",
              "SACKs merged at most; 0 = off"},
    SysctlRow{"tcp_comp_sack_delay_ns", &S::tcp_comp_sack_delay, "0 s .. 1 s", "and for how long"},
    SysctlRow{"tcp_comp_sack_slack_ns", &S::tcp_comp_sack_slack, "0 s .. 1 s",
              "slack of that timer"},
    SysctlRow{"tcp_invalid_ratelimit", &S::tcp_invalid_ratelimit, "0 s .. 1 h",
              "between two ACKs for invalid segments"},
    SysctlRow{"tcp_min_rtt_wlen", &S::tcp_min_rtt_wlen, "0 s .. 24 h", "window of the minimum RTT"},
    SysctlRow{"tcp_fin_timeout", &S::tcp_fin_timeout, "0 s .. 24 h", "orphaned FIN-WAIT-2"},
    SysctlRow{"tcp_keepalive_time", &S::tcp_keepalive_time, "1 s .. 9000 h",
              "idle before the first probe"},
    SysctlRow{"tcp_keepalive_intvl", &S::tcp_keepalive_intvl, "1 s .. 9000 h", "between probes"},
    SysctlRow{"tcp_keepalive_probes", &S::tcp_keepalive_probes, "1 .. 127", "probes until dead"},
    SysctlRow{"tcp_rto_min_us", &S::tcp_rto_min, "1 us .. 120 s", "least variance term of the RTO"},
    SysctlRow{"tcp_rto_max_ms", &S::tcp_rto_max, "1 s .. 120 s", "largest RTO"},
    SysctlRow{"tcp_mtu_probing", &S::tcp_mtu_probing, "0 .. 2",
              "path MTU discovery by probing: 1 after a black hole, 2 always"},
    SysctlRow{"tcp_base_mss", &S::tcp_base_mss, "48 .. 65495", "where such probing begins"},
    SysctlRow{"tcp_mtu_probe_floor", &S::tcp_mtu_probe_floor, "48 .. 65495",
              "smallest segments that a black hole leads to"},
    SysctlRow{"tcp_probe_interval", &S::tcp_probe_interval, "0 s .. 24 h",
              "until a finished search begins anew"},
    SysctlRow{"tcp_probe_threshold", &S::tcp_probe_threshold, "0 .. 65495",
              "sizes so close end the search, bytes"},
    SysctlRow{"tcp_limit_output_bytes", &S::tcp_limit_output_bytes, "1 .. 2147483647",
              "bytes waiting in the host"},
    SysctlRow{"tcp_challenge_ack_limit", &S::tcp_challenge_ack_limit, "1 .. 2147483647",
              "challenge ACKs a second"},
    SysctlRow{"tcp_syncookies", &S::tcp_syncookies, "0 .. 2",
              "1 when the queue overflows, 2 always"},
    SysctlRow{"tcp_max_syn_backlog", &S::tcp_max_syn_backlog, "1 .. 2147483647",
              "half-open connections"},
    SysctlRow{"tcp_abort_on_overflow", &S::tcp_abort_on_overflow, "",
              "reset when the accept queue is full"},
    SysctlRow{"rmem_max", &S::rmem_max, "2304 .. 1073741823",
              "net.core.rmem_max, bytes: bounds rcvbuf"},
    SysctlRow{"wmem_max", &S::wmem_max, "4608 .. 1073741823",
              "net.core.wmem_max, bytes: bounds sndbuf"},
    SysctlRow{"somaxconn", &S::somaxconn, "0 .. 65535", "net.core.somaxconn: bounds every backlog"},
    SysctlRow{"initcwnd", &S::initial_cwnd, "1 .. 65535",
              "route attribute: first window, segments"},
    SysctlRow{"initrwnd", &S::initial_rwnd, "0 .. 65535",
              "route attribute: first offered window, segments; 0 = from the buffer"},
    SysctlRow{"timer_tick", &S::timer_tick, "0 s .. 1 s",
              "coarseness of timers: 4 ms is a kernel with HZ=250; 0 s is exact, but delayed "
              "ACKs come 2 ms late, as on the average of such a kernel"},
};

}  // namespace

std::span<const SysctlRow> sysctl_rows() { return kRows; }

void set_sysctl(const SysctlRow& row, S& sysctls, std::int64_t value) {
    if (const auto* flag = std::get_if<bool S::*>(&row.field))
        sysctls.** flag = value != 0;
    else if (const auto* number = std::get_if<std::int32_t S::*>(&row.field))
        sysctls.** number = static_cast<std::int32_t>(value);
    else
        sysctls.*std::get<Duration S::*>(row.field) = Duration::ns(value);
}

std::string print_sysctl(const SysctlRow& row, const tcp::Sysctls& sysctls) {
    if (const auto* flag = std::get_if<bool S::*>(&row.field)) return sysctls.**flag ? "1" : "0";
    if (const auto* number = std::get_if<std::int32_t S::*>(&row.field))
        return std::to_string(sysctls.**number);
    return to_string(sysctls.*std::get<Duration S::*>(row.field));
}

}  // namespace seedwire::scenario
