// The written bytes as blocks, each of which leaves in one transmission, and what they cost in
// memory. Decides how much a write may add. RFC 9293 §3.9.1 (SEND).
#pragma once

#include <cstdint>

#include "models/tcp/stream_offset.h"
#include "sim/base/lazy.h"
#include "sim/base/ring.h"

namespace seedwire::tcp {

/// Bytes that are handed to the network together. Only the last segment of a block may be shorter
/// than the MSS; PSH and FIN belong to that segment.
struct Block {
    std::uint32_t length = 0;  ///< bytes of data, the FIN not counted
    bool push = false;
    bool end_of_record = false;  ///< MSG_EOR: never merge with what follows
    bool fin = false;
};

/// Bytes live here from write() until they are acknowledged; contents are never stored. The first
/// unsent block begins at snd_nxt. What has been sent is remembered in the blocks in which it left,
/// because that is what the memory accounting of Linux depends on.
class SendBuffer {
public:
    /// What one block costs beside its payload: head, descriptor and shared information of a
    /// transmit buffer on x86-64. Linux, `tcp_stream_alloc_skb`.
    static constexpr std::uint32_t kBlockOverhead = 832;

    void set_limit(std::uint32_t bytes) { limit_ = bytes; }
    std::uint32_t limit() const { return limit_; }
    std::uint32_t memory() const { return memory_; }
    std::uint32_t unsent_bytes() const { return unsent_bytes_; }
    bool has_unsent() const { return !queues_->unsent.empty(); }  ///< bytes or a FIN

    // --- writing ---
    /// May a further block begin? Linux, `sk_stream_memory_free`. [BUF-1]
    bool accepts_block() const { return memory_ < limit_; }
    /// Is a third of the buffer free, so that a waiting writer is worth waking? Linux,
    /// `sk_stream_is_writeable`. [BUF-2]
    bool is_worth_waking() const { return memory_ <= limit_ && limit_ - memory_ >= memory_ / 2; }
    /// Bytes that may still join the last unsent block, up to `size_goal` in all.
    std::uint32_t tail_room(std::uint32_t size_goal) const;
    void append_to_tail(std::uint32_t length, bool begins_write);
    void append_block(std::uint32_t length);
    void mark_push();           ///< PSH on the last unsent block
    void mark_end_of_record();  ///< nothing joins the last unsent block any more
    /// FIN on the last unsent block, or on one of its own. RFC 9293 §3.9.1 (CLOSE).
    void append_fin();

    // --- sending ---
    const Block& head() const { return queues_->unsent.front(); }
    bool head_is_last() const { return queues_->unsent.size() == 1; }
    /// Moves up to `wanted` bytes from the second block into the first. Linux, `tcp_grow_skb`.
    void grow_head(std::uint32_t wanted);
    /// The first `length` bytes of the head leave as a block of their own that ends at `end`
    /// (FIN included); returns that block.
    Block take(std::uint32_t length, StreamOffset end);
    void mark_head_push() { queues_.make().unsent.front().push = true; }

    // --- what was sent ---
    /// Everything before `una` is acknowledged: frees the blocks that lie wholly before it.
    void acknowledge(StreamOffset una);

    void clear();  ///< forgets everything, sent or not

private:
    struct SentBlock {
        StreamOffset end;
        std::uint32_t charged = 0;  ///< payload bytes still charged
    };
    struct Queues {
        Ring<Block> unsent;
        Ring<SentBlock> sent;
    };
    Ring<Block>& unsent() { return queues_.make().unsent; }

    Lazy<Queues> queues_;  ///< while there is anything to send or to be acknowledged
    std::uint32_t unsent_bytes_ = 0;
    std::uint32_t memory_ = 0;  ///< payload and overhead of all blocks
    std::uint32_t limit_ = 0;   ///< SO_SNDBUF as the kernel keeps it
};

/// The buffer that autotuning wants: twice the window, each segment with its overhead rounded up as
/// the allocator would. Linux, `tcp_sndbuf_expand`. Bytes.
std::uint32_t autotuned_send_buffer(std::uint32_t mss, std::uint32_t cwnd,
                                    std::uint32_t reordering);

}  // namespace seedwire::tcp
