// Memory charged for received packets. Linux, `sk_rmem_alloc`, `tcp_try_coalesce`, `tcp_collapse`.
#include "models/tcp/receive/receive_buffer.h"

#include <algorithm>
#include <bit>

#include "sim/base/assert.h"

namespace seedwire::tcp {
namespace {

// Bytes. Linux on x86-64: `NET_SKB_PAD`, `struct skb_shared_info`, `struct sk_buff`, the smallest
// buffer observed for a received packet, and the alignment of buffers.
constexpr std::uint32_t kHeadroom = 64;
constexpr std::uint32_t kSharedInformation = 320;
constexpr std::uint32_t kDescriptor = 256;
constexpr std::uint32_t kSmallestBuffer = 1024;
constexpr std::uint32_t kAlignment = 64;
// How much of the smallest buffer holds headroom and packet; found from windows of receivers that
// leave small segments unread.
constexpr std::uint32_t kSmallestCapacity = 384;
// What a buffer of one page holds; the unit in which a queue is squeezed. `SKB_MAX_ORDER(0, 0)`.
constexpr std::uint32_t kPageOfData = 4096 - kSharedInformation;
constexpr std::size_t kKeptCapacity = 16;

std::uint32_t buffer_for(std::uint32_t bytes) {
    const std::uint32_t aligned = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    return std::bit_ceil(std::max(aligned + kSharedInformation, kSmallestBuffer));
}

}  // namespace

std::uint32_t packet_memory(std::uint32_t ip_bytes) {
    return buffer_for(kHeadroom + ip_bytes) + kDescriptor;
}

std::uint32_t packet_tail_room(std::uint32_t ip_bytes) {
    const std::uint32_t used = kHeadroom + ip_bytes;
    const std::uint32_t buffer = buffer_for(used);
    const std::uint32_t capacity =
        buffer == kSmallestBuffer ? kSmallestCapacity : buffer - kSharedInformation;
    return capacity > used ? capacity - used : 0;
}

void ReceiveBuffer::add(StreamOffset end, std::uint32_t length, std::uint32_t ip_bytes) {
    if (packets_.empty()) first_start_ = end - length;
    if (!packets_.empty() && length <= tail_room_) {
        packets_.back().end = end;
        tail_room_ -= length;
        return;
    }
    const std::uint32_t memory = packet_memory(ip_bytes);
    packets_.push_back({end, memory});
    unread_memory_ += memory;
    tail_room_ = packet_tail_room(ip_bytes);
}

void ReceiveBuffer::add_run(StreamOffset start, StreamOffset end, std::uint32_t packets,
                            std::uint32_t memory) {
    SEEDWIRE_ASSERT(packets > 0);
    if (packets_.empty()) first_start_ = start;
    const std::uint64_t length = (end.value - start.value + packets - 1) / packets;
    const std::uint32_t each = memory / packets;
    StreamOffset at = start;
    for (std::uint32_t i = 1; i < packets; ++i) {
        at = std::min(at + length, end);
        packets_.push_back({at, each});
    }
    packets_.push_back({end, memory - each * (packets - 1)});
    unread_memory_ += memory;
    tail_room_ = 0;
}

void ReceiveBuffer::release_before(StreamOffset copied) {
    while (!packets_.empty() && packets_.front().end <= copied) {
        first_start_ = packets_.front().end;
        unread_memory_ -= packets_.front().memory;
        packets_.pop_front();
    }
    if (packets_.empty() && packets_.capacity() > kKeptCapacity) packets_.release();
}

void ReceiveBuffer::collapse(StreamOffset copied, std::uint8_t ratio) {
    // Packets at the front that fill their memory stay as they are, unless partly read.
    std::size_t kept = 0;
    StreamOffset start = first_start_;
    std::uint32_t memory = 0;
    while (kept < packets_.size() && copied <= start) {
        const Packet& packet = packets_[kept];
        const std::uint64_t length = packet.end.value - start.value;
        if ((std::uint64_t{packet.memory} * ratio >> 8) > length) break;
        start = packet.end;
        memory += packet.memory;
        ++kept;
    }
    if (kept == packets_.size()) return;
    const StreamOffset end = packets_.back().end;
    if (kept == 0) first_start_ = start = std::max(start, copied);
    while (packets_.size() > kept) packets_.pop_back();
    unread_memory_ = memory;
    while (start < end) {
        const auto length = static_cast<std::uint32_t>(
            std::min<std::uint64_t>(kPageOfData, end.value - start.value));
        const std::uint32_t size = buffer_for(length);
        start += length;
        packets_.push_back({start, size + kDescriptor});
        unread_memory_ += size + kDescriptor;
        tail_room_ = size - kSharedInformation - length;
    }
}

}  // namespace seedwire::tcp
