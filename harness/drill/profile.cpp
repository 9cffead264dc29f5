// Shell commands of scripts as settings. ip-sysctl of the Linux documentation.
#include "harness/drill/profile.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <vector>

#include "models/tcp/profile_table.h"

namespace seedwire::drill {
namespace {

using tcp::Sysctls;

struct NumberRow {
    std::string_view name;
    std::int32_t Sysctls::*field;
};
constexpr std::array kNumbers = {
    NumberRow{"tcp_ecn", &Sysctls::tcp_ecn},
    NumberRow{"tcp_ecn_option", &Sysctls::tcp_ecn_option},
    NumberRow{"tcp_ecn_option_beacon", &Sysctls::tcp_ecn_option_beacon},
    NumberRow{"tcp_syn_retries", &Sysctls::tcp_syn_retries},
    NumberRow{"tcp_synack_retries", &Sysctls::tcp_synack_retries},
    NumberRow{"tcp_syn_linear_timeouts", &Sysctls::tcp_syn_linear_timeouts},
    NumberRow{"tcp_retries1", &Sysctls::tcp_retries1},
    NumberRow{"tcp_retries2", &Sysctls::tcp_retries2},
    NumberRow{"tcp_orphan_retries", &Sysctls::tcp_orphan_retries},
    NumberRow{"tcp_fastopen", &Sysctls::tcp_fastopen},
    NumberRow{"tcp_recovery", &Sysctls::tcp_recovery},
    NumberRow{"tcp_early_retrans", &Sysctls::tcp_early_retrans},
    NumberRow{"tcp_frto", &Sysctls::tcp_frto},
    NumberRow{"tcp_reordering", &Sysctls::tcp_reordering},
    NumberRow{"tcp_max_reordering", &Sysctls::tcp_max_reordering},
    NumberRow{"tcp_pingpong_thresh", &Sysctls::tcp_pingpong_thresh},
    NumberRow{"tcp_tso_win_divisor", &Sysctls::tcp_tso_win_divisor},
    NumberRow{"tcp_min_tso_segs", &Sysctls::tcp_min_tso_segs},
    NumberRow{"tcp_pacing_ss_ratio", &Sysctls::tcp_pacing_ss_ratio},
    NumberRow{"tcp_pacing_ca_ratio", &Sysctls::tcp_pacing_ca_ratio},
    NumberRow{"tcp_comp_sack_nr", &Sysctls::tcp_comp_sack_nr},
    NumberRow{"tcp_keepalive_probes", &Sysctls::tcp_keepalive_probes},
    NumberRow{"tcp_mtu_probing", &Sysctls::tcp_mtu_probing},
    NumberRow{"tcp_base_mss", &Sysctls::tcp_base_mss},
    NumberRow{"tcp_mtu_probe_floor", &Sysctls::tcp_mtu_probe_floor},
    NumberRow{"tcp_probe_threshold", &Sysctls::tcp_probe_threshold},
    NumberRow{"tcp_max_tw_buckets", &Sysctls::tcp_max_tw_buckets},
    NumberRow{"tcp_limit_output_bytes", &Sysctls::tcp_limit_output_bytes},
    NumberRow{"tcp_challenge_ack_limit", &Sysctls::tcp_challenge_ack_limit},
    NumberRow{"tcp_syncookies", &Sysctls::tcp_syncookies},
    NumberRow{"tcp_max_syn_backlog", &Sysctls::tcp_max_syn_backlog},
    NumberRow{"somaxconn", &Sysctls::somaxconn},
    NumberRow{"rmem_max", &Sysctls::rmem_max},
    NumberRow{"wmem_max", &Sysctls::wmem_max},
};

struct SwitchRow {
    std::string_view name;
    bool Sysctls::*field;
};
constexpr std::array kSwitches = {
    SwitchRow{"tcp_sack", &Sysctls::tcp_sack},
    SwitchRow{"tcp_dsack", &Sysctls::tcp_dsack},
    SwitchRow{"tcp_timestamps", &Sysctls::tcp_timestamps},
    SwitchRow{"tcp_window_scaling", &Sysctls::tcp_window_scaling},
    SwitchRow{"tcp_ecn_fallback", &Sysctls::tcp_ecn_fallback},
    SwitchRow{"tcp_slow_start_after_idle", &Sysctls::tcp_slow_start_after_idle},
    SwitchRow{"tcp_retrans_collapse", &Sysctls::tcp_retrans_collapse},
    SwitchRow{"tcp_thin_linear_timeouts", &Sysctls::tcp_thin_linear_timeouts},
    SwitchRow{"tcp_stdurg", &Sysctls::tcp_stdurg},
    SwitchRow{"tcp_autocorking", &Sysctls::tcp_autocorking},
    SwitchRow{"tcp_moderate_rcvbuf", &Sysctls::tcp_moderate_rcvbuf},
    SwitchRow{"tcp_no_metrics_save", &Sysctls::tcp_no_metrics_save},
    SwitchRow{"tcp_no_ssthresh_metrics_save", &Sysctls::tcp_no_ssthresh_metrics_save},
    SwitchRow{"tcp_shrink_window", &Sysctls::tcp_shrink_window},
    SwitchRow{"tcp_rfc1337", &Sysctls::tcp_rfc1337},
    SwitchRow{"tcp_abort_on_overflow", &Sysctls::tcp_abort_on_overflow},
};

struct DurationRow {
    std::string_view name;
    Duration Sysctls::*field;
    Duration unit;
};
constexpr std::array kDurations = {
    DurationRow{"tcp_comp_sack_delay_ns", &Sysctls::tcp_comp_sack_delay, Duration::ns(1)},
    DurationRow{"tcp_comp_sack_slack_ns", &Sysctls::tcp_comp_sack_slack, Duration::ns(1)},
    DurationRow{"tcp_invalid_ratelimit", &Sysctls::tcp_invalid_ratelimit, Duration::ms(1)},
    DurationRow{"tcp_min_rtt_wlen", &Sysctls::tcp_min_rtt_wlen, Duration::s(1)},
    DurationRow{"tcp_fastopen_blackhole_timeout_sec", &Sysctls::tcp_fastopen_blackhole_timeout,
                Duration::s(1)},
    DurationRow{"tcp_fin_timeout", &Sysctls::tcp_fin_timeout, Duration::s(1)},
    DurationRow{"tcp_keepalive_time", &Sysctls::tcp_keepalive_time, Duration::s(1)},
    DurationRow{"tcp_keepalive_intvl", &Sysctls::tcp_keepalive_intvl, Duration::s(1)},
    DurationRow{"tcp_probe_interval", &Sysctls::tcp_probe_interval, Duration::s(1)},
    DurationRow{"tcp_rto_min_us", &Sysctls::tcp_rto_min, Duration::us(1)},
    DurationRow{"tcp_rto_max_ms", &Sysctls::tcp_rto_max, Duration::ms(1)},
};

using Words = std::vector<std::string>;

/// One command for each line, `;` or `&&`; redirections and pipes end it.
std::vector<Words> split(std::string_view text) {
    std::vector<Words> commands(1);
    std::string word;
    bool quoted = false, redirected = false;
    const auto end_word = [&] {
        if (!word.empty() && !redirected) commands.back().push_back(word);
        word.clear();
    };
    const auto end_command = [&] {
        end_word();
        redirected = false;
        if (!commands.back().empty()) commands.emplace_back();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"' || c == '\'') {
            quoted = !quoted;
        } else if (quoted) {
            word += c;
        } else if (c == '\\' && i + 1 < text.size() && text[i + 1] == '\n') {
            end_word();
            ++i;
        } else if (c == '#' && word.empty()) {
            while (i + 1 < text.size() && text[i + 1] != '\n') ++i;
        } else if (c == '\n' || c == ';' || text.substr(i).starts_with("&&")) {
            end_command();
            if (c == '&') ++i;
        } else if (c == '>' || c == '|') {
            if (word == "2" || word == "1") word.clear();
            end_word();
            // Where the output of echo goes is what the command is about.
            redirected = c == '|' || commands.back().empty() || commands.back()[0] != "echo";
        } else if (c == ' ' || c == '\t' || c == '\r') {
            end_word();
        } else {
            word += c;
        }
    }
    end_command();
    commands.pop_back();
    return commands;
}

std::optional<std::int64_t> whole(std::string_view text) {
    int base = 10;
    if (text.starts_with("0x")) {
        text.remove_prefix(2);
        base = 16;
    }
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool is_program(std::string_view word, std::string_view name) {
    return word == name || (word.ends_with(name) && word[word.size() - name.size() - 1] == '/');
}

/// Settings without a counterpart here, at the only value that changes nothing.
struct Harmless {
    std::string_view name, value;  ///< an empty value: any
};
constexpr std::array kHarmless = {
    Harmless{"tcp_fack", ""},
    Harmless{"tcp_adv_win_scale", ""},  // obsolete in Linux 6.6
    Harmless{"ip_local_port_range", ""},
    Harmless{"tcp_tw_reuse", ""},
    Harmless{"tcp_tso_rtt_log", "9"},
    Harmless{"tcp_backlog_ack_defer", ""},
    Harmless{"tcp_migrate_req", "0"},
    Harmless{"tcp_l3mdev_accept", "0"},
    Harmless{"tcp_reflect_tos", "0"},
    Harmless{"tcp_workaround_signed_windows", "0"},
    Harmless{"tcp_mem", ""},
    Harmless{"tcp_child_ehash_entries", ""},
    Harmless{"tcp_ehash_entries", ""},
    Harmless{"tcp_available_congestion_control", ""},
    Harmless{"tcp_allowed_congestion_control", ""},
    Harmless{"ip_forward", ""},
    Harmless{"rp_filter", ""},
    Harmless{"default_qdisc", ""},
    Harmless{"netdev_max_backlog", ""},
    Harmless{"optmem_max", ""},
};

/// Known to hosts, but without effect yet: another value would let a script pass for nothing.
constexpr std::array kFixed = {
    Harmless{"tcp_limit_output_bytes", "4194304"},
};

/// Parameters of CUBIC that are constants here. Linux, `tcp_cubic.c`.
struct CubicRow {
    std::string_view name;
    std::int64_t value;
};
constexpr std::array kCubicDefaults = {
    CubicRow{"beta", 717},
    CubicRow{"bic_scale", 41},
    CubicRow{"fast_convergence", 1},
    CubicRow{"hystart_ack_delta_us", 2000},
    CubicRow{"hystart_low_window", 16},
    CubicRow{"initial_ssthresh", 0},
    CubicRow{"tcp_friendliness", 1},
};

bool set_vector(std::int32_t (&field)[3], std::string_view value) {
    std::size_t at = 0;
    for (std::int32_t& place : field) {
        at = value.find_first_not_of(" \t,", at);
        if (at == std::string_view::npos) return false;
        const std::size_t end = std::min(value.find_first_of(" \t,", at), value.size());
        const auto number = whole(value.substr(at, end - at));
        if (!number) return false;
        place = static_cast<std::int32_t>(*number);
        at = end;
    }
    return true;
}

void run_ip(HostSettings& settings, const Words& words, Position at) {
    if (words.size() > 1 && words[1] == "tcp_metrics") {
        settings.forgets_paths = true;
        return;
    }
    if (words.size() < 3 || words[1] != "route")
        unsupported(at, "of the program 'ip' only 'route' and 'tcp_metrics' are known");
    constexpr std::uint32_t kHeaders = 40;
    std::optional<std::int64_t> advertised;
    for (std::size_t i = 3; i + 1 < words.size(); ++i) {
        const std::string& key = words[i];
        if (key == "via" || key == "dev" || key == "proto" || key == "scope" || key == "src") {
            ++i;
            continue;
        }
        if (key == "mtu" && words[i + 1] == "lock") ++i;
        if (i + 1 >= words.size()) break;
        const auto value = whole(words[i + 1]);
        if (key == "advmss" && value) {
            advertised = value;
        } else if ((key == "mtu" || words[i - 1] == "mtu") && value) {
            settings.mtu = static_cast<std::uint32_t>(*value);
        } else if (key == "initcwnd" && value) {
            settings.sysctls.initial_cwnd = static_cast<std::int32_t>(*value);
        } else if (key == "initrwnd" && value) {
            settings.sysctls.initial_rwnd = static_cast<std::int32_t>(*value);
        } else if (i > 3) {
            unsupported(at, fmt::format("route attribute '{}' is not known here", key));
        } else {
            continue;  // the destination
        }
        ++i;
    }
    if (advertised && *advertised != settings.mtu - kHeaders)
        unsupported(at, "a route's advmss must be its MTU less 40 bytes");
}

void set_words(HostSettings& settings, const Words& words, Position at) {
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (words[i].starts_with("-")) continue;
        const std::size_t equals = words[i].find('=');
        if (equals == std::string::npos) fail(at, fmt::format("'{}' has no '='", words[i]));
        settings.set_sysctl(words[i].substr(0, equals), words[i].substr(equals + 1), at);
    }
}

/// echo VALUE > /sys/module/tcp_cubic/parameters/NAME, or a file of /proc/sys.
void write_file(HostSettings& settings, const Words& words, Position at) {
    if (words.size() != 3) return;  // text for people
    const std::string& file = words[2];
    if (file.starts_with("/proc/sys/")) return settings.set_sysctl(file, words[1], at);
    constexpr std::string_view kCubic = "/sys/module/tcp_cubic/parameters/";
    if (!file.starts_with(kCubic)) unsupported(at, fmt::format("'{}' is not known here", file));
    const std::string name = file.substr(kCubic.size());
    const auto value = whole(words[1]);
    if (!value) fail(at, fmt::format("'{}' is no number", words[1]));
    if (name == "hystart_detect" && *value >= 0 && *value <= 3) {
        settings.sysctls.cubic_hystart_detect = static_cast<std::int32_t>(*value);
        return;
    }
    if (name == "hystart" && (*value == 0 || *value == 1)) {
        if (*value == 0) settings.sysctls.cubic_hystart_detect = 0;
        return;
    }
    for (const CubicRow& row : kCubicDefaults)
        if (row.name == name && row.value == *value) return;
    unsupported(at, fmt::format("tcp_cubic's {} = {} is not modelled", name, *value));
}

}  // namespace

