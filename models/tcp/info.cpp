// The printed names of what can be observed, and errno as programs on Linux x86-64 know it.
#include "models/tcp/info.h"

#include <array>

#include "sim/base/assert.h"

namespace seedwire::tcp {
namespace {

struct ErrorRow {
    std::string_view name;
    int number;
};

constexpr std::size_t kErrorCount = static_cast<std::size_t>(kLastError) + 1;

// In the order of enum Error. Numbers: asm-generic/errno.h.
constexpr std::array<ErrorRow, kErrorCount> kErrors = {{
    {"0", 0},
    {"EAGAIN", 11},
    {"EINPROGRESS", 115},
    {"EALREADY", 114},
    {"EISCONN", 106},
    {"ENOTCONN", 107},
    {"ECONNREFUSED", 111},
    {"ECONNRESET", 104},
    {"EPIPE", 32},
    {"ETIMEDOUT", 110},
    {"EHOSTUNREACH", 113},
    {"ENETUNREACH", 101},
    {"EADDRINUSE", 98},
    {"EADDRNOTAVAIL", 99},
    {"EINVAL", 22},
    {"EOPNOTSUPP", 95},
    {"EBADF", 9},
    {"ENOPROTOOPT", 92},
    {"EMSGSIZE", 90},
    {"EPROTO", 71},
    {"ECONNABORTED", 103},
    {"EFAULT", 14},
    {"ENOENT", 2},
    {"EEXIST", 17},
    {"ENOBUFS", 105},
    {"ENOTSOCK", 88},
    {"EHOSTDOWN", 112},
    {"ENONET", 64},
    {"ENOMSG", 42},
}};

constexpr std::array<std::string_view, 5> kRecoveryNames = {"Open", "Disorder", "CWR", "Recovery",
                                                            "Loss"};

const ErrorRow& row(Error error) {
    const auto index = static_cast<std::size_t>(error);
    SEEDWIRE_ASSERT(index < kErrors.size());
    return kErrors[index];
}

}  // namespace

std::string_view to_string(Error error) { return row(error).name; }

int number(Error error) { return row(error).number; }

std::string_view to_string(RecoveryState state) {
    const auto index = static_cast<std::size_t>(state);
    SEEDWIRE_ASSERT(index < kRecoveryNames.size());
    return kRecoveryNames[index];
}

}  // namespace seedwire::tcp
