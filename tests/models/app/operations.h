// Lines of programs, for tests.
#pragma once

#include "models/app/config.h"

namespace seedwire::op {

using app::Operation;
using Do = Operation::Kind;

inline Operation make(Do kind, std::int64_t number = 0, std::int64_t second = 0,
                      std::int64_t count = 0, Duration duration = {}) {
    Operation operation;
    operation.kind = kind;
    operation.number = number;
    operation.second = second;
    operation.count = count;
    operation.duration = duration;
    return operation;
}
inline Operation listen(std::int64_t port, std::int64_t backlog = 128) {
    return make(Do::Listen, port, 0, backlog);
}
inline Operation accept() { return make(Do::Accept); }
inline Operation connect(std::uint32_t node, std::int64_t port, std::int64_t local = 0) {
    Operation operation = make(Do::Connect, port, 0, local);
    operation.peer = node;
    return operation;
}
inline Operation send(std::int64_t bytes) { return make(Do::Send, bytes); }
inline Operation send_for(Duration duration) { return make(Do::SendFor, 0, 0, 0, duration); }
inline Operation writes(std::int64_t count, std::int64_t bytes, Duration every) {
    return make(Do::Writes, bytes, 0, count, every);
}
inline Operation recv(std::int64_t bytes) { return make(Do::Receive, bytes); }
inline Operation send_oob(std::int64_t bytes) { return make(Do::SendUrgent, bytes); }
inline Operation recv_oob() { return make(Do::ReceiveUrgent); }
inline Operation recv_eof() { return make(Do::ReceiveEof); }
inline Operation recv_chunks(std::int64_t count, std::int64_t bytes, Duration every) {
    return make(Do::ReceiveChunks, bytes, 0, count, every);
}
inline Operation rr(std::int64_t count, std::int64_t request, std::int64_t response) {
    return make(Do::RequestResponse, request, response, count);
}
inline Operation serve_rr(std::int64_t count, std::int64_t request, std::int64_t response) {
    return make(Do::ServeRequestResponse, request, response, count);
}
inline Operation shut_wr() { return make(Do::ShutdownWrite); }
inline Operation close() { return make(Do::Close); }
inline Operation abort() { return make(Do::Abort); }
inline Operation sleep(Duration duration) { return make(Do::Sleep, 0, 0, 0, duration); }
inline Operation at(Duration duration) { return make(Do::At, 0, 0, 0, duration); }
inline Operation wait_acked() { return make(Do::WaitAcked); }
inline Operation wait_err(Duration at_most) { return make(Do::WaitError, 0, 0, 0, at_most); }
inline Operation tryread() { return make(Do::TryRead); }
inline Operation sockopt(Operation::Option option, std::int64_t value) {
    Operation operation = make(Do::SetOption, value);
    operation.option = option;
    return operation;
}

}  // namespace seedwire::op
