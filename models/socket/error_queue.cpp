// When which message enters the queue. Linux, `tcp_tx_timestamp`, `msg_zerocopy_realloc`.
#include "models/socket/error_queue.h"

#include <algorithm>

namespace seedwire::socket {
namespace {

// Writes that fit into one transmit buffer share what is remembered of it, bytes.
constexpr std::uint64_t kTransmitBuffer = 65535;

bool share_buffer(std::uint64_t earlier_end, std::uint64_t end,
                  const tcp::StreamProgress& progress) {
    return earlier_end > progress.sent && end - progress.sent <= kTransmitBuffer;
}

}  // namespace

void ErrorQueue::expect_stamps(std::uint64_t end, std::uint32_t flags,
                               const tcp::StreamProgress& progress) {
    // Of all writes in one buffer only the last byte of the last one is stamped. [ERRQ-2]
    if (!stamps_.empty() && share_buffer(stamps_.back().end, end, progress)) stamps_.pop_back();
    stamps_.push_back({end, flags, false});
}

void ErrorQueue::expect_completion(std::uint64_t begin, std::uint64_t end,
                                   const tcp::StreamProgress& progress) {
    const std::uint32_t number = next_buffer_++;
    if (!buffers_.empty() && begin == buffers_.back().end &&
        share_buffer(buffers_.back().end, end, progress)) {
        buffers_.back().end = end;
        ++buffers_.back().count;
        return;
    }
    buffers_.push_back({end, number, 1});
}

void ErrorQueue::on_progress(Time now, const tcp::StreamProgress& progress) {
    for (PendingStamp& pending : stamps_) {
        if (pending.sent || pending.end > progress.sent) continue;
        pending.sent = true;
        if ((pending.flags & timestamping::kSendScheduled) != 0)
            stamp(now, pending, Stamp::Scheduled);
        if ((pending.flags & timestamping::kSendSoftware) != 0) stamp(now, pending, Stamp::Sent);
    }
    while (!buffers_.empty() && buffers_.front().end <= progress.acknowledged) {
        complete(buffers_.front());
        buffers_.erase(buffers_.begin());
    }
    while (!stamps_.empty() && stamps_.front().end <= progress.acknowledged) {
        if ((stamps_.front().flags & timestamping::kSendAcknowledged) != 0)
            stamp(now, stamps_.front(), Stamp::Acknowledged);
        stamps_.erase(stamps_.begin());
    }
}

void ErrorQueue::stamp(Time now, const PendingStamp& pending, Stamp kind) {
    QueuedError message;
    message.origin = QueuedError::Origin::Timestamping;
    message.error = tcp::Error::NoMessage;
    message.info = static_cast<std::uint32_t>(kind);
    if ((pending.flags & timestamping::kId) != 0)
        message.data = static_cast<std::uint32_t>(pending.end - 1 - base_);
    message.at = now;
    queue_.push_back(message);
}

void ErrorQueue::complete(const PendingBuffers& buffers) {
    if (!queue_.empty() && queue_.back().origin == QueuedError::Origin::ZeroCopy &&
        queue_.back().data + 1 == buffers.first) {
        queue_.back().data += buffers.count;
        return;
    }
    QueuedError message;
    message.origin = QueuedError::Origin::ZeroCopy;
    message.info = buffers.first;
    message.data = buffers.first + buffers.count - 1;
    queue_.push_back(message);
}

void ErrorQueue::push(const QueuedError& error) { queue_.push_back(error); }

std::optional<QueuedError> ErrorQueue::peek() const {
    if (queue_.empty()) return std::nullopt;
    return queue_.front();
}

std::optional<QueuedError> ErrorQueue::take() {
    const std::optional<QueuedError> first = peek();
    if (first) queue_.erase(queue_.begin());
    return first;
}

}  // namespace seedwire::socket
