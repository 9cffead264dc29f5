// Calls that open, connect and close. POSIX.1-2017; errno as on Linux.
#include "harness/drill/syscalls.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/drill/constants.h"

namespace seedwire::drill {
namespace {

using socket::failure;
using socket::Result;
using socket::success;
using tcp::Error;

Result result_of(Error error) { return error == Error::None ? success() : failure(error); }

/// What ioctl() can be asked. tcp(7).
struct Question {
    std::string_view name;
    std::int64_t (*ask)(const socket::Stack&, Time, socket::SocketId);
};
std::int64_t ask_in(const socket::Stack& stack, Time, socket::SocketId id) {
    return stack.readable(id);
}
std::int64_t ask_out(const socket::Stack& stack, Time, socket::SocketId id) {
    return stack.unacknowledged(id);
}
std::int64_t ask_unsent(const socket::Stack& stack, Time now, socket::SocketId id) {
    return stack.info(now, id).notsent_bytes;
}
std::int64_t ask_mark(const socket::Stack& stack, Time, socket::SocketId id) {
    return stack.is_at_mark(id) ? 1 : 0;
}
constexpr std::array kQuestions = {
    Question{"SIOCINQ", ask_in},         Question{"FIONREAD", ask_in},
    Question{"SIOCOUTQ", ask_out},       Question{"TIOCOUTQ", ask_out},
    Question{"SIOCOUTQNSD", ask_unsent}, Question{"SIOCATMARK", ask_mark},
};

/// The port in "{sa_family = AF_INET, sin_port = htons(8080), ...}"; nothing for "...".
std::optional<std::uint16_t> port_of(const Syscall& call, std::size_t index) {
    if (index >= call.arguments.size()) return std::nullopt;
    const Value& address = call.arguments[index];
    if (address.kind != Value::Kind::Struct) return std::nullopt;
    const Value* port = address.field("sin_port");
    if (port == nullptr) port = address.field("sin6_port");
    if (port == nullptr) return std::nullopt;
    if (port->kind == Value::Kind::Call && port->items.size() == 1) port = &port->items.front();
    return static_cast<std::uint16_t>(integer_of(*port));
}

/// A call that never blocks.
Operation at_once(std::function<Result(Time)> call) {
    Operation operation;
    operation.attempt = [call = std::move(call)](Time now) -> std::optional<Result> {
        return call(now);
    };
    return operation;
}

}  // namespace

const Value& member(const Value& value, std::string_view name, std::size_t index) {
    if (value.kind != Value::Kind::Struct) fail(value.at, "a structure is missing here");
    if (const Value* field = value.field(name)) return *field;
    if (index >= value.fields.size() || !value.fields[index].name.empty())
        fail(value.at, fmt::format("the field '{}' is missing here", name));
    return value.fields[index].value.front();
}

Syscalls::Descriptor& Syscalls::descriptor(const Value& value) {
    const auto found = descriptors_.find(integer_of(value));
    if (found == descriptors_.end())
        fail(value.at, fmt::format("descriptor {} is not open in this script", integer_of(value)));
    return found->second;
}

const Value& Syscalls::argument(const Syscall& call, std::size_t index, Position at) const {
    if (index >= call.arguments.size())
        fail(at, fmt::format("{}() has too few arguments", call.name));
    return call.arguments[index];
}

IpMarks Syscalls::marks_of(socket::SocketId id, std::uint16_t port) const {
    for (const auto& [fd, candidate] : descriptors_) {
        if (candidate.kind != Descriptor::Kind::Socket) continue;
        const bool same = id != socket::kNoSocket && candidate.socket == id;
        if (same) return candidate.kept.marks();
    }
    // What nobody has accepted yet is as its listener wants it.
    const socket::SocketId listener = listener_at(port);
    for (const auto& [fd, candidate] : descriptors_)
        if (listener != socket::kNoSocket && candidate.socket == listener)
            return candidate.kept.marks();
    return {};
}

socket::SocketId Syscalls::listener_at(std::uint16_t port) const {
    for (const auto& [fd, candidate] : descriptors_) {
        if (candidate.kind != Descriptor::Kind::Socket) continue;
        if (machine_.stack().state(candidate.socket) == tcp::State::Listen &&
            machine_.stack().local(candidate.socket).port == port)
            return candidate.socket;
    }
    return socket::kNoSocket;
}

bool Syscalls::has_kind(std::int64_t fd, Descriptor::Kind kind) const {
    const auto found = descriptors_.find(fd);
    return found != descriptors_.end() && found->second.kind == kind;
}

bool Syscalls::blocks(const Descriptor& descriptor, std::int64_t flags) const {
    return !descriptor.nonblocking && (flags & constant::kDontWait) == 0;
}

socket::SocketId Syscalls::observed() const {
    if (under_test_.connection != nullptr && under_test_.connection->socket != socket::kNoSocket)
        return under_test_.connection->socket;
    return under_test_.socket;
}

Operation Syscalls::prepare(const Syscall& call, Position at) {
    using Prepare = Operation (Syscalls::*)(const Syscall&, Position);
    using PrepareShort = Operation (Syscalls::*)(const Syscall&);
    static const std::map<std::string_view, PrepareShort> kShort = {
        {"accept", &Syscalls::prepare_accept},   {"accept4", &Syscalls::prepare_accept},
        {"connect", &Syscalls::prepare_connect}, {"close", &Syscalls::prepare_close},
        {"bind", &Syscalls::prepare_bind},
    };
    static const std::map<std::string_view, Prepare> kPrepare = {
        {"listen", &Syscalls::prepare_listen},
        {"shutdown", &Syscalls::prepare_shutdown},
        {"fcntl", &Syscalls::prepare_fcntl},
        {"ioctl", &Syscalls::prepare_ioctl},
        {"write", &Syscalls::prepare_write},
        {"writev", &Syscalls::prepare_write},
        {"send", &Syscalls::prepare_write},
        {"sendto", &Syscalls::prepare_write},
        {"sendmsg", &Syscalls::prepare_write},
        {"readv", &Syscalls::prepare_read},
        {"open", &Syscalls::prepare_open},
        {"pipe", &Syscalls::prepare_pipe},
        {"pipe2", &Syscalls::prepare_pipe},
        {"sendfile", &Syscalls::prepare_sendfile},
        {"splice", &Syscalls::prepare_splice},
        {"cap_set", &Syscalls::prepare_nothing},
        {"read", &Syscalls::prepare_read},
        {"recv", &Syscalls::prepare_read},
        {"recvfrom", &Syscalls::prepare_read},
        {"recvmsg", &Syscalls::prepare_read},
        {"setsockopt", &Syscalls::prepare_setsockopt},
        {"getsockopt", &Syscalls::prepare_getsockopt},
        {"poll", &Syscalls::prepare_poll},
        {"epoll_create", &Syscalls::prepare_epoll},
        {"epoll_create1", &Syscalls::prepare_epoll},
        {"epoll_ctl", &Syscalls::prepare_epoll},
        {"epoll_wait", &Syscalls::prepare_epoll},
    };
    if (call.name == "socket") return prepare_socket(call);
    const auto short_one = kShort.find(call.name);
    const auto found = kPrepare.find(call.name);
    if (short_one == kShort.end() && found == kPrepare.end())
        unsupported(at, fmt::format("the system call {}() is not known here", call.name));
    argument(call, 0, at);
    return found != kPrepare.end() ? (this->*found->second)(call, at)
                                   : (this->*short_one->second)(call);
}

Operation Syscalls::prepare_socket(const Syscall& call) {
    for (const Value& value : call.arguments)
        for (const std::string& word : value.words)
            if (word != "SOCK_STREAM" && word != "IPPROTO_TCP" && word != "AF_INET" &&
                word != "PF_INET" && word != "AF_INET6" && word != "PF_INET6" &&
                word != "SOCK_NONBLOCK" && word != "SOCK_CLOEXEC")
                unsupported(value.at, fmt::format("sockets of kind '{}' are not known here", word));
    bool nonblocking = false;
    for (const Value& value : call.arguments)
        for (const std::string& word : value.words) nonblocking |= word == "SOCK_NONBLOCK";
    return at_once([this, fd = call.result, nonblocking](Time) {
        tcp::SocketOptions options;
        options.congestion = settings_.sysctls.tcp_congestion_control;
        Descriptor& made = descriptors_[fd];
        made = Descriptor{};
        made.socket = machine_.stack().open(options);
        made.nonblocking = nonblocking;
        return success(fd);
    });
}

Operation Syscalls::prepare_bind(const Syscall& call) {
    const std::uint16_t port = port_of(call, 1).value_or(kServicePort);
    return at_once([this, port, id = descriptor(call.arguments[0]).socket](Time) {
        const Error error = machine_.stack().bind(id, port);
        if (error == Error::None) under_test_ = {nullptr, id};
        return result_of(error);
    });
}

Operation Syscalls::prepare_listen(const Syscall& call, Position at) {
    const auto backlog = static_cast<std::int32_t>(integer_of(argument(call, 1, at)));
    return at_once([this, backlog, id = descriptor(call.arguments[0]).socket](Time) {
        const Error error = machine_.stack().listen(id, backlog);
        if (error == Error::None) under_test_ = {nullptr, id};
        return result_of(error);
    });
}

Operation Syscalls::prepare_accept(const Syscall& call) {
    const Descriptor& listener = descriptor(call.arguments[0]);
    const bool nonblocking =
        call.arguments.size() > 3 &&
        (integer_of(call.arguments[3]) & constant::kNonBlocking) != 0;  // accept4()
    Operation operation;
    operation.attempt = [this, id = listener.socket, blocking = blocks(listener), nonblocking,
                         kept = listener.kept, inq = listener.inq,
                         fd = call.result](Time now) -> std::optional<Result> {
        const Result result = machine_.stack().accept(now, id);
        if (!result.ok())
            return result.would_block() && blocking ? std::nullopt : std::optional{result};
        const auto child = static_cast<socket::SocketId>(result.value);
        descriptors_[fd] = Descriptor{};
        descriptors_[fd].socket = child;
        descriptors_[fd].nonblocking = nonblocking;
        descriptors_[fd].kept = kept;
        descriptors_[fd].inq = inq;
        Connection* connection = machine_.connections().find(machine_.stack().remote(child),
                                                             machine_.stack().local(child).port);
        if (connection != nullptr) {
            connection->socket = child;
            under_test_ = {connection, child};
        }
        return success(fd);
    };
    return operation;
}

Operation Syscalls::prepare_connect(const Syscall& call) {
    const Descriptor& target = descriptor(call.arguments[0]);
    Operation operation;
    operation.attempt = [this, id = target.socket, blocking = blocks(target),
                         port = port_of(call, 1).value_or(kServicePort),
                         started = false](Time now) mutable -> std::optional<Result> {
        socket::Stack& stack = machine_.stack();
        if (!started) {
            started = true;
            const wire::SocketAddress to{remote_, port};
            const Error error = stack.connect(now, id, to, settings_.ipv4_mtu());
            if (error != Error::InProgress && !stack.is_deferred(id)) return result_of(error);
            observe(id, to);
            if (error != Error::InProgress) return result_of(error);
            if (!blocking) return failure(error);
        }
        const Error error = stack.take_error(id);
        if (error != Error::None) return failure(error);
        return stack.is_established(id) ? std::optional{success()} : std::nullopt;
    };
    return operation;
}

void Syscalls::observe(socket::SocketId id, wire::SocketAddress to) {
    const std::uint16_t port = machine_.stack().local(id).port;
    if (port == 0) return;
    Connection* connection = machine_.connections().find(to, port);
    if (connection == nullptr) connection = &machine_.connections().add(to, port);
    connection->socket = id;
    under_test_ = {connection, id};
}

Operation Syscalls::prepare_close(const Syscall& call) {
    const std::int64_t fd = integer_of(call.arguments[0]);
    const Descriptor& target = descriptor(call.arguments[0]);
    const bool is_socket = target.kind == Descriptor::Kind::Socket;
    return at_once([this, fd, id = target.socket, is_socket](Time now) {
        descriptors_.erase(fd);
        for (auto& [other, epoll] : descriptors_) epoll.interests.erase(fd);
        return is_socket ? result_of(machine_.stack().close(now, id)) : success();
    });
}

Operation Syscalls::prepare_shutdown(const Syscall& call, Position at) {
    const Value& how = argument(call, 1, at);
    const std::string word = how.words.empty() ? std::string{} : how.words.front();
    socket::Shutdown kind = socket::Shutdown::Both;
    if (word == "SHUT_RD") {
        kind = socket::Shutdown::Read;
    } else if (word == "SHUT_WR") {
        kind = socket::Shutdown::Write;
    } else if (word != "SHUT_RDWR") {
        fail(how.at, "SHUT_RD, SHUT_WR or SHUT_RDWR is missing here");
    }
    return at_once([this, kind, id = descriptor(call.arguments[0]).socket](Time now) {
        return result_of(machine_.stack().shutdown(now, id, kind));
    });
}

Operation Syscalls::prepare_fcntl(const Syscall& call, Position at) {
    const Value& command = argument(call, 1, at);
    const std::string word = command.words.empty() ? std::string{} : command.words.front();
    Descriptor& target = descriptor(call.arguments[0]);
    if (word == "F_GETFL")
        return at_once([&target](Time) {
            return success(constant::kReadWrite |
                           (target.nonblocking ? constant::kNonBlocking : 0));
        });
    if (word == "F_SETFD" || word == "F_GETFD") return at_once([](Time) { return success(); });
    if (word != "F_SETFL") unsupported(command.at, "of fcntl() F_GETFL and F_SETFL are known here");
    const std::int64_t flags = integer_of(argument(call, 2, at));
    return at_once([&target, flags](Time) {
        target.nonblocking = (flags & constant::kNonBlocking) != 0;
        return success();
    });
}

Operation Syscalls::prepare_ioctl(const Syscall& call, Position at) {
    const Value& request = argument(call, 1, at);
    const std::string word = request.words.empty() ? std::string{} : request.words.front();
    const Value& out = argument(call, 2, at);
    Descriptor& target = descriptor(call.arguments[0]);
    if (word == "FIONBIO")
        return at_once([&target, on = integer_inside(out) != 0](Time) {
            target.nonblocking = on;
            return success();
        });
    if (std::none_of(kQuestions.begin(), kQuestions.end(),
                     [&](const Question& row) { return row.name == word; }))
        unsupported(request.at, fmt::format("the request {} is not known here", word));
    const bool any =
        out.kind == Value::Kind::Any || (out.kind == Value::Kind::List && out.items.size() == 1 &&
                                         out.items[0].kind == Value::Kind::Any);
    const std::int64_t expected = any ? 0 : integer_inside(out);
    const socket::SocketId id = target.socket;
    // A listener has no stream to ask about. Linux, `tcp_ioctl`.
    Operation operation = at_once([this, id](Time) {
        return machine_.stack().state(id) == tcp::State::Listen ? failure(Error::InvalidArgument)
                                                                : success();
    });
    if (any) return operation;
    operation.verify = [this, word, expected, id, place = out.at] {
        const auto row = std::find_if(kQuestions.begin(), kQuestions.end(),
                                      [&](const Question& q) { return q.name == word; });
        const std::int64_t real = row->ask(machine_.stack(), machine_.now(), id);
        if (real != expected)
            fail(place, fmt::format("expected {}, the call gave {}", expected, real));
    };
    return operation;
}

}  // namespace seedwire::drill