std::string_view to_string(ProfileName profile) {
    switch (profile) {
        case ProfileName::Packetdrill:
            return "packetdrill";
        case ProfileName::Linux:
            return "linux";
        case ProfileName::Rfc:
            return "rfc";
    }
    return "";
}

Sysctls sysctls_of(ProfileName profile) {
    Sysctls sysctls;
    if (profile == ProfileName::Rfc) tcp::apply_profile(tcp::Profile::Rfc, sysctls);
    if (profile != ProfileName::Packetdrill) return sysctls;
    constexpr std::int32_t kReceive[3] = {4096, 540000, 15728640};
    constexpr std::int32_t kSend[3] = {4096, 262144, 4194304};
    for (int i = 0; i < 3; ++i) {
        sysctls.tcp_rmem[i] = kReceive[i];
        sysctls.tcp_wmem[i] = kSend[i];
    }
    sysctls.tcp_slow_start_after_idle = false;
    sysctls.tcp_early_retrans = 4;
    sysctls.tcp_ecn = 0;
    // Both sides, and every listener without being asked; the key gives the cookies of kDefines.
    sysctls.tcp_fastopen = 0x403;
    sysctls.tcp_fastopen_key =
        tcp::parse_fast_open_keys("a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4").value();
    sysctls.tcp_syn_retries = 5;
    return sysctls;
}

