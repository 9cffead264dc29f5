// How a script runs: one operation after the other, each until it is done.
#include "models/app/program.h"

#include <utility>

#include "sim/base/assert.h"

namespace seedwire::app {

using host::Result;
using Do = Operation::Kind;
using socket::BlockingCall;
using socket::failure;
using socket::success;

Program::Program(const Place& place, ProgramConfig config)
    : Application{place}, config_{std::move(config)} {}

void Program::on_start(Time) {
    timer_ = host().add_timer(owner(), 0);
    host().set_timer(timer_, config_.starts_before_all ? Time::zero() : config_.start);
}

void Program::on_ready(Time now, host::SocketId socket, std::uint32_t, std::uint16_t) {
    if (socket == waits_on_) run(now);
}

void Program::on_timer(Time now, std::uint32_t) {
    running_ = true;
    run(now);
}

void Program::run(Time now) {
    if (!running_) return;
    while (next_ < config_.script.size()) {
        const Operation& operation = config_.script[next_];
        if (!begun_) {
            begun_ = true;
            results_.push_back({static_cast<std::uint32_t>(next_), operation.kind, now});
            begin(now, operation);
        }
        const Outcome outcome = advance(now, operation);
        if (!outcome) return;
        end(now, *outcome);
    }
}

void Program::end(Time now, const Result& result) {
    OperationResult& last = results_.back();
    last.end = now;
    last.result = result.value;
    last.error = result.error;
    begun_ = false;
    ++next_;
    if (waits_on_ != socket::kNoSocket) host().wait_for(waits_on_, 0);
    waits_on_ = socket::kNoSocket;
    host().set_timer(timer_, Time::never());
    if (!is_finished()) return;
    // Of all that it opened: a program may come back to an earlier one until it ends.
    for (const ProgramConnection& connection : connections_)
        record(now, connection.connection, connection.client, trace::AppEvent::Kind::Finished);
}

bool Program::reached(Time now, Time at) {
    if (at <= now) return true;
    host().set_timer(timer_, at);
    return false;
}

bool Program::needs_connection(Do kind) const {
    switch (kind) {
        case Do::Listen:
        case Do::Accept:
        case Do::Connect:
        case Do::FastOpenSend:
        case Do::Close:
        case Do::Sleep:
        case Do::At:
        case Do::SetOption:
            return false;
        default:
            return connection_ == socket::kNoSocket;
    }
}

void Program::begin(Time now, const Operation& operation) {
    constexpr std::uint32_t kWriteBuffer = 64 * 1024, kReadBuffer = 1024 * 1024;
    call_ = {};
    second_half_ = false;
    turn_ = total_ = 0;
    deadline_ = now + operation.duration;
    const auto number = static_cast<std::uint64_t>(operation.number);
    switch (operation.kind) {
        case Do::Accept:
            call_ = BlockingCall::accept();
            break;
        case Do::Send:
            call_ = BlockingCall::write(number, kWriteBuffer);
            break;
        case Do::Receive:
            call_ = BlockingCall::read_exactly(number, kReadBuffer);
            break;
        case Do::ReceiveEof:
            call_ = BlockingCall::read_to_end(kReadBuffer);
            break;
        case Do::WaitAcked:
            call_ = BlockingCall::drain();
            break;
        case Do::WaitError:
            call_ = BlockingCall::wait_error();
            break;
        case Do::At:
            deadline_ = Time::zero() + operation.duration;
            break;
        case Do::Writes:
        case Do::ReceiveChunks:
            deadline_ = now;  // of the first turn
            break;
        default:
            break;
    }
}

Program::Outcome Program::advance(Time now, const Operation& operation) {
    if (needs_connection(operation.kind)) return failure(tcp::Error::BadDescriptor);
    switch (operation.kind) {
        case Do::Listen:
            return listen(operation);
        case Do::Accept:
            return accept(now);
        case Do::Connect:
            return connect(now, operation);
        case Do::FastOpenSend:
            return fast_open_send(now, operation);
        case Do::Send:
        case Do::Receive:
        case Do::ReceiveEof:
        case Do::WaitAcked:
            return advance_call(now);
        case Do::SendFor:
            return send_for(now);
        case Do::Writes:
            return writes(now, operation);
        case Do::ReceiveChunks:
            return receive_chunks(now, operation);
        case Do::RequestResponse:
            return rounds(now, operation, false);
        case Do::ServeRequestResponse:
            return rounds(now, operation, true);
        case Do::ShutdownWrite: {
            const tcp::Error error = host().shutdown(now, connection_, socket::Shutdown::Write);
            return error == tcp::Error::None ? success() : failure(error);
        }
        case Do::Close:
            return close(now, false);
        case Do::Abort:
            return close(now, true);
        case Do::Sleep:
        case Do::At:
            return reached(now, deadline_) ? Outcome{success()} : std::nullopt;
        case Do::WaitError:
            return wait_error(now);
        case Do::TryRead: {
            constexpr std::uint32_t kReadBuffer = 1024 * 1024;
            return host().read(now, connection_, kReadBuffer);
        }
        case Do::SendUrgent:
            return send_urgent(now, operation);
        case Do::ReceiveUrgent:
            return host().read_urgent(now, connection_);
        case Do::SetOption:
            return set_option(now, operation);
    }
    constexpr bool kEveryKindHasAMeaning = false;
    SEEDWIRE_ASSERT(kEveryKindHasAMeaning);
    return std::nullopt;
}

}  // namespace seedwire::app
