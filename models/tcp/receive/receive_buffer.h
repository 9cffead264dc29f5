// What received packets cost in memory, and how much window the memory is worth.
// Linux, `tcp_win_from_space`, `sk_rmem_alloc`, `tcp_try_coalesce`.
#pragma once

#include <cstdint>

#include "models/tcp/stream_offset.h"
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
    bool empty() const { return packets_.empty(); }
    std::size_t packets() const { return packets_.size(); }

    /// A packet in order that ends at `end`. A small one is copied into the room behind the last
    /// unread packet and costs nothing.
    void add(StreamOffset end, std::uint32_t length, std::uint32_t ip_bytes);
    /// `packets` of equal length that together cost `memory` and cover [start, end).
    void add_run(StreamOffset start, StreamOffset end, std::uint32_t packets, std::uint32_t memory);
    /// End of the packet the next byte is read from. Requires: not empty.
    StreamOffset first_end() const { return packets_.front().end; }
    /// Everything before `copied` was read.
    void release_before(StreamOffset copied);
    /// Squeezes unread packets that waste memory, and all behind them, into as few buffers as
    /// possible. `ratio` is the window per memory in 1/256. Linux, `tcp_collapse`.
    void collapse(StreamOffset copied, std::uint8_t ratio);

private:
    struct Packet {
        StreamOffset end;
        std::uint32_t memory = 0;
    };
    Ring<Packet> packets_;
    StreamOffset first_start_;  ///< where the first of them begins
    std::uint32_t unread_memory_ = 0;
    std::uint32_t tail_room_ = 0;  ///< behind the last packet
};

}  // namespace seedwire::tcp
