// setsockopt() and getsockopt(). socket(7), tcp(7), ip(7).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "harness/drill/constants.h"
#include "harness/drill/syscalls.h"

namespace seedwire::drill {
namespace {

using socket::failure;
using socket::Result;
using socket::success;
using tcp::Error;

struct Row {
    std::string_view name;
    socket::Option option;
};
constexpr std::array kRows = {
    Row{"TCP_NODELAY", socket::Option::NoDelay},
    Row{"TCP_CORK", socket::Option::Cork},
    Row{"TCP_QUICKACK", socket::Option::QuickAck},
    Row{"SO_KEEPALIVE", socket::Option::KeepAlive},
    Row{"TCP_KEEPIDLE", socket::Option::KeepIdle},
    Row{"TCP_KEEPINTVL", socket::Option::KeepInterval},
    Row{"TCP_KEEPCNT", socket::Option::KeepCount},
    Row{"TCP_FASTOPEN", socket::Option::FastOpen},
    Row{"TCP_FASTOPEN_CONNECT", socket::Option::FastOpenConnect},
    Row{"TCP_FASTOPEN_NO_COOKIE", socket::Option::FastOpenNoCookie},
    Row{"TCP_MAXSEG", socket::Option::MaxSegment},
    Row{"SO_RCVBUF", socket::Option::ReceiveBuffer},
    Row{"SO_SNDBUF", socket::Option::SendBuffer},
    Row{"TCP_USER_TIMEOUT", socket::Option::UserTimeout},
    Row{"TCP_WINDOW_CLAMP", socket::Option::WindowClamp},
    Row{"TCP_LINGER2", socket::Option::Linger2},
    Row{"TCP_SYNCNT", socket::Option::SynCount},
    Row{"TCP_DEFER_ACCEPT", socket::Option::DeferAccept},
    Row{"SO_RCVLOWAT", socket::Option::ReceiveLowWater},
    Row{"TCP_NOTSENT_LOWAT", socket::Option::NotSentLowWater},
    Row{"SO_OOBINLINE", socket::Option::InlineUrgent},
    Row{"IP_RECVERR", socket::Option::ReceiveErrors},
    Row{"IPV6_RECVERR", socket::Option::ReceiveErrors},
    Row{"SO_ZEROCOPY", socket::Option::ZeroCopy},
    Row{"SO_TIMESTAMPING", socket::Option::Timestamping},
    Row{"TCP_THIN_LINEAR_TIMEOUTS", socket::Option::ThinLinearTimeouts},
    Row{"SO_MAX_PACING_RATE", socket::Option::MaxPacingRate},
    Row{"SO_ERROR", socket::Option::SocketError},
};

Operation constant_result(Result result) {
    Operation operation;
    operation.attempt = [result](Time) -> std::optional<Result> { return result; };
    return operation;
}

std::string option_name(const Value& value) {
    if (value.kind != Value::Kind::Words || value.words.size() != 1)
        unsupported(value.at, "options are known by name here");
    return value.words.front();
}

const Row* find_row(const std::string& name) {
    const auto row =
        std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.name == name; });
    return row == kRows.end() ? nullptr : &*row;
}

/// Options that a kernel has and this one lacks: a script must not pass as if they did something.
constexpr std::array<std::string_view, 8> kMissing = {
    "TCP_MD5SIG",     "TCP_MD5SIG_EXT", "TCP_REPAIR", "TCP_ULP",
    "TCP_AO_ADD_KEY", "TCP_TX_DELAY",   "SO_TXTIME",  "SO_ATTACH_FILTER"};

bool is_missing(std::string_view name) {
    return std::find(kMissing.begin(), kMissing.end(), name) != kMissing.end();
}

constexpr std::int64_t kIntegerBytes = 4;

/// What is wrong with the buffer of a value that is an int. Linux, `do_tcp_setsockopt`.
Error judge_buffer(const Syscall& call) {
    if (call.arguments.size() > 4 && call.arguments[4].kind == Value::Kind::Integer &&
        call.arguments[4].integer < kIntegerBytes)
        return Error::InvalidArgument;
    return is_null(call.arguments[3]) ? Error::BadAddress : Error::None;
}

