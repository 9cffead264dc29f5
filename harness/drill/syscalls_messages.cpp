// Control messages of recvmsg(): with data, and of the error queue. cmsg(3), ip(7), tcp(7).
#include <fmt/format.h>

#include <algorithm>

#include "harness/drill/constants.h"
#include "harness/drill/syscalls.h"

namespace seedwire::drill {
namespace {

using socket::failure;
using socket::QueuedError;
using socket::Result;
using socket::success;

// Pages of a buffer are lent to a simulated adapter here; the device under the scripts copies them,
// which programs are told. SO_EE_CODE_ZEROCOPY_COPIED.
constexpr std::int64_t kCopied = 1;

std::string type_of(const Value& message) {
    const Value& type = member(message, "cmsg_type", 1);
    return type.words.size() == 1 ? type.words.front() : std::string{};
}

std::int64_t error_or_zero(const Value& value) {
    if (value.kind == Value::Kind::Words && value.words.size() == 1)
        return error_number(value.words.front(), value.at);
    return integer_of(value);
}

void check(const Value& data, std::string_view name, std::size_t index, std::int64_t real) {
    const Value& value = member(data, name, index);
    if (value.kind == Value::Kind::Any) return;
    const std::int64_t expected = name == "ee_errno" ? error_or_zero(value) : integer_of(value);
    if (expected != real)
        fail(value.at, fmt::format("{}: expected {}, the call gave {}", name, expected, real));
}

void check_error(const Value& data, const QueuedError& real) {
    const bool zero_copy = real.origin == QueuedError::Origin::ZeroCopy;
    check(data, "ee_errno", 0, tcp::number(real.error));
    check(data, "ee_origin", 1, static_cast<std::int64_t>(real.origin));
    check(data, "ee_type", 2, real.type);
    check(data, "ee_code", 3, zero_copy ? kCopied : real.code);
    check(data, "ee_info", 4, real.info);
    check(data, "ee_data", 5, real.data);
}

}  // namespace

void Syscalls::verify_stamp(const Value& message, Time real) const {
    const Value& data = member(message, "cmsg_data", 2);
    const std::int64_t ns = integer_of(member(data, "scm_sec", 0)) * 1'000'000'000 +
                            integer_of(member(data, "scm_nsec", 1));
    const Time expected = start_ + Duration::ns(ns);
    const Duration off = real > expected ? real - expected : expected - real;
    if (off > tolerance_)
        fail(data.at, fmt::format("expected {} ns after the start, the stamp is of {} ns", ns,
                                  (real - start_).ns()));
}

/// TCP_CM_INQ: what is left to read; one for the end of the stream. tcp(7), `tcp_inq_hint`.
void Syscalls::verify_control(const Descriptor& source, const Value& control) {
    if (control.kind != Value::Kind::List) fail(control.at, "a list of messages is missing here");
    const Result flags = machine_.stack().get_option(source.socket, socket::Option::Timestamping);
    constexpr std::uint32_t kStamps =
        socket::timestamping::kReceiveSoftware | socket::timestamping::kSoftware;
    const bool stamps =
        flags.ok() && (static_cast<std::uint32_t>(flags.value) & kStamps) == kStamps;
    const std::size_t real = (source.inq ? 1U : 0U) + (stamps ? 1U : 0U);
    if (control.items.size() != real)
        fail(control.at, fmt::format("expected {} control messages, the call gave {}",
                                     control.items.size(), real));
    for (const Value& message : control.items) {
        const std::string type = type_of(message);
        if (type == "SCM_TIMESTAMPING" && stamps) {
            // Of the packet whose bytes were read last.
            const tcp::Info info = machine_.stack().info(machine_.now(), source.socket);
            verify_stamp(message, machine_.now() - info.last_data_recv);
        } else if (type == "TCP_CM_INQ" && source.inq) {
            const Value& data = member(message, "cmsg_data", 2);
            std::int64_t left = machine_.stack().readable(source.socket);
            if (left == 0 && machine_.stack().at_end_of_file(source.socket)) left = 1;
            if (left != integer_of(data))
                fail(data.at, fmt::format("expected {}, the call gave {}", integer_of(data), left));
        } else {
            unsupported(message.at, fmt::format("control messages of type '{}' do not come with "
                                                "data here",
                                                type));
        }
    }
}

Operation Syscalls::read_errors_operation(const Descriptor& source, const Value* control) {
    Operation operation;
    const Value expected = control != nullptr ? *control : Value{};
    operation.attempt = [this, id = source.socket, expected](Time) -> std::optional<Result> {
        const std::optional<QueuedError> real = machine_.stack().read_error_queue(id);
        if (!real) return failure(tcp::Error::Again);
        if (expected.kind != Value::Kind::List) return success();
        bool told = false;
        for (const Value& message : expected.items) {
            const std::string type = type_of(message);
            if (type == "IP_RECVERR" || type == "IPV6_RECVERR") {
                check_error(member(message, "cmsg_data", 2), *real);
                told = true;
            } else if (type == "SCM_TIMESTAMPING" &&
                       real->origin == QueuedError::Origin::Timestamping) {
                verify_stamp(message, real->at);
            } else {
                fail(message.at, fmt::format("the message has no part of type '{}'", type));
            }
        }
        if (!told && !expected.items.empty())
            fail(expected.at, "the message tells an error too: IP_RECVERR");
        return success();
    };
    return operation;
}

}  // namespace seedwire::drill
