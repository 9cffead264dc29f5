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

// [RWIN-12]
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
    if (empty()) first_start_ = end - length;
    if (!empty() && length <= tail_room_) {
        last().end = end;
        tail_room_ -= length;
        return;
    }
    const std::uint32_t memory = packet_memory(ip_bytes);
    push_back(end, memory);
    unread_memory_ += memory;
    tail_room_ = packet_tail_room(ip_bytes);
}

void ReceiveBuffer::add_run(StreamOffset start, StreamOffset end, std::uint32_t packets,
                            std::uint32_t memory) {
    SEEDWIRE_ASSERT(packets > 0);
    if (empty()) first_start_ = start;
    const std::uint64_t length = (end.value - start.value + packets - 1) / packets;
    const std::uint32_t each = memory / packets;
    StreamOffset at = start;
    for (std::uint32_t i = 1; i < packets; ++i) {
        at = std::min(at + length, end);
        push_back(at, each);
    }
    push_back(end, memory - each * (packets - 1));
    unread_memory_ += memory;
    tail_room_ = 0;
}

void ReceiveBuffer::release_before(StreamOffset copied) {
    while (!empty() && first_end() <= copied) {
        unread_memory_ -= first_.memory;
        pop_front();
    }
    // The ring of a reader that keeps up stays small, and stays.
    if (empty() && rest_->capacity() > kKeptCapacity) rest_.release();
}

void ReceiveBuffer::push_back(StreamOffset end, std::uint32_t memory) {
    const Packet packet{end, memory};
    if (empty())
        first_ = packet;
    else
        rest_.make().push_back(packet);
}

void ReceiveBuffer::pop_front() {
    first_start_ = first_end();
    first_ = rest_->empty() ? Packet{} : rest_.made()->take_front();
}

void ReceiveBuffer::keep(std::size_t count) {
    if (count == 0) first_ = {};
    if (Ring<Packet>* rest = rest_.made())
        while (rest->size() > 0 && 1 + rest->size() > count) rest->pop_back();
}

void ReceiveBuffer::collapse(StreamOffset copied, std::uint8_t ratio) {
    // Packets at the front that fill their memory stay as they are, unless partly read.
    std::size_t kept = 0;
    StreamOffset start = first_start_;
    std::uint32_t memory = 0;
    while (kept < packets() && copied <= start) {
        const StreamOffset end = packet(kept).end.near(start);
        const std::uint64_t length = end.value - start.value;
        if ((std::uint64_t{packet(kept).memory} * ratio >> 8) > length) break;
        start = end;
        memory += packet(kept).memory;
        ++kept;
    }
    if (kept == packets()) return;
    const StreamOffset end = last().end.near(start);
    if (kept == 0) first_start_ = start = std::max(start, copied);
    keep(kept);
    unread_memory_ = memory;
    while (start < end) {
        const auto length = static_cast<std::uint32_t>(
            std::min<std::uint64_t>(kPageOfData, end.value - start.value));
        const std::uint32_t size = buffer_for(length);
        start += length;
        push_back(start, size + kDescriptor);
        unread_memory_ += size + kDescriptor;
        tail_room_ = size - kSharedInformation - length;
    }
}

}  // namespace seedwire::tcp
