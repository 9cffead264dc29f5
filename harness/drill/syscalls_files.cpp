// Files and pipes, as far as they carry data to and from sockets. sendfile(2), splice(2), pipe(2).
#include <fmt/format.h>

#include <algorithm>

#include "harness/drill/constants.h"
#include "harness/drill/syscalls.h"

namespace seedwire::drill {
namespace {

using socket::failure;
using socket::Result;
using socket::success;

// Sixteen pages, what a pipe of Linux holds.
constexpr std::uint32_t kPipeBytes = 65536;

}  // namespace

/// A file has as many bytes as anybody reads: what they are is nowhere said.
Operation Syscalls::prepare_open(const Syscall& call, Position) {
    Operation operation;
    operation.attempt = [this, fd = call.result](Time) -> std::optional<Result> {
        descriptors_[fd] = Descriptor{};
        descriptors_[fd].kind = Descriptor::Kind::File;
        return success(fd);
    };
    return operation;
}

/// pipe([5, 6]): two descriptors, of which the script gives the numbers.
Operation Syscalls::prepare_pipe(const Syscall& call, Position at) {
    const Value& ends = argument(call, 0, at);
    if (ends.kind != Value::Kind::List || ends.items.size() != 2)
        fail(ends.at, "a pipe has two descriptors: [3, 4]");
    const std::int64_t flags = call.arguments.size() > 1 ? integer_of(call.arguments[1]) : 0;
    const bool nonblocking = (flags & constant::kNonBlocking) != 0;
    Operation operation;
    operation.attempt = [this, nonblocking, first = integer_of(ends.items[0]),
                         second = integer_of(ends.items[1])](Time) -> std::optional<Result> {
        const auto bytes = std::make_shared<std::uint32_t>(0);
        for (const std::int64_t fd : {first, second}) {
            descriptors_[fd] = Descriptor{};
            descriptors_[fd].kind = Descriptor::Kind::Pipe;
            descriptors_[fd].nonblocking = nonblocking;
            descriptors_[fd].pipe = bytes;
        }
        return success();
    };
    return operation;
}

/// sendfile(socket, file, offset, count): a write of the file's bytes.
Operation Syscalls::prepare_sendfile(const Syscall& call, Position at) {
    const Value& from = argument(call, 1, at);
    if (!has_kind(integer_of(from), Descriptor::Kind::File))
        unsupported(from.at, "sendfile() sends from files only here");
    const auto length = static_cast<std::uint32_t>(integer_of(argument(call, 3, at)));
    return write_operation(descriptor(call.arguments[0]), length, 0, at);
}

/// splice(in, off_in, out, off_out, length, flags): one end must be a pipe.
Operation Syscalls::prepare_splice(const Syscall& call, Position at) {
    const Descriptor& in = descriptor(argument(call, 0, at));
    const Descriptor& out = descriptor(argument(call, 2, at));
    const auto length = static_cast<std::uint32_t>(integer_of(argument(call, 4, at)));
    const std::int64_t flags = call.arguments.size() > 5 ? integer_of(call.arguments[5]) : 0;
    const std::int64_t wait = (flags & constant::kSpliceNonBlocking) != 0 ? constant::kDontWait : 0;
    using Kind = Descriptor::Kind;
    Operation operation;
    if (in.kind == Kind::Socket && out.kind == Kind::Pipe) {
        operation.attempt = [bytes = out.pipe, length, in_socket = in, wait,
                             this](Time now) -> std::optional<Result> {
            const std::uint32_t room = kPipeBytes - *bytes;
            if (room == 0) return failure(tcp::Error::Again);
            Operation read = read_operation(in_socket, std::min(length, room), wait);
            const auto result = read.attempt(now);
            if (result && result->ok()) *bytes += static_cast<std::uint32_t>(result->value);
            return result;
        };
    } else if (in.kind == Kind::Pipe && out.kind == Kind::Socket) {
        const std::uint32_t available = std::min(length, *in.pipe);
        const std::int64_t more = (flags & constant::kSpliceMore) != 0 ? constant::kMore : 0;
        if (available == 0) {
            operation.attempt = [](Time) -> std::optional<Result> {
                return failure(tcp::Error::Again);
            };
            return operation;
        }
        Operation write = write_operation(out, available, wait | more, at);
        operation.attempt = [bytes = in.pipe, write](Time now) -> std::optional<Result> {
            const auto result = write.attempt(now);
            if (result && result->ok()) *bytes -= static_cast<std::uint32_t>(result->value);
            return result;
        };
    } else if (in.kind == Kind::File && out.kind == Kind::Pipe) {
        operation.attempt = [bytes = out.pipe, length](Time) -> std::optional<Result> {
            const std::uint32_t taken = std::min(length, kPipeBytes - *bytes);
            *bytes += taken;
            return taken == 0 ? failure(tcp::Error::Again) : success(taken);
        };
    } else {
        operation.attempt = [](Time) -> std::optional<Result> {
            return failure(tcp::Error::InvalidArgument);
        };
    }
    return operation;
}

/// Calls about the process alone.
Operation Syscalls::prepare_nothing(const Syscall&, Position) {
    Operation operation;
    operation.attempt = [](Time) -> std::optional<Result> { return success(); };
    return operation;
}

}  // namespace seedwire::drill
