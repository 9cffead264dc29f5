// Names to numbers. Linux: include/uapi.
#include "harness/drill/constants.h"

#include <fmt/format.h>

#include <array>
#include <optional>

namespace seedwire::drill {
namespace {

struct Constant {
    std::string_view name;
    std::int64_t value;
};
constexpr std::array kConstants = {
    Constant{"O_RDONLY", 0},
    Constant{"O_WRONLY", 1},
    Constant{"O_RDWR", constant::kReadWrite},
    Constant{"O_NONBLOCK", constant::kNonBlocking},
    Constant{"MSG_PEEK", constant::kPeek},
    Constant{"MSG_DONTWAIT", constant::kDontWait},
    Constant{"MSG_EOR", constant::kEndOfRecord},
    Constant{"MSG_NOSIGNAL", constant::kNoSignal},
    Constant{"MSG_MORE", constant::kMore},
    Constant{"MSG_FASTOPEN", constant::kFastOpen},
    Constant{"MSG_TRUNC", constant::kTruncate},
    Constant{"MSG_WAITALL", constant::kWaitAll},
    Constant{"MSG_ERRQUEUE", constant::kErrorQueue},
    Constant{"MSG_ZEROCOPY", constant::kZeroCopy},
    Constant{"SOF_TIMESTAMPING_TX_HARDWARE", 1 << 0},
    Constant{"SOF_TIMESTAMPING_TX_SOFTWARE", 1 << 1},
    Constant{"SOF_TIMESTAMPING_RX_HARDWARE", 1 << 2},
    Constant{"SOF_TIMESTAMPING_RX_SOFTWARE", 1 << 3},
    Constant{"SOF_TIMESTAMPING_SOFTWARE", 1 << 4},
    Constant{"SOF_TIMESTAMPING_RAW_HARDWARE", 1 << 6},
    Constant{"SOF_TIMESTAMPING_OPT_ID", 1 << 7},
    Constant{"SOF_TIMESTAMPING_TX_SCHED", 1 << 8},
    Constant{"SOF_TIMESTAMPING_TX_ACK", 1 << 9},
    Constant{"SOF_TIMESTAMPING_OPT_CMSG", 1 << 10},
    Constant{"SOF_TIMESTAMPING_OPT_TSONLY", 1 << 11},
    Constant{"SOF_TIMESTAMPING_OPT_STATS", 1 << 12},
    Constant{"SOF_TIMESTAMPING_OPT_ID_TCP", 1 << 16},
    Constant{"SCM_TSTAMP_SND", 0},
    Constant{"SCM_TSTAMP_SCHED", 1},
    Constant{"SCM_TSTAMP_ACK", 2},
    Constant{"SO_EE_ORIGIN_NONE", 0},
    Constant{"SO_EE_ORIGIN_LOCAL", 1},
    Constant{"SO_EE_ORIGIN_ICMP", 2},
    Constant{"SO_EE_ORIGIN_ICMP6", 3},
    Constant{"SO_EE_ORIGIN_TIMESTAMPING", 4},
    Constant{"SO_EE_ORIGIN_ZEROCOPY", 5},
    Constant{"SO_EE_CODE_ZEROCOPY_COPIED", 1},
    Constant{"MSG_OOB", constant::kOutOfBand},
    Constant{"MSG_CTRUNC", 0x08},
    Constant{"SOCK_STREAM", 1},
    Constant{"SOCK_NONBLOCK", constant::kNonBlocking},
    Constant{"SOCK_CLOEXEC", 0x80000},
    Constant{"O_CREAT", 0x40},
    Constant{"O_APPEND", 0x400},
    Constant{"O_CLOEXEC", 0x80000},
    Constant{"FD_CLOEXEC", 1},
    Constant{"SPLICE_F_MOVE", 1},
    Constant{"SPLICE_F_NONBLOCK", constant::kSpliceNonBlocking},
    Constant{"SPLICE_F_MORE", constant::kSpliceMore},
    Constant{"SPLICE_F_GIFT", 8},
    Constant{"NULL", 0},
    Constant{"POLLRDNORM", 0x040},
    Constant{"POLLRDBAND", 0x080},
    Constant{"POLLWRNORM", 0x100},
    Constant{"POLLWRBAND", 0x200},
    Constant{"POLLNVAL", 0x020},
    Constant{"EPOLLPRI", 0x002},
    Constant{"EPOLLRDNORM", 0x040},
    Constant{"EPOLLRDBAND", 0x080},
    Constant{"EPOLLWRNORM", 0x100},
    Constant{"EPOLLWRBAND", 0x200},
    Constant{"EPOLLEXCLUSIVE", 0x10000000},
    Constant{"EPOLLONESHOT", constant::kOneShot},
    Constant{"POLLIN", 0x001},
    Constant{"POLLPRI", 0x002},
    Constant{"POLLOUT", 0x004},
    Constant{"POLLERR", 0x008},
    Constant{"POLLHUP", 0x010},
    Constant{"POLLRDHUP", 0x2000},
    Constant{"EPOLLIN", 0x001},
    Constant{"EPOLLOUT", 0x004},
    Constant{"EPOLLERR", 0x008},
    Constant{"EPOLLHUP", 0x010},
    Constant{"EPOLLRDHUP", 0x2000},
    Constant{"EPOLLET", constant::kEdgeTriggered},
    Constant{"IP_PMTUDISC_DONT", 0},
    Constant{"IP_PMTUDISC_WANT", 1},
    Constant{"IP_PMTUDISC_DO", 2},
    Constant{"IP_PMTUDISC_PROBE", 3},
};

std::optional<std::int64_t> number_of_error(std::string_view name) {
    constexpr int kLast = static_cast<int>(tcp::kLastError);
    for (int i = 1; i <= kLast; ++i) {
        const auto error = static_cast<tcp::Error>(i);
        if (tcp::to_string(error) == name) return tcp::number(error);
    }
    return std::nullopt;
}

std::int64_t number_of(std::string_view name, Position at) {
    for (const Constant& row : kConstants)
        if (row.name == name) return row.value;
    if (const auto number = number_of_error(name)) return *number;
    unsupported(at, fmt::format("the constant '{}' is not known here", name));
}

}  // namespace

std::int64_t error_number(std::string_view name, Position at) {
    const auto number = number_of_error(name);
    if (!number) unsupported(at, fmt::format("the error '{}' is not known here", name));
    return *number;
}

std::int64_t integer_of(const Value& value) {
    if (value.kind == Value::Kind::Integer) return value.integer;
    if (value.kind != Value::Kind::Words) fail(value.at, "a number is missing here");
    std::int64_t number = 0;
    for (const std::string& word : value.words) number |= number_of(word, value.at);
    return number;
}

bool is_null(const Value& value) {
    return value.kind == Value::Kind::Words && value.words == std::vector<std::string>{"NULL"};
}

std::int64_t integer_inside(const Value& value) {
    if (value.kind != Value::Kind::List) return integer_of(value);
    if (value.items.size() != 1) fail(value.at, "one number in brackets is expected here");
    return integer_of(value.items.front());
}

}  // namespace seedwire::drill
