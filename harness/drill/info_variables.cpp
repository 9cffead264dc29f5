// The fields of `struct tcp_info` and the constants of <linux/tcp.h>.
#include "harness/drill/info_variables.h"

#include <array>

namespace seedwire::drill {
namespace {

// RFC states in Linux's numbering, TCP_ESTABLISHED = 1 onwards.
constexpr std::array<std::int64_t, tcp::kStateCount> kLinuxStates = {
    7,   // CLOSED
    10,  // LISTEN
    2,   // SYN-SENT
    3,   // SYN-RECEIVED
    1,   // ESTABLISHED
    4,   // FIN-WAIT-1
    5,   // FIN-WAIT-2
    8,   // CLOSE-WAIT
    11,  // CLOSING
    9,   // LAST-ACK
    6,   // TIME-WAIT
};

}  // namespace

void set_info_variables(const tcp::Info& info, Variables& variables) {
    const auto set = [&](const char* name, auto value) {
        variables[name] = Datum{static_cast<std::int64_t>(value)};
    };
    set("tcpi_state", kLinuxStates[static_cast<std::size_t>(info.state)]);
    set("tcpi_ca_state", info.ca_state);
    set("tcpi_retransmits", info.retransmits);
    set("tcpi_probes", info.probes);
    set("tcpi_backoff", info.backoff);
    set("tcpi_options", info.options);
    set("tcpi_snd_wscale", info.snd_wscale);
    set("tcpi_rcv_wscale", info.rcv_wscale);
    set("tcpi_rto", info.rto);
    set("tcpi_ato", info.ato);
    set("tcpi_snd_mss", info.snd_mss);
    set("tcpi_rcv_mss", info.rcv_mss);
    set("tcpi_unacked", info.unacked);
    set("tcpi_sacked", info.sacked);
    set("tcpi_lost", info.lost);
    set("tcpi_retrans", info.retrans);
    set("tcpi_fackets", 0);  // always zero since Linux 4.15
    set("tcpi_last_data_sent", info.last_data_sent.ms());
    set("tcpi_last_ack_sent", 0);  // never filled in by Linux
    set("tcpi_last_data_recv", info.last_data_recv.ms());
    set("tcpi_last_ack_recv", info.last_ack_recv.ms());
    set("tcpi_pmtu", info.pmtu);
    set("tcpi_rcv_ssthresh", info.rcv_ssthresh);
    set("tcpi_rtt", info.rtt);
    set("tcpi_rttvar", info.rttvar);
    set("tcpi_snd_ssthresh", info.snd_ssthresh);
    set("tcpi_snd_cwnd", info.snd_cwnd);
    set("tcpi_advmss", info.advmss);
    set("tcpi_reordering", info.reordering);
    set("tcpi_rcv_rtt", info.rcv_rtt);
    set("tcpi_rcv_space", info.rcv_space);
    set("tcpi_total_retrans", info.total_retrans);
    set("tcpi_pacing_rate", info.pacing_rate);
    set("tcpi_bytes_acked", info.bytes_acked);
    set("tcpi_bytes_received", info.bytes_received);
    set("tcpi_segs_out", info.segs_out);
    set("tcpi_segs_in", info.segs_in);
    set("tcpi_notsent_bytes", info.notsent_bytes);
    set("tcpi_min_rtt", info.min_rtt);
    set("tcpi_data_segs_in", info.data_segs_in);
    set("tcpi_data_segs_out", info.data_segs_out);
    set("tcpi_delivery_rate", info.delivery_rate);
    set("tcpi_busy_time", info.busy_time);
    set("tcpi_rwnd_limited", info.rwnd_limited);
    set("tcpi_sndbuf_limited", info.sndbuf_limited);
    set("tcpi_delivered", info.delivered);
    set("tcpi_delivered_ce", info.delivered_ce);
    set("tcpi_bytes_sent", info.bytes_sent);
    set("tcpi_bytes_retrans", info.bytes_retrans);
    set("tcpi_dsack_dups", info.dsack_dups);
    set("tcpi_reord_seen", info.reord_seen);
    set("tcpi_rcv_ooopack", info.rcv_ooopack);
    set("tcpi_snd_wnd", info.snd_wnd);
    set("tcpi_rcv_wnd", info.rcv_wnd);
    set("tcpi_total_rto", info.total_rto);
    set("tcpi_fastopen_client_fail", info.fastopen_client_fail);
}

void set_constants(Variables& variables) {
    struct Constant {
        const char* name;
        std::int64_t value;
    };
    static constexpr std::array kConstants = {
        Constant{"TCP_INFINITE_SSTHRESH", 0x7fffffff},
        Constant{"TCP_CA_Open", 0},
        Constant{"TCP_CA_Disorder", 1},
        Constant{"TCP_CA_CWR", 2},
        Constant{"TCP_CA_Recovery", 3},
        Constant{"TCP_CA_Loss", 4},
        Constant{"TCPI_OPT_TIMESTAMPS", 1},
        Constant{"TCPI_OPT_SACK", 2},
        Constant{"TCPI_OPT_WSCALE", 4},
        Constant{"TCPI_OPT_ECN", 8},
        Constant{"TCPI_OPT_ECN_SEEN", 16},
        Constant{"TCPI_OPT_SYN_DATA", 32},
        Constant{"TCPI_OPT_USEC_TS", 64},
        Constant{"TCPI_OPT_TFO_CHILD", 128},
    };
    for (const Constant& constant : kConstants) variables[constant.name] = Datum{constant.value};
    static constexpr std::array<const char*, 11> kStates = {
        "ESTABLISHED", "SYN_SENT",   "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT",
        "CLOSE",       "CLOSE_WAIT", "LAST_ACK", "LISTEN",    "CLOSING"};
    for (std::size_t i = 0; i < kStates.size(); ++i)
        variables[std::string{"TCP_"} + kStates[i]] = Datum{static_cast<std::int64_t>(i + 1)};
    // nplab's dialect names the states as the RFC does.
    static constexpr std::array<const char*, 11> kRfcStates = {
        "ESTABLISHED", "SYN_SENT",   "SYN_RECEIVED", "FIN_WAIT_1", "FIN_WAIT_2", "TIME_WAIT",
        "CLOSED",      "CLOSE_WAIT", "LAST_ACK",     "LISTEN",     "CLOSING"};
    for (std::size_t i = 0; i < kRfcStates.size(); ++i)
        variables[std::string{"TCPI_"} + kRfcStates[i]] = Datum{static_cast<std::int64_t>(i + 1)};
}

}  // namespace seedwire::drill