std::int64_t linger_seconds(const Value& value) {
    return integer_of(member(value, "onoff", 0)) != 0 ? integer_of(member(value, "linger", 1)) : -1;
}

}  // namespace

Operation Syscalls::prepare_setsockopt(const Syscall& call, Position at) {
    const Value& option = argument(call, 2, at);
    const Value& value = argument(call, 3, at);
    const std::string name = option_name(option);
    Descriptor& target = descriptor(call.arguments[0]);
    if (target.kind != Descriptor::Kind::Socket) return constant_result(failure(Error::NotSocket));
    const auto set = [this, id = target.socket](socket::Option which, std::int64_t number) {
        Operation operation;
        operation.attempt = [this, id, which, number](Time now) -> std::optional<Result> {
            const Error error = machine_.stack().set_option(now, id, which, number);
            return error == Error::None ? success() : failure(error);
        };
        return operation;
    };
    if (is_missing(name)) unsupported(option.at, fmt::format("{} is not modelled", name));
    if (name == "TCP_FASTOPEN_KEY") return set_fast_open_key(target, value);
    if (name == "SO_LINGER" && !is_null(value))
        return set(socket::Option::Linger, linger_seconds(value));
    if (name == "TCP_CONGESTION") {
        const auto congestion = congestion_named(value.text);
        if (!congestion && call.error == "ENOENT") return constant_result(failure(Error::NoEntry));
        if (!congestion) unsupported(value.at, fmt::format("congestion control '{}'", value.text));
        return set(socket::Option::Congestion, static_cast<std::int64_t>(*congestion));
    }
    const Error error = judge_buffer(call);
    if (error != Error::None) return constant_result(failure(error));
    if (const Row* row = find_row(name)) return set(row->option, integer_inside(value));
    const std::int64_t number = integer_inside(value);
    if (name == "TCP_INQ") {
        if (number < 0 || number > 1) return constant_result(failure(Error::InvalidArgument));
        target.inq = number != 0;
        return constant_result(success());
    }
    if (name == "IP_MTU_DISCOVER" || name == "IPV6_MTU_DISCOVER") {
        if (number < 0 || number > 5) return constant_result(failure(Error::InvalidArgument));
        if (number != 1 && number != 2)
            unsupported(value.at, "path MTU discovery is always on here");
        return constant_result(success());
    }
    const KeptOption* kept = find_kept_option(name);
    if (kept == nullptr && call.error == "ENOPROTOOPT")
        return constant_result(failure(Error::NoProtocolOption));
    if (kept == nullptr)
        unsupported(option.at, fmt::format("the option {} is not known here", name));
    Operation operation;
    operation.attempt = [&target, kept, number](Time) -> std::optional<Result> {
        const Error refused = target.kept.set(*kept, number);
        return refused == Error::None ? success() : failure(refused);
    };
    return operation;
}

namespace {

/// The octets of a string in which \xNN stands for one.
std::vector<std::uint8_t> octets_of(std::string_view text) {
    std::vector<std::uint8_t> octets;
    while (!text.empty()) {
        std::uint8_t octet = static_cast<std::uint8_t>(text.front());
        std::size_t length = 1;
        if (text.starts_with("\\x") && text.size() >= 4) {
            const auto parsed = std::from_chars(text.data() + 2, text.data() + 4, octet, 16);
            if (parsed.ec == std::errc{}) length = 4;
        }
        octets.push_back(octet);
        text.remove_prefix(length);
    }
    return octets;
}

}  // namespace

/// The octets of a string, or 32 bit words in the order of memory.
Operation Syscalls::set_fast_open_key(const Descriptor& target, const Value& value) {
    std::vector<std::uint8_t> key = octets_of(value.text);
    for (const Value& item : value.items) {
        const auto word = static_cast<std::uint64_t>(integer_of(item));
        for (unsigned shift = 0; shift < 32; shift += 8)
            key.push_back(static_cast<std::uint8_t>(word >> shift));
    }
    Operation operation;
    operation.attempt = [this, id = target.socket, key](Time) -> std::optional<Result> {
        const Error error = machine_.stack().set_fast_open_key(id, key);
        return error == Error::None ? success() : failure(error);
    };
    return operation;
}

