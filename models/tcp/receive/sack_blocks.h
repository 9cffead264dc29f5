// Which blocks an ACK reports, and in which order. RFC 2018 §4, RFC 2883 §4; Linux,
// `tcp_sack_new_ofo_skb`, `tcp_dsack_set`.
#pragma once

#include <array>
#include <cstdint>

#include "models/tcp/receive/reassembly.h"
#include "models/tcp/stream_offset.h"
#include "models/wire/segment.h"

namespace seedwire::tcp {

/// The most recently changed blocks, newest first, and at most one duplicate in front. Held as the
/// low 32 bits of the offsets: nothing that is reported lies further than 2^31 from the left edge.
class SackBlockList {
public:
    static constexpr std::uint8_t kMaxBlocks = 4;
    /// From the third place on a change is reported before it is made. Linux,
    /// `TCP_SACK_BLOCKS_EXPECTED`.
    static constexpr std::uint8_t kExpectedBlocks = 2;

    /// Before add(): would it push a block that a compressed ACK still owes behind those that fit?
    /// Extends the block in place where there is one, as the ACK then shows.
    bool prepare(StreamRange segment);
    /// A segment beyond the hole arrived: its block becomes the first.
    void add(StreamRange segment);
    /// The prefix grew to `rcv_nxt`.
    void remove_reached(StreamOffset rcv_nxt, bool islands_left);
    void clear_blocks() { count_ = 0; }
    std::uint8_t size() const { return count_; }

    /// Reports `range` as received twice, on the next segment sent.
    void set_duplicate(StreamRange range);
    /// The same, joined to the duplicate already noted where the two touch.
    void extend_duplicate(StreamRange range);
    bool has_duplicate() const { return has_duplicate_; }
    void clear_duplicate() { has_duplicate_ = false; }

    /// The blocks for a segment with room for `room` of them; forgets the duplicate.
    wire::SackBlocks take(wire::SeqNum peer_initial, std::uint8_t room);
    /// What take() would give. `near`: any offset close to the blocks.
    StreamRange block(std::uint8_t i, StreamOffset near) const;

private:
    using Block = wire::SackBlock;  // with an initial sequence number of zero
    static Block narrow(StreamRange range);
    static bool extend(Block& block, Block other);
    void join_first();

    std::array<Block, kMaxBlocks> blocks_;
    Block duplicate_;
    std::uint8_t count_ = 0;
    bool has_duplicate_ = false;
};

}  // namespace seedwire::tcp
