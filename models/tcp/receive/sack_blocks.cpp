// The list of SACK blocks. RFC 2018 §4, RFC 2883 §4.
#include "models/tcp/receive/sack_blocks.h"

#include <algorithm>
#include <utility>

#include "sim/base/assert.h"

namespace seedwire::tcp {
namespace {

constexpr wire::SeqNum kZero{0};

}  // namespace

SackBlockList::Block SackBlockList::narrow(StreamRange range) {
    return {to_wire(range.left, kZero), to_wire(range.right, kZero)};
}

/// Joins `other` to `block` if they overlap or touch.
bool SackBlockList::extend(Block& block, Block other) {
    if (other.left > block.right || block.left > other.right) return false;
    block.left = wire::earlier(block.left, other.left);
    block.right = wire::later(block.right, other.right);
    return true;
}

// [SACK-5]
bool SackBlockList::prepare(StreamRange segment) {
    if (count_ == 0) return false;
    const Block added = narrow(segment);
    std::uint8_t i = 0;
    while (i < count_ && !extend(blocks_[i], added)) ++i;
    return i >= kExpectedBlocks;
}

// [SACK-1]
void SackBlockList::add(StreamRange segment) {
    const Block added = narrow(segment);
    std::uint8_t i = 0;
    while (i < count_ && !extend(blocks_[i], added)) ++i;
    if (i < count_) {
        std::rotate(blocks_.begin(), blocks_.begin() + i, blocks_.begin() + i + 1);
        join_first();
        return;
    }
    // A full list forgets its oldest block. [SACK-2]
    if (count_ < kMaxBlocks) ++count_;
    std::copy_backward(blocks_.begin(), blocks_.begin() + (count_ - 1), blocks_.begin() + count_);
    blocks_[0] = added;
}

/// The first block grew: it may have reached others.
void SackBlockList::join_first() {
    std::uint8_t kept = 1;
    for (std::uint8_t i = 1; i < count_; ++i) {
        if (!extend(blocks_[0], blocks_[i])) blocks_[kept++] = blocks_[i];
    }
    count_ = kept;
}

void SackBlockList::remove_reached(StreamOffset rcv_nxt, bool islands_left) {
    if (!islands_left) {
        count_ = 0;
        return;
    }
    const wire::SeqNum edge = to_wire(rcv_nxt, kZero);
    std::uint8_t kept = 0;
    for (std::uint8_t i = 0; i < count_; ++i) {
        if (edge < blocks_[i].left) blocks_[kept++] = blocks_[i];
    }
    count_ = kept;
}

// [SACK-3]
void SackBlockList::set_duplicate(StreamRange range) {
    duplicate_ = narrow(range);
    has_duplicate_ = true;
}

void SackBlockList::extend_duplicate(StreamRange range) {
    if (!has_duplicate_) {
        set_duplicate(range);
    } else {
        extend(duplicate_, narrow(range));
    }
}

wire::SackBlocks SackBlockList::take(wire::SeqNum peer_initial, std::uint8_t room) {
    wire::SackBlocks out;
    const std::uint8_t limit = std::min<std::uint8_t>(room, kMaxBlocks);
    const auto add_block = [&](Block block) {
        if (out.count < limit) {
            out.add({peer_initial + block.left.raw(), peer_initial + block.right.raw()});
        }
    };
    if (has_duplicate_) add_block(duplicate_);
    for (std::uint8_t i = 0; i < count_; ++i) add_block(blocks_[i]);
    // Reported once. Without room for any block nothing was reported.
    if (limit > 0) has_duplicate_ = false;
    return out;
}

StreamRange SackBlockList::block(std::uint8_t i, StreamOffset near) const {
    SEEDWIRE_ASSERT(i < count_);
    return {from_wire(blocks_[i].left, kZero, near), from_wire(blocks_[i].right, kZero, near)};
}

}  // namespace seedwire::tcp