namespace {

bool is_any(const Value& out) {
    if (out.kind == Value::Kind::Any) return true;
    return out.kind == Value::Kind::List && out.items.size() == 1 &&
           out.items[0].kind == Value::Kind::Any;
}

}  // namespace

Operation Syscalls::prepare_getsockopt(const Syscall& call, Position at) {
    const Value& option = argument(call, 2, at);
    const Value& out = argument(call, 3, at);
    const std::string name = option_name(option);
    const Descriptor& target = descriptor(call.arguments[0]);
    if (target.kind != Descriptor::Kind::Socket) return constant_result(failure(Error::NotSocket));
    if (is_missing(name)) unsupported(option.at, fmt::format("{} is not modelled", name));
    if (name == "TCP_INFO") return constant_result(success());  // code sees its fields
    if (is_null(out)) return constant_result(failure(Error::BadAddress));
    const Ask ask = question_of(target, name);
    if (!ask && call.error == "ENOPROTOOPT")
        return constant_result(failure(Error::NoProtocolOption));
    if (!ask) unsupported(option.at, fmt::format("the option {} is not known here", name));
    std::optional<std::int64_t> expected;
    if (name == "TCP_CONGESTION" && !out.text.empty()) {
        const auto congestion = congestion_named(out.text);
        if (!congestion) unsupported(out.at, fmt::format("congestion control '{}'", out.text));
        expected = static_cast<std::int64_t>(*congestion);
    } else if (name == "SO_LINGER" && out.kind == Value::Kind::Struct) {
        expected = linger_seconds(out);
    } else if (!is_any(out)) {
        expected = integer_inside(out);
    }
    Operation operation;
    operation.attempt = [ask, expected, place = out.at](Time now) -> std::optional<Result> {
        const Result result = ask(now);
        if (!result.ok()) return result;
        if (expected && result.value != *expected)
            fail(place, fmt::format("expected {}, the call gave {}", *expected, result.value));
        return success();
    };
    return operation;
}

/// How to learn the value of an option; empty for one that is not known.
Syscalls::Ask Syscalls::question_of(const Descriptor& target, const std::string& name) {
    const socket::SocketId id = target.socket;
    if (const Row* row = find_row(name))
        return [this, id, which = row->option](Time) {
            return machine_.stack().get_option(id, which);
        };
    if (name == "SO_LINGER")
        return [this, id](Time) { return machine_.stack().get_option(id, socket::Option::Linger); };
    if (name == "TCP_CONGESTION")
        return [this, id](Time) {
            return machine_.stack().get_option(id, socket::Option::Congestion);
        };
    if (name == "TCP_INQ") return [&target](Time) { return success(target.inq ? 1 : 0); };
    if (name == "IP_MTU")
        return [this, id](Time now) { return success(machine_.stack().info(now, id).pmtu); };
    if (name == "SO_ACCEPTCONN")
        return [this, id](Time) {
            return success(machine_.stack().state(id) == tcp::State::Listen ? 1 : 0);
        };
    struct Fact {
        std::string_view name;
        std::int64_t value;
    };
    static constexpr std::array kFacts = {Fact{"SO_TYPE", 1}, Fact{"SO_DOMAIN", 2},
                                          Fact{"SO_PROTOCOL", 6}, Fact{"IP_MTU_DISCOVER", 1},
                                          Fact{"IPV6_MTU_DISCOVER", 1}};
    for (const Fact& fact : kFacts)
        if (fact.name == name) return [&fact](Time) { return success(fact.value); };
    if (const KeptOption* kept = find_kept_option(name))
        return [&target, kept](Time) { return success(target.kept.get(*kept)); };
    return {};
}

}  // namespace seedwire::drill
