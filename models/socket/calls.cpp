// Blocking calls. POSIX.1-2017.
#include "models/socket/calls.h"

#include <algorithm>

#include "sim/base/assert.h"

namespace seedwire::socket {

// [SOCK-7]
BlockingCall BlockingCall::write(std::uint64_t total, std::uint32_t per_call) {
    BlockingCall call{Kind::Write};
    call.total_ = total;
    call.per_call_ = per_call;
    return call;
}

BlockingCall BlockingCall::read_exactly(std::uint64_t total, std::uint32_t per_call) {
    BlockingCall call{Kind::Read};
    call.total_ = total;
    call.per_call_ = per_call;
    return call;
}

BlockingCall BlockingCall::read_some(std::uint32_t at_most) {
    BlockingCall call = read_exactly(at_most, at_most);
    call.one_call_ = true;
    return call;
}

std::optional<Result> BlockingCall::finish(Result result) {
    kind_ = Kind::None;
    return result;
}

std::optional<Result> BlockingCall::advance(Time now, NonBlockingCalls& calls, SocketId socket) {
    switch (kind_) {
        case Kind::Accept: {
            const Result result = calls.accept(now, socket);
            return result.would_block() ? std::nullopt : finish(result);
        }
        case Kind::Connect:
            return advance_connect(calls, socket);
        case Kind::Write:
            return advance_write(now, calls, socket);
        case Kind::Read:
            return advance_read(now, calls, socket);
        case Kind::Drain: {
            // A connection that failed has nothing outstanding either: the error comes first.
            const tcp::Error error = calls.take_error(socket);
            if (error != tcp::Error::None) return finish(failure(error));
            if (calls.unacknowledged(socket) == 0) return finish(success());
            return std::nullopt;
        }
        case Kind::WaitError: {
            const tcp::Error error = calls.take_error(socket);
            return error == tcp::Error::None ? std::nullopt : finish(failure(error));
        }
        case Kind::None:
            break;
    }
    SEEDWIRE_ASSERT(in_progress());
    return std::nullopt;
}

std::optional<Result> BlockingCall::advance_connect(NonBlockingCalls& calls, SocketId socket) {
    const tcp::Error error = calls.take_error(socket);
    if (error != tcp::Error::None) return finish(failure(error));
    return calls.is_established(socket) ? finish(success()) : std::nullopt;
}

std::optional<Result> BlockingCall::advance_write(Time now, NonBlockingCalls& calls,
                                                  SocketId socket) {
    while (done_ < total_) {
        if (left_of_call_ == 0) {
            left_of_call_ =
                static_cast<std::uint32_t>(std::min<std::uint64_t>(per_call_, total_ - done_));
        }
        const Result result = calls.write(now, socket, left_of_call_, tcp::WriteMode::Plain);
        if (result.would_block()) {
            calls.expect_write(socket);
            return std::nullopt;
        }
        if (!result.ok()) return finish({static_cast<std::int64_t>(done_), result.error});
        done_ += static_cast<std::uint64_t>(result.value);
        left_of_call_ -= static_cast<std::uint32_t>(result.value);
    }
    return finish(success(static_cast<std::int64_t>(done_)));
}

std::optional<Result> BlockingCall::advance_read(Time now, NonBlockingCalls& calls,
                                                 SocketId socket) {
    while (done_ < total_) {
        const auto at_most =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(per_call_, total_ - done_));
        const Result result = calls.read(now, socket, at_most);
        if (result.would_block()) return std::nullopt;
        if (!result.ok()) return finish({static_cast<std::int64_t>(done_), result.error});
        if (result.value == 0) break;  // end of file
        done_ += static_cast<std::uint64_t>(result.value);
        if (one_call_) break;
    }
    return finish(success(static_cast<std::int64_t>(done_)));
}

std::uint16_t BlockingCall::waits_for() const {
    constexpr std::uint16_t kOver = event::kError | event::kGone;
    switch (kind_) {
        case Kind::Accept:
            return event::kAcceptable;
        case Kind::Connect:
            return event::kEstablished | kOver;
        case Kind::Write:
            // Whatever wakes the socket makes a writer look again, and any room is enough for it
            // then: only the wake-up for room alone waits for a third of the buffer. Linux,
            // `sk_stream_wait_memory` against `sk_stream_write_space`.
            return event::kWritable | event::kReadable | event::kPeerClosed | event::kEstablished |
                   kOver;
        case Kind::Read:
            return event::kReadable | event::kPeerClosed | kOver;
        case Kind::Drain:
            return event::kAllAcknowledged | kOver;
        case Kind::WaitError:
            return kOver;
        case Kind::None:
            break;
    }
    return 0;
}

}  // namespace seedwire::socket
