// What the operations of programs do. POSIX.1-2017.
#include <algorithm>

#include "models/app/program.h"

namespace seedwire::app {

using host::Result;
using socket::BlockingCall;
using socket::failure;
using socket::success;
using tcp::Error;

namespace {

socket::Option socket_option(Operation::Option option) {
    using From = Operation::Option;
    using To = socket::Option;
    switch (option) {
        case From::Congestion:
            return To::Congestion;
        case From::NoDelay:
            return To::NoDelay;
        case From::Cork:
            return To::Cork;
        case From::QuickAck:
            return To::QuickAck;
        case From::KeepAlive:
            return To::KeepAlive;
        case From::KeepIdle:
            return To::KeepIdle;
        case From::KeepInterval:
            return To::KeepInterval;
        case From::KeepCount:
            return To::KeepCount;
        case From::FastOpen:
            return To::FastOpen;
        case From::MaxSegment:
            return To::MaxSegment;
        case From::ReceiveBuffer:
            return To::ReceiveBuffer;
        case From::SendBuffer:
            return To::SendBuffer;
        case From::UserTimeout:
            return To::UserTimeout;
        case From::WindowClamp:
            return To::WindowClamp;
        case From::Linger:
            return To::Linger;
        case From::Linger2:
            return To::Linger2;
        case From::SynCount:
            return To::SynCount;
        case From::DeferAccept:
            return To::DeferAccept;
        case From::ReceiveLowWater:
            return To::ReceiveLowWater;
        case From::NotSentLowWater:
            return To::NotSentLowWater;
        case From::InlineUrgent:
            return To::InlineUrgent;
        case From::ThinLinearTimeouts:
            return To::ThinLinearTimeouts;
        case From::MaxPacingRate:
            return To::MaxPacingRate;
        case From::None:
            break;
    }
    return To::SocketError;  // cannot be set: ENOPROTOOPT
}

/// Durations are written with their unit; setsockopt() counts each in its own.
std::int64_t socket_value(const Operation& operation) {
    const Duration duration = Duration::ns(operation.number);
    switch (operation.option) {
        case Operation::Option::KeepIdle:
        case Operation::Option::KeepInterval:
        case Operation::Option::Linger:
        case Operation::Option::Linger2:
        case Operation::Option::DeferAccept:
            return duration / Duration::s(1);
        case Operation::Option::UserTimeout:
            return duration / Duration::ms(1);
        case Operation::Option::MaxPacingRate:
            return operation.number / 8;  // bit/s; the socket counts bytes
        default:
            return operation.number;
    }
}

Result result_of(Error error) { return error == Error::None ? success() : failure(error); }

}  // namespace

Program::Outcome Program::advance_call(Time now, host::SocketId socket) {
    const Outcome outcome = call_.advance(now, host(), socket);
    if (!outcome) {
        waits_on_ = socket;
        host().wait_for(socket, call_.waits_for());
    }
    return outcome;
}

// --- opening and closing ------------------------------------------------------------------------

void Program::adopt(host::SocketId socket, bool client) {
    connection_ = socket;
    connections_.push_back({host().connection(socket), client});
}

Program::Outcome Program::listen(const Operation& operation) {
    listener_ = host().open(owner(), 0, config_.options);
    const Error bound = host().bind(listener_, static_cast<std::uint16_t>(operation.number));
    if (bound != Error::None) return failure(bound);
    return result_of(host().listen(listener_, static_cast<std::int32_t>(operation.count)));
}

Program::Outcome Program::accept(Time now) {
    if (listener_ == socket::kNoSocket) return failure(Error::InvalidArgument);
    const Outcome outcome = advance_call(now, listener_);
    if (!outcome || !outcome->ok()) return outcome;
    adopt(static_cast<host::SocketId>(outcome->value), false);
    return success();
}

Program::Outcome Program::connect(Time now, const Operation& operation) {
    if (call_.in_progress()) return advance_call(now);
    const host::SocketId socket = host().open(owner(), 0, config_.options);
    if (operation.count != 0) {
        const Error bound = host().bind(socket, static_cast<std::uint16_t>(operation.count));
        if (bound != Error::None) return failure(bound);
    }
    const auto ordinal = static_cast<std::uint32_t>(connections_.size());
    const Error error =
        host().connect(now, socket, operation.peer, static_cast<std::uint16_t>(operation.number),
                       name_of(ordinal));
    adopt(socket, true);
    if (error != Error::InProgress) return result_of(error);
    call_ = BlockingCall::connect();
    return advance_call(now);
}

/// sendto() with MSG_FASTOPEN on a blocking socket. RFC 7413 appendix A.1.
Program::Outcome Program::fast_open_send(Time now, const Operation& operation) {
    constexpr std::uint32_t kWriteBuffer = 64 * 1024;
    if (!call_.in_progress()) {
        const host::SocketId socket = host().open(owner(), 0, config_.options);
        if (operation.count != 0) {
            const Error bound = host().bind(socket, static_cast<std::uint16_t>(operation.count));
            if (bound != Error::None) return failure(bound);
        }
        const auto ordinal = static_cast<std::uint32_t>(connections_.size());
        const Result sent = host().fast_open(
            now, socket, operation.peer, static_cast<std::uint16_t>(operation.second),
            name_of(ordinal), static_cast<std::uint32_t>(operation.number));
        adopt(socket, true);
        if (!sent.ok() && sent.error != Error::InProgress) return sent;
        total_ = sent.ok() ? sent.value : 0;
        if (total_ < operation.number) host().expect_write(socket);
        call_ = BlockingCall::connect();
    }
    if (!second_half_) {
        const Outcome connected = advance_call(now);
        if (!connected || !connected->ok()) return connected;
        if (total_ == operation.number) return success(total_);
        second_half_ = true;
        call_ = BlockingCall::write(static_cast<std::uint64_t>(operation.number - total_),
                                    kWriteBuffer);
    }
    const Outcome outcome = advance_call(now);
    if (!outcome || !outcome->ok()) return outcome;
    return success(total_ + outcome->value);
}

Program::Outcome Program::close(Time now, bool abort) {
    host::SocketId& socket = connection_ != socket::kNoSocket ? connection_ : listener_;
    if (socket == socket::kNoSocket) return failure(Error::BadDescriptor);
    if (abort) host().set_option(now, socket, socket::Option::Linger, 0);
    const Error error = host().close(now, socket);
    socket = socket::kNoSocket;
    return result_of(error);
}

// --- transfer -----------------------------------------------------------------------------------

/// The socket has a send timeout (SO_SNDTIMEO), so that a full buffer cannot keep the program far
/// beyond its time: a call that waits so long returns what it has written.
Program::Outcome Program::send_for(Time now) {
    constexpr std::uint32_t kBytesPerCall = 16384;
    constexpr Duration kSendTimeout = Duration::ms(50);
    for (;;) {
        if (!call_.in_progress()) {
            if (now >= deadline_) return success(total_);
            call_ = BlockingCall::write(kBytesPerCall, kBytesPerCall);
            give_up_ = now + kSendTimeout;
        }
        const Outcome outcome = advance_call(now);
        if (!outcome) {
            if (!reached(now, give_up_)) return std::nullopt;
            total_ += static_cast<std::int64_t>(call_.bytes());
            call_ = {};
            continue;
        }
        total_ += outcome->value;
        if (!outcome->ok()) return Result{total_, outcome->error};
    }
}

/// write() with MSG_OOB until all is taken; the octet is urgent that the last call ends with.
Program::Outcome Program::send_urgent(Time now, const Operation& operation) {
    while (total_ < operation.number) {
        const auto left = static_cast<std::uint32_t>(
            std::min<std::int64_t>(operation.number - total_, UINT32_MAX));
        const Result result = host().write(now, connection_, left, tcp::WriteMode::Urgent);
        if (result.would_block()) {
            waits_on_ = connection_;
            host().wait_for(connection_, socket::event::kWritable | socket::event::kError);
            return std::nullopt;
        }
        if (!result.ok()) return Result{total_, result.error};
        total_ += result.value;
    }
    return success(total_);
}

Program::Outcome Program::writes(Time now, const Operation& operation) {
    const auto length = static_cast<std::uint32_t>(operation.number);
    while (turn_ < operation.count) {
        if (!call_.in_progress()) {
            if (!reached(now, deadline_)) return std::nullopt;
            call_ = BlockingCall::write(length, length);
        }
        const Outcome outcome = advance_call(now);
        if (!outcome) return std::nullopt;
        total_ += outcome->value;
        if (!outcome->ok()) return Result{total_, outcome->error};
        ++turn_;
        deadline_ += operation.duration;
    }
    return success(total_);
}

Program::Outcome Program::receive_chunks(Time now, const Operation& operation) {
    const auto length = static_cast<std::uint32_t>(operation.number);
    while (turn_ < operation.count) {
        if (!call_.in_progress()) {
            if (!reached(now, deadline_)) return std::nullopt;
            call_ = BlockingCall::read_exactly(length, length);
        }
        const Outcome outcome = advance_call(now);
        if (!outcome) return std::nullopt;
        total_ += outcome->value;
        if (!outcome->ok()) return Result{total_, outcome->error};
        if (outcome->value < length) return success(total_);  // end of file
        ++turn_;
        deadline_ += operation.duration;
    }
    // The pause follows every turn, the last one included.
    return reached(now, deadline_) ? Outcome{success(total_)} : std::nullopt;
}

Program::Outcome Program::rounds(Time now, const Operation& operation, bool serving) {
    constexpr std::uint32_t kBuffer = 1024 * 1024;
    const auto request = static_cast<std::uint64_t>(operation.number);
    const auto response = static_cast<std::uint64_t>(operation.second);
    while (turn_ < operation.count) {
        const bool reads = serving != second_half_;
        const std::uint64_t length = second_half_ ? response : request;
        if (!call_.in_progress()) {
            call_ = reads ? BlockingCall::read_exactly(length, kBuffer)
                          : BlockingCall::write(length, kBuffer);
        }
        const Outcome outcome = advance_call(now);
        if (!outcome) return std::nullopt;
        if (!outcome->ok()) return Result{turn_, outcome->error};
        const auto done = static_cast<std::uint64_t>(outcome->value);
        if (done < length) return success(turn_);  // end of file
        if (second_half_) ++turn_;
        second_half_ = !second_half_;
    }
    return success(turn_);
}

Program::Outcome Program::wait_error(Time now) {
    const Outcome outcome = advance_call(now);
    if (outcome) return outcome;
    return reached(now, deadline_) ? Outcome{success()} : std::nullopt;
}

Program::Outcome Program::set_option(Time now, const Operation& operation) {
    const host::SocketId socket = connection_ != socket::kNoSocket ? connection_ : listener_;
    const socket::Option option = socket_option(operation.option);
    if (socket != socket::kNoSocket) {
        return result_of(host().set_option(now, socket, option, socket_value(operation)));
    }
    return failure(Error::BadDescriptor);
}

}  // namespace seedwire::app
