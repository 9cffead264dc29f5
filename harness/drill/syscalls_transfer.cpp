// Calls that write, read and wait for readiness. POSIX.1-2017; send(2), recv(2), epoll(7).
#include <fmt/format.h>

#include <algorithm>

#include "harness/drill/constants.h"
#include "harness/drill/syscalls.h"

namespace seedwire::drill {
namespace {

using socket::failure;
using socket::Result;
using socket::success;

/// The bytes of "msg_iov(1)=[{..., 1000}, ...]".
std::int64_t iov_length(const Value& list, bool& bad) {
    if (list.kind != Value::Kind::List) fail(list.at, "a list of buffers is missing here");
    std::int64_t total = 0;
    for (const Value& item : list.items) {
        if (item.kind != Value::Kind::Struct || item.fields.size() != 2)
            fail(item.at, "a buffer is written as {..., LENGTH}");
        const std::int64_t length = integer_of(item.fields[1].value.front());
        bad |= length > 0 && is_null(item.fields[0].value.front());
        total += length;
    }
    return total;
}

struct Transfer {
    std::int64_t length = 0, flags = 0;
    bool no_address = false;  ///< AF_UNSPEC
    const Value* control = nullptr;
    bool bad_buffer = false;  ///< NULL, with a length
};

Transfer transfer_of(const Syscall& call, Position at) {
    Transfer transfer;
    const auto& arguments = call.arguments;
    const auto need = [&](std::size_t count) {
        if (arguments.size() < count)
            fail(at, fmt::format("{}() has too few arguments", call.name));
    };
    if (call.name == "sendmsg" || call.name == "recvmsg") {
        need(3);
        transfer.length = iov_length(member(arguments[1], "msg_iov", 1), transfer.bad_buffer);
        transfer.flags = integer_of(arguments[2]);
        transfer.control = arguments[1].field("msg_control");
        return transfer;
    }
    need(3);
    if (call.name == "writev" || call.name == "readv") {
        transfer.length = iov_length(arguments[1], transfer.bad_buffer);
        return transfer;
    }
    transfer.length = integer_of(arguments[2]);
    transfer.bad_buffer = transfer.length > 0 && is_null(arguments[1]);
    if (arguments.size() > 3) transfer.flags = integer_of(arguments[3]);
    if (arguments.size() > 4) {
        const auto& words = arguments[4].words;
        transfer.no_address = words == std::vector<std::string>{"AF_UNSPEC"};
    }
    return transfer;
}

Operation refusal(tcp::Error error) {
    Operation refused;
    refused.attempt = [error](Time) -> std::optional<Result> { return failure(error); };
    return refused;
}

}  // namespace

Operation Syscalls::prepare_write(const Syscall& call, Position at) {
    const Transfer transfer = transfer_of(call, at);
    if (transfer.control != nullptr && transfer.control->kind != Value::Kind::Any)
        unsupported(transfer.control->at, "control messages cannot be sent here");
    const Descriptor& target = descriptor(call.arguments[0]);
    // Linux sends a SYN whose data it could not read without them: the cookie alone.
    const bool opens = (transfer.flags & constant::kFastOpen) != 0;
    if (transfer.bad_buffer && !opens) return refusal(tcp::Error::BadAddress);
    const auto length = transfer.bad_buffer ? 0U : static_cast<std::uint32_t>(transfer.length);
    if ((transfer.flags & constant::kFastOpen) == 0 && !machine_.stack().is_deferred(target.socket))
        return write_operation(target, length, transfer.flags, at);
    if (!transfer.no_address) return fast_open_operation(target, length, transfer.flags, at);
    return refusal(tcp::Error::NotSupported);
}

/// sendto() with MSG_FASTOPEN, or the write for which connect() has waited: opens, then writes.
Operation Syscalls::fast_open_operation(const Descriptor& target, std::uint32_t length,
                                        std::int64_t flags, Position at) {
    const std::int64_t others = flags & ~constant::kFastOpen;
    Operation operation;
    operation.attempt = [this, id = target.socket, blocking = blocks(target, flags), length,
                         opened = false, done = std::uint32_t{0},
                         rest = write_operation(target, length, others, at)](
                            Time now) mutable -> std::optional<Result> {
        socket::Stack& stack = machine_.stack();
        if (!opened) {
            const wire::SocketAddress to{remote_, kServicePort};
            const Result result = stack.fast_open(now, id, to, settings_.ipv4_mtu(), length);
            observe(id, to);
            const bool waits = result.error == tcp::Error::InProgress;
            if (!result.ok() && !waits) return result;
            if (result.ok() && result.value == 0) return rest.attempt(now);
            if (!blocking) return result;
            opened = true;
            done = static_cast<std::uint32_t>(result.ok() ? result.value : 0);
            if (done < length) stack.expect_write(id);
        }
        if (!stack.is_established(id)) {
            const tcp::Error error = stack.take_error(id);
            return error == tcp::Error::None ? std::nullopt : std::optional{failure(error)};
        }
        while (done < length) {
            const Result result = stack.write(now, id, length - done, tcp::WriteMode::Plain);
            if (result.would_block()) return std::nullopt;
            if (!result.ok()) return done > 0 ? success(done) : result;
            done += static_cast<std::uint32_t>(result.value);
        }
        return success(done);
    };
    return operation;
}

Operation Syscalls::write_operation(const Descriptor& target, std::uint32_t length,
                                    std::int64_t flags, Position at) {
    using namespace constant;
    if ((flags & ~(kDontWait | kEndOfRecord | kNoSignal | kMore | kOutOfBand | kZeroCopy)) != 0)
        unsupported(at, "these flags of a write are not supported");
    tcp::WriteMode mode = tcp::WriteMode::Plain;
    if ((flags & kMore) != 0) mode = tcp::WriteMode::More;
    if ((flags & kEndOfRecord) != 0) mode = tcp::WriteMode::EndOfRecord;
    if ((flags & kOutOfBand) != 0) mode = tcp::WriteMode::Urgent;
    Operation operation;
    if (target.kind == Descriptor::Kind::Pipe) {
        operation.attempt = [bytes = target.pipe, length](Time) -> std::optional<Result> {
            *bytes += length;
            return success(length);
        };
        return operation;
    }
    operation.attempt = [this, id = target.socket, blocking = blocks(target, flags), length, mode,
                         zero_copy = (flags & kZeroCopy) != 0,
                         done = std::uint32_t{0}](Time now) mutable -> std::optional<Result> {
        while (true) {
            const Result result =
                zero_copy ? machine_.stack().write_zero_copy(now, id, length - done, mode)
                          : machine_.stack().write(now, id, length - done, mode);
            if (result.would_block() && blocking) {
                machine_.stack().expect_write(id);
                return std::nullopt;
            }
            if (!result.ok()) return done > 0 ? success(done) : result;
            done += static_cast<std::uint32_t>(result.value);
            if (done == length || !blocking) return success(done);
        }
    };
    return operation;
}

Operation Syscalls::prepare_read(const Syscall& call, Position at) {
    using namespace constant;
    const Transfer transfer = transfer_of(call, at);
    const Descriptor& source = descriptor(call.arguments[0]);
    if ((transfer.flags & kErrorQueue) != 0) return read_errors_operation(source, transfer.control);
    if ((transfer.flags & kOutOfBand) != 0) {
        Operation operation;
        operation.attempt = [this, id = source.socket, peek = (transfer.flags & kPeek) != 0](Time) {
            return std::optional{machine_.stack().read_urgent(id, peek)};
        };
        return operation;
    }
    if ((transfer.flags & ~(kDontWait | kPeek | kTruncate | kWaitAll)) != 0)
        unsupported(at, "these flags of a read are not supported");
    const auto length = static_cast<std::uint32_t>(transfer.length);
    // Data are there, but nowhere to put them.
    if (transfer.bad_buffer && machine_.stack().readable(source.socket) > 0)
        return refusal(tcp::Error::BadAddress);
    Operation operation = read_operation(source, length, transfer.flags);
    if (transfer.control == nullptr || transfer.control->kind == Value::Kind::Any) return operation;
    operation.verify = [this, &source, control = *transfer.control] {
        verify_control(source, control);
    };
    return operation;
}

Operation Syscalls::read_operation(const Descriptor& source, std::uint32_t length,
                                   std::int64_t flags) {
    using namespace constant;
    Operation operation;
    if (source.kind == Descriptor::Kind::Pipe) {
        operation.attempt = [bytes = source.pipe, length](Time) -> std::optional<Result> {
            const std::uint32_t taken = std::min(length, *bytes);
            *bytes -= taken;
            return taken == 0 ? failure(tcp::Error::Again) : success(taken);
        };
        return operation;
    }
    if (source.kind == Descriptor::Kind::File) {
        operation.attempt = [length](Time) -> std::optional<Result> { return success(length); };
        return operation;
    }
    operation.attempt = [this, id = source.socket, blocking = blocks(source, flags), length,
                         peek = (flags & kPeek) != 0, all = (flags & kWaitAll) != 0,
                         done = std::uint32_t{0}](Time now) mutable -> std::optional<Result> {
        socket::Stack& stack = machine_.stack();
        if (peek && stack.readable(id) > 0) return success(std::min(length, stack.readable(id)));
        const Result result = stack.read(now, id, length - done);
        if (result.would_block() && blocking) return std::nullopt;
        if (!result.ok()) return done > 0 ? success(done) : result;
        done += static_cast<std::uint32_t>(result.value);
        // MSG_WAITALL: until the buffer is full or nothing more can come.
        if (all && blocking && done < length && result.value > 0) return std::nullopt;
        return success(done);
    };
    return operation;
}

std::int64_t Syscalls::ready_of(std::int64_t fd, std::int64_t events) const {
    const auto found = descriptors_.find(fd);
    if (found == descriptors_.end()) return 0x20;  // POLLNVAL
    using namespace socket::readiness;
    constexpr std::int64_t kAlways = kError | kHangUp;
    if (found->second.kind == Descriptor::Kind::Pipe)
        return ((*found->second.pipe > 0 ? kIn : 0) | kOut) & events;
    std::int64_t ready = machine_.stack().poll(found->second.socket);
    // The names of System V beside those of BSD. Linux, `tcp_poll`.
    constexpr std::int64_t kReadNormal = 0x40, kWriteNormal = 0x100, kWriteBand = 0x200;
    if ((ready & kIn) != 0) ready |= kReadNormal;
    if ((ready & kOut) != 0) ready |= kWriteNormal | kWriteBand;
    return ready & (events | kAlways);
}

Operation Syscalls::prepare_poll(const Syscall& call, Position at) {
    const Value& list = argument(call, 0, at);
    if (list.kind != Value::Kind::List) fail(list.at, "a list of descriptors is missing here");
    struct Entry {
        std::int64_t fd = 0, events = 0, expected = 0;
        Position at;
    };
    std::vector<Entry> entries;
    for (const Value& item : list.items) {
        const Value* expected = item.field("revents");
        entries.push_back({integer_of(member(item, "fd", 0)), integer_of(member(item, "events", 1)),
                           expected != nullptr ? integer_of(*expected) : 0, item.at});
    }
    const std::int64_t timeout = integer_of(argument(call, 2, at));
    Operation operation;
    if (timeout >= 0) operation.deadline = machine_.now() + Duration::ms(timeout);
    operation.attempt = [this, entries,
                         deadline = operation.deadline](Time now) -> std::optional<Result> {
        const auto ready = std::count_if(entries.begin(), entries.end(), [&](const Entry& entry) {
            return ready_of(entry.fd, entry.events) != 0;
        });
        return ready == 0 && now < deadline ? std::nullopt : std::optional{success(ready)};
    };
    operation.verify = [this, entries] {
        for (const Entry& entry : entries) {
            const std::int64_t real = ready_of(entry.fd, entry.events);
            if (real != entry.expected)
                fail(entry.at, fmt::format("expected revents {:#x}, the call gave {:#x}",
                                           entry.expected, real));
        }
    };
    return operation;
}

Operation Syscalls::prepare_epoll(const Syscall& call, Position at) {
    if (call.name.starts_with("epoll_create")) {
        Operation operation;
        operation.attempt = [this, fd = call.result](Time) -> std::optional<Result> {
            descriptors_[fd] = Descriptor{};
            descriptors_[fd].kind = Descriptor::Kind::Epoll;
            return success(fd);
        };
        return operation;
    }
    Descriptor& epoll = descriptor(call.arguments[0]);
    if (epoll.kind != Descriptor::Kind::Epoll)
        fail(call.arguments[0].at, "this descriptor is not one of epoll");
    return call.name == "epoll_ctl" ? control_epoll(epoll, call, at) : wait_epoll(epoll, call, at);
}

namespace {

/// The user's data of an epoll event, under whichever name of the union; `other` where none is.
std::int64_t data_of(const Value& event, std::int64_t other) {
    for (const std::string_view name : {"fd", "ptr", "u32", "u64"})
        if (const Value* data = event.field(name))
            return data->kind == Value::Kind::Any ? other : integer_of(*data);
    if (event.fields.size() < 2 || !event.fields[1].name.empty()) return other;
    const Value& data = event.fields[1].value.front();
    return data.kind == Value::Kind::Any ? other : integer_of(data);
}

}  // namespace

Operation Syscalls::control_epoll(Descriptor& epoll, const Syscall& call, Position at) {
    const Value& command = argument(call, 1, at);
    const std::string word = command.words.empty() ? std::string{} : command.words.front();
    const std::int64_t fd = integer_of(argument(call, 2, at));
    const bool removes = word == "EPOLL_CTL_DEL";
    if (!removes && word != "EPOLL_CTL_ADD" && word != "EPOLL_CTL_MOD")
        fail(command.at, "EPOLL_CTL_ADD, EPOLL_CTL_MOD or EPOLL_CTL_DEL is missing here");
    Interest interest;
    interest.data = fd;
    if (!removes) {
        const Value& event = argument(call, 3, at);
        interest.events = integer_of(member(event, "events", 0));
        interest.data = data_of(event, fd);
    }
    Operation operation;
    operation.attempt = [&epoll, fd, removes, interest,
                         adds = word == "EPOLL_CTL_ADD"](Time) -> std::optional<Result> {
        const bool known = epoll.interests.contains(fd);
        if (adds && known) return failure(tcp::Error::Exists);
        if (!adds && !known) return failure(tcp::Error::NoEntry);
        epoll.interests.erase(fd);
        if (!removes) epoll.interests[fd] = interest;
        return success();
    };
    return operation;
}

Operation Syscalls::wait_epoll(Descriptor& epoll, const Syscall& call, Position at) {
    const Value& out = argument(call, 1, at);
    const std::int64_t timeout = integer_of(argument(call, 3, at));
    Operation operation;
    if (timeout >= 0) operation.deadline = machine_.now() + Duration::ms(timeout);
    operation.attempt = [this, &epoll, out,
                         deadline = operation.deadline](Time now) -> std::optional<Result> {
        std::int64_t count = 0;
        for (auto& [fd, interest] : epoll.interests) {
            const std::int64_t ready = interest.disarmed ? 0 : ready_of(fd, interest.events);
            const std::uint64_t wakes =
                machine_.wake_count(descriptors_[fd].socket, interest.events);
            const bool edge = (interest.events & constant::kEdgeTriggered) != 0;
            if (ready == 0 || (edge && interest.reported_at == wakes)) continue;
            interest.reported_at = wakes;
            interest.disarmed = (interest.events & constant::kOneShot) != 0;
            ++count;
            if (out.kind != Value::Kind::Struct) continue;
            const std::int64_t expected = integer_of(member(out, "events", 0));
            const std::int64_t expected_data = data_of(out, interest.data);
            if (expected != ready || expected_data != interest.data)
                fail(out.at, fmt::format("expected events {:#x} of {}, the call gave {:#x} of {}",
                                         expected, expected_data, ready, interest.data));
        }
        return count == 0 && now < deadline ? std::nullopt : std::optional{success(count)};
    };
    return operation;
}

}  // namespace seedwire::drill
