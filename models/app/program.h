// A program: a script of socket calls, executed line by line as a process with blocking sockets
// would. POSIX.1-2017; the operations are those of `programs` in the scenario reference.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/app/application.h"
#include "models/app/operation_result.h"
#include "models/socket/calls.h"

namespace seedwire::app {

class Program final : public Application {
public:
    Program(const Place& place, ProgramConfig config);

    void on_start(Time now) override;
    void on_ready(Time now, host::SocketId socket, std::uint32_t cookie,
                  std::uint16_t events) override;
    void on_timer(Time now, std::uint32_t cookie) override;
    bool is_finished() const override { return next_ == config_.script.size(); }

    const std::vector<OperationResult>& results() const { return results_; }
    const std::vector<ProgramConnection>& connections() const { return connections_; }

private:
    using Outcome = std::optional<host::Result>;  // nothing: it has to wait

    void run(Time now);
    /// The first steps of an operation, which never wait.
    void begin(Time now, const Operation& operation);
    /// Goes on with the present operation; called again whenever something has happened.
    Outcome advance(Time now, const Operation& operation);
    void end(Time now, const host::Result& result);

    /// Tries the call in progress on a socket; if it has to wait, so does the program.
    Outcome advance_call(Time now, host::SocketId socket);
    Outcome advance_call(Time now) { return advance_call(now, connection_); }
    Outcome listen(const Operation& operation);
    Outcome accept(Time now);
    Outcome connect(Time now, const Operation& operation);
    Outcome fast_open_send(Time now, const Operation& operation);
    Outcome send_for(Time now);
    Outcome send_urgent(Time now, const Operation& operation);
    Outcome writes(Time now, const Operation& operation);
    Outcome receive_chunks(Time now, const Operation& operation);
    Outcome rounds(Time now, const Operation& operation, bool serving);
    Outcome close(Time now, bool abort);
    Outcome wait_error(Time now);
    Outcome set_option(Time now, const Operation& operation);
    /// True once `at` has come; until then the timer is set.
    bool reached(Time now, Time at);
    bool needs_connection(Operation::Kind kind) const;
    void adopt(host::SocketId socket, bool client);

    ProgramConfig config_;
    std::vector<OperationResult> results_;
    std::vector<ProgramConnection> connections_;
    host::SocketId listener_ = socket::kNoSocket;
    host::SocketId connection_ = socket::kNoSocket;
    host::AppTimer timer_;
    bool running_ = false;

    // The present operation.
    std::size_t next_ = 0;
    bool begun_ = false;
    socket::BlockingCall call_;
    host::SocketId waits_on_ = socket::kNoSocket;
    bool second_half_ = false;  // rr, serve_rr: the other direction
    std::int64_t turn_ = 0;
    std::int64_t total_ = 0;
    Time deadline_ = Time::never();
    Time give_up_ = Time::never();  // sendfor: when the write in progress times out
};

}  // namespace seedwire::app
