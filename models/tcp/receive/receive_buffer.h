// What received packets cost in memory, and how much window the memory is worth.
// Linux, `tcp_win_from_space`, `sk_rmem_alloc`, `tcp_try_coalesce`.
#pragma once

#include <cstdint>

#include "models/tcp/stream_offset.h"
#include "sim/base/lazy.h"
#include "sim/base/ring.h"

namespace seedwire::tcp {

/// Bytes the kernel charges for a packet of `ip_bytes` that arrives in one piece: its buffer (a
/// power of two from 1 KiB on, holding 64 bytes of headroom, the packet and 320 bytes of shared
/// information) and 256 bytes of descriptor.
std::uint32_t packet_memory(std::uint32_t ip_bytes);
/// Bytes left in that buffer behind the packet.
std::uint32_t packet_tail_room(std::uint32_t ip_bytes);

/// Charged memory of one socket: the unread packets in order, one by one, since a packet is freed
/// when its last byte has been read.
class ReceiveBuffer {
public:
    std::uint32_t charged() const { return unread_memory_; }
    bool empty() const { return first_.memory == 0; }
    std::size_t packets() const { return empty() ? 0 : 1 + rest_->size(); }

    /// A packet in order that ends at `end`. A small one is copied into the room behind the last
    /// unread packet and costs nothing.
    void add(StreamOffset end, std::uint32_t length, std::uint32_t ip_bytes);
    /// `packets` of equal length that together cost `memory` and cover [start, end).
    void add_run(StreamOffset start, StreamOffset end, std::uint32_t packets, std::uint32_t memory);
    /// End of the packet the next byte is read from. Requires: not empty.
    StreamOffset first_end() const { return first_.end.near(first_start_); }
    /// Everything before `copied` was read.
    void release_before(StreamOffset copied);
    /// Squeezes unread packets that waste memory, and all behind them, into as few buffers as
    /// possible. `ratio` is the window per memory in 1/256. Linux, `tcp_collapse`.
    void collapse(StreamOffset copied, std::uint8_t ratio);

private:
    struct Packet {
        NearOffset end;
        std::uint32_t memory = 0;  ///< never zero, except where there is no packet
    };
    const Packet& packet(std::size_t i) const { return i == 0 ? first_ : (*rest_)[i - 1]; }
    Packet& last() { return rest_->empty() ? first_ : rest_.made()->back(); }
    void push_back(StreamOffset end, std::uint32_t memory);
    void pop_front();
    void keep(std::size_t count);  ///< only the first ones

    StreamOffset first_start_;  ///< where the first packet begins
    Packet first_;              ///< mostly there is no other
    Lazy<Ring<Packet>> rest_;
    std::uint32_t unread_memory_ = 0;
    std::uint32_t tail_room_ = 0;  ///< behind the last packet
};

}  // namespace seedwire::tcp
