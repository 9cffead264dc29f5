// Blocking calls as small state machines over non-blocking ones: try, wait for readiness, try
// again. Programs on hosts and test scripts share them. POSIX.1-2017 accept(), connect(), read(),
// write().
#pragma once

#include <cstdint>
#include <optional>

#include "models/socket/types.h"
#include "sim/base/time.h"

namespace seedwire::socket {

/// What blocking calls are made of: a stack, or whatever stands before it.
class NonBlockingCalls {
public:
    virtual ~NonBlockingCalls() = default;
    virtual Result accept(Time now, SocketId listener) = 0;
    virtual Result write(Time now, SocketId socket, std::uint32_t length, tcp::WriteMode mode) = 0;
    virtual Result read(Time now, SocketId socket, std::uint32_t at_most) = 0;
    virtual tcp::Error take_error(SocketId socket) = 0;  ///< SO_ERROR: reads and clears
    virtual bool is_established(SocketId socket) const = 0;
    virtual std::uint32_t unacknowledged(SocketId socket) const = 0;  ///< SIOCOUTQ
    /// A write blocks until the handshake is complete: its data will carry the last ACK.
    virtual void expect_write(SocketId) {}
};

/// One blocking call, or a loop of equal ones, in progress.
class BlockingCall {
public:
    enum class Kind : std::uint8_t { None, Accept, Connect, Write, Read, Drain, WaitError };

    BlockingCall() = default;
    static BlockingCall accept() { return BlockingCall{Kind::Accept}; }
    /// The rest of connect(), after the non-blocking one has answered EINPROGRESS.
    static BlockingCall connect() { return BlockingCall{Kind::Connect}; }
    /// write() of `total` bytes, `per_call` at a time, each blocking until all of it is accepted.
    static BlockingCall write(std::uint64_t total, std::uint32_t per_call);
    /// read() until `total` bytes or end of file; `per_call` is the buffer.
    static BlockingCall read_exactly(std::uint64_t total, std::uint32_t per_call);
    static BlockingCall read_to_end(std::uint32_t per_call) {
        return read_exactly(UINT64_MAX, per_call);
    }
    /// One read(): whatever is there, at least a byte.
    static BlockingCall read_some(std::uint32_t at_most);
    static BlockingCall drain() {
        return BlockingCall{Kind::Drain};
    }  ///< until all is acknowledged
    static BlockingCall wait_error() { return BlockingCall{Kind::WaitError}; }

    /// Goes on as far as it can without waiting. The result once the call has returned: bytes, a
    /// descriptor or 0, and the error that ended it; of a transfer with the bytes moved before it.
    /// After that the call is over.
    std::optional<Result> advance(Time now, NonBlockingCalls& calls, SocketId socket);
    bool in_progress() const { return kind_ != Kind::None; }
    std::uint64_t bytes() const { return done_; }  ///< so far
    /// The socket::event bits after which advance() may get further.
    std::uint16_t waits_for() const;

private:
    explicit BlockingCall(Kind kind) : kind_{kind} {}
    std::optional<Result> advance_write(Time now, NonBlockingCalls& calls, SocketId socket);
    std::optional<Result> advance_read(Time now, NonBlockingCalls& calls, SocketId socket);
    std::optional<Result> advance_connect(NonBlockingCalls& calls, SocketId socket);
    std::optional<Result> finish(Result result);

    Kind kind_ = Kind::None;
    bool one_call_ = false;
    std::uint32_t per_call_ = 0;
    std::uint32_t left_of_call_ = 0;
    std::uint64_t total_ = 0, done_ = 0;
};

}  // namespace seedwire::socket