std::optional<tcp::CongestionName> congestion_named(std::string_view name) {
    if (name == "reno") return tcp::CongestionName::Reno;
    if (name == "cubic") return tcp::CongestionName::Cubic;
    return std::nullopt;
}

void HostSettings::set_sysctl(std::string_view name, std::string_view value, Position at) {
    const std::size_t dot = name.find_last_of("./");
    const std::string_view key = dot == std::string_view::npos ? name : name.substr(dot + 1);
    if (key == "tcp_congestion_control") {
        const auto congestion = congestion_named(value);
        if (!congestion) unsupported(at, fmt::format("congestion control '{}'", value));
        sysctls.tcp_congestion_control = *congestion;
        return;
    }
    if (key == "tcp_rmem" || key == "tcp_wmem") {
        if (!set_vector(key == "tcp_rmem" ? sysctls.tcp_rmem : sysctls.tcp_wmem, value))
            fail(at, fmt::format("{} needs three numbers", key));
        return;
    }
    if (key == "tcp_fastopen_key") {
        const auto keys = tcp::parse_fast_open_keys(value);
        if (!keys) fail(at, "tcp_fastopen_key is written as four hexadecimal words: 1-2-3-4");
        sysctls.tcp_fastopen_key = *keys;
        return;
    }
    for (const Harmless& row : kHarmless)
        if (row.name == key && (row.value.empty() || row.value == value)) return;
    for (const Harmless& row : kFixed)
        if (row.name == key && row.value != value)
            unsupported(at, fmt::format("{} = {} has no effect here yet", key, value));
    const auto number = whole(value);
    if (!number) fail(at, fmt::format("'{}' is no number", value));
    if (key == "tcp_notsent_lowat") {  // unsigned there
        sysctls.tcp_notsent_lowat = static_cast<std::int32_t>(
            std::min<std::int64_t>(*number < 0 ? INT32_MAX : *number, INT32_MAX));
        return;
    }
    for (const NumberRow& row : kNumbers)
        if (row.name == key) return void(sysctls.*row.field = static_cast<std::int32_t>(*number));
    for (const SwitchRow& row : kSwitches)
        if (row.name == key) return void(sysctls.*row.field = *number != 0);
    for (const DurationRow& row : kDurations)
        if (row.name == key) return void(sysctls.*row.field = row.unit * *number);
    unsupported(at, fmt::format("sysctl {} = {} is not known here", name, value));
}

void HostSettings::run_command(std::string_view text, Position at) {
    for (const Words& words : split(text)) {
        const std::string& program = words[0];
        if (is_program(program, "defaults.sh")) {
            const tcp::CongestionName congestion = sysctls.tcp_congestion_control;
            sysctls = sysctls_of(ProfileName::Packetdrill);
            sysctls.tcp_congestion_control = congestion;
        } else if (is_program(program, "sysctl") || is_program(program, "set_sysctls.py")) {
            set_words(*this, words, at);
        } else if (is_program(program, "ip")) {
            run_ip(*this, words, at);
        } else if (program == "echo") {
            write_file(*this, words, at);
        } else if (is_program(program, "sleep") && words.size() == 2) {
            sleep = Duration::ms(static_cast<std::int64_t>(std::stod(words[1]) * 1000));
        } else if (program != "true" && program != ":" && program != "tc" && program != "nstat" &&
                   program != "ethtool" && program != "grep" && program != "modprobe" &&
                   program.find("sysctl_restore") == std::string::npos) {
            unsupported(at, fmt::format("command '{}' is not known here", program));
        }
    }
}

}  // namespace seedwire::drill
