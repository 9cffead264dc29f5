// What programs learn from a socket's error queue: ICMP errors, when what they wrote left and
// arrived, and which of their buffers are theirs again. socket(7), ip(7) (IP_RECVERR); Linux,
// Documentation/networking/timestamping and msg_zerocopy.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/tcp/endpoint.h"
#include "sim/base/time.h"

namespace seedwire::socket {

/// One message: the fields of `struct sock_extended_err` under their names, without `ee_`.
struct QueuedError {
    enum class Origin : std::uint8_t { Icmp = 2, Timestamping = 4, ZeroCopy = 5 };
    Origin origin = Origin::Icmp;
    tcp::Error error = tcp::Error::None;
    std::uint8_t type = 0, code = 0;
    std::uint32_t info = 0, data = 0;
    Time at;  ///< of Timestamping
    bool operator==(const QueuedError&) const = default;
};

/// Bits of SO_TIMESTAMPING that mean something here.
namespace timestamping {
constexpr std::uint32_t kSendSoftware = 1U << 1, kReceiveSoftware = 1U << 3, kSoftware = 1U << 4,
                        kId = 1U << 7, kSendScheduled = 1U << 8, kSendAcknowledged = 1U << 9,
                        kIdFromWrites = 1U << 16;
constexpr std::uint32_t kAnySend = kSendSoftware | kSendScheduled | kSendAcknowledged;
}  // namespace timestamping

/// Which moment a timestamp is of: SCM_TSTAMP_*.
enum class Stamp : std::uint8_t { Sent = 0, Scheduled = 1, Acknowledged = 2 };

/// The queue of one socket, and the writes of which it will tell.
class ErrorQueue {
public:
    /// Timestamps count bytes from here (SOF_TIMESTAMPING_OPT_ID).
    void count_from(std::uint64_t offset) { base_ = offset; }
    /// A write has ended before `end`; `flags`: SO_TIMESTAMPING of the socket.
    void expect_stamps(std::uint64_t end, std::uint32_t flags, const tcp::StreamProgress& progress);
    void expect_completion(std::uint64_t begin, std::uint64_t end,
                           const tcp::StreamProgress& progress);
    void on_progress(Time now, const tcp::StreamProgress& progress);
    void push(const QueuedError& error);

    bool empty() const { return queue_.empty(); }
    bool waits() const { return !stamps_.empty() || !buffers_.empty(); }
    std::optional<QueuedError> take();
    std::optional<QueuedError> peek() const;

private:
    struct PendingStamp {
        std::uint64_t end = 0;
        std::uint32_t flags = 0;
        bool sent = false;
    };
    struct PendingBuffers {  // of writes that share a transmit buffer
        std::uint64_t end = 0;
        std::uint32_t first = 0, count = 0;
    };
    void stamp(Time now, const PendingStamp& pending, Stamp kind);
    void complete(const PendingBuffers& buffers);

    std::vector<QueuedError> queue_;
    std::vector<PendingStamp> stamps_;
    std::vector<PendingBuffers> buffers_;
    std::uint64_t base_ = 0;
    std::uint32_t next_buffer_ = 0;
};

}  // namespace seedwire::socket
