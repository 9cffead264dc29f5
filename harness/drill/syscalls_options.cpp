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
    Row{"SO_ERROR", socket::Option::SocketError},
};

/// Options that change nothing that a script can see here.
constexpr std::array<std::string_view, 6> kWithoutEffect = {
    "SO_REUSEADDR", "SO_REUSEPORT", "IP_TOS", "SO_PRIORITY", "SO_MARK", "SO_BUSY_POLL"};

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

const Row& row_of(const std::string& name, Position at) {
    const auto row =
        std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.name == name; });
    if (row == kRows.end()) unsupported(at, fmt::format("the option {} is not known here", name));
    return *row;
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
    const auto set = [this, id = target.socket](socket::Option which, std::int64_t number) {
        Operation operation;
        operation.attempt = [this, id, which, number](Time now) -> std::optional<Result> {
            const Error error = machine_.stack().set_option(now, id, which, number);
            return error == Error::None ? success() : failure(error);
        };
        return operation;
    };
    if (std::find(kWithoutEffect.begin(), kWithoutEffect.end(), name) != kWithoutEffect.end())
        return constant_result(success());
    if (name == "TCP_INQ") {
        target.inq = integer_inside(value) != 0;
        return constant_result(success());
    }
    if (name == "IP_MTU_DISCOVER") {
        const std::int64_t mode = integer_inside(value);
        if (mode != 1 && mode != 2) unsupported(value.at, "path MTU discovery is always on here");
        return constant_result(success());
    }
    if (name == "TCP_FASTOPEN_KEY") return set_fast_open_key(target, value);
    if (name == "SO_LINGER") return set(socket::Option::Linger, linger_seconds(value));
    if (name == "TCP_CONGESTION") {
        const auto congestion = congestion_named(value.text);
        if (!congestion) unsupported(value.at, fmt::format("congestion control '{}'", value.text));
        return set(socket::Option::Congestion, static_cast<std::int64_t>(*congestion));
    }
    return set(row_of(name, option.at).option, integer_inside(value));
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

Operation Syscalls::prepare_getsockopt(const Syscall& call, Position at) {
    const Value& option = argument(call, 2, at);
    const Value& out = argument(call, 3, at);
    const socket::SocketId id = descriptor(call.arguments[0]).socket;
    const std::string name = option_name(option);
    const socket::Option which = row_of(name, option.at).option;
    const bool any =
        out.kind == Value::Kind::Any || (out.kind == Value::Kind::List && out.items.size() == 1 &&
                                         out.items[0].kind == Value::Kind::Any);
    const std::int64_t expected = any ? 0 : integer_inside(out);
    Operation operation;
    operation.attempt = [this, id, which, any, expected,
                         place = out.at](Time) -> std::optional<Result> {
        const Result result = machine_.stack().get_option(id, which);
        if (!result.ok()) return result;
        if (!any && result.value != expected)
            fail(place, fmt::format("expected {}, the call gave {}", expected, result.value));
        return success();
    };
    return operation;
}

}  // namespace seedwire::drill
