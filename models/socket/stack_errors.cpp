// The error queues of sockets. socket(7), ip(7); Linux, `sock_queue_err_skb`.
#include <algorithm>

#include "models/socket/stack.h"
#include "models/socket/stack_parts.h"

namespace seedwire::socket {

ErrorQueue& Stack::Parts::error_queue(SocketId id) {
    sockets[id].tells = true;
    for (SocketErrors& errors : error_queues)
        if (errors.socket == id) return errors.queue;
    error_queues.push_back({id, {}});
    return error_queues.back().queue;
}

void Stack::Parts::forget_errors(SocketId id) {
    std::erase_if(error_queues, [id](const SocketErrors& errors) { return errors.socket == id; });
}

void Stack::Parts::note_progress(Time now, SocketId id) {
    ErrorQueue& queue = error_queue(id);
    const bool had_none = queue.empty();
    queue.on_progress(now, sockets[id].endpoint.progress());
    if (had_none && !queue.empty()) wake(id, event::kError);
}

/// `bytes` were taken just now; some of them may have left already.
void Stack::Parts::note_write(Time now, SocketId id, std::uint32_t bytes, bool zero_copy) {
    const tcp::SocketOptions& options = options_of(sockets[id]);
    const tcp::StreamProgress progress = sockets[id].endpoint.progress();
    tcp::StreamProgress before = progress;
    before.sent = std::min(progress.sent, progress.written - bytes);
    ErrorQueue& queue = error_queue(id);
    // Whatever is written is stamped; what was written with MSG_ZEROCOPY is stamped once.
    if (!zero_copy && (options.timestamping & timestamping::kAnySend) != 0)
        queue.expect_stamps(progress.written, options.timestamping, before);
    if (zero_copy && options.zero_copy)
        queue.expect_completion(progress.written - bytes, progress.written, before);
    note_progress(now, id);
}

// [ERRQ-3]
Result Stack::write_zero_copy(Time now, SocketId id, std::uint32_t length, tcp::WriteMode mode) {
    const Result result = write(now, id, length, mode);
    Parts& p = *parts_;
    if (!result.ok() || result.value == 0 || !p.has_endpoint(id)) return result;
    if (p.options_of(p.sockets[id]).zero_copy)
        p.note_write(now, id, static_cast<std::uint32_t>(result.value), true);
    return result;
}

std::optional<QueuedError> Stack::read_error_queue(SocketId id) {
    const Socket* socket = parts_->open_socket(id);
    if (socket == nullptr || !socket->tells) return std::nullopt;
    return parts_->error_queue(id).take();
}

}  // namespace seedwire::socket
