// The system calls of scripts on the sockets of the host under test. POSIX.1-2017.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "harness/drill/kept_options.h"
#include "harness/drill/machine.h"
#include "harness/drill/profile.h"
#include "harness/drill/script.h"

namespace seedwire::drill {

/// What a script's packets and code are about: a connection, or a socket that has none yet.
struct UnderTest {
    Connection* connection = nullptr;
    socket::SocketId socket = socket::kNoSocket;  ///< listening or unconnected
};

constexpr std::uint16_t kServicePort = 8080;  ///< where scripts listen and connect to

/// A call ready to be made, as often as it takes: nothing while it would block.
struct Operation {
    std::function<std::optional<socket::Result>(Time)> attempt;
    std::function<void()> verify = [] {};  ///< out-parameters, once it has succeeded
    Time deadline = Time::never();         ///< it returns then at the latest
};

class Syscalls {
public:
    Syscalls(Machine& machine, HostSettings& settings, wire::Address remote, Duration tolerance)
        : machine_{machine},
          settings_{settings},
          remote_{remote},
          start_{machine.now()},
          tolerance_{tolerance} {
        machine_.set_marks(
            [this](socket::SocketId id, std::uint16_t port) { return marks_of(id, port); });
    }

    Operation prepare(const Syscall& call, Position at);
    UnderTest& under_test() { return under_test_; }
    /// The descriptor that code may ask about, kNoSocket if there is none.
    socket::SocketId observed() const;
    /// The listener at a port, kNoSocket if there is none.
    socket::SocketId listener_at(std::uint16_t port) const;

private:
    struct Interest {
        std::int64_t events = 0;
        std::int64_t data = 0;                     ///< what epoll_wait() gives back
        std::optional<std::uint64_t> reported_at;  ///< wake count, for edges
        bool disarmed = false;                     ///< EPOLLONESHOT has had its shot
    };
    struct Descriptor {
        enum class Kind : std::uint8_t { Socket, Epoll, File, Pipe };
        Kind kind = Kind::Socket;
        socket::SocketId socket = socket::kNoSocket;
        bool nonblocking = false, inq = false;
        std::map<std::int64_t, Interest> interests;  ///< epoll: by the script's descriptor
        std::shared_ptr<std::uint32_t> pipe;         ///< bytes in it; both ends share them
        KeptValues kept;
    };
    using Result = socket::Result;

    Descriptor& descriptor(const Value& value);
    const Value& argument(const Syscall& call, std::size_t index, Position at) const;
    bool blocks(const Descriptor& descriptor, std::int64_t flags = 0) const;

    Operation prepare_socket(const Syscall& call);
    Operation prepare_bind(const Syscall& call);
    Operation prepare_open(const Syscall& call, Position at);
    Operation prepare_pipe(const Syscall& call, Position at);
    Operation prepare_sendfile(const Syscall& call, Position at);
    Operation prepare_splice(const Syscall& call, Position at);
    Operation prepare_nothing(const Syscall& call, Position at);
    Operation prepare_listen(const Syscall& call, Position at);
    Operation prepare_accept(const Syscall& call);
    Operation prepare_connect(const Syscall& call);
    Operation prepare_close(const Syscall& call);
    Operation prepare_shutdown(const Syscall& call, Position at);
    Operation prepare_fcntl(const Syscall& call, Position at);
    Operation prepare_ioctl(const Syscall& call, Position at);
    Operation prepare_write(const Syscall& call, Position at);
    Operation prepare_read(const Syscall& call, Position at);
    Operation prepare_setsockopt(const Syscall& call, Position at);
    Operation prepare_getsockopt(const Syscall& call, Position at);
    Operation prepare_poll(const Syscall& call, Position at);
    Operation prepare_epoll(const Syscall& call, Position at);
    Operation write_operation(const Descriptor& target, std::uint32_t length, std::int64_t flags,
                              Position at);
    Operation fast_open_operation(const Descriptor& target, std::uint32_t length,
                                  std::int64_t flags, Position at);
    /// recvmsg() with MSG_ERRQUEUE.
    Operation read_errors_operation(const Descriptor& source, const Value* control);
    /// What recvmsg() of data says beside them.
    void verify_control(const Descriptor& source, const Value& control);
    void verify_stamp(const Value& message, Time real) const;
    using Ask = std::function<Result(Time)>;
    Ask question_of(const Descriptor& target, const std::string& name);
    Operation read_operation(const Descriptor& source, std::uint32_t length, std::int64_t flags);
    Operation set_fast_open_key(const Descriptor& target, const Value& value);
    /// A connection that this host opens: packets are compared with its packets from now on.
    void observe(socket::SocketId id, wire::SocketAddress to);
    Operation wait_epoll(Descriptor& epoll, const Syscall& call, Position at);
    Operation control_epoll(Descriptor& epoll, const Syscall& call, Position at);
    std::int64_t ready_of(std::int64_t fd, std::int64_t events) const;
    IpMarks marks_of(socket::SocketId id, std::uint16_t port) const;
    bool has_kind(std::int64_t fd, Descriptor::Kind kind) const;

    Machine& machine_;
    HostSettings& settings_;
    wire::Address remote_;
    Time start_;
    Duration tolerance_;  ///< of timestamps
    std::map<std::int64_t, Descriptor> descriptors_;
    UnderTest under_test_;
};

/// A field of a struct by name, or by its place where the script gives no names.
const Value& member(const Value& value, std::string_view name, std::size_t index);

}  // namespace seedwire::drill
