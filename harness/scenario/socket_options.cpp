// What setsockopt() would keep of each option. Buffers are doubled and bounded as Linux does it.
#include "harness/scenario/socket_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/fields.h"

namespace seedwire::scenario {
namespace {

using O = app::Operation::Option;

/// Least receive and send buffer of a socket, bytes: one and two small packets with their headers.
constexpr std::int64_t kLeastReceiveBuffer = 2304;
constexpr std::int64_t kLeastSendBuffer = 4608;
constexpr std::int64_t kSecond = 1'000'000'000;

constexpr std::array kRows{
    OptionRow{"congestion", O::Congestion, Type::Choice, 0, 0, "reno or cubic"},
    OptionRow{"nodelay", O::NoDelay, Type::Boolean, 0, 1, "1 switches Nagle's algorithm off"},
    OptionRow{"cork", O::Cork, Type::Boolean, 0, 1, "1 sends full segments only"},
    OptionRow{"quickack", O::QuickAck, Type::Boolean, 0, 1,
              "1 leaves the delayed ACK mode for now"},
    OptionRow{"keepalive", O::KeepAlive, Type::Boolean, 0, 1, "1 probes an idle peer"},
    OptionRow{"keepidle", O::KeepIdle, Type::Duration, kSecond, 32767 * kSecond,
              "idle before the first probe"},
    OptionRow{"keepintvl", O::KeepInterval, Type::Duration, kSecond, 32767 * kSecond,
              "between probes"},
    OptionRow{"keepcnt", O::KeepCount, Type::Integer, 1, 127, "probes until dead"},
    OptionRow{"fastopen", O::FastOpen, Type::Integer, 0, 65535, "queue of a Fast Open listener"},
    OptionRow{"maxseg", O::MaxSegment, Type::Bytes, 88, 32767, "largest segment"},
    OptionRow{"rcvbuf", O::ReceiveBuffer, Type::Bytes, 0, 1 << 30, "receive buffer; doubled"},
    OptionRow{"sndbuf", O::SendBuffer, Type::Bytes, 0, 1 << 30, "send buffer; doubled"},
    OptionRow{"user_timeout", O::UserTimeout, Type::Duration, 0, INT32_MAX*(kSecond / 1000),
              "how long data may stay unacknowledged; 0 s = the system's"},
    OptionRow{"window_clamp", O::WindowClamp, Type::Bytes, 0, 1 << 30, "largest window offered"},
    OptionRow{"linger", O::Linger, Type::Duration, 0, 65535 * kSecond,
              "how long close() waits; 0 s aborts"},
    OptionRow{"linger2", O::Linger2, Type::Duration, kSecond, 120 * kSecond,
              "how long an orphan waits for the peer's FIN"},
    OptionRow{"syncnt", O::SynCount, Type::Integer, 1, 127, "SYNs sent again before giving up"},
    OptionRow{"defer_accept", O::DeferAccept, Type::Duration, 0, INT32_MAX* kSecond,
              "accept only with data; how long to wait for it"},
    OptionRow{"rcvlowat", O::ReceiveLowWater, Type::Bytes, 1, INT32_MAX,
              "bytes that make a socket readable"},
    OptionRow{"notsent_lowat", O::NotSentLowWater, Type::Bytes, 0, INT32_MAX,
              "unsent bytes below which it is writable"},
    OptionRow{"oobinline", O::InlineUrgent, Type::Boolean, 0, 1,
              "1 leaves an urgent byte in the stream"},
    OptionRow{"thin_linear_timeouts", O::ThinLinearTimeouts, Type::Boolean, 0, 1,
              "1 keeps timeouts from doubling while few segments are in flight"},
    OptionRow{"max_pacing_rate", O::MaxPacingRate, Type::Rate, 8, INT64_MAX,
              "paces, at that rate at most"},
};

std::vector<std::string_view> names_of_options() {
    std::vector<std::string_view> names;
    for (const OptionRow& row : kRows) names.push_back(row.name);
    return names;
}

std::optional<std::int64_t> read_congestion(TokenReader& in, const Token& word) {
    if (word.text == "reno") return static_cast<std::int64_t>(tcp::CongestionName::Reno);
    if (word.text == "cubic") return static_cast<std::int64_t>(tcp::CongestionName::Cubic);
    if (word.text == "bbr")
        in.fail(word, error_id::kNotYet, "congestion bbr: not yet", "reno and cubic work");
    else
        in.fail(word, error_id::kNotAChoice, fmt::format("unknown congestion '{}'", word.text),
                did_you_mean(word.text, {"reno", "cubic", "bbr"}),
                "congestion is reno, cubic or bbr");
    return std::nullopt;
}

std::optional<std::int64_t> read_value(TokenReader& in, const OptionRow& row) {
    if (in.at_end()) {
        in.expected(fmt::format("the value of {}", row.name), std::string{row.help});
        return std::nullopt;
    }
    if (row.type == Type::Choice) return read_congestion(in, in.next());
    const Token quantity = in.take_quantity({});
    const Type type = row.type == Type::Boolean ? Type::Integer : row.type;
    const Parsed<std::int64_t> parsed = parse_base_units(type, quantity.text);
    if (!parsed) {
        QuantityError error = parsed.error;
        // Whoever leaves the unit out means that of setsockopt().
        const std::string milliseconds = fmt::format("write {} ms", quantity.text);
        if (row.minimum >= kSecond && error.hint == milliseconds)
            error.hint = fmt::format("write {} s", quantity.text);
        in.fail({quantity.kind, quantity.text.substr(error.offset, error.length),
                 quantity.offset + error.offset},
                error_id::kBadValue, fmt::format("{}: {}", row.name, error.message), error.hint,
                error.note);
        return std::nullopt;
    }
    if (*parsed < row.minimum || *parsed > row.maximum) {
        in.fail(quantity, error_id::kOutOfRange,
                fmt::format("{}: {} is out of range", row.name, quantity.text),
                row.type == Type::Boolean
                    ? "0 or 1"
                    : fmt::format("{} .. {}", print_base_units(type, row.minimum),
                                  print_base_units(type, row.maximum)));
        return std::nullopt;
    }
    return *parsed;
}

std::int32_t doubled(std::int64_t asked, std::int32_t most, std::int64_t least) {
    return static_cast<std::int32_t>(std::max(2 * std::min<std::int64_t>(asked, most), least));
}

bool apply_seldom(const OptionValue& value, tcp::SocketOptions& options) {
    constexpr std::int64_t kBitsPerByte = 8;
    if (value.option == O::InlineUrgent) options.inline_urgent = value.number != 0;
    if (value.option == O::ThinLinearTimeouts) options.thin_linear_timeouts = value.number != 0;
    if (value.option == O::MaxPacingRate)
        options.max_pacing_rate = static_cast<std::uint64_t>(value.number / kBitsPerByte);
    return value.option != O::QuickAck && value.option != O::None;
}

bool apply(const OptionValue& value, const tcp::Sysctls& sysctls, tcp::SocketOptions& options) {
    const std::int64_t n = value.number;
    switch (value.option) {
        case O::Congestion:
            options.congestion = static_cast<tcp::CongestionName>(n);
            return true;
        case O::NoDelay:
            options.nodelay = n != 0;
            return true;
        case O::Cork:
            options.cork = n != 0;
            return true;
        case O::KeepAlive:
            options.keepalive = n != 0;
            return true;
        case O::KeepIdle:
            options.keepalive_idle = Duration::ns(n);
            return true;
        case O::KeepInterval:
            options.keepalive_interval = Duration::ns(n);
            return true;
        case O::KeepCount:
            options.keepalive_probes = static_cast<std::int32_t>(n);
            return true;
        case O::MaxSegment:
            options.maxseg = static_cast<std::uint16_t>(n);
            return true;
        case O::ReceiveBuffer:
            options.receive_buffer = doubled(n, sysctls.rmem_max, kLeastReceiveBuffer);
            options.receive_buffer_locked = true;
            return true;
        case O::SendBuffer:
            options.send_buffer = doubled(n, sysctls.wmem_max, kLeastSendBuffer);
            options.send_buffer_locked = true;
            return true;
        case O::UserTimeout:
            options.user_timeout = Duration::ns(n);
            return true;
        case O::WindowClamp:
            options.window_clamp = static_cast<std::int32_t>(n);
            return true;
        case O::Linger:
            options.linger_set = true;
            options.linger = Duration::ns(n);
            return true;
        case O::Linger2:
            options.linger2 = Duration::ns(n);
            return true;
        case O::SynCount:
            options.syn_count = static_cast<std::int32_t>(n);
            return true;
        case O::DeferAccept:
            options.defer_accept = static_cast<std::int32_t>(n / kSecond);
            return true;
        case O::ReceiveLowWater:
            options.receive_low_water = static_cast<std::int32_t>(n);
            return true;
        case O::NotSentLowWater:
            options.notsent_low_water = static_cast<std::int32_t>(n);
            return true;
        case O::FastOpen:
            options.fast_open_queue = static_cast<std::int32_t>(n);
            return true;
        default:
            return apply_seldom(value, options);
    }
}

}  // namespace

std::span<const OptionRow> option_rows() { return kRows; }

std::optional<OptionValue> read_option(TokenReader& in) {
    const Token word = in.peek();
    const auto* row = std::find_if(kRows.begin(), kRows.end(),
                                   [&](const OptionRow& r) { return r.name == word.text; });
    if (row == kRows.end()) {
        const bool short_name = word.text == "cc";
        in.fail(word, error_id::kUnknownName,
                in.at_end() ? "the name of an option is missing"
                            : fmt::format("no socket option '{}'", word.text),
                short_name ? "write congestion" : did_you_mean(word.text, names_of_options()),
                "options are " + list_of(names_of_options()));
        return std::nullopt;
    }
    in.next();
    const std::optional<std::int64_t> value = read_value(in, *row);
    if (!value) return std::nullopt;
    return OptionValue{row->option, *value};
}

std::vector<OptionValue> read_options(const Node& list, const tcp::Sysctls& sysctls,
                                      tcp::SocketOptions& options, Reporter& reporter) {
    std::vector<OptionValue> rest;
    if (list.is_null()) return rest;
    if (!list.is_sequence()) {
        reporter.error(error_id::kWrongKind, list, "options takes a list", "write [nodelay 1]");
        return rest;
    }
    for (const Node& item : list.items) {
        if (!require_scalar(item, "options", "line", reporter)) continue;
        TokenReader in{item, reporter};
        const std::optional<OptionValue> value = read_option(in);
        if (!value || !in.finish()) continue;
        if (!apply(*value, sysctls, options)) rest.push_back(*value);
    }
    return rest;
}

}  // namespace seedwire::scenario
