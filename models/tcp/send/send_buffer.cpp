// Blocks of written bytes and their memory. RFC 9293 §3.9.1 (SEND).
#include "models/tcp/send/send_buffer.h"

#include <algorithm>
#include <bit>

#include "sim/base/assert.h"

namespace seedwire::tcp {
namespace {

// Room for headers, shared information and descriptor of a transmit buffer, x86-64. Bytes.
constexpr std::uint32_t kHeaderRoom = 256;
constexpr std::uint32_t kSharedInformation = 320;
constexpr std::uint32_t kDescriptor = 256;
constexpr std::uint32_t kInitialWindowSegments = 10;

}  // namespace

std::uint32_t SendBuffer::tail_room(std::uint32_t size_goal) const {
    if (queues_->unsent.empty()) return 0;
    const Block& tail = queues_->unsent.back();
    // [NAGLE-5]
    if (tail.end_of_record || tail.fin || tail.length >= size_goal) return 0;
    return size_goal - tail.length;
}

void SendBuffer::append_to_tail(std::uint32_t length, bool begins_write) {
    Block& tail = unsent().back();
    // [SEND-5]
    if (begins_write) tail.push = false;
    tail.length += length;
    unsent_bytes_ += length;
    memory_ += length;
}

void SendBuffer::append_block(std::uint32_t length) {
    unsent().push_back(Block{length, false, false, false});
    unsent_bytes_ += length;
    memory_ += kBlockOverhead + length;
}

void SendBuffer::mark_push() {
    if (has_unsent()) unsent().back().push = true;
}

void SendBuffer::mark_end_of_record() {
    if (has_unsent()) unsent().back().end_of_record = true;
}

// [CLOSE-2]
void SendBuffer::append_fin() {
    if (!has_unsent()) append_block(0);
    unsent().back().fin = true;
}

void SendBuffer::grow_head(std::uint32_t wanted) {
    if (wanted == 0 || queues_->unsent.size() < 2) return;
    Ring<Block>& unsent = this->unsent();
    Block& head = unsent[0];
    Block& next = unsent[1];
    if (head.end_of_record) return;
    const std::uint32_t moved = std::min(wanted, next.length);
    if (moved == 0) return;
    head.length += moved;
    next.length -= moved;
    if (next.length != 0) return;
    // The second block is used up: what marked its end now marks the end of the first.
    head.push = head.push || next.push;
    head.end_of_record = next.end_of_record;
    head.fin = next.fin;
    memory_ -= kBlockOverhead;
    const Block merged = head;
    unsent.pop_front();
    unsent.front() = merged;
}

Block SendBuffer::take(std::uint32_t length, StreamOffset end) {
    Queues& queues = queues_.make();
    Block& head = queues.unsent.front();
    SEEDWIRE_ASSERT(length <= head.length);
    Block taken = head;
    taken.length = length;
    if (length < head.length) {
        // Only the last piece keeps what belongs to the end of the block.
        taken.push = taken.end_of_record = taken.fin = false;
        head.length -= length;
        memory_ += kBlockOverhead;
    } else {
        queues.unsent.pop_front();
    }
    unsent_bytes_ -= length;
    queues.sent.push_back(SentBlock{end, length});
    return taken;
}

void SendBuffer::acknowledge(StreamOffset una) {
    Queues* queues = queues_.made();
    if (queues == nullptr) return;
    Ring<SentBlock>& sent = queues->sent;
    while (!sent.empty() && sent.front().end <= una) {
        memory_ -= kBlockOverhead + sent.front().charged;
        sent.pop_front();
    }
    if (!sent.empty()) {
        // The acknowledged beginning of a block is trimmed off; `rest` may count a FIN. [BUF-5]
        SentBlock& front = sent.front();
        const auto rest = static_cast<std::uint64_t>(front.end - una);
        if (rest < front.charged) {
            memory_ -= front.charged - static_cast<std::uint32_t>(rest);
            front.charged = static_cast<std::uint32_t>(rest);
        }
    } else if (queues->unsent.empty()) {
        queues_.release();
    }
}

void SendBuffer::clear() {
    queues_.release();
    unsent_bytes_ = 0;
    memory_ = 0;
}

// [BUF-3]
std::uint32_t autotuned_send_buffer(std::uint32_t mss, std::uint32_t cwnd,
                                    std::uint32_t reordering) {
    std::uint32_t per_segment = mss + kHeaderRoom + kSharedInformation;
    per_segment = std::bit_ceil(per_segment) + kDescriptor;
    const std::uint32_t segments = std::max({kInitialWindowSegments, cwnd, reordering + 1});
    const std::uint64_t bytes = std::uint64_t{2} * segments * per_segment;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, INT32_MAX));
}

}  // namespace seedwire::tcp
